import { describe, expect, it } from 'vitest';
import { BusPirateAdapter, BusPirateEmulator, DEFAULT_SETTINGS } from '../../hosts/bus-pirate/index.ts';
import { createAdapter as createCh341a } from '../../hosts/ch341a/index.ts';
import { createAdapter as createI2cTinyUsb } from '../../hosts/i2c-tiny-usb/index.ts';
import { SerprogAdapter, SerprogEmulator } from '../../hosts/serprog/index.ts';
import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import {
  Catalogue,
  type Clock,
  type I2cPartModel,
  I2cWire,
  type SpiPartModel,
  SpiWire,
  SteppedClock,
} from '../../src/sim/index.ts';
import { node } from '../sim/support.ts';
import { spiTransfer } from '../support/spi.ts';
import { directLink } from './bus-pirate/direct-link.ts';

const COMMON = { title: 'a part that notes when', properties: [], compatible: ['test,part'] };

/** A part for either bus; the times, in µs, when it saw a byte or the end. */
function parts(clock: Clock) {
  const seen: number[] = [];
  const note = () => seen.push(clock.now() / 1000);
  const common = { state: {}, reset() {}, addresses: [0x50] };
  const i2c = {
    ...common,
    start: () => true,
    write(data: Uint8Array) {
      note();
      return data.length;
    },
    read: note,
    stop: note,
  };
  const spi = { ...common, select() {}, transfer: note, deselect: note };
  const catalogue = new Catalogue();
  catalogue.add({ ...COMMON, bus: 'i2c', create: () => i2c } as I2cPartModel);
  catalogue.add({ ...COMMON, bus: 'spi', create: () => spi } as SpiPartModel);
  const i2cWire = new I2cWire({ clock });
  const spiWire = new SpiWire({ clock });
  i2cWire.attach(i2c, '/part');
  spiWire.attach(0, spi, '/part');
  return { seen, catalogue, i2c: i2cWire, spi: spiWire };
}

const bus = (name: string, reg: number) =>
  node({ name, children: [{ name: 'part', compatible: 'test,part', reg }] });

const adapter = (child: DeviceNode) => ({ ...node({ name: 'adapter' }), children: [child] });

interface Bench {
  readonly clock: SteppedClock;
  readonly seen: number[];
  readonly host: HostAdapter;
}

function bench(make: (wires: ReturnType<typeof parts>, clock: Clock) => HostAdapter): Bench {
  const clock = new SteppedClock();
  const wires = parts(clock);
  return { clock, seen: wires.seen, host: make(wires, clock) };
}

const busPirate = () =>
  bench(({ i2c, spi }) => {
    const emulator = new BusPirateEmulator({ i2c, spi });
    return new BusPirateAdapter('the cable', DEFAULT_SETTINGS, directLink(emulator).open);
  });

/** µs from one moment to the next. */
const steps = (seen: readonly number[]) => seen.slice(1).map((us, i) => us - (seen[i] as number));

describe('a part behind an emulated adapter sees the time of its wire', () => {
  it.each<[string, () => Bench, hz: number, usOfABit: number]>([
    [
      'i2c-tiny-usb',
      () => bench(({ catalogue }, clock) => createI2cTinyUsb(bus('i2c', 0x50), { catalogue, clock })),
      50_000,
      20,
    ],
    [
      'CH341A',
      () => bench(({ catalogue }, clock) => createCh341a(adapter(bus('i2c', 0x50)), { catalogue, clock })),
      20_000,
      50,
    ],
    ['Bus Pirate', busPirate, 400_000, 2.5],
    ['Bus Pirate', busPirate, 5000, 200],
  ])('I2C, %s', async (_name, make, hz, us) => {
    const { host, clock, seen } = make();
    await host.open();
    host.i2c?.setClockFrequency?.(hz);
    await host.i2c?.transfer([{ addr: 0x50, flags: 0, buf: Uint8Array.of(1, 2, 3) }]);
    // Between bytes nine bits, then STOP.
    expect(steps(seen)).toEqual([9 * us, 9 * us, us]);
    expect(clock.now() / 1000).toBe(seen.at(-1));
    await host.close();
  });

  it.each<[string, () => Bench, hz: number, usOfAByte: number]>([
    [
      'CH341A',
      () => bench(({ catalogue }, clock) => createCh341a(adapter(bus('spi', 0)), { catalogue, clock })),
      2_000_000,
      4,
    ],
    ['Bus Pirate', busPirate, 1_000_000, 8],
    [
      'serprog',
      () =>
        bench(({ spi }) => new SerprogAdapter('the cable', 1, directLink(new SerprogEmulator({ spi })).open)),
      4_000_000,
      2,
    ],
  ])('SPI, %s', async (_name, make, speedHz, us) => {
    const { host, seen } = make();
    await host.open();
    await host.spi?.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(1, 2, 3), speedHz })]);
    const [first, second, end] = steps(seen);
    for (const step of [first, second, end]) expect(step).toBeCloseTo(us, 3);
    expect(seen).toHaveLength(4);
    await host.close();
  });
});
