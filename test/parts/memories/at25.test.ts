import { describe, expect, it } from 'vitest';
import { spiBench } from '../../sim/support.ts';

const MS = 1e6;
const at25 = (properties = {}) => spiBench({ compatible: 'atmel,at25', properties });
type Bench = Awaited<ReturnType<typeof at25>>;

function write(bench: Bench, ...bytes: number[]): void {
  bench.exchange([0x06]);
  bench.exchange(bytes);
  bench.clock.advance(5 * MS);
}

describe('AT25 SPI EEPROM', () => {
  it('writes after WREN, wraps in its page, and reads on to the beginning', async () => {
    const bench = await at25({ size: 0x1000, pagesize: 32 });
    bench.exchange([0x02, 0x00, 0x00, 1]);
    expect(bench.exchange([0x03, 0x00, 0x00], 1)).toEqual([0xff]);
    write(bench, 0x02, 0x00, 0x1e, 1, 2, 3);
    expect(bench.exchange([0x03, 0x00, 0x1e], 2)).toEqual([1, 2]);
    expect(bench.exchange([0x03, 0x0f, 0xff], 2)).toEqual([0xff, 3]);
  });

  it('is busy for 5 ms, shown in RDSR, and hears nothing else', async () => {
    const bench = await at25();
    bench.exchange([0x06]);
    expect(bench.exchange([0x05], 1)).toEqual([0x02]);
    bench.exchange([0x02, 0, 0, 1]);
    expect(bench.exchange([0x05], 2)).toEqual([0x01, 0x01]);
    expect(bench.exchange([0x03, 0, 0], 1)).toEqual([0xff]);
    bench.clock.advance(5 * MS);
    expect(bench.exchange([0x05], 1)).toEqual([0x00]);
    expect(bench.exchange([0x03, 0, 0], 1)).toEqual([1]);
  });

  it.each([
    [0x04, 0x5fff, 0x6000],
    [0x08, 0x3fff, 0x4000],
  ])('BP %i keeps the upper part', async (bp, open, shut) => {
    const bench = await at25();
    write(bench, 0x01, bp);
    for (const address of [open, shut]) write(bench, 0x02, address >> 8, address & 0xff, 0);
    expect(bench.exchange([0x03, open >> 8, open & 0xff], 2)).toEqual([0, 0xff]);
  });

  it('read-only protects everything; WPEN with WP low locks that', async () => {
    const bench = await at25({ 'read-only': true });
    write(bench, 0x02, 0, 0, 0);
    expect(bench.exchange([0x03, 0, 0], 1)).toEqual([0xff]);
    write(bench, 0x01, 0x8c);
    bench.set('writeProtect', true);
    write(bench, 0x01, 0x00);
    expect(bench.exchange([0x05], 1)).toEqual([0x8e]);
    bench.exchange([0x04]);
    expect(bench.exchange([0x05], 1)).toEqual([0x8c]);
  });

  it('has bit 8 of a nine-bit address in the instruction', async () => {
    const bench = await at25({ size: 512, pagesize: 8, 'address-width': 9 });
    write(bench, 0x0a, 0x10, 0x42);
    expect((bench.get('contents') as Uint8Array)[0x110]).toBe(0x42);
    expect(bench.exchange([0x0b, 0x10], 1)).toEqual([0x42]);
  });

  it.each([
    [{ 'address-width': 12 }, 'address-width: invalid width 12: expected 8, 9, 16 or 24'],
    [{ size: 100 }, 'size: invalid size 100: expected whole pages of 64 bytes'],
  ])('refuses %o', async (properties, sentence) => {
    await expect(at25(properties)).rejects.toThrow(sentence);
  });

  it('takes contents and write time from a test', async () => {
    const bench = await at25();
    bench.set('contents', Uint8Array.of(7));
    bench.set('writeTime', 0);
    bench.exchange([0x06]);
    bench.exchange([0x02, 0, 1, 8]);
    expect(bench.exchange([0x03, 0, 0], 2)).toEqual([7, 8]);
    bench.reset();
    bench.parts.close();
  });
});
