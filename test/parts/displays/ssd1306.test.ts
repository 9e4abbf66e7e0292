import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

describe('SSD1306 (rev. 1.1)', () => {
  const ssd1306 = (properties = {}) => i2cBench({ compatible: 'solomon,ssd1306', reg: 0x3c, properties });
  /** On, upright, horizontal addressing over the whole memory. */
  const upright = async (properties = {}) => {
    const bench = await ssd1306(properties);
    bench.write([0x00, 0x8d, 0x14, 0xaf, 0xa1, 0xc8, 0x20, 0x00, 0x21, 0, 127, 0x22, 0, 7]);
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
    bench.write([0x00, 0x8d, 0x14, 0xaf, 0xa1, 0xc8, 0xb2, 0x05, 0x11]);
    bench.write([0x40, 0x01]);
    expect(rows(bench)[8]?.indexOf('▀')).toBe(0x15);
  });

  // 10.1.3: at the end of a page the column pointer returns to the column start address.
  it('page addressing returns from the last column to the column that commands named', async () => {
    const bench = await ssd1306();
    bench.write([0x00, 0x8d, 0x14, 0xaf, 0xa1, 0xc8, 0xb2, 0x0e, 0x17]);
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
    bench.write([0x00, 0x8d, 0x14, 0xaf, 0xa0, 0xc0, 0xb0]);
    bench.write([0x40, 0x01]);
    expect(rows(bench)[31]?.[127]).toBe('▄');
  });

  it('a smaller panel shows a part of the memory', async () => {
    const bench = await upright({ 'solomon,width': 96, 'solomon,height': 16 });
    expect([rows(bench).length, rows(bench)[0]?.length]).toEqual([8, 96]);
  });

  it('the picture is a PNG', async () => {
    const bench = await upright({ 'solomon,width': 16, 'solomon,height': 8, 'solomon,com-seq': false });
    bench.write([0x00, 0xda, 0x02]);
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

  it('is dark without the charge pump (8Dh 14h), unless its supply comes from outside', async () => {
    const lit = async (properties: object, commands: readonly number[], compatible = 'solomon,ssd1306') => {
      const bench = await i2cBench({ compatible, reg: 0x3c, properties: { ...properties } });
      bench.write([0x00, 0xa5, ...commands]);
      return [(bench.get('text') as string).includes('█'), bench.get('brightness')];
    };
    expect(await lit({}, [0xaf])).toEqual([false, 0]);
    expect(await lit({}, [0x8d, 0x14])).toEqual([false, 0]);
    expect(await lit({}, [0x8d, 0x14, 0xaf])).toEqual([true, 0.5]);
    expect(await lit({}, [0x8d, 0x14, 0xaf, 0x81, 0xff])).toEqual([true, 1]);
    expect(await lit({}, [0x8d, 0x14, 0xaf, 0x8d, 0x10])).toEqual([false, 0]);
    expect(await lit({ 'dtbus,external-vcc': true }, [0xaf])).toEqual([true, 0.5]);
    expect(await lit({}, [0xaf], 'solomon,ssd1309fb-i2c')).toEqual([true, 0.5]);
  });

  describe('COM pins (10.1.18, table 10-3)', () => {
    /** Draws row n of the first column where bit n of `rows` is set, and tells which lines of the panel are lit. */
    const linesOf = async (rows: bigint, commands: readonly number[], properties = {}) => {
      const bench = await upright(properties);
      bench.write([0x00, ...commands]);
      for (let page = 0; page < 8; page++) {
        bench.write([0x00, 0x21, 0, 127, 0x22, page, page]);
        bench.write([0x40, Number((rows >> BigInt(8 * page)) & 0xffn)]);
      }
      return rowsLit(bench);
    };
    const rowsLit = (bench: Bench) =>
      rows(bench).flatMap((line, index) => {
        const [dot = ' '] = line;
        return [...('▀█'.includes(dot) ? [2 * index] : []), ...('▄█'.includes(dot) ? [2 * index + 1] : [])];
      });

    it('a panel of 64 rows takes turns: 12h shows it whole, 02h mixes its lines up', async () => {
      expect(await linesOf(0b111n, [0xda, 0x12])).toEqual([0, 1, 2]);
      // Rows 63 to 61 drive pads 0 to 2, which are lines 63, 61 and 59 from the top down to the end.
      expect(await linesOf(0b111n << 61n, [0xda, 0x02])).toEqual([59, 61, 63]);
      expect(await linesOf(0b111n, [0xda, 0x02])).toEqual([0, 2, 4]);
    });

    it('a panel of 32 rows does not: 02h shows it whole, of 12h every second line is dark', async () => {
      const small = { 'solomon,height': 32 };
      expect(await linesOf(0b111n, [0xa8, 0x1f, 0xda, 0x02], small)).toEqual([0, 1, 2]);
      expect(await linesOf(0xffff_ffffn, [0xa8, 0x1f, 0xda, 0x02], small)).toHaveLength(32);
      expect(await linesOf(0xffff_ffffn, [0xa8, 0x1f, 0xda, 0x12], small)).toHaveLength(16);
    });

    it('bit 5 exchanges the halves', async () => {
      expect(await linesOf(0b1n, [0xda, 0x32])).toEqual([1]);
      const swapped = await linesOf(1n, [0xda, 0x32], { 'solomon,com-lrremap': true });
      expect(swapped).toEqual([0]);
    });

    it('solomon,com-seq: a panel of 64 rows that is wired one after the other is whole with 02h', async () => {
      expect(await linesOf(0b111n, [0xda, 0x02], { 'solomon,com-seq': true })).toEqual([0, 1, 2]);
    });
  });

  describe('scrolling (10.2.1)', () => {
    /** 8.3: 54 clocks of a row, 64 rows, 370 kHz. */
    const FRAME_NS = (54 * 64 * 1e9) / 370_000;
    const dots = (bench: Bench, line: number) =>
      [...(rows(bench)[line] as string)].flatMap((dot, x) => (dot === ' ' ? [] : [x]));

    it.each([
      [0x26, 1],
      [0x27, -1],
    ])('%i moves the pages a column each 5 frames, round and round', async (command, direction) => {
      const bench = await upright();
      bench.write([0x40, 0x01]);
      bench.write([0x00, 0x21, 0, 127, 0x22, 2, 2]);
      bench.write([0x40, 0x01]);
      bench.write([0x00, command, 0x00, 0x00, 0x00, 0x01, 0x00, 0xff, 0x2f]);
      bench.clock.advance(4.9 * FRAME_NS);
      expect(dots(bench, 0)).toEqual([0]);
      bench.clock.advance(0.2 * FRAME_NS);
      expect(dots(bench, 0)).toEqual([(128 + direction) % 128]);
      bench.clock.advance(10 * FRAME_NS);
      expect(dots(bench, 0)).toEqual([(128 + 3 * direction) % 128]);
      // Page 2 is no part of it, and 2Eh stops it.
      expect(dots(bench, 8)).toEqual([0]);
      bench.write([0x00, 0x2e]);
      bench.clock.advance(100 * FRAME_NS);
      expect(dots(bench, 0)).toEqual([(128 + 3 * direction) % 128]);
    });

    it.each([
      [0b000, 5],
      [0b001, 64],
      [0b010, 128],
      [0b011, 256],
      [0b100, 3],
      [0b101, 4],
      [0b110, 25],
      [0b111, 2],
    ])('interval %i is %d frames', async (interval, frames) => {
      const bench = await upright();
      bench.write([0x40, 0x01]);
      bench.write([0x00, 0x26, 0x00, 0x00, interval, 0x00, 0x00, 0xff, 0x2f]);
      bench.clock.advance((frames - 0.1) * FRAME_NS);
      expect(dots(bench, 0)).toEqual([0]);
      bench.clock.advance(0.2 * FRAME_NS);
      expect(dots(bench, 0)).toEqual([1]);
    });

    it('29h also moves the rows of its area up', async () => {
      const bench = await upright();
      bench.write([0x40, 0x01]);
      bench.write([0x00, 0x21, 0, 127, 0x22, 1, 1]);
      bench.write([0x40, 0x01]);
      // 8 rows stand, 56 move, 2 rows a step.
      bench.write([0x00, 0xa3, 8, 56, 0x29, 0x00, 0x00, 0x07, 0x00, 0x02, 0x2f]);
      bench.clock.advance(2.1 * FRAME_NS);
      expect(dots(bench, 0)).toEqual([1]);
      expect(dots(bench, 4)).toEqual([]);
      expect(dots(bench, 31)).toEqual([0]);
    });

    it('only the pages that it names', async () => {
      const bench = await upright();
      bench.write([0x00, 0x22, 3, 3]);
      bench.write([0x40, 0x01]);
      bench.write([0x00, 0x26, 0x00, 0x03, 0x07, 0x03, 0x00, 0xff, 0x2f]);
      bench.clock.advance(2.1 * FRAME_NS);
      expect(dots(bench, 12)).toEqual([1]);
    });

    // 8.3: D5h divides the clock, D9h has the clocks of pre-charge and discharge.
    it.each([
      ['D5h 81h: two clocks for one', [0xd5, 0x81], 2 * FRAME_NS],
      ['D9h 11h: 52 clocks of a row', [0xd9, 0x11], (FRAME_NS * 52) / 54],
      ['D9h F2h: 67 clocks of a row', [0xd9, 0xf2], (FRAME_NS * 67) / 54],
    ])('the length of a frame: %s', async (_, commands, frameNs) => {
      const bench = await upright();
      bench.write([0x40, 0x01]);
      bench.write([0x00, ...commands, 0x26, 0x00, 0x00, 0x06, 0x00, 0x00, 0xff, 0x2f]);
      bench.clock.advance(24.9 * frameNs);
      expect(dots(bench, 0)).toEqual([0]);
      bench.clock.advance(0.2 * frameNs);
      expect(dots(bench, 0)).toEqual([1]);
    });

    it('rows above and below the area stand still; several steps move as far as one by one', async () => {
      const bench = await upright();
      for (const page of [1, 2, 3]) {
        bench.write([0x00, 0x21, 0, 127, 0x22, page, page]);
        bench.write([0x40, 0x10]);
      }
      // Rows 8 to 23 move, a dot each in 12 and 20; the one in 28 stands. 2 rows a step, page 7 by columns.
      bench.write([0x00, 0xa3, 8, 16, 0x29, 0x00, 0x07, 0x07, 0x07, 0x02, 0x2f]);
      const lit = () => rows(bench).flatMap((row, index) => (row[0] === '▀' ? [2 * index] : []));
      expect(lit()).toEqual([12, 20, 28]);
      bench.clock.advance(4.1 * FRAME_NS);
      expect(lit()).toEqual([8, 16, 28]);
      bench.clock.advance(2 * FRAME_NS);
      expect(lit()).toEqual([14, 22, 28]);
    });
  });

  it('23h fades out, or in and out; D6h shows each row twice (graphic acceleration commands)', async () => {
    const FRAME_NS = (54 * 64 * 1e9) / 370_000;
    const bench = await upright();
    bench.write([0x40, 0x02]);
    bench.write([0x00, 0xd6, 0x01]);
    expect([rows(bench)[0]?.[0], rows(bench)[1]?.[0]]).toEqual([' ', '█']);
    bench.write([0x00, 0xd6, 0x00, 0x81, 0xff, 0x23, 0x20]);
    expect(rows(bench)[0]?.[0]).toBe('▄');
    bench.clock.advance(64.1 * FRAME_NS);
    expect(bench.get('brightness')).toBe(0.5);
    bench.clock.advance(1000 * FRAME_NS);
    expect([bench.get('brightness'), rows(bench)[0]?.[0]]).toEqual([0, ' ']);
    bench.write([0x00, 0x23, 0x30]);
    bench.clock.advance(192.1 * FRAME_NS);
    expect(bench.get('brightness')).toBe(0.5);
    bench.write([0x00, 0x23, 0x00]);
    expect(bench.get('brightness')).toBe(1);
    // 16 frames a step.
    bench.write([0x00, 0x23, 0x21]);
    bench.clock.advance(128.1 * FRAME_NS);
    expect(bench.get('brightness')).toBe(0.5);
  });

  it('a reset turns it off, its memory stays', async () => {
    const bench = await upright();
    bench.write([0x40, 0x01]);
    bench.reset();
    expect(bench.get('on')).toBe(false);
    bench.write([0x00, 0x8d, 0x14, 0xaf, 0xc8]);
    expect(rows(bench)[0]?.[0]).toBe('▀');
  });

  it('A4h shows the memory again, AEh turns it off', async () => {
    const bench = await upright();
    bench.write([0x40, 0x01]);
    bench.write([0x00, 0xa5, 0xa4]);
    expect(rows(bench)[0]?.slice(0, 2)).toBe('▀ ');
    bench.write([0x00, 0xae]);
    expect([bench.get('on'), rows(bench)[0]?.slice(0, 2)]).toEqual([false, '  ']);
  });

  it('A8h: rows beyond the multiplex ratio are dark', async () => {
    const bench = await upright();
    bench.write([0x00, 0xa5, 0xa8, 0x0f]);
    expect(rows(bench).map((row) => row[0])).toEqual([...Array(8).fill('█'), ...Array(24).fill(' ')]);
  });

  // Table 10-1: with an offset of 8, COM0 shows row 8.
  it('D3h moves the picture up by its offset', async () => {
    const bench = await upright();
    bench.write([0x00, 0x22, 1, 1]);
    bench.write([0x40, 0x01]);
    bench.write([0x00, 0xd3, 0x08]);
    expect(rows(bench)[0]?.[0]).toBe('▀');
    bench.write([0x00, 0xd3, 0x04]);
    expect(rows(bench)[2]?.[0]).toBe('▀');
  });

  it('a command that it does not have is nothing', async () => {
    const bench = await ssd1306();
    bench.write([0x00, 0x30, 0xaf]);
    expect(bench.get('on')).toBe(true);
  });

  it('needs no charge pump where an SSD1309 is the first of its names', async () => {
    const compatible = ['solomon,ssd1309fb-i2c', 'solomon,ssd1306fb-i2c'];
    const bench = await i2cBench({ compatible, reg: 0x3c });
    bench.write([0x00, 0xaf]);
    expect(bench.get('brightness')).toBe(0.5);
  });

  it('a snapshot has the picture', async () => {
    const bench = await upright();
    bench.write([0x40, 0x01]);
    const saved = bench.parts.snapshot('/i2c/part0');
    bench.write([0x40, 0x02]);
    bench.write([0x00, 0x21, 0, 127, 0x22, 0, 7]);
    bench.write([0x40, 0x00]);
    bench.parts.restore('/i2c/part0', saved);
    expect(rows(bench)[0]?.slice(0, 2)).toBe('▀ ');
  });
});
