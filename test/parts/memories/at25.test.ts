import { describe, expect, it } from 'vitest';
import { spiBench } from '../../sim/support.ts';
import { spiTransfer } from '../../support/spi.ts';

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

  it('that bit is that of the instruction, and others have no such instructions', async () => {
    const nine = await at25({ size: 512, pagesize: 8, 'address-width': 9 });
    nine.set(
      'contents',
      Uint8Array.from({ length: 512 }, (_, at) => at >> 4),
    );
    expect([nine.exchange([0x03, 0x50], 1), nine.exchange([0x0b, 0x50], 1)]).toEqual([[0x05], [0x15]]);
    const sixteen = await at25();
    sixteen.set('contents', Uint8Array.of(1, 2, 3));
    expect(sixteen.exchange([0x0b, 0x00, 0x00], 2)).toEqual([0xff, 0xff]);
  });

  it('reads on in further transfers, and from its end to its beginning', async () => {
    const bench = await spiBench({ compatible: 'atmel,at25010' });
    bench.set(
      'contents',
      Uint8Array.from({ length: 128 }, (_, at) => at),
    );
    const [first, second] = [new Uint8Array(3), new Uint8Array(2)];
    bench.spi.transfer(0, 0, [
      spiTransfer({ tx: Uint8Array.of(0x03, 0x7e) }),
      spiTransfer({ rx: first }),
      spiTransfer({ rx: second }),
    ]);
    expect([...first, ...second]).toEqual([126, 127, 0, 1, 2]);
  });

  it('WPEN and the WP pin lock the status only together', async () => {
    const bench = await at25();
    bench.set('writeProtect', true);
    write(bench, 0x01, 0x84);
    expect(bench.exchange([0x05], 1)).toEqual([0x84]);
    bench.set('writeProtect', false);
    write(bench, 0x01, 0x88);
    expect(bench.exchange([0x05], 1)).toEqual([0x88]);
  });

  it('a write of protected pages ends the write enable, one without data does not', async () => {
    const bench = await at25({ 'read-only': true });
    bench.exchange([0x06]);
    bench.exchange([0x02, 0, 0]);
    expect(bench.exchange([0x05], 1)).toEqual([0x0e]);
    bench.exchange([0x02, 0, 0, 1]);
    expect(bench.exchange([0x05], 1)).toEqual([0x0c]);
  });

  it('does not write without WREN, nor after a power-on', async () => {
    const bench = await at25();
    bench.exchange([0x06]);
    bench.reset();
    expect(bench.exchange([0x05], 1)).toEqual([0x00]);
    for (const bytes of [
      [0x02, 0, 0, 1],
      [0x01, 0x0c],
    ])
      bench.exchange(bytes);
    expect(bench.exchange([0x05], 1)).toEqual([0x00]);
    expect(bench.exchange([0x03, 0, 0], 1)).toEqual([0xff]);
  });

  it('does not change with what a test was given as its contents', async () => {
    const bench = await at25();
    (bench.get('contents') as Uint8Array)[0] = 0xee;
    expect(bench.exchange([0x03, 0, 0], 1)).toEqual([0xff]);
  });

  it.each([
    [{ 'address-width': 12 }, 'address-width: invalid width 12: expected 8, 9, 16 or 24'],
    [{ size: 100 }, 'size: invalid size 100: expected whole pages of 64 bytes'],
    [{ size: 0 }, 'size: invalid size 0: expected whole pages of 64 bytes'],
    [{ size: 0x20000 }, 'size: invalid size 131072: expected whole pages of 64 bytes, at most 65536'],
    [{ pagesize: 0 }, 'pagesize: invalid page size 0: expected 1 to 65536'],
    [
      { size: 0x20000, pagesize: 0x20000, 'address-width': 24 },
      'pagesize: invalid page size 131072: expected 1 to 65536',
    ],
  ])('refuses %o', async (properties, sentence) => {
    await expect(at25(properties)).rejects.toThrow(sentence);
  });

  it('takes pages of 65536 bytes', async () => {
    const bench = await at25({ size: 0x10000, pagesize: 0x10000 });
    expect(bench.exchange([0x03, 0xff, 0xff], 1)).toEqual([0xff]);
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

describe('48L640 (DS20006055)', () => {
  it('is written without a write cycle, beyond the end of a page, and takes PRO and ASE', async () => {
    const bench = await spiBench({ compatible: 'microchip,48l640' });
    bench.exchange([0x06]);
    expect(bench.exchange([0x05], 1)).toEqual([0x02]);
    bench.exchange([0x02, 0x00, 0xfe, 1, 2, 3, 4]);
    expect(bench.exchange([0x05], 1)).toEqual([0x00]);
    expect(bench.exchange([0x03, 0x00, 0xfe], 4)).toEqual([1, 2, 3, 4]);
    bench.exchange([0x06]);
    bench.exchange([0x01, 0xe3]);
    expect(bench.exchange([0x05], 1)).toEqual([0x60]);
  });
});
