/**
 * Lets a program outside of this machine drive its adapters: `node controllers.mjs TTY`. Takes requests of
 * `suite/guest-controllers.ts` from the serial line, a line of JSON each, and answers them.
 */
import { execFileSync } from 'node:child_process';
import { openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ReadStream } from 'node:tty';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

const [tty] = process.argv.slice(2);
execFileSync('stty', ['-F', tty, 'raw', '-echo']);
const fd = openSync(tty, 'r+');
const adapters = new Map();
const underWay = new Map();

function answer(fields) {
  const bytes = Buffer.from(`${JSON.stringify(fields)}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
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

async function open({ adapter, folder, node }) {
  const { createAdapter } = await import(`../../../dist/hosts/${folder}/index.js`);
  const host = createAdapter(nodeOf(node));
  await host.open();
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
  reopen: async ({ adapter }) => adapters.get(adapter).open(),
  close: async ({ adapter }) => adapters.get(adapter).close(),
};

async function serve({ id, call, ...request }) {
  const deadline = new AbortController();
  underWay.set(id, deadline);
  try {
    answer({ id, ...(await CALLS[call](request, deadline.signal)) });
  } catch ({ code, sentence, message, nack }) {
    answer({ id, fault: { code: code ?? 'EIO', sentence: sentence ?? message, nack } });
  }
  underWay.delete(id);
}

const input = createInterface({ input: new ReadStream(openSync(tty, 'r+')) });
answer({ id: 'ready' });
for await (const line of input) {
  const request = JSON.parse(line);
  if (request.call === 'end') break;
  if (request.call === 'abort') underWay.get(request.id)?.abort();
  else void serve(request);
}
process.exit(0);
