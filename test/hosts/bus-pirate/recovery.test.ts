import { beforeEach, describe, expect, it } from 'vitest';
import {
  BusPirateAdapter,
  BusPirateEmulator,
  DEFAULT_SETTINGS,
  type Traits,
  V3_FIRMWARE_6_1,
  V4_FIRMWARE_8_0,
} from '../../../hosts/bus-pirate/index.ts';
import { Faults } from '../../../hosts/link/index.ts';
import { type BusFault, I2C_M, type I2cMessage } from '../../../src/bus/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { faultOf } from '../controller-suite.ts';
import { inFakeTime } from '../fake-time.ts';
import { MEMORY, RecordingWire } from '../recording-wire.ts';
import { type DirectLink, directLink } from './direct-link.ts';

interface Bench {
  wire: RecordingWire;
  faults: Faults;
  link: DirectLink;
  host: BusPirateAdapter;
  emulator: BusPirateEmulator;
}

async function bench(traits: Traits = V4_FIRMWARE_8_0): Promise<Bench> {
  const wire = new RecordingWire();
  const faults = new Faults();
  const emulator = new BusPirateEmulator({ i2c: wire.i2c, spi: wire.spi, traits });
  const link = directLink({
    feed: (bytes) => {
      const taken = faults.incoming(bytes).bytes;
      return faults.hanging ? new Uint8Array(0) : faults.outgoing(emulator.feed(taken));
    },
  });
  const host = new BusPirateAdapter('the cable', DEFAULT_SETTINGS, link.open);
  await host.open();
  return { wire, faults, link, host, emulator };
}

const register = (data: readonly number[]): I2cMessage => ({
  addr: MEMORY,
  flags: 0,
  buf: Uint8Array.from(data),
});
const value = (length: number): I2cMessage => ({
  addr: MEMORY,
  flags: I2C_M.RD,
  buf: new Uint8Array(length),
});

describe('an adapter that answers rubbish', () => {
  let all: Bench;
  beforeEach(async () => {
    all = await bench();
    await all.host.i2c.transfer([register([0, 0x42])]);
  });

  it('fails the transfer with EPROTO and is back in step for the next one', async () => {
    const { host, faults } = all;
    faults.garbleAnswers(1);
    expect(await faultOf(() => host.i2c.transfer([register([0, 1])]))).toBe('EPROTO');
    const read = value(1);
    await host.i2c.transfer([register([0]), read]);
    expect([...read.buf]).toEqual([1]);
  });

  it('is back in step when it sends bytes that were not asked for', async () => {
    const { host, link } = all;
    link.talk(Uint8Array.of(0xde, 0xad));
    const read = value(1);
    await host.i2c.transfer([register([0]), read]);
    expect([...read.buf]).toEqual([0x42]);
  });

  it('leaves the bus free', async () => {
    const { host, faults, wire } = all;
    faults.garbleAnswers(1);
    await faultOf(() => host.i2c.transfer([register([0, 1])]));
    await host.i2c.transfer([]);
    expect(wire.log.at(-1)).toBe('P');
  });

  it('is lost when it stays with its rubbish', async () => {
    const { host, faults, link } = all;
    faults.garbleAnswers(1e9);
    expect(await faultOf(() => host.i2c.transfer([register([0, 1])]))).toBe('EPROTO');
    link.sent.length = 0;
    const second = () => faultOf(() => host.i2c.transfer([register([0, 1])]));
    expect(await inFakeTime(second)).toBe('ENODEV');
    expect(await faultOf(() => host.spi.transfer(0, 0, [spiTransfer({})]))).toBe('ENODEV');
    // It was tried once: zeros, Enter, one reset, one long payload of zeros; then no more.
    expect(link.sent.length).toBeLessThan(5000);
    faults.garbleAnswers(0);
    await host.open();
    await host.i2c.transfer([register([0, 1])]);
  });
});

describe('answers that get lost', () => {
  it('end in ETIMEDOUT at the deadline, and the adapter is back in step for the next transfer', async () => {
    const { host, faults } = await bench();
    await host.i2c.transfer([register([0, 0x42])]);
    // START, two bytes written, four read: the last byte of nine.
    faults.dropAnswers(1, 8);
    const deadline = AbortSignal.timeout(30);
    expect(await faultOf(() => host.i2c.transfer([register([0]), value(4)], deadline))).toBe('ETIMEDOUT');
    const read = value(1);
    await host.i2c.transfer([register([0]), read]);
    expect([...read.buf]).toEqual([0x42]);
  });

  it('end in ETIMEDOUT without a deadline too', async () => {
    const { host, faults } = await bench();
    await host.i2c.transfer([register([0, 0x42])]);
    faults.dropAnswers(1, 4);
    const late = async () => host.i2c.transfer([register([0])]).catch((error: BusFault) => error);
    const fault = await inFakeTime(late);
    expect(fault?.message).toMatch(/^ETIMEDOUT: the adapter on the cable did not answer within \d+ ms$/);
  });

  it('of a transfer that was given up do not end up in its buffer, nor in the next one', async () => {
    const { host, wire, link } = await bench();
    await host.i2c.transfer([register([0, 1, 2, 3])]);
    const late = value(3);
    const deadline = new AbortController();
    link.sent.length = 0;
    wire.atNextEvent(() => deadline.abort());
    expect(await faultOf(() => host.i2c.transfer([register([0]), late], deadline.signal))).toBe('ETIMEDOUT');
    const read = value(2);
    await host.i2c.transfer([register([1]), read]);
    expect([...read.buf]).toEqual([2, 3]);
    expect([...late.buf]).toEqual([0, 0, 0]);
    const readRegister = (number: number, length: number) => [
      2,
      0x11,
      0xa0,
      number,
      8,
      0,
      1,
      0,
      length,
      0xa1,
    ];
    // The late answers were waited for and the bus cleared; binary mode was not entered anew.
    expect(link.sent).toEqual([...readRegister(0, 3), 0x04, 0x07, 0x03, ...readRegister(1, 2)]);
  });
});

describe('a deadline that passes while the adapter is brought back', () => {
  it('is kept', async () => {
    const { host, faults } = await bench();
    await host.i2c.transfer([register([0])]);
    faults.hanging = true;
    expect(await faultOf(() => host.i2c.transfer([register([0])], AbortSignal.timeout(5)))).toBe('ETIMEDOUT');
    const began = performance.now();
    expect(await faultOf(() => host.i2c.transfer([register([0])], AbortSignal.timeout(20)))).toBe(
      'ETIMEDOUT',
    );
    expect(performance.now() - began).toBeLessThan(200);
    faults.hanging = false;
    await host.close();
  });
});

describe('an adapter that is unplugged', () => {
  it('fails what runs and what follows with ENODEV, and says which adapter', async () => {
    const { host, wire, link } = await bench();
    await host.i2c.transfer([register([0])]);
    wire.atNextEvent(() => link.unplug());
    const fault = await host.i2c.transfer([register([0])]).catch((error: BusFault) => error);
    expect(fault?.message).toBe('ENODEV: the adapter on the cable is gone: pulled');
    expect(await faultOf(() => host.i2c.transfer([register([0])]))).toBe('ENODEV');
    await host.open();
    await host.i2c.transfer([register([0])]);
  });
});

describe('an SPI command that is refused', () => {
  it('is EIO, and the chip is deselected', async () => {
    const wire = new RecordingWire();
    const emulator = new BusPirateEmulator({ spi: wire.spi, traits: V3_FIRMWARE_6_1 });
    let refusing = false;
    const link = directLink({
      feed: (bytes) => {
        const at = refusing ? bytes.indexOf(0x05) : -1;
        if (at < 0) return emulator.feed(bytes);
        return Buffer.concat([emulator.feed(bytes.subarray(0, at)), Buffer.of(0)]);
      },
    });
    const host = new BusPirateAdapter('the cable', DEFAULT_SETTINGS, link.open);
    await host.open();
    const tx = () => spiTransfer({ tx: Uint8Array.of(7) });
    await host.spi.transfer(0, 0, [tx()]);
    wire.log = [];
    refusing = true;
    const transfers = [spiTransfer({ rx: new Uint8Array(1) }), tx()];
    expect(await faultOf(() => host.spi.transfer(0, 0, transfers))).toBe('EIO');
    expect(wire.log).toEqual(['[0', ']']);
  });
});

describe('an older firmware', () => {
  const noWriteThenRead: Traits = { ...V4_FIRMWARE_8_0, i2cWriteThenRead: false };

  it('without I2C write-then-read is found out and does the same by single commands', async () => {
    const { host, wire, link } = await bench(noWriteThenRead);
    await host.i2c.transfer([register([8, 1, 2, 3])]);
    link.sent.length = 0;
    wire.log = [];
    const read = value(3);
    await host.i2c.transfer([register([8]), read]);
    expect([...read.buf]).toEqual([1, 2, 3]);
    expect(wire.log).toEqual(['W50', '<08', 'R50', '>01', '>02', '>03', 'P']);
    expect(link.sent).toEqual([2, 0x11, 0xa0, 8, 2, 0x10, 0xa1, 4, 6, 4, 6, 4, 7, 3]);
  });

  it('before 5.5 has no SPI write-then-read and is not asked for it', async () => {
    const { host, wire, link } = await bench({ ...V4_FIRMWARE_8_0, firmware: 'Firmware v5.4 (r500)' });
    const rx = new Uint8Array(3);
    link.sent.length = 0;
    await host.spi.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(0x9f) }), spiTransfer({ rx })]);
    expect([...rx]).toEqual([0xef, 0x40, 0x14]);
    expect(wire.log).toEqual(['[0', '9f', '00', '00', '00', ']']);
    expect(link.sent.slice(-8)).toEqual([2, 0x10, 0x9f, 0x12, 0, 0, 0, 3]);
  });

  it('before 6.2 is slowed down to 2 MHz', async () => {
    const { host, link } = await bench({ ...V4_FIRMWARE_8_0, firmware: 'Firmware v6.1 (r1676)' });
    await host.spi.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(1), speedHz: 8_000_000 })]);
    expect(link.sent).toContain(0x64);
    expect(link.sent).not.toContain(0x67);
  });
});
