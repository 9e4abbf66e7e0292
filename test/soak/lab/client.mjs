// A client of a lab, as a process: takes leases of buses by all ways that there are, sends numbers, and notes each call before
// it begins and when it has ended. Ends when it is told to (`stop`).
//
//   node client.mjs ID SEED LOG LAB   where LAB is a file: [{ "name": HOST, "buses": [BUS...], "ways": [ADDRESS...] }]
import { openSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStream, RemoteSession, remoteAddress, WAIT } from '../../../dist/src/remote/index.js';
import { randomFrom } from '../../fuzz/random.mjs';
import { NUMBER_BYTES, now, numberOf } from './records.mjs';

/** A part that notes what reaches it. */
const PART = 0x10;
const READ = 1;
/** Nothing takes so long, however busy the machine. */
const PATIENCE_MS = 90_000;
const LEFT_NS = 30e9;

const [id, seed, logFile, labFile] = process.argv.slice(2);
const random = randomFrom(Number(seed));
const pick = (list) => list[random(list.length)];
const log = openSync(logFile, 'a');
const note = (...records) =>
  writeSync(log, records.map((record) => `${JSON.stringify({ at: now(), ...record })}\n`).join(''));
const hosts = JSON.parse(readFileSync(labFile, 'utf8'));
let [asked, leases, isOver] = [0, 0, false];
process.on('message', () => {
  isOver = true;
});
process.on('disconnect', () => process.exit(1));

/** What the work ends with: its errno, or nothing. */
async function codeOf(work, what) {
  const late = new AbortController();
  const limit = sleep(PATIENCE_MS, undefined, { signal: late.signal }).then(
    () => {
      note({ event: 'hangs', what });
      process.exit(1);
    },
    () => {},
  );
  try {
    return [undefined, await Promise.race([work, limit])];
  } catch (fault) {
    return [fault.code ?? `${fault.name}: ${fault.message}`, undefined];
  } finally {
    late.abort();
  }
}

async function oneTransfer(session, who, bus, name) {
  const count = ++asked;
  const tag = `${id}.${count}`;
  const data = numberOf(Number(id), count);
  const reads = random(2) === 0;
  const messages = [{ addr: PART, flags: 0, length: NUMBER_BYTES, data }];
  if (reads) messages.push({ addr: PART, flags: READ, length: NUMBER_BYTES, data: new Uint8Array(0) });
  note({ event: 'asks', tag, who, bus: name, fence: session.fence });
  const given = new AbortController();
  if (random(60) === 0) setTimeout(() => given.abort(), random(4));
  underWay.add(tag);
  const [code, done] = await codeOf(
    session.transfer({ kind: 'i2c', bus, messages }, LEFT_NS, given.signal),
    `transfer ${tag}`,
  );
  underWay.delete(tag);
  const isOther = reads && done !== undefined && !data.equals(done.received[0] ?? Buffer.alloc(0));
  note({ event: 'ends', tag, ...(code !== undefined && { code }), ...(isOther && { isOther }) });
  return code;
}

/** Transfers whose ends are not known yet. */
const underWay = new Set();

async function oneLease() {
  const host = pick(hosts);
  const way = pick(host.ways);
  const { place, name } = remoteAddress(way);
  const who = `lab-${id}-${++leases}`;
  const ttlMs = 200 + random(400);
  let stream;
  let isLost = false;
  const session = new RemoteSession({
    name,
    who,
    open: async () => {
      if (underWay.size > 0) note({ event: 'asks again', who, tags: [...underWay] });
      stream = await openStream(place, name);
      return stream;
    },
    onLost: () => {
      isLost = true;
    },
  });
  const buses = host.buses.filter(() => random(3) === 0);
  if (buses.length === 0) buses.push(pick(host.buses));
  const wish = { buses, why: String(ttlMs), ttlMs, idleMs: 60_000, graceMs: pick([0, ttlMs, ttlMs]) };
  const steal = random(15) === 0;
  const more = { priority: random(3), steal, restore: random(6) === 0, wait: WAIT.YES };
  const work = async () => {
    await session.connect();
    await session.acquire({ ...wish, ...more });
  };
  const [code] = await codeOf(work(), `lease ${who}`);
  note({ event: 'leases', who, host: host.name, way, buses, steal, code, fence: session.fence });
  if (code === undefined) await useIt(session, who, buses, () => isLost || stream.destroyed);
  // Some leave without a word.
  if (random(8) === 0) stream?.destroy();
  await codeOf(session.close(), `close ${who}`);
  if (code !== undefined) await sleep(20 + random(80));
}

async function useIt(session, who, buses, isGone) {
  for (let round = random(16); round >= 0 && !isOver; round--) {
    const calls = Array.from({ length: 1 + random(16) }, () => {
      const name = pick(buses);
      const bus = session.greeting.buses.findIndex((each) => each.name === name);
      return oneTransfer(session, who, bus, name);
    });
    const codes = await Promise.all(calls);
    process.send({ calls: calls.length });
    // Half of those who have lost it do not heed that.
    if (isGone() && codes.some((code) => code !== undefined) && random(2) === 0) return;
  }
}

note({ event: 'started' });
while (!isOver) await oneLease();
note({ event: 'stopped' });
process.exit(0);
