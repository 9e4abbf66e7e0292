import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

describe('SSD1306 (rev. 1.1)', () => {
  const ssd1306 = (properties = {}) => i2cBench({ compatible: 'solomon,ssd1306', reg: 0x3c, properties });
  /** On, upright, horizontal addressing over the whole memory. */
  const upright = async (properties = {}) => {
    const bench = await ssd1306(properties);
    bench.write([0x00, 0xaf, 0xa1, 0xc8, 0x20, 0x00, 0x21, 0, 127, 0x22, 0, 7]);
    return bench;
  };
  type Bench = Awaited<ReturnType<typeof ssd1306>>;
  const rows = (bench: Bench) => (bench.get('text') as string).split('\n');

  it('is off after power-on: status bit 6', async () => {
    const bench = await ssd1306();
    expect([bench.read(1), bench.get('on')]).toEqual([[0x40], false]);
    bench.write([0x00, 0xaf]);
    expect([bench.read(1), bench.get('on')]).toEqual([[0x00], true]);
  });

  it('a byte is eight dots downwards, the least significant on top', async () => {
    const bench = await upright();
    bench.write([0x40, 0x03, 0x04, 0x08]);
    expect(rows(bench)[0]?.slice(0, 4)).toBe('█   ');
    expect(rows(bench)[1]?.slice(0, 4)).toBe(' ▀▄ ');
    expect(rows(bench)).toHaveLength(32);
  });

  it('horizontal addressing goes on to the next page of its window', async () => {
    const bench = await upright();
    bench.write([0x00, 0x21, 126, 127, 0x22, 1, 2]);
    bench.write([0x40, 0x01, 0x01, 0x01]);
    expect(rows(bench)[4]?.slice(126)).toBe('▀▀');
    expect(rows(bench)[8]?.slice(126)).toBe('▀ ');
  });

  it('vertical addressing goes down first', async () => {
    const bench = await upright();
    bench.write([0x00, 0x20, 0x01, 0x21, 0, 1, 0x22, 0, 1]);
    bench.write([0x40, 0x01, 0x01, 0x01]);
    expect([rows(bench)[0]?.slice(0, 2), rows(bench)[4]?.slice(0, 2)]).toEqual(['▀▀', '▀ ']);
  });

  it('page addressing takes column and page from commands', async () => {
    const bench = await ssd1306();
    bench.write([0x00, 0xaf, 0xa1, 0xc8, 0xb2, 0x05, 0x11]);
    bench.write([0x40, 0x01]);
    expect(rows(bench)[8]?.indexOf('▀')).toBe(0x15);
  });

  // 10.1.3: at the end of a page the column pointer returns to the column start address.
  it('page addressing returns from the last column to the column that commands named', async () => {
    const bench = await ssd1306();
    bench.write([0x00, 0xaf, 0xa1, 0xc8, 0xb2, 0x0e, 0x17]);
    bench.write([0x40, 0x01, 0x01, 0x02, 0x04]);
    expect([rows(bench)[8]?.slice(125), rows(bench)[9]?.slice(125)]).toEqual([' ▄ ', '  ▀']);
    expect([rows(bench)[8]?.slice(0, 2), rows(bench)[9]?.slice(0, 2)]).toEqual(['  ', '  ']);
  });

  it('Co takes one byte and another control byte', async () => {
    const bench = await upright();
    bench.write([0x80, 0xb0, 0xc0, 0x01, 0x40, 0x01, 0x01]);
    expect(rows(bench)[0]?.slice(0, 4)).toBe('▀▀▀ ');
  });

  it('inverse, all on, start line, contrast', async () => {
    const bench = await upright();
    bench.write([0x40, 0x04]);
    bench.write([0x00, 0xa7, 0x81, 0x55]);
    expect([rows(bench)[0]?.[0], bench.get('contrast')]).toEqual(['█', 0x55]);
    bench.write([0x00, 0xa6, 0x42]);
    expect(rows(bench)[0]?.slice(0, 2)).toBe('▀ ');
    bench.write([0x00, 0xa5, 0x2e, 0xd5, 0x80]);
    expect(rows(bench)[31]?.slice(0, 2)).toBe('██');
  });

  it('without remap the picture stands on its head', async () => {
    const bench = await ssd1306();
    bench.write([0x00, 0xaf, 0xa0, 0xc0, 0xb0]);
    bench.write([0x40, 0x01]);
    expect(rows(bench)[31]?.[127]).toBe('▄');
  });

  it('a smaller panel shows a part of the memory', async () => {
    const bench = await upright({ 'solomon,width': 96, 'solomon,height': 16 });
    expect([rows(bench).length, rows(bench)[0]?.length]).toEqual([8, 96]);
  });

  it('the picture is a PNG', async () => {
    const bench = await upright({ 'solomon,width': 16, 'solomon,height': 8 });
    bench.write([0x40, 0x01, 0x02]);
    const png = Buffer.from(bench.get('picture') as Uint8Array);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([16, 8, 1, 0]);
    const idat = png.indexOf('IDAT');
    const data = inflateSync(png.subarray(idat + 4, idat + 4 + png.readUInt32BE(idat - 4)));
    expect([...data.subarray(0, 6)]).toEqual([0, 0x80, 0, 0, 0x40, 0]);
    // The CRC of an empty IEND chunk is the same in every PNG.
    expect(png.subarray(-4).toString('hex')).toBe('ae426082');
  });

  it('a reset turns it off, its memory stays', async () => {
    const bench = await upright();
    bench.write([0x40, 0x01]);
    bench.reset();
    expect(bench.get('on')).toBe(false);
    bench.write([0x00, 0xaf, 0xc8]);
    expect(rows(bench)[0]?.[0]).toBe('▀');
  });
});
