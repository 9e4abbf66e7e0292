import { describe, expect, it } from 'vitest';
import { faultOf, i2cBench, spiBench } from '../support.ts';

const [US, MS, SECOND, HOUR] = [1e3, 1e6, 1e9, 3600e9];

type I2c = Awaited<ReturnType<typeof i2cBench>>;
type Spi = Awaited<ReturnType<typeof spiBench>>;

/** A part that does something for a time. */
interface Row<Bench> {
  readonly what: string;
  readonly part: string;
  readonly reg?: number;
  begin(bench: Bench): void;
  /** By the data sheet. */
  readonly ns: number;
  isOver(bench: Bench): boolean;
  /** While it is put by; default: nothing but time. */
  meanwhile?(bench: Bench): void;
}

const ON_I2C: readonly Row<I2c>[] = [
  {
    what: 'write cycle',
    part: 'atmel,24c02',
    begin: (bench) => bench.write([0, 1]),
    ns: 5 * MS,
    isOver: (bench) => faultOf(() => bench.write([0])) === undefined,
    meanwhile: (bench) => bench.write([0, 2]),
  },
  {
    what: 'single conversion at 128 samples a second, after waking up for 25 µs',
    part: 'ti,ads1115',
    begin: (bench) => bench.write([1, 0xc3, 0x83]),
    ns: SECOND / 128 + 25 * US,
    isOver: (bench) => (bench.writeRead([1], 1)[0] as number) >= 0x80,
    meanwhile: (bench) => bench.write([1, 0xc3, 0x03]),
  },
  {
    what: 'triggered measurement of both voltages',
    part: 'ti,ina219',
    begin: (bench) => bench.write([0, 0x39, 0x9b]),
    ns: 2 * 532 * US,
    isOver: (bench) => ((bench.writeRead([2], 2)[1] as number) & 2) !== 0,
  },
  {
    what: 'first measurement in continuous mode',
    part: 'rohm,bh1750',
    begin: (bench) => bench.write([0x10]),
    ns: 120 * MS,
    isOver: (bench) => bench.read(2)[1] !== 0,
    meanwhile: (bench) => bench.write([0x00]),
  },
  {
    what: 'a command with an answer',
    part: 'sensirion,sht3x',
    begin: (bench) => bench.write([0x24, 0x00]),
    ns: 12.5 * MS,
    isOver: (bench) => faultOf(() => bench.read(6)) === undefined,
    meanwhile: (bench) => bench.read(6),
  },
  {
    what: 'standby of normal mode: t_sb 62.5 ms after a first result at 5.5 ms',
    part: 'bosch,bme280',
    begin(bench) {
      bench.write([0xf5, 0x20]);
      bench.write([0xf4, 0x27]);
      bench.clock.advance(5.5 * MS);
      bench.writeRead([0xf3], 1);
    },
    ns: 62.5 * MS,
    isOver: (bench) => bench.writeRead([0xf3], 1)[0] === 0x08,
    meanwhile: (bench) => bench.write([0xf4, 0x00]),
  },
  {
    what: 'single measurement',
    part: 'asahi-kasei,ak8963',
    begin: (bench) => bench.write([0x0a, 0x11]),
    ns: 7.2 * MS,
    isOver: (bench) => bench.writeRead([0x02], 1)[0] === 1,
    meanwhile: (bench) => bench.write([0x0a, 0x00]),
  },
  {
    what: 'second',
    part: 'maxim,ds3231',
    begin: (bench) => bench.write([0, 0x10]),
    ns: SECOND,
    isOver: (bench) => bench.writeRead([0], 1)[0] === 0x11,
    meanwhile: (bench) => bench.write([0, 0x30]),
  },
];

const ON_SPI: readonly Row<Spi>[] = [
  {
    what: 'page program',
    part: 'winbond,w25q64',
    begin(bench) {
      bench.set('timeScale', 1);
      bench.exchange([0x06]);
      bench.exchange([0x02, 0, 0, 0, ...new Array<number>(256).fill(0x5a)]);
    },
    ns: 0.7 * MS,
    isOver: (bench) => ((bench.exchange([0x05], 1)[0] as number) & 1) === 0,
    meanwhile: (bench) => bench.exchange([0xc7]),
  },
  {
    what: 'write cycle',
    part: 'atmel,at25640',
    begin(bench) {
      bench.exchange([0x06]);
      bench.exchange([0x02, 0, 0, 1]);
    },
    ns: 5 * MS,
    isOver: (bench) => ((bench.exchange([0x05], 1)[0] as number) & 1) === 0,
  },
];

async function goesOn<Bench extends I2c | Spi>(bench: Bench, { begin, ns, isOver, meanwhile }: Row<Bench>) {
  const [path] = bench.parts.list().map((part) => part.path) as [string];
  begin(bench);
  bench.clock.advance(Math.round(0.4 * ns));
  const kept = bench.parts.snapshot(path);
  bench.clock.advance(10 * HOUR);
  meanwhile?.(bench);
  bench.clock.advance(HOUR);
  bench.parts.restore(path, kept);
  expect(isOver(bench)).toBe(false);
  bench.clock.advance(Math.round(0.6 * ns) - 2);
  expect(isOver(bench)).toBe(false);
  bench.clock.advance(4);
  expect(isOver(bench)).toBe(true);
}

describe('a snapshot that is put back hours later goes on where it was', () => {
  it.each(ON_I2C)('$part: $what', async (row) => {
    await goesOn(await i2cBench({ compatible: row.part, reg: row.reg ?? 0x50 }), row);
  });

  it.each(ON_SPI)('$part: $what', async (row) => {
    await goesOn(await spiBench({ compatible: row.part }), row);
  });
});

describe('lines after a snapshot was put back', () => {
  /** Levels that the line takes, with the time since `from` in ns. */
  function watched(bench: I2c, name: string): { readonly seen: [number, boolean][]; from: number } {
    const watching = { seen: [] as [number, boolean][], from: 0 };
    bench.line(name).listen((high) => watching.seen.push([bench.clock.now() - watching.from, high]));
    return watching;
  }

  it('ADS1115: ALERT says by itself when the conversion that was under way is over (9.3.8)', async () => {
    const bench = await i2cBench({ compatible: 'ti,ads1115', reg: 0x48 });
    const alert = watched(bench, 'ALERT/RDY');
    bench.write([2, 0x00, 0x00]);
    bench.write([3, 0x80, 0x00]);
    bench.write([1, 0xc3, 0x80]);
    bench.clock.advance(SECOND / 256);
    const left = SECOND / 256 + 25 * US;
    const kept = bench.parts.snapshot('/i2c/part0');
    bench.clock.advance(HOUR);
    expect(bench.line('ALERT/RDY').high).toBe(false);
    alert.seen.length = 0;
    alert.from = bench.clock.now();
    bench.parts.restore('/i2c/part0', kept);
    expect(alert.seen).toEqual([[0, true]]);
    bench.clock.advance(HOUR);
    expect(alert.seen).toEqual([
      [0, true],
      [left, false],
    ]);
  });

  it('DS3231: the square wave of 1 Hz goes on in the phase that it had', async () => {
    const bench = await i2cBench({ compatible: 'maxim,ds3231', reg: 0x68 });
    bench.write([0x0e, 0x00]);
    bench.write([0x00, 0x00]);
    const sqw = watched(bench, 'INT');
    bench.clock.advance(2.3 * SECOND);
    const kept = bench.parts.snapshot('/i2c/part0');
    const high = bench.line('INT').high;
    bench.clock.advance(1000.9 * SECOND);
    bench.parts.restore('/i2c/part0', kept);
    expect(bench.line('INT').high).toBe(high);
    sqw.seen.length = 0;
    sqw.from = bench.clock.now();
    bench.clock.advance(SECOND);
    expect(sqw.seen.map(([ns]) => ns / MS)).toEqual([200, 700]);
  });
});

it('a clock shows the time that it had, and not the time that it is', async () => {
  const bench = await i2cBench({ compatible: 'maxim,ds3231', reg: 0x68 });
  bench.set('time', '2030-05-06T07:08:09Z');
  bench.clock.advance(1.5 * SECOND);
  const kept = bench.parts.snapshot('/i2c/part0');
  bench.clock.advance(HOUR);
  bench.parts.restore('/i2c/part0', kept);
  expect(bench.get('time')).toBe('2030-05-06T07:08:10Z');
  bench.clock.advance(SECOND / 2);
  expect(bench.get('time')).toBe('2030-05-06T07:08:11Z');
});

it('what was over before the snapshot is over, also where nobody had looked', async () => {
  const bench = await i2cBench({ compatible: 'rohm,bh1750', reg: 0x23 });
  bench.write([0x20]);
  bench.clock.advance(120 * MS);
  const kept = bench.parts.snapshot('/i2c/part0');
  bench.set('illuminance', 500);
  bench.parts.restore('/i2c/part0', kept);
  expect(bench.read(2)).toEqual([0x00, 0x78]);
});
