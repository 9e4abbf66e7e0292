import { describe, expect, it } from 'vitest';
import { BusPirateAdapter, BusPirateEmulator, DEFAULT_SETTINGS } from '../../../hosts/bus-pirate/index.ts';
import { I2C_M, type I2cMessage } from '../../../src/bus/index.ts';
import { MEMORY, RecordingWire } from '../recording-wire.ts';
import { SDA_HELD } from '../suite/held-line.ts';
import { directLink } from './direct-link.ts';

const READ: I2cMessage[] = [
  { addr: MEMORY, flags: 0, buf: Uint8Array.of(0x20) },
  { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(1) },
];
const SEEN = ['W50', '<20', 'R50', '>00', 'P'];

async function bench(settings: Partial<typeof DEFAULT_SETTINGS> = {}) {
  const wire = new RecordingWire();
  const emulator = new BusPirateEmulator({ i2c: wire.i2c, spi: wire.spi });
  const link = directLink(emulator);
  const adapter = new BusPirateAdapter('the cable', { ...DEFAULT_SETTINGS, ...settings }, link.open);
  await adapter.open();
  let pulses = 0;
  /** A part holds SDA until SCL went low and high so often. */
  const hold = (clocks: number): void => {
    pulses = 0;
    wire.i2c.injected.faults = {
      ...SDA_HELD,
      get sdaHeld() {
        return pulses < clocks;
      },
      start: () => (pulses < clocks ? 'SDA low' : undefined),
      address: () => (pulses < clocks ? 'SDA low' : 'normal'),
      sent: (byte: number) => (pulses < clocks ? 'refused' : byte),
      pulse: () => {
        pulses++;
      },
    };
  };
  return { wire, link, emulator, adapter, hold, pulses: () => pulses };
}

describe('a bus that somebody left in the middle of a byte, on a Bus Pirate v3 or v4 (UM10204 3.1.16)', () => {
  it.each([1, 4, 9])('is clocked free by %i pulses, and by none more', async (clocks) => {
    const { adapter, wire, hold, pulses, link } = await bench();
    hold(clocks);
    link.sent.length = 0;
    await adapter.i2c.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(1) }]).catch(() => {});
    expect(pulses()).toBe(clocks);
    // SCL low, SDA low too, SCL let go, SDA let go: the low five bits are pins that are let go of, MOSI 8, CLK 4.
    const directions = link.sent.filter((byte) => (byte & 0xe0) === 0x40);
    expect(directions.slice(2 * clocks + 1, 2 * clocks + 5)).toEqual([0x5b, 0x53, 0x57, 0x5f]);
    wire.i2c.injected.faults = undefined;
    wire.log = [];
    await adapter.i2c.transfer(READ);
    expect(wire.log).toEqual(SEEN);
  });

  it('that stays low is EBUSY after nine, without a START, and works once it is free', async () => {
    const { adapter, wire, hold, pulses } = await bench();
    hold(Number.POSITIVE_INFINITY);
    for (const _ of [1, 2])
      await expect(adapter.i2c.transfer(READ)).rejects.toThrow(
        'EBUSY: SDA is held low, and a Bus Pirate could not free the bus: switch its parts off and on',
      );
    expect([pulses(), wire.log]).toEqual([18, []]);
    wire.i2c.injected.faults = undefined;
    await adapter.i2c.transfer(READ);
    expect(wire.log).toEqual(SEEN);
  });

  it('that was met later, by zeros that were read, is EBUSY; zeros that a part sends are none', async () => {
    const { adapter, wire } = await bench();
    await adapter.i2c.transfer(READ);
    wire.i2c.injected.faults = SDA_HELD;
    await expect(adapter.i2c.transfer(READ)).rejects.toThrow('EBUSY: SDA is held low');
    wire.i2c.injected.faults = undefined;
    await adapter.i2c.transfer(READ);
    expect(wire.log.slice(-5)).toEqual(SEEN);
  });

  it('is no bus of parts that wake up, while the supply of the adapter makes them: it is looked at again', async () => {
    const { adapter, wire, link } = await bench({ power: true, powerUpMs: 1 });
    // Until the I2C mode has its speed, 62, and its peripherals.
    const isAwake = (): boolean => link.sent.includes(0x62);
    wire.i2c.injected.faults = {
      ...SDA_HELD,
      get sdaHeld() {
        return !isAwake();
      },
      start: () => undefined,
      address: () => 'normal',
      sent: (byte) => byte,
    };
    await adapter.i2c.transfer(READ);
    expect(wire.log).toEqual(SEEN);
  });

  it.each([
    ['on the supply of the adapter', { power: true, powerUpMs: 1 }],
    ['on pull-ups whose voltage is chosen in the mode', { pullUps: true, pullUpMicrovolt: 3_300_000 }],
  ] as const)('%s, that stays low, is EBUSY, and works once it is free', async (_, settings) => {
    const { adapter, wire } = await bench(settings);
    wire.i2c.injected.faults = SDA_HELD;
    for (const _ of [1, 2])
      await expect(adapter.i2c.transfer(READ)).rejects.toThrow('EBUSY: SDA is held low');
    expect(wire.log).toEqual([]);
    wire.i2c.injected.faults = undefined;
    await adapter.i2c.transfer(READ);
    expect(wire.log).toEqual(SEEN);
  });
});
