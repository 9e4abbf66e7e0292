import { describe, expect, it } from 'vitest';
import { faultOf, i2cBench } from '../../sim/support.ts';

const MS = 1e6;
const at24 = (name: string, properties = {}) =>
  i2cBench({ compatible: `atmel,${name}`, reg: 0x50, properties });

describe('AT24C02', () => {
  it('is erased when new', async () => {
    const bench = await at24('24c02');
    expect(bench.writeRead([0], 4)).toEqual([0xff, 0xff, 0xff, 0xff]);
  });

  it('keeps what was written, and counts its address on', async () => {
    const bench = await at24('24c02');
    bench.write([0x10, 1, 2, 3]);
    bench.clock.advance(5 * MS);
    expect(bench.writeRead([0x10], 2)).toEqual([1, 2]);
    expect(bench.read(2)).toEqual([3, 0xff]);
  });

  it('acknowledges nothing for the 5 ms of a write cycle', async () => {
    const bench = await at24('24c02');
    bench.write([0x10, 1]);
    bench.clock.advance(4.9 * MS);
    expect(faultOf(() => bench.read(1))).toBe('ENXIO');
    bench.clock.advance(0.1 * MS);
    expect(faultOf(() => bench.read(1))).toBeUndefined();
  });

  it('wraps a write inside its page of 8', async () => {
    const bench = await at24('24c02');
    bench.write([0x0e, 1, 2, 3, 4]);
    bench.clock.advance(5 * MS);
    expect(bench.writeRead([0x08], 8)).toEqual([3, 4, 0xff, 0xff, 0xff, 0xff, 1, 2]);
  });

  it('keeps the last 8 bytes of a longer write', async () => {
    const bench = await at24('24c02');
    bench.write([0x00, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    bench.clock.advance(5 * MS);
    expect(bench.writeRead([0x00], 9)).toEqual([9, 10, 3, 4, 5, 6, 7, 8, 0xff]);
  });

  it('reads on from the last byte to the first', async () => {
    const bench = await at24('24c02');
    bench.write([0x00, 0xaa]);
    bench.clock.advance(5 * MS);
    expect(bench.writeRead([0xff], 2)).toEqual([0xff, 0xaa]);
  });

  it('only sets its address when a repeated START follows the data', async () => {
    const bench = await at24('24c02');
    bench.writeRead([0x20, 0x55], 1);
    expect(bench.writeRead([0x20], 1)).toEqual([0xff]);
  });

  it('keeps its contents while WP is high', async () => {
    const bench = await at24('24c02', { 'read-only': true });
    bench.write([0x00, 1]);
    expect(bench.writeRead([0x00], 1)).toEqual([0xff]);
    bench.set('writeProtect', false);
    bench.write([0x00, 1]);
    bench.clock.advance(5 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([1]);
  });

  it('takes its write time and its contents from a test', async () => {
    const bench = await at24('24c02');
    bench.set('writeTime', 0);
    bench.set('contents', Uint8Array.of(7, 8));
    bench.write([0x01, 9]);
    expect(bench.writeRead([0x00], 3)).toEqual([7, 9, 0xff]);
  });
});

describe('address bits in the device address', () => {
  it.each([
    ['24c04', 2, 0x1ff],
    ['24c08', 4, 0x3ff],
    ['24c16', 8, 0x7ff],
  ])('%s answers %d addresses', async (name, count, last) => {
    const bench = await at24(name);
    bench.set('writeTime', 0);
    bench.write([0xff, 0x77], 0x50 + count - 1);
    expect((bench.get('contents') as Uint8Array)[last]).toBe(0x77);
    expect(faultOf(() => bench.read(1, 0x50 + count))).toBe('ENXIO');
  });

  it('a sequential read crosses the blocks', async () => {
    const bench = await at24('24c04');
    bench.set('writeTime', 0);
    bench.write([0x00, 0x42], 0x51);
    expect(bench.writeRead([0xff], 2, 0x50)).toEqual([0xff, 0x42]);
  });

  it('24c1024 has its bit 16 there', async () => {
    const bench = await at24('24c1024');
    bench.set('writeTime', 0);
    bench.write([0x00, 0x01, 0x42], 0x51);
    expect((bench.get('contents') as Uint8Array)[0x10001]).toBe(0x42);
  });
});

describe('what is read of an AT24', () => {
  /** Each byte is its own address, by 251, which no page divides. */
  const filled = async (name: string, bytes: number, properties = {}) => {
    const bench = await at24(name, properties);
    bench.set(
      'contents',
      Uint8Array.from({ length: bytes }, (_, at) => at % 251),
    );
    return bench;
  };
  const from = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => (first + index) % 251);

  it('goes on through pages, in one read of many bytes or of few', async () => {
    const bench = await filled('24c02', 0x100);
    expect(bench.writeRead([3], 40)).toEqual(from(3, 40));
    expect(bench.read(2)).toEqual(from(43, 2));
    expect(bench.writeRead([7], 32)).toEqual(from(7, 32));
  });

  it('begins again at the end, and the address is where the read ended', async () => {
    const bench = await filled('24c02', 0x100);
    expect(bench.writeRead([0xf8], 50)).toEqual([...from(0xf8, 8), ...from(0, 42)]);
    expect(bench.read(1)).toEqual([42]);
    bench.writeRead([0xfc], 6);
    expect(bench.read(1)).toEqual([2]);
  });

  it('is of the block that the device address names: A8 of AT24C04', async () => {
    const bench = await filled('24c04', 0x200);
    bench.write([0x05], 0x50);
    expect(bench.read(1, 0x51)).toEqual([0x105 % 251]);
    expect(bench.read(1, 0x51)).toEqual([0x106 % 251]);
    expect(bench.read(1, 0x50)).toEqual([7]);
  });

  it.each([
    ['24c00', 0x10, 0x13, 3],
    ['24c01', 0x80, 0x85, 5],
  ])('%s leaves out higher bits of the address', async (name, size, address, place) => {
    const bench = await filled(name, size);
    expect(bench.writeRead([address], 2)).toEqual([place, place + 1]);
  });

  it('is the first byte after power-on, also when that ends a write cycle', async () => {
    const bench = await filled('24c02', 0x100);
    bench.write([0x20, 0x55]);
    bench.reset();
    expect(bench.read(1)).toEqual([0]);
    bench.write([0x30]);
    bench.reset();
    bench.write([]);
    expect(bench.read(1)).toEqual([0]);
  });

  it('does not change with what a test was given as its contents', async () => {
    const bench = await filled('24c02', 0x100);
    (bench.get('contents') as Uint8Array)[9] = 0xee;
    expect(bench.writeRead([9], 1)).toEqual([9]);
  });

  it('tells who is strict that a write cycle is under way', async () => {
    const bench = await at24('24c02', { 'dtbus,strict': true });
    bench.write([0x10, 1]);
    expect(faultOf(() => bench.read(1))).toBe('ENXIO');
    expect(bench.warnings).toEqual([
      '/i2c/part0: it was addressed during a write cycle: it does not acknowledge until that has ended',
    ]);
  });
});

describe('two-byte addresses', () => {
  it('24c32 takes the high byte first and ignores bits beyond its size', async () => {
    const bench = await at24('24c32');
    bench.set('writeTime', 0);
    bench.write([0x01, 0x02, 0x99]);
    expect(bench.writeRead([0x01, 0x02], 1)).toEqual([0x99]);
    expect(bench.writeRead([0xf1, 0x02], 1)).toEqual([0x99]);
  });

  it('24c512 has pages of 128', async () => {
    const bench = await at24('24c512');
    bench.set('writeTime', 0);
    bench.write([0xff, 0xff, 1, 2]);
    expect(bench.writeRead([0xff, 0x80], 1)).toEqual([2]);
    expect(bench.writeRead([0xff, 0xff], 1)).toEqual([1]);
  });
});

describe('properties of the at24 binding', () => {
  it('size, pagesize and address-width replace those of the compatible', async () => {
    const bench = await at24('24c02', { size: 0x1000, pagesize: 32, 'address-width': 16 });
    bench.set('writeTime', 0);
    bench.write([0x0f, 0xff, 1, 2]);
    expect(bench.writeRead([0x0f, 0xe0], 1)).toEqual([2]);
  });

  it.each([
    ['pagesize', 12, 'pagesize: invalid page size 12: expected a power of two up to 4096'],
    ['pagesize', 0, 'pagesize: invalid page size 0: expected a power of two up to 4096'],
    ['pagesize', 8192, 'pagesize: invalid page size 8192: expected a power of two up to 4096'],
    ['size', 100, 'size: invalid size 100: expected whole pages of 8 bytes, at most 2048'],
    ['size', 0, 'size: invalid size 0: expected whole pages of 8 bytes, at most 2048'],
    ['size', 2056, 'size: invalid size 2056: expected whole pages of 8 bytes, at most 2048'],
    ['address-width', 12, 'address-width: invalid width 12: expected 8 or 16'],
  ])('refuses a bad %s: %i', async (name, value, sentence) => {
    await expect(at24('24c02', { [name]: value })).rejects.toThrow(sentence);
  });

  it('takes pages of 4096 bytes', async () => {
    const bench = await at24('24c512', { pagesize: 4096 });
    expect(bench.read(1)).toEqual([0xff]);
  });

  it('finds a model for another maker by the name without vendor', async () => {
    const bench = await i2cBench({ compatible: 'st,24c02', reg: 0x50 });
    expect(bench.read(1)).toEqual([0xff]);
  });
});

describe('the page of a 24C64-D that can be locked', () => {
  it('has 32 bytes, whose number has two bytes, and wraps', async () => {
    const { write, writeRead, clock } = await i2cBench({ compatible: 'atmel,24c64d-wl', reg: 0x58 });
    write([0x00, 0x1f, 1, 2]);
    clock.advance(5 * MS);
    expect(writeRead([0x00, 0x1f], 2)).toEqual([1, 2]);
    expect(writeRead([0x00, 0x00], 1)).toEqual([2]);
  });
});
