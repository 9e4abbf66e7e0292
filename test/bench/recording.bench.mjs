// What it costs to write a recording, to read it, and to answer from it: a million transfers of two parts on I2C and one on
// SPI, without board and file.
import { checkout, cpuTime, report } from './report.mjs';

const room = (name) => import(`${checkout}dist/src/${name}/index.js`);
const [{ Recording, RecordingWriter }, { Replay }] = await Promise.all([room('recording'), room('replay')]);

const COUNT = 1_000_000;
const bytes = (...given) => ({ bytes: Uint8Array.from(given), length: given.length });
const sent = (target, ...given) => ({ target, tenBit: false, sent: bytes(...given), received: undefined });
const received = (target, ...given) => ({
  target,
  tenBit: false,
  sent: undefined,
  received: bytes(...given),
});
const I2C = { kind: 'i2c', number: 1, path: '/i2c', parts: [] };
const SPI = { kind: 'spi', number: 0, path: '/spi', parts: [] };
const SEGMENTS = [
  [I2C, [sent(0x48, 0), received(0x48, 0x1f, 0x80)]],
  [I2C, [sent(0x50, 0x10, 0xaa)]],
  [SPI, [{ target: 0, tenBit: false, sent: bytes(0x9f, 0, 0, 0), received: bytes(0xff, 0xef, 0x40, 0x14) }]],
];
const COMMON = { kind: 'transfer', sequence: 1, client: 'the board', queuedMs: 0, wireMs: 0.25, attempts: 1 };

/** Does the work for each transfer. @returns µs a transfer: by the clock, and of the CPU */
function timed(work) {
  const before = cpuTime();
  const begin = performance.now();
  work();
  const us = ((performance.now() - begin) * 1000) / COUNT;
  return { us, cpu: (cpuTime() - before) / COUNT };
}

// They are built before: that would be most of the cost.
const EVENTS = Array.from({ length: 3000 }, (_, i) => {
  const [bus, segments] = SEGMENTS[i % SEGMENTS.length];
  const traced = {
    ...COMMON,
    bus: bus === I2C ? 0 : 1,
    startedMs: i * 0.3,
    stretchedNs: 0,
    struck: [],
    fault: undefined,
    segments,
  };
  return { bus, traced };
});

const chunks = [];
const writing = timed(() => {
  const writer = new RecordingWriter((text) => {
    chunks.push(Buffer.from(text));
  });
  writer.head({ buses: [I2C, SPI] });
  for (let i = 0; i < COUNT; i++) {
    const { bus, traced } = EVENTS[i % EVENTS.length];
    traced.startedMs += 0.3;
    writer.transfer(bus, traced, 'temp@48: read TEMP (0x00): 1f 80');
  }
  writer.end();
});
report('an event written into a recording', writing.us, 'us', 'at most 2', writing.cpu);

let recording;
const reading = timed(() => {
  recording = new Recording('bench.bus', Buffer.concat(chunks));
});
report('a line read and checked', reading.us, 'us', '', reading.cpu);
const replay = new Replay(recording);
const temperature = new Uint8Array(2);
const REQUESTS = [
  () =>
    replay.i2c(I2C, [
      { addr: 0x48, flags: 0, buf: Uint8Array.of(0) },
      { addr: 0x48, flags: 1, buf: temperature },
    ]),
  () => replay.i2c(I2C, [{ addr: 0x50, flags: 0, buf: Uint8Array.of(0x10, 0xaa) }]),
  () => replay.spi(SPI, 0, [{ tx: Uint8Array.of(0x9f, 0, 0, 0), rx: new Uint8Array(4) }]),
];
const replaying = timed(() => {
  for (let i = 0; i < COUNT; i++) REQUESTS[i % REQUESTS.length]();
});
if (replay.report.answered !== COUNT || replay.report.leftCount > 0) throw new Error('not all were replayed');
report('a transfer replayed', replaying.us, 'us', 'at most 5', replaying.cpu);
