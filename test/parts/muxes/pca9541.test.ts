import { describe, expect, it } from 'vitest';
import { faultOf, i2cBench } from '../../sim/support.ts';

const MUX = '/i2c/mux@70';
const IE = 0;
const CONTROL = 1;
const ISTAT = 2;
const eeprom = { name: 'eeprom@50', compatible: 'atmel,24c02', reg: 0x50 };
const selector = () =>
  i2cBench({
    name: 'mux@70',
    compatible: 'nxp,pca9541',
    reg: 0x70,
    children: [{ name: 'i2c-arb', children: [eeprom] }],
  });
type Bench = Awaited<ReturnType<typeof selector>>;
const reaches = (bench: Bench) => faultOf(() => bench.read(1, 0x50)) === undefined;

const int = (bench: Bench) => bench.parts.at(MUX).part.lines?.find(({ name }) => name === 'INT')?.high;

/** What the other master leaves in the bits that this one reads only: NBUSON 8, NMYBUS 2. */
function leave(bench: Bench, bits: number): void {
  bench.parts.set(MUX, 'otherMyBus', (bits & 2) !== 0);
  bench.parts.set(MUX, 'otherBusOn', (bits & 8) !== 0);
}

describe('7.3 control register', () => {
  it('PCA9541A/01: master 0 is connected after power-on', async () => {
    const bench = await selector();
    expect([0, 1, 2].map((register) => bench.writeRead([register], 1)[0])).toEqual([0x00, 0x04, 0x00]);
    expect(reaches(bench)).toBe(true);
  });

  // Table 12, "bus control sequence": what is read, whether this master has the bus, what it writes to take it.
  it.each([
    [0x0, false, 4],
    [0x1, false, 4],
    [0x2, false, 5],
    [0x3, false, 5],
    [0x4, true, undefined],
    [0x5, false, 4],
    [0x6, false, 5],
    [0x7, true, undefined],
    [0x8, true, undefined],
    [0x9, false, 0],
    [0xa, false, 1],
    [0xb, true, undefined],
    [0xc, false, 0],
    [0xd, false, 0],
    [0xe, false, 1],
    [0xf, false, 1],
  ])('table 12: %d read', async (read, connected, write) => {
    const bench = await selector();
    leave(bench, read);
    bench.write([CONTROL, read]);
    expect(bench.writeRead([CONTROL], 1)).toEqual([read]);
    expect(reaches(bench)).toBe(connected);
    expect(bench.parts.get(MUX, 'connected')).toBe(connected);
    if (write === undefined) return;
    bench.write([CONTROL, write]);
    expect(reaches(bench)).toBe(true);
  });

  it('takes effect at STOP', async () => {
    const bench = await selector();
    bench.write([CONTROL, 0]);
    const together = () =>
      bench.i2c.transfer([
        { addr: 0x70, flags: 0, buf: Uint8Array.of(CONTROL, 4) },
        { addr: 0x50, flags: 0, buf: Uint8Array.of(0) },
      ]);
    expect(faultOf(together)).toBe('ENXIO');
    expect(faultOf(together)).toBeUndefined();
  });

  it('bits of the other master and bit 5 cannot be written', async () => {
    const bench = await selector();
    bench.write([CONTROL, 0xff]);
    expect(bench.writeRead([CONTROL], 1)).toEqual([0xd5]);
  });
});

describe('7.2 command code', () => {
  it('without AI the same register again; with it the next, and after the last the first', async () => {
    const bench = await selector();
    bench.write([IE, 0x05]);
    expect(bench.writeRead([IE], 3)).toEqual([5, 5, 5]);
    expect(bench.writeRead([0x10], 4)).toEqual([5, 4, 0, 5]);
  });

  it('with AI, two bytes write registers 0 and 1', async () => {
    const bench = await selector();
    bench.write([0x10, 0x0f, 0x00]);
    expect(bench.writeRead([0x10], 2)).toEqual([0x0f, 0x00]);
    expect(reaches(bench)).toBe(false);
  });
});

describe('7.4 interrupts', () => {
  it('BUSLOST when the other master takes the bus, until the status is read', async () => {
    const bench = await selector();
    bench.parts.set(MUX, 'otherMyBus', true);
    expect([reaches(bench), int(bench)]).toEqual([false, false]);
    expect(bench.writeRead([ISTAT], 1)).toEqual([0x08]);
    expect(bench.writeRead([ISTAT], 1)).toEqual([0x00]);
    expect(int(bench)).toBe(true);
  });

  it('is masked by IE', async () => {
    const bench = await selector();
    bench.write([IE, 0x0f]);
    bench.parts.set(MUX, 'otherMyBus', true);
    bench.parts.set(MUX, 'interruptInput', true);
    expect(int(bench)).toBe(true);
  });

  it('BUSINIT when the bus was initialized before it was connected', async () => {
    const bench = await selector();
    bench.write([CONTROL, 0]);
    bench.write([CONTROL, 0x14]);
    expect(int(bench)).toBe(false);
    expect(bench.writeRead([ISTAT], 1)).toEqual([0x02]);
  });

  it('no BUSINIT where it was not asked for, and none where the bus was connected already', async () => {
    const bench = await selector();
    bench.write([CONTROL, 0]);
    bench.write([CONTROL, 4]);
    expect([int(bench), bench.writeRead([ISTAT], 1)]).toEqual([true, [0x00]]);
    bench.write([CONTROL, 0x14]);
    expect([int(bench), bench.writeRead([ISTAT], 1)]).toEqual([true, [0x00]]);
    // Asked for, and not connected by it.
    bench.write([CONTROL, 0x10]);
    expect([int(bench), bench.writeRead([ISTAT], 1)]).toEqual([true, [0x00]]);
  });

  it('INT_IN, TESTON and the NTESTON of the other master last as long as their cause', async () => {
    const bench = await selector();
    bench.parts.set(MUX, 'interruptInput', true);
    bench.parts.set(MUX, 'otherTest', true);
    bench.write([CONTROL, 0x44]);
    expect(bench.writeRead([ISTAT], 1)).toEqual([0xc1]);
    expect(bench.writeRead([ISTAT], 1)).toEqual([0xc1]);
    bench.parts.set(MUX, 'interruptInput', false);
    bench.parts.set(MUX, 'otherTest', false);
    expect(int(bench)).toBe(false);
    bench.write([CONTROL, 0x04]);
    expect(int(bench)).toBe(true);
  });
});

it('a snapshot brings the connection back, a reset that of power-on', async () => {
  const bench = await selector();
  bench.write([CONTROL, 0]);
  const off = bench.parts.snapshot(MUX);
  bench.parts.at(MUX).reset();
  expect(reaches(bench)).toBe(true);
  bench.parts.restore(MUX, off);
  expect(reaches(bench)).toBe(false);
});

// Linux drivers/i2c/i2c-mux.c looks for i2c-arb, and where there is none for the node of the channel's number.
it.each([
  ['i2c-arb', true],
  ['i2c@0', true],
  ['i2c@1', false],
])('the bus behind it is its child %s: %s', async (name, isBus) => {
  const properties = { name: 'mux@70', compatible: 'nxp,pca9541', reg: 0x70 };
  const bench = await i2cBench({
    ...properties,
    children: [{ name: 'other' }, { name, children: [eeprom] }],
  });
  expect(reaches(bench)).toBe(isBus);
});
