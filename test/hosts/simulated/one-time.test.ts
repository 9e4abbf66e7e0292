import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createSimulatedI2c, createSimulatedSpi } from '../../../hosts/simulated/index.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import {
  Catalogue,
  type Clock,
  type I2cPart,
  type I2cPartModel,
  loadModels,
  PartRegistry,
  RealClock,
  SteppedClock,
} from '../../../src/sim/index.ts';
import { faultOf, type NodeLiteral, node } from '../../sim/support.ts';
import { spiTransfer } from '../../support/spi.ts';

const MS = 1e6;
const bytes = (length: number) => new Uint8Array(length);

function busOf(properties: NonNullable<NodeLiteral['properties']>, ...children: NodeLiteral[]) {
  return node({ name: 'bus', properties, children });
}

async function i2cOn(clock: Clock, compatible: string, reg: number, properties = {}) {
  const bus = busOf(properties, { name: 'part', compatible, reg });
  const parts = new PartRegistry();
  const made = createSimulatedI2c(bus, { catalogue: await loadModels([compatible]), clock, parts });
  return { ...made, parts };
}

describe('polling on a clock that stands still but for transfers', () => {
  it('a 24C02 acknowledges after its write cycle', async () => {
    const { i2c } = await i2cOn(new SteppedClock(), 'atmel,24c02', 0x50);
    const poll = () => faultOf(() => void i2c.transfer([{ addr: 0x50, flags: 0, buf: bytes(0) }])) ?? 'ready';
    void i2c.transfer([{ addr: 0x50, flags: 0, buf: Uint8Array.of(0, 1) }]);
    // tWR is 5 ms from STOP. At 100 kHz a poll is START, 9 bits, STOP: 110 µs, and the address has arrived 100 µs after
    // its beginning. The k-th is acknowledged when (k - 1) * 110 + 100 >= 5000: k = 46.
    const polls = Array.from({ length: 46 }, poll);
    expect(polls).toEqual([...new Array(45).fill('ENXIO'), 'ready']);
  });

  it.each([
    // Four times as fast: (k - 1) * 27.5 + 25 >= 5000 at k = 182.
    [400_000, 182],
    // (k - 1) * 11000 + 10000 >= 5000 at once.
    [1000, 1],
  ])('as often as fits into it at %i Hz: %i', async (hz, expected) => {
    const { i2c } = await i2cOn(new SteppedClock(), 'atmel,24c02', 0x50, { 'clock-frequency': hz });
    void i2c.transfer([{ addr: 0x50, flags: 0, buf: Uint8Array.of(0, 1) }]);
    let polls = 1;
    while (faultOf(() => void i2c.transfer([{ addr: 0x50, flags: 0, buf: bytes(0) }])) !== undefined) polls++;
    expect(polls).toBe(expected);
  });

  it('an AT25 shows the end of its write cycle in the middle of a read of its status', async () => {
    const catalogue = await loadModels(['atmel,at25']);
    const bus = busOf({}, { name: 'eeprom', compatible: 'atmel,at25', reg: 0 });
    const { spi } = createSimulatedSpi(bus, { catalogue, clock: new SteppedClock() });
    const speedHz = 1_000_000;
    const send = (...tx: number[]) => spi.transfer(0, 0, [spiTransfer({ tx: Uint8Array.from(tx), speedHz })]);
    void send(0x06);
    void send(0x02, 0, 0, 1);
    const rx = bytes(700);
    void spi.transfer(0, 0, [
      spiTransfer({ tx: Uint8Array.of(0x05), speedHz }),
      spiTransfer({ rx, speedHz }),
    ]);
    // tWC is 5 ms. The n-th byte of status, from 0, begins 8 * (1 + n) µs after the write: n = 624 is the first at 5 ms.
    expect(rx.findIndex((status) => (status & 1) === 0)).toBe(624);
    expect(rx.lastIndexOf(1)).toBe(623);
  });

  it('an ADS1115 ends its conversion', async () => {
    const clock = new SteppedClock();
    const { i2c } = await i2cOn(clock, 'ti,ads1115', 0x48, { 'clock-frequency': 400_000 });
    // OS: begin; single shot; DR = 100: 128 samples a second, so 7812.5 µs.
    void i2c.transfer([{ addr: 0x48, flags: 0, buf: Uint8Array.of(1, 0xc3, 0x83) }]);
    const begin = clock.now();
    const buf = bytes(2);
    let polls = 0;
    do {
      void i2c.transfer([{ addr: 0x48, flags: I2C_M.RD, buf }]);
      polls++;
    } while (((buf[0] as number) & 0x80) === 0);
    // A poll is 1 + 9 + 18 + 1 = 29 bits of 2.5 µs: 72.5 µs, and the register is looked at after 10 of them. The
    // conversion began a bit before the STOP of the write: (k - 1) * 72.5 + 25 >= 7812.5 - 2.5 at k = 109.
    expect(polls).toBe(109);
    expect(clock.now() - begin).toBe(109 * 72_500);
  });
});

describe('a line that time moves', () => {
  it('changes in the middle of a transfer when it is due', async () => {
    const clock = new SteppedClock();
    const { i2c, parts } = await i2cOn(clock, 'national,lm75', 0x48);
    const [running] = parts.list();
    const os = running?.part.lines?.[0];
    const edges: [boolean, number][] = [];
    os?.listen((high) => edges.push([high, clock.now()]));
    // CONF: four conversions above 80 °C before OS falls. One is made now, the others every 100 ms from 0 on.
    void i2c.transfer([{ addr: 0x48, flags: 0, buf: Uint8Array.of(1, 0b1_0000) }]);
    parts.set(running?.path ?? '', 'temperature', 90);
    clock.advance(300 * MS - 50_000 - clock.now());
    void i2c.transfer([{ addr: 0x48, flags: I2C_M.RD, buf: bytes(2) }]);
    expect(edges).toEqual([[false, 300 * MS]]);
    expect(clock.now()).toBe(300 * MS - 50_000 + (1 + 9 + 18 + 1) * 10_000);
  });
});

/** A part at 0x20 that is slow to run, and notes the time that it sees. */
function slowPart(clock: Clock, ms: number) {
  const seen: number[] = [];
  const look = () => {
    const until = performance.now() + ms;
    while (performance.now() < until);
    seen.push(clock.now());
  };
  const part: I2cPart = {
    addresses: [0x20],
    state: {},
    reset() {},
    start() {
      look();
      return true;
    },
    write(data) {
      look();
      return data.length;
    },
    read: look,
    stop: look,
  };
  const model = { bus: 'i2c', compatible: ['test,slow'], title: 'slow', properties: [], create: () => part };
  const catalogue = new Catalogue();
  catalogue.add(model as I2cPartModel);
  return { seen, catalogue };
}

describe('dtbus,real-time', () => {
  const realTime = { 'dtbus,real-time': true };
  const SLOW = { name: 'slow', compatible: 'test,slow', reg: 0x20 };

  it('shows a part the same time as a stepped clock, however long the machine takes', async () => {
    const seen = await Promise.all(
      [new SteppedClock(), new RealClock()].map(async (clock) => {
        const slow = slowPart(clock, 2);
        const { i2c } = createSimulatedI2c(busOf(realTime, SLOW), { catalogue: slow.catalogue, clock });
        await i2c.transfer([
          { addr: 0x20, flags: 0, buf: bytes(3) },
          { addr: 0x20, flags: I2C_M.RD, buf: bytes(2) },
        ]);
        return slow.seen.map((ns) => ns - (slow.seen[0] as number));
      }),
    );
    const us = [0, 90, 180, 270, 370, 370, 460, 560];
    expect(seen).toEqual([us.map((n) => n * 1000), us.map((n) => n * 1000)]);
  });

  it('waits for it, on I2C and SPI', async () => {
    const { i2c, synchronous } = await i2cOn(new RealClock(), 'atmel,24c02', 0x50, {
      ...realTime,
      'clock-frequency': 50_000,
    });
    expect(synchronous).toBe(false);
    const buf = bytes(20);
    let start = performance.now();
    await i2c.transfer([{ addr: 0x50, flags: I2C_M.RD, buf }]);
    expect(performance.now() - start).toBeGreaterThanOrEqual((1 + 9 + 180 + 1) * 0.02);
    expect(buf).toEqual(bytes(20).fill(0xff));

    const loop = { name: 'loop@0', compatible: 'dtbus,loopback', reg: 0 };
    const { spi } = createSimulatedSpi(busOf(realTime, loop), {
      catalogue: await loadModels(['dtbus,loopback']),
    });
    const rx = bytes(500);
    start = performance.now();
    await spi.transfer(0, 0, [spiTransfer({ tx: bytes(500).fill(7), rx, speedHz: 1_000_000 })]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(4);
    expect(rx).toEqual(bytes(500).fill(7));
  });

  it('waits for what failed, too', async () => {
    const { i2c } = await i2cOn(new RealClock(), 'atmel,24c02', 0x50, {
      ...realTime,
      'clock-frequency': 1000,
    });
    const start = performance.now();
    await expect(i2c.transfer([{ addr: 0x51, flags: 0, buf: bytes(9) }])).rejects.toThrow('ENXIO');
    expect(performance.now() - start).toBeGreaterThanOrEqual(11);
  });

  it('waits once for a part that stretches', async () => {
    const clock = new RealClock();
    const { i2c } = await i2cOn(clock, 'sensirion,sht3x', 0x44, realTime);
    const start = clock.now();
    await i2c.transfer([{ addr: 0x44, flags: 0, buf: Uint8Array.of(0x2c, 0x06) }]);
    const begun = clock.now();
    const buf = bytes(6);
    await i2c.transfer([{ addr: 0x44, flags: I2C_M.RD, buf }]);
    expect(begun - start).toBeGreaterThanOrEqual((1 + 9 + 18 + 1) * 10_000);
    expect(clock.now() - start).toBeGreaterThanOrEqual(12.5 * MS);
    expect(buf.some((byte) => byte !== 0xff)).toBe(true);
  });

  it('is nothing to wait for on a stepped clock', async () => {
    const clock = new SteppedClock();
    const { synchronous, i2c } = await i2cOn(clock, 'atmel,24c02', 0x50, {
      ...realTime,
      'clock-frequency': 1,
    });
    expect(synchronous).toBe(true);
    expect(i2c.transfer([{ addr: 0x50, flags: I2C_M.RD, buf: bytes(100) }])).toBeUndefined();
    expect(clock.now()).toBe((1 + 9 + 900 + 1) * 1e9);
  });

  it('is given up when the transfer is aborted, and time goes on', async () => {
    const clock = new RealClock();
    const { spi } = createSimulatedSpi(busOf(realTime), { catalogue: await loadModels([]), clock });
    const before = clock.now();
    const abort = new AbortController();
    const tx = bytes(1 << 20);
    const transfer = spi.transfer(0, 0, [spiTransfer({ tx, speedHz: 1000 })], abort.signal);
    abort.abort();
    await expect(transfer).rejects.toThrow();
    const after = clock.now();
    expect(after - before).toBeGreaterThanOrEqual(((1 << 20) * 8 * 1e9) / 1000);
    await sleep(2);
    expect(clock.now()).toBeGreaterThan(after);
  });

  it('is what makes transfers take time on the clock of the machine', async () => {
    const { synchronous } = createSimulatedSpi(busOf({}), { catalogue: await loadModels([]) });
    expect(synchronous).toBe(true);
    const clock = new RealClock();
    const slow = slowPart(clock, 1);
    const { i2c } = createSimulatedI2c(busOf({}, SLOW), { catalogue: slow.catalogue, clock });
    void i2c.transfer([{ addr: 0x20, flags: 0, buf: bytes(3) }]);
    // Without it a transfer is a moment, however long the machine takes.
    expect(new Set(slow.seen).size).toBe(1);
    expect(clock.now()).toBeGreaterThan(slow.seen[0] as number);
  });
});
