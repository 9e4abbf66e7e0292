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
