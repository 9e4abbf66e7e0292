/**
 * Lets a program outside of this machine drive its adapters: `node controllers.mjs TTY [WIRE]`. Takes requests of
 * `suite/guest-controllers.ts` from the serial line, a line of JSON each, and answers them. With WIRE, `plugged.mjs` plugs emulated
 * adapters in, and each answer says what was seen on the wire behind them.
 */
import { execFileSync, fork } from 'node:child_process';
import { openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ReadStream } from 'node:tty';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

const [tty, recordingWire] = process.argv.slice(2);
execFileSync('stty', ['-F', tty, 'raw', '-echo']);
const fd = openSync(tty, 'r+');
const adapters = new Map();
const underWay = new Map();

function answer(fields) {
  const bytes = Buffer.from(`${JSON.stringify(fields)}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

const plugged = recordingWire && fork(new URL('plugged.mjs', import.meta.url), [recordingWire]);
const asked = new Map();
let lastAsked = 0;

/** Asks the process that has the emulated adapters. */
function askPlugged(call, request = {}) {
  return new Promise((resolve, reject) => {
    const id = ++lastAsked;
    asked.set(id, { resolve, reject });
    plugged.send({ id, call, ...request });
  });
}

function heard({ id, result, error, struck }) {
  if (struck) answer({ id: 'struck' });
  const { resolve, reject } = asked.get(id) ?? {};
  asked.delete(id);
  if (error === undefined) resolve?.(result);
  else reject(new Error(error));
}

/** What was on the wire since the last answer. */
async function seen() {
  if (!plugged) return {};
  const { log, memory } = await askPlugged('drain');
  return { seen: packed(Buffer.from(log.join(' '))), memory: packed(Buffer.from(memory, 'base64')) };
}

/** A device is there some time after it was plugged in. */
async function openSoon(host) {
  for (const until = performance.now() + 10_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    try {
      await host.open();
      // What it has sent without an answer arrives.
      if (plugged) await new Promise((resolve) => setTimeout(resolve, 30));
      return;
    } catch (error) {
      if (!plugged || performance.now() > until) throw error;
    }
  }
}

/** The part of a device-tree node that adapters without children need. */
function nodeOf({ compatible, ...properties }) {
  const first = (property) => [properties[property]].flat()[0];
  return {
    path: '/adapter',
    name: 'adapter',
    compatible: [compatible],
    children: [],
    has: (property) => properties[property] !== undefined,
    string: first,
    strings: (property) => (properties[property] === undefined ? undefined : [properties[property]].flat()),
    u32: first,
    u32s: () => undefined,
    bytes: () => undefined,
  };
}

// The line loses what is much longer than 4096 bytes.
const unpacked = (text) => Uint8Array.from(inflateRawSync(Buffer.from(text, 'base64')));
const packed = (bytes) => deflateRawSync(bytes).toString('base64');
const bytesOf = (data) => (typeof data === 'number' ? new Uint8Array(data) : unpacked(data));

async function open({ adapter, folder, node, emulate }) {
  const { createAdapter } = await import(`../../../dist/hosts/${folder}/index.js`);
  const host = createAdapter(nodeOf(node));
  if (plugged) await askPlugged('plug', { folder, emulate });
  await openSoon(host);
  adapters.set(adapter, host);
  const { i2c, spi } = host;
  return { functionality: i2c?.functionality, capabilities: spi?.capabilities };
}

async function i2c({ adapter, messages }, signal) {
  const all = messages.map(([addr, flags, data]) => ({ addr, flags, buf: bytesOf(data) }));
  await adapters.get(adapter).i2c.transfer(all, signal);
  return { received: all.map(({ flags, buf }) => (flags & 1 ? packed(buf) : '')) };
}

async function spi({ adapter, chipSelect, mode, transfers }, signal) {
  const all = transfers.map(({ tx, rx, ...rest }) => ({
    ...rest,
    tx: tx === undefined ? undefined : bytesOf(tx),
    rx: rx === undefined ? undefined : new Uint8Array(rx),
  }));
  await adapters.get(adapter).spi.transfer(chipSelect, mode, all, signal);
  return { received: all.map(({ rx }) => (rx === undefined ? '' : packed(rx))) };
}

const CALLS = {
  open,
  i2c,
  spi,
  deselect: async ({ adapter }) => adapters.get(adapter).spi.deselect(),
  arm: async () => void (await askPlugged('arm')),
  resume: async () => void (await askPlugged('resume')),
  unplug: async () => void (await askPlugged('unplug')),
  replug: async ({ adapter }) => {
    await askPlugged('replug');
    await openSoon(adapters.get(adapter));
  },
  reopen: async ({ adapter }) => adapters.get(adapter).open(),
  close: async ({ adapter }) => adapters.get(adapter).close(),
};

async function serve({ id, call, remembered, isLate, ...request }) {
  const deadline = new AbortController();
  underWay.set(id, deadline);
  if (isLate) deadline.abort();
  let result;
  try {
    if (remembered)
      await askPlugged('remember', { memory: Buffer.from(unpacked(remembered)).toString('base64') });
    result = await CALLS[call](request, deadline.signal);
  } catch ({ code, sentence, message, nack }) {
    result = { fault: { code: code ?? 'EIO', sentence: sentence ?? message, nack } };
  }
  underWay.delete(id);
  answer({ id, ...result, ...(await seen()) });
}

if (plugged) {
  await new Promise((resolve) => plugged.once('message', resolve));
  plugged.on('message', heard);
}
const AT_ONCE = ['arm', 'resume', 'unplug'];
const input = createInterface({ input: new ReadStream(openSync(tty, 'r+')) });
answer({ id: 'ready' });
for await (const line of input) {
  const request = JSON.parse(line);
  if (request.call === 'end') break;
  if (request.call === 'abort') underWay.get(request.id)?.abort();
  // What happens to a device has happened before the next request.
  else if (AT_ONCE.includes(request.call)) await serve(request);
  else void serve(request);
}
process.exit(0);
