import { describe, expect, it } from 'vitest';
import { FirmataAdapter, FirmataEmulator } from '../../../hosts/firmata/index.ts';
import { MessageReader } from '../../../hosts/firmata/protocol.ts';
import { type BusFault, I2C_M } from '../../../src/bus/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { directLink, type Peer } from '../bus-pirate/direct-link.ts';
import { faultOf } from '../controller-suite.ts';
import { inFakeTime } from '../fake-time.ts';
import { MEMORY, RecordingWire } from '../recording-wire.ts';

const read = (length: number) => [{ addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(length) }];
const write = (...data: number[]) => ({ addr: MEMORY, flags: 0, buf: Uint8Array.from(data) });
const hex = (bytes: readonly number[]) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

async function bench(peer: (emulator: FirmataEmulator) => Peer = (emulator) => emulator, csPins = [10]) {
  const wire = new RecordingWire();
  const link = directLink(peer(new FirmataEmulator(wire)));
  const host = new FirmataAdapter('the cable', { chipSelects: csPins }, link.open);
  await host.open();
  link.sent.length = 0;
  return { wire, link, host };
}

describe('what goes over the cable (protocol.md, i2c.md, spi.md)', () => {
  it('is an I2C request, and the state of a pin that tells that it was carried out', async () => {
    const { host, link } = await bench();
    await host.i2c.transfer([write(0x12, 0xff)]);
    // Pins 18 and 19, inputs with pull-ups, and the levels of their port, before I2C has them.
    const look = 'f4 12 0b f4 13 0b d2 01 f0 6d 02 f7';
    expect(hex(link.sent)).toBe(`${look} f0 78 00 00 f7 f0 76 50 00 12 00 7f 01 f7 f0 6d 03 f7`);
    link.sent.length = 0;
    await host.i2c.transfer([write(0x81), ...read(3)]);
    // Mode: read, and a repeated START; register 0x81, three bytes.
    expect(hex(link.sent)).toBe('f0 76 50 48 01 01 03 00 f7 f0 6d 04 f7');
  });

  it('is an SPI transfer of 24 bytes at most, between the edges of chip select', async () => {
    const { host, link } = await bench();
    const bytes = (length: number) => [
      spiTransfer({ tx: new Uint8Array(length).fill(0x80), speedHz: 1_000_000 }),
    ];
    await host.spi?.transfer(0, 0, bytes(1));
    const begin = 'f4 0a 01 f5 0a 01 f0 68 00 00 f7';
    const config = 'f0 68 01 00 01 40 04 3d 00 00 00 01 0a f7';
    const transfer = 'f0 68 02 00 01 00 01 00 01 f7';
    const barriers = [2, 3, 4, 5, 6].map((pin) => `f0 6d 0${pin} f7`);
    const [b1, b2, b3, b4, b5] = barriers;
    expect(hex(link.sent)).toBe(
      `${begin} ${b1} ${config} ${b2} f5 0a 00 ${b3} ${transfer} ${b4} f5 0a 01 ${b5}`,
    );
    link.writes.length = 0;
    await host.spi?.transfer(0, 0, bytes(60));
    for (const { length } of link.writes) expect(length).toBeLessThanOrEqual(64);
  });
});

it('takes no late answer for that of another request', async () => {
  let late: Uint8Array = new Uint8Array(0);
  let isSlow = false;
  const { host, wire } = await bench((emulator) => ({
    feed: (sent) => {
      const answer = Buffer.concat([late, emulator.feed(sent)]);
      late = isSlow ? answer : new Uint8Array(0);
      const now = isSlow ? new Uint8Array(0) : answer;
      isSlow = false;
      return now;
    },
  }));
  wire.memory.set([0xaa, 0xbb]);
  await host.i2c.transfer([write(0)]);
  isSlow = true;
  const deadline = new AbortController();
  wire.atNextEvent(() => deadline.abort());
  expect(await faultOf(() => host.i2c.transfer(read(1), deadline.signal))).toBe('ETIMEDOUT');
  const [message] = read(1) as [{ addr: number; flags: number; buf: Uint8Array }];
  await host.i2c.transfer([message]);
  expect([...message.buf]).toEqual([0xbb]);
});

it('tells a board that was reset of its buses again', async () => {
  const wire = new RecordingWire();
  let board = new FirmataEmulator(wire);
  const link = directLink({ feed: (sent) => board.feed(sent) });
  const host = new FirmataAdapter('the cable', { chipSelects: [10] }, link.open);
  await host.open();
  await host.i2c.transfer(read(1));
  board = new FirmataEmulator(wire);
  // What a board says when it has booted.
  link.talk(Uint8Array.of(0xf9, 2, 6));
  await host.i2c.transfer(read(1));
  expect(wire.log).toEqual(['R50', '>00', 'P', 'R50', '>00', 'P']);
});

it('refuses before the wire what it cannot do', async () => {
  const { host, link } = await bench();
  expect(await faultOf(() => host.i2c.transfer([write(1, 2), ...read(1)]))).toBe('EOPNOTSUPP');
  expect(await faultOf(() => host.i2c.setClockFrequency(10_000))).toBe('EINVAL');
  expect(await faultOf(() => host.spi?.transfer(0, 1, [spiTransfer({ tx: Uint8Array.of(1) })]))).toBe(
    'EOPNOTSUPP',
  );
  expect(link.sent).toEqual([]);
});

/** A board whose pins have these modes, and nothing behind it. */
const withModes = (...modes: number[]): Peer => ({
  feed(sent) {
    const answers: number[] = [];
    const reader = new MessageReader((message) => {
      if (message.kind !== 'sysex') return;
      const { command, data } = message;
      if (command === 0x6b)
        answers.push(0xf0, 0x6c, ...Array.from({ length: 8 }, () => [...modes, 0x7f]).flat(), 0xf7);
      if (command === 0x6d) answers.push(0xf0, 0x6e, data[0] as number, 0xf7);
    });
    if (sent[0] === 0xf9) answers.push(0xf9, 2, 5);
    reader.read(sent);
    return Uint8Array.from(answers);
  },
});

it('refuses a bus that the firmware was built without', async () => {
  const { host } = await bench(() => withModes(6, 1));
  expect(await faultOf(() => host.spi?.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(1) })]))).toBe(
    'EOPNOTSUPP',
  );
  expect(await faultOf(() => bench(() => withModes(1, 1)))).toBe('EPROTO');
  const { host: spiOnly } = await bench(() => withModes(0x0c, 1));
  expect(await faultOf(() => spiOnly.i2c.transfer(read(1)))).toBe('EOPNOTSUPP');
});

it('a board that does not answer to a read is EPROTO, and one that says nothing ETIMEDOUT', async () => {
  const { host } = await bench(() => withModes(6, 1));
  expect(await faultOf(() => host.i2c.transfer(read(1)))).toBe('EPROTO');
});

it.each<[string, Peer]>([
  ['nobody', { feed: () => new Uint8Array(0) }],
  ['one that talks without end', { feed: () => new Uint8Array(10_000).fill(0x3e) }],
  ['one that begins messages', { feed: () => new Uint8Array(10_000).fill(0xf0) }],
])('%s is EPROTO', async (_, peer) => {
  const fault = await inFakeTime(() => bench(() => peer).catch((error: BusFault) => error));
  expect(String((fault as Error).message)).toContain(
    'EPROTO: no Firmata board found on the cable within 8 s',
  );
});
