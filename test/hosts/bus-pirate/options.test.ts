import { describe, expect, it } from 'vitest';
import {
  BusPirateAdapter,
  BusPirateEmulator,
  DEFAULT_SETTINGS,
  type EmulatorOptions,
  type Settings,
  V3_FIRMWARE_6_1,
  V4_FIRMWARE_8_0,
} from '../../../hosts/bus-pirate/index.ts';
import { BusFault, I2C_M, SPI_MODE, type SpiTransfer } from '../../../src/bus/index.ts';
import { type SpiPart, SpiWire } from '../../../src/sim/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { faultOf } from '../controller-suite.ts';
import { ABSENT, MEMORY, PICKY, RecordingWire } from '../recording-wire.ts';
import { directLink } from './direct-link.ts';

async function bench(settings: Partial<Settings> = {}, options: EmulatorOptions = {}) {
  const wire = new RecordingWire();
  const emulator = new BusPirateEmulator({
    i2c: wire.i2c,
    spi: wire.spi,
    traits: V4_FIRMWARE_8_0,
    ...options,
  });
  const link = directLink(emulator);
  const host = new BusPirateAdapter('the cable', { ...DEFAULT_SETTINGS, ...settings }, link.open);
  await host.open();
  link.sent.length = 0;
  const spi = (mode: number, ...transfers: Partial<SpiTransfer>[]) =>
    host.spi.transfer(0, mode, transfers.map(spiTransfer));
  const probe = () => host.i2c.transfer([{ addr: MEMORY, flags: 0, buf: new Uint8Array(0) }]);
  return { wire, emulator, link, host, spi, probe };
}

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('peripherals', () => {
  it('are off unless the node asks for them', async () => {
    const { emulator, probe } = await bench();
    await probe();
    expect(emulator.pins).toMatchObject({ power: false, pullUps: false, aux: false, pullUpMicrovolt: 0 });
  });

  it('are on in both modes', async () => {
    const { emulator, probe, spi } = await bench({ power: true, powerUpMs: 0, pullUps: true, aux: true });
    await probe();
    expect(emulator.pins).toMatchObject({ power: true, pullUps: true, aux: true });
    await spi(0, { tx: bytes(1) });
    expect(emulator.pins).toMatchObject({ power: true, pullUps: true, aux: true });
  });

  it('have their pull-ups at the voltage that the node names', async () => {
    for (const pullUpMicrovolt of [3_300_000, 5_000_000] as const) {
      const { emulator, probe } = await bench({ pullUps: true, pullUpMicrovolt });
      await probe();
      expect(emulator.pins.pullUpMicrovolt).toBe(pullUpMicrovolt);
    }
  });

  it('say what to do when the adapter cannot choose that voltage', async () => {
    const settings = { pullUps: true, pullUpMicrovolt: 3_300_000 } as const;
    const { probe } = await bench(settings, { traits: V3_FIRMWARE_6_1 });
    const fault = await probe().catch((error: BusFault) => error);
    expect(fault).toBeInstanceOf(BusFault);
    expect(fault?.message).toMatch(/^EOPNOTSUPP: .*only a v4 can.*remove dtbus,pull-up-microvolt$/);
  });

  it('give parts time to wake up after power is switched on', async () => {
    const { probe } = await bench({ power: true, powerUpMs: 30 });
    const began = performance.now();
    await probe();
    expect(performance.now() - began).toBeGreaterThan(25);
  });
});

describe('the I2C clock', () => {
  const told = (sent: readonly number[]) => sent.filter((byte) => (byte & 0xf0) === 0x60);

  it('is the one of the node until a bus asks for another', async () => {
    const { host, link, probe } = await bench({ clockFrequency: 60_000 });
    await probe();
    expect(host.i2c.clockFrequency).toBe(50_000);
    expect(told(link.sent)).toEqual([0x61]);
    expect(host.i2c.setClockFrequency(400_000)).toBe(400_000);
    await probe();
    await probe();
    expect(told(link.sent)).toEqual([0x61, 0x63]);
  });

  it('is not slower than 5 kHz', async () => {
    const { host } = await bench();
    expect(await faultOf(() => host.i2c.setClockFrequency(1000))).toBe('EINVAL');
  });
});

describe('I2C, as it looks on the cable', () => {
  it('a read is one command', async () => {
    const { host, link, probe, wire } = await bench();
    // Behind zeros alone it looks whether SDA is held.
    wire.memory.fill(0x5a);
    await probe();
    link.sent.length = 0;
    await host.i2c.transfer([{ addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(300) }]);
    expect(link.sent).toEqual([8, 0, 1, 1, 44, 0xa1]);
  });

  it('a read that is refused is stopped by hand, since the firmware leaves that out', async () => {
    const { host, link, probe } = await bench();
    await probe();
    link.sent.length = 0;
    const read = { addr: ABSENT, flags: I2C_M.RD, buf: new Uint8Array(2) };
    expect(await faultOf(() => host.i2c.transfer([read]))).toBe('ENXIO');
    expect(link.sent).toEqual([8, 0, 1, 0, 2, 0x67, 3]);
  });

  it('a register that is refused is EREMOTEIO, though its read was on the way and runs', async () => {
    const { host, wire } = await bench();
    wire.patience = 0;
    const messages = [
      { addr: PICKY, flags: 0, buf: bytes(1) },
      { addr: PICKY, flags: I2C_M.RD, buf: new Uint8Array(1) },
    ];
    expect(await faultOf(() => host.i2c.transfer(messages))).toBe('EREMOTEIO');
    expect(wire.log).toEqual(['W51', '<01!', 'R51', '>77', 'P']);
  });

  it('nothing goes ahead with flags that mangle the protocol', async () => {
    const { host, wire } = await bench();
    const messages = [
      { addr: PICKY, flags: 0, buf: bytes(1, 2) },
      { addr: PICKY, flags: I2C_M.NOSTART, buf: bytes(3) },
      { addr: PICKY, flags: I2C_M.RD, buf: new Uint8Array(1) },
    ];
    expect(await faultOf(() => host.i2c.transfer(messages))).toBe('EREMOTEIO');
    expect(wire.log).toEqual(['W51', '<01', '<02', '<03!', 'P']);
  });

  it('reversed directions and skipped acknowledgements are what the flags say', async () => {
    const { host, wire, link } = await bench();
    wire.log = [];
    const { REV_DIR_ADDR, NO_RD_ACK, RD } = I2C_M;
    await host.i2c.transfer([{ addr: MEMORY, flags: RD | REV_DIR_ADDR, buf: new Uint8Array(0) }]);
    expect(wire.log).toEqual(['W50', 'P']);
    link.sent.length = 0;
    await host.i2c.transfer([{ addr: MEMORY, flags: RD | NO_RD_ACK, buf: new Uint8Array(2) }]);
    expect(link.sent).toEqual([2, 0x10, 0xa1, 4, 4, 3]);
  });

  it('a first message with NOSTART leaves out the address only', async () => {
    const { host, wire } = await bench();
    wire.log = [];
    await host.i2c.transfer([{ addr: 0, flags: I2C_M.NOSTART, buf: bytes(0xa0, 0x20) }]);
    expect(wire.log).toEqual(['W50', '<20', 'P']);
  });
});

describe('SPI, as it looks on the cable', () => {
  it('asks for the mode and the nearest clock that is not above, once', async () => {
    const { spi, link } = await bench();
    await spi(3, { tx: bytes(1), speedHz: 999_999 });
    expect(link.sent).toEqual([1, 0x41, 0x8c, 0x62, 4, 0, 1, 0, 0, 1]);
    link.sent.length = 0;
    await spi(3, { tx: bytes(2), speedHz: 300_000 });
    expect(link.sent).toEqual([4, 0, 1, 0, 0, 2]);
  });

  it('goes at the slowest speed that a message names', async () => {
    const { spi, link } = await bench();
    await spi(0, { tx: bytes(1), speedHz: 4_000_000 }, { tx: bytes(2), speedHz: 250_000 }, { tx: bytes(3) });
    expect(link.sent.filter((byte) => (byte & 0xf0) === 0x60)).toEqual([0x62]);
  });

  it('cannot go slower than 30 kHz', async () => {
    const { spi } = await bench();
    expect(await faultOf(() => spi(0, { tx: bytes(1), speedHz: 20_000 }))).toBe('EINVAL');
  });

  it('drives its pins, or leaves high levels to the pull-ups', async () => {
    const { spi, link } = await bench({ openDrain: true });
    await spi(0, { tx: bytes(1) });
    expect(link.sent).toContain(0x82);
    expect(link.sent).not.toContain(0x8a);
  });

  it('keeps its clock while a chip stays selected, since setting it would deselect', async () => {
    const { spi, wire, link } = await bench();
    await spi(0, { tx: bytes(1), speedHz: 1_000_000, csChange: true });
    link.sent.length = 0;
    await spi(0, { tx: bytes(2), speedHz: 2_000_000, csChange: true });
    expect(link.sent).toEqual([5, 0, 1, 0, 0, 2]);
    expect(await faultOf(() => spi(0, { tx: bytes(3), speedHz: 250_000 }))).toBe('EOPNOTSUPP');
    expect(wire.log).toEqual(['[0', '01', '02', ']']);
  });

  it('NO_CS leaves chip select alone', async () => {
    const { spi, link } = await bench();
    await spi(0, { tx: bytes(1) });
    link.sent.length = 0;
    await spi(SPI_MODE.NO_CS, { tx: bytes(7), rx: new Uint8Array(1) }, { tx: bytes(8) });
    expect(link.sent).toEqual([0x10, 7, 5, 0, 1, 0, 0, 8]);
  });

  it('lets delays of chip select pass, and needs none for a few hundred nanoseconds', async () => {
    const { spi, link } = await bench();
    await spi(0, { tx: bytes(1), csSetupNs: 500, csHoldNs: 500, csInactiveNs: 500 });
    expect(link.sent.slice(-6)).toEqual([4, 0, 1, 0, 0, 1]);
    link.writes.length = 0;
    const began = performance.now();
    await spi(0, { tx: bytes(1), csSetupNs: 20e6, csHoldNs: 10e6, csInactiveNs: 10e6 });
    expect(performance.now() - began).toBeGreaterThan(38);
    expect(link.writes.map((sent) => [...sent])).toEqual([[2], [5, 0, 1, 0, 0, 1], [3]]);
  });

  it('a delay ends with its deadline', async () => {
    const { spi, host } = await bench();
    await spi(0, { tx: bytes(1) });
    const transfer = spiTransfer({ tx: bytes(1), csSetupNs: 1e9 });
    const late = () => host.spi.transfer(0, 0, [transfer], AbortSignal.timeout(10));
    expect(await faultOf(late)).toBe('ETIMEDOUT');
    await spi(0, { tx: bytes(1) });
  });

  it('an empty message does nothing', async () => {
    const { spi, wire } = await bench();
    await spi(0);
    expect(wire.log).toEqual([]);
    await spi(0, {});
    expect(wire.log).toEqual(['[0', ']']);
  });

  it('joins writes to one command as far as they fit', async () => {
    const { spi, link, wire } = await bench();
    await spi(0, { tx: bytes(1) });
    link.writes.length = 0;
    wire.log = [];
    await spi(
      0,
      { tx: bytes(1, 2) },
      { tx: bytes(3) },
      { tx: new Uint8Array(4095).fill(9) },
      { rx: new Uint8Array(2) },
    );
    expect(link.writes.map((sent) => [sent[0], sent.length])).toEqual([
      // Chip select, the first three bytes; they and the long one would be more than 4096.
      [2, 1 + (5 + 3)],
      [5, 5 + 4095],
      [3, 1],
    ]);
    expect(wire.log).toHaveLength(1 + 3 + 4095 + 2 + 1);
  });

  it('24-bit words take four bytes in memory and three on the wire', async () => {
    const { spi, wire } = await bench();
    const rx = new Uint8Array(4).fill(0xee);
    await spi(0, { tx: bytes(0x56, 0x34, 0x12, 0x00), rx, bitsPerWord: 24 });
    expect(wire.log).toEqual(['[0', '12', '34', '56', ']']);
    expect([...rx]).toEqual([0xa9, 0xcb, 0xed, 0]);
  });

  it('16-bit words go out least significant bit first with LSB_FIRST', async () => {
    const { spi, wire } = await bench();
    const rx = new Uint8Array(2);
    await spi(SPI_MODE.LSB_FIRST, { tx: bytes(0x01, 0x80), rx, bitsPerWord: 16 });
    expect(wire.log).toEqual(['[0', '80', '01', ']']);
    expect([...rx]).toEqual([0xfe, 0x7f]);
  });

  it.each<[string, number, Partial<SpiTransfer>]>([
    ['loop-back', SPI_MODE.LOOP, {}],
    ['two data lines', 0, { txNbits: 2 }],
    ['words of 12 bits', 0, { bitsPerWord: 12, tx: bytes(0, 0) }],
    ['delays between words', 0, { wordDelayNs: 100 }],
  ])('says in one sentence that it cannot do %s', async (_, mode, transfer) => {
    const { spi } = await bench();
    const fault = await spi(mode, transfer).catch((error: BusFault) => error);
    expect(fault?.message).toMatch(
      /^EOPNOTSUPP: (a Bus Pirate (has|cannot) |unsupported SPI mode bits 0x20: a Bus Pirate)/,
    );
  });

  it('refuses a delay of more than a second', async () => {
    const { spi } = await bench();
    expect(await faultOf(() => spi(0, { csSetupNs: 2e9 }))).toBe('EINVAL');
  });
});

describe('a chip select that is active high', () => {
  it('is idle low and selected high', async () => {
    const log: string[] = [];
    const part: SpiPart = {
      csHigh: true,
      state: {},
      reset() {},
      select: (mode) => log.push(`[${mode}`),
      transfer: (tx, rx, length) => {
        for (let i = 0; i < length; i++) {
          log.push(String(tx?.[i]));
          if (rx !== undefined) rx[i] = 0x33;
        }
      },
      deselect: () => log.push(']'),
    };
    const wire = new SpiWire();
    wire.attach(0, part, '/part');
    const { spi } = await bench({}, { spi: wire, csActiveHigh: true });
    const rx = new Uint8Array(1);
    await spi(SPI_MODE.CS_HIGH | 1, { tx: bytes(5) }, { rx });
    log.length = 0;
    await spi(SPI_MODE.CS_HIGH | 1, { tx: bytes(6) }, { rx });
    expect(log).toEqual([`[${SPI_MODE.CS_HIGH | 1}`, '6', '0', ']']);
    expect(rx[0]).toBe(0x33);
  });

  it('is put right when the device before it was active low', async () => {
    const { spi, link } = await bench();
    await spi(0, { tx: bytes(1) });
    link.sent.length = 0;
    await spi(SPI_MODE.CS_HIGH, { tx: bytes(1) });
    await spi(SPI_MODE.CS_HIGH, { tx: bytes(2) });
    await spi(0, { tx: bytes(3) });
    const select = [3, 5, 0, 1, 0, 0];
    expect(link.sent).toEqual([2, ...select, 1, 2, ...select, 2, 2, 3, 4, 0, 1, 0, 0, 3]);
  });
});
