// What it costs to trace, to write a recording, to read it, and to answer from it: a million transfers of two parts on I2C and one on
// SPI, without board and file.
import { checkout, cpuTime, median, report } from './report.mjs';

const room = (name) => import(`${checkout}dist/src/${name}/index.js`);
const [{ Recording, RecordingWriter }, { Replay }, { TraceReader, TraceWriter, traceMemory }, formats] =
  await Promise.all(['recording', 'replay', 'trace', 'formats'].map(room));

const COUNT = 1_000_000;
const I2C = { kind: 'i2c', number: 1, path: '/i2c', parts: [] };
const SPI = { kind: 'spi', number: 0, path: '/spi', parts: [] };
const BUSES = [I2C, SPI];
const RD = 1;
const NONE = [];
const BEGAN_MS = Date.UTC(2026, 0, 1);
const message = (addr, flags, ...bytes) => ({ addr, flags, buf: Uint8Array.from(bytes) });
const temperature = [message(0x48, 0, 0), message(0x48, RD, 0x1f, 0x80)];
const memoryWrite = [message(0x50, 0, 0x10, 0xaa)];
const readId = [{ tx: Uint8Array.of(0x9f, 0, 0, 0), rx: Uint8Array.of(0xff, 0xef, 0x40, 0x14) }];
const timeOf = (n) => BEGAN_MS + n * 0.3;
/** Records as a back-end makes them: of each kind of bus all have one shape. */
const i2c = (n, messages) => ({
  bus: '/i2c',
  client: 'the board',
  startedMs: timeOf(n),
  queuedMs: 0,
  wireMs: 0.25,
  attempts: 1,
  stretchedNs: 0,
  struck: NONE,
  messages,
  fault: undefined,
});
const spi = (n, chipSelect, transfers) => ({
  bus: '/spi',
  client: 'the board',
  startedMs: timeOf(n),
  queuedMs: 0,
  wireMs: 0.25,
  attempts: 1,
  stretchedNs: 0,
  struck: NONE,
  chipSelect,
  transfers,
  fault: undefined,
});
/** What the arguments of the trace are for the n-th event. */
const RECORDS = [
  (n) => [0, n, i2c(n, temperature)],
  (n) => [0, n, i2c(n, memoryWrite)],
  (n) => [1, n, spi(n, 0, readId)],
];

/** Does the work for so many transfers. @returns µs a transfer: by the clock, and of the CPU */
function timed(work, count = COUNT) {
  const before = cpuTime();
  const begin = performance.now();
  work();
  const us = ((performance.now() - begin) * 1000) / count;
  return { us, cpu: (cpuTime() - before) / count };
}

// As much of a trace as its ring holds, written and read in turn.
const memory = traceMemory(1 << 20);
const tracer = new TraceWriter(memory);
const reader = new TraceReader(memory);
const ROUND = 2500;
let at = 0;

/** Puts a round of events into the ring, as a back-end does. */
function trace() {
  for (let i = 0; i < ROUND; i++) tracer.transfer(...RECORDS[at % RECORDS.length](++at));
}

const chunks = [];
const writer = new RecordingWriter((text) => chunks.push(text));
writer.head({ buses: [I2C, SPI] });
const [tracing, writing] = [[], []];
for (let i = 0; i < COUNT / ROUND; i++) {
  tracing.push(timed(trace, ROUND));
  writing.push(
    timed(() => {
      for (let event = reader.read(); event !== undefined; event = reader.read())
        writer.transfer(BUSES[event.bus], event, 'temp@48: read TEMP (0x00): 1f 80');
    }, ROUND),
  );
}
writer.end();
if (reader.dropped > 0) throw new Error('the ring lost events');
/** Reports the median of what rounds took, and their mean of the CPU's time. */
function reportRounds(what, aim, rounds) {
  const cpu = rounds.reduce((sum, round) => sum + round.cpu, 0) / rounds.length;
  report(what, median(rounds.map(({ us }) => us)), 'us', aim, cpu);
}
reportRounds('an event put into the trace', 'at most 2', tracing);
reportRounds('an event taken from the trace and written into a recording', 'at most 5', writing);

let recording;
const reading = timed(() => {
  recording = new Recording('bench.bus', Buffer.concat(chunks));
});
report('a line read and checked', reading.us, 'us', '', reading.cpu);
let replay;
const preparing = timed(() => {
  replay = new Replay(recording);
});
report('  and put in order for a replay', preparing.us, 'us', '', preparing.cpu);
const answer = new Uint8Array(2);
const REQUESTS = [
  () =>
    replay.i2c(I2C, [
      { addr: 0x48, flags: 0, buf: Uint8Array.of(0) },
      { addr: 0x48, flags: RD, buf: answer },
    ]),
  () => replay.i2c(I2C, [{ addr: 0x50, flags: 0, buf: Uint8Array.of(0x10, 0xaa) }]),
  () => replay.spi(SPI, 0, [{ tx: Uint8Array.of(0x9f, 0, 0, 0), rx: new Uint8Array(4) }]),
];
const replaying = timed(() => {
  for (let i = 0; i < COUNT; i++) REQUESTS[i % REQUESTS.length]();
});
if (replay.report.answered !== COUNT || replay.report.leftCount > 0) throw new Error('not all were replayed');
report('a transfer replayed', replaying.us, 'us', 'at most 5', replaying.cpu);
const all = (one) => [reading, preparing, replaying].reduce((sum, each) => sum + each[one], 0);
report('  with the reading of its file', all('us'), 'us', 'at most 5', all('cpu'));

// A bus that was used faster than its bits are drawn: what is not drawn yet grows with the file.
const WAVES = 50_000;
const { buses, events } = formats.capturedFrom(recording);
const some = [];
for (const event of events) if (some.push(event) === WAVES) break;
const begin = performance.now();
await formats.writeTrace({ buses, board: undefined, beganMs: 0, notes: [], events: some }, 'vcd', () => {}, {
  times: 'rounded',
});
report('a transfer drawn as waves (.vcd)', ((performance.now() - begin) * 1000) / WAVES, 'us', 'at most 200');
