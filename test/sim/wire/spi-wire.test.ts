import { describe, expect, it } from 'vitest';
import { SPI_MODE } from '../../../src/bus/index.ts';
import { type SpiPart, SpiWire, SteppedClock } from '../../../src/sim/index.ts';

/** Answers each byte with one more. */
function plusOne(more: Partial<SpiPart> = {}) {
  const log: string[] = [];
  const part: SpiPart = {
    state: {},
    reset() {},
    select: (mode) => log.push(`select ${mode}`),
    deselect: () => log.push('deselect'),
    transfer(tx, rx, length) {
      for (let i = 0; i < length && rx; i++) rx[i] = (tx?.[i] ?? 0) + 1;
    },
    ...more,
  };
  return { part, log };
}

function wire(...parts: SpiPart[]) {
  const warnings: string[] = [];
  const bus = new SpiWire({
    clock: new SteppedClock(undefined, false),
    warn: (sentence) => warnings.push(sentence),
  });
  for (const [index, part] of parts.entries()) bus.attach(index, part, `/part${index}`);
  return { bus, warnings };
}

const exchange = (bus: SpiWire, ...bytes: number[]) => {
  const rx = new Uint8Array(bytes.length);
  bus.exchange(Uint8Array.from(bytes), rx, bytes.length);
  return [...rx];
};

describe('SPI wire', () => {
  it('moves bytes both ways between select and deselect', () => {
    const { part, log } = plusOne();
    const { bus } = wire(part);
    bus.select(0, SPI_MODE.CPOL);
    expect(exchange(bus, 1, 2)).toEqual([2, 3]);
    bus.deselect();
    bus.deselect();
    expect(log).toEqual(['select 2', 'deselect']);
  });

  it('MISO is pulled up where nobody drives it', () => {
    const { bus } = wire(plusOne().part);
    expect(exchange(bus, 1)).toEqual([0xff]);
    bus.select(1, 0);
    expect(exchange(bus, 1)).toEqual([0xff]);
  });

  it('gives a part the buffers themselves where they do not overlap, and never two that do', () => {
    const seen: [tx: unknown, rx: unknown][] = [];
    const { bus } = wire(plusOne({ transfer: (tx, rx) => void seen.push([tx, rx]) }).part);
    const all = new Uint8Array(16);
    const [left, right, middle] = [all.subarray(0, 4), all.subarray(4, 8), all.subarray(1, 5)];
    const other = new Uint8Array(4);
    bus.select(0, 0);
    for (const [tx, rx] of [
      [left, right],
      [right, left],
      [left, other],
      [left, undefined],
    ] as const) {
      bus.exchange(tx, rx, 4);
      expect(seen.at(-1)).toEqual([expect.toSatisfy((each) => each === tx), rx]);
    }
    for (const [tx, rx] of [
      [left, middle],
      [middle, left],
      [left, left],
    ] as const) {
      bus.exchange(tx, rx, 4);
      const [sent] = seen.at(-1) as [Uint8Array, unknown];
      expect(sent.buffer).not.toBe(all.buffer);
      expect([...sent]).toEqual([...tx]);
    }
  });

  it.each([
    ['not said', 0, 1, 16_000],
    ['2 MHz', 2_000_000, 1, 8000],
    ['2 MHz on four lines', 2_000_000, 4, 2000],
  ])('two bytes take the time of their bits, speed %s', (_what, speedHz, lines, ns) => {
    for (const more of [{}, { takesRuns: true }]) {
      const clock = new SteppedClock();
      const bus = new SpiWire({ clock });
      bus.attach(0, plusOne(more).part, '/part');
      bus.select(0, 0, speedHz);
      bus.exchange(Uint8Array.of(1, 2), undefined, 2, lines);
      expect(clock.now()).toBe(ns);
    }
  });

  it('takes no time on a clock whose transfers take none', () => {
    const clock = new SteppedClock(undefined, false);
    const bus = new SpiWire({ clock });
    bus.select(0, 0);
    bus.exchange(Uint8Array.of(1, 2), undefined, 2);
    bus.pass(100);
    expect(clock.now()).toBe(0);
  });

  it('selecting another chip deselects the first', () => {
    const a = plusOne();
    const { bus } = wire(a.part, plusOne().part);
    bus.select(0, 0);
    bus.select(1, 0);
    expect(a.log).toEqual(['select 0', 'deselect']);
  });

  it('receives into the buffer that is sent', () => {
    const reversing = plusOne({
      transfer: (tx, rx, length) => {
        for (let i = 0; i < length; i++) (rx as Uint8Array)[i] = (tx as Uint8Array)[length - 1 - i] as number;
      },
    });
    const { bus } = wire(reversing.part);
    const buffer = Uint8Array.of(1, 2, 3);
    bus.select(0, 0);
    bus.exchange(buffer, buffer, 3);
    expect([...buffer]).toEqual([3, 2, 1]);
  });

  it.each([
    ['mode', { spiModes: 0b0001 }, [SPI_MODE.CPHA, 0], 'it works in SPI mode 0, not 1'],
    [
      'speed',
      { maxSpeedHz: 1_000_000 },
      [0, 2_000_000],
      'it works up to 1 MHz, not at 2 MHz (spi-max-frequency)',
    ],
    ['chip select', {}, [SPI_MODE.CS_HIGH, 0], 'its chip select is active low (spi-cs-high)'],
  ] as const)(
    'a part in the wrong %s does not answer, and is named once',
    (_what, limits, [mode, speed], reason) => {
      const { bus, warnings } = wire(plusOne(limits).part);
      for (let round = 0; round < 2; round++) {
        bus.select(0, mode, speed);
        expect(exchange(bus, 1)).toEqual([0xff]);
        bus.deselect();
      }
      expect(warnings).toEqual([`/part0: does not answer: ${reason}`]);
    },
  );

  it('a part answers at its fastest, and a part without a limit at any speed', () => {
    const { bus, warnings } = wire(plusOne({ maxSpeedHz: 1_000_000 }).part, plusOne().part);
    bus.select(0, 0, 1_000_000);
    expect(exchange(bus, 1)).toEqual([2]);
    bus.select(1, 0, 1e9);
    expect(exchange(bus, 1)).toEqual([2]);
    expect(warnings).toEqual([]);
  });

  it('a part whose chip select is active high says so the first time', () => {
    const { bus, warnings } = wire(plusOne({ csHigh: true }).part);
    bus.select(0, SPI_MODE.CS_HIGH);
    expect([exchange(bus, 1), warnings]).toEqual([[2], []]);
    bus.select(0, 0);
    expect(exchange(bus, 1)).toEqual([0xff]);
    expect(warnings).toEqual(['/part0: does not answer: its chip select is active high (spi-cs-high)']);
  });

  it.each(['select', 'transfer', 'deselect'] as const)('a part that throws in %s is named once', (where) => {
    const failing = plusOne({
      [where]: () => {
        throw new Error('boom');
      },
    });
    const { bus, warnings } = wire(failing.part);
    for (let round = 0; round < 2; round++) {
      bus.select(0, 0);
      exchange(bus, 1);
      bus.deselect();
    }
    bus.select(0, 0);
    expect(exchange(bus, 1)).toEqual([0xff]);
    expect(warnings).toHaveLength(1);
    bus.revive(failing.part);
    bus.detach(0);
    expect(bus.partAt(0)).toBeUndefined();
  });
});
