import { describe, expect, it } from 'vitest';
import { spiBench } from '../../sim/support.ts';

const PAGE = 2048;
async function nand(compatible = 'spi-nand') {
  const bench = await spiBench({ compatible });
  const status = () => bench.exchange([0x0f, 0xc0], 1)[0] as number;
  const settle = () => bench.clock.advance(3e6);
  const address = (page: number) => [page >> 16, (page >> 8) & 0xff, page & 0xff];
  return {
    bench,
    status,
    settle,
    unlock: () => bench.exchange([0x1f, 0xa0, 0x00]),
    program(page: number, column: number, data: readonly number[]) {
      bench.exchange([0x06]);
      bench.exchange([0x02, column >> 8, column & 0xff, ...data]);
      bench.exchange([0x10, ...address(page)]);
      settle();
    },
    erase(page: number) {
      bench.exchange([0x06]);
      bench.exchange([0xd8, ...address(page)]);
      settle();
    },
    read(page: number, column: number, count: number) {
      bench.exchange([0x13, ...address(page)]);
      settle();
      return bench.exchange([0x03, column >> 8, column & 0xff, 0], count);
    },
  };
}

describe('W25N01GV data sheet', () => {
  it('8.2.3: the id comes behind a dummy byte', async () => {
    const { bench } = await nand();
    expect(bench.exchange([0x9f, 0], 3)).toEqual([0xef, 0xaa, 0x21]);
    const macronix = await nand('macronix,mx35lf1ge4ab');
    expect(macronix.bench.exchange([0x9f, 0], 2)).toEqual([0xc2, 0x12]);
  });

  it('9: after power-on all blocks are protected, and ECC is on', async () => {
    const { bench, program, status, read, unlock } = await nand();
    expect([0xa0, 0xb0, 0xc0].map((each) => bench.exchange([0x0f, each], 1)[0])).toEqual([0x7c, 0x18, 0x00]);
    program(0, 0, [1, 2]);
    expect([status(), read(0, 0, 2)]).toEqual([0x08, [0xff, 0xff]]);
    unlock();
    program(0, 0, [1, 2]);
    expect([status(), read(0, 0, 3)]).toEqual([0x00, [1, 2, 0xff]]);
  });

  it('8.2.9, 8.2.13: programming clears bits, an erase sets those of its block, each needs write enable', async () => {
    const { bench, program, erase, read, unlock, status, settle } = await nand();
    unlock();
    program(65, PAGE + 2, [0xf0, 0xaa]);
    program(65, PAGE + 2, [0x3c]);
    program(128, 0, [7]);
    expect(read(65, PAGE + 2, 2)).toEqual([0x30, 0xaa]);
    bench.exchange([0xd8, 0, 0, 65]);
    settle();
    expect([status(), read(65, PAGE + 3, 1)]).toEqual([0x04, [0xaa]]);
    erase(70);
    expect([status(), read(65, PAGE + 2, 2), read(128, 0, 1), bench.get('erased')]).toEqual([
      0,
      [0xff, 0xff],
      [7],
      1,
    ]);
  });

  it('9.3.5: busy while it reads, programs and erases; then only the status is read', async () => {
    const { bench, status, unlock, settle } = await nand();
    unlock();
    bench.exchange([0x06]);
    bench.exchange([0xd8, 0, 0, 0]);
    expect(status() & 1).toBe(1);
    bench.clock.advance(1.9e6);
    expect(status() & 1).toBe(1);
    expect(bench.exchange([0x9f, 0], 1)).toEqual([0xff]);
    settle();
    expect(status() & 1).toBe(0);
  });

  it('8.2.11: random data changes a part of the cache, a load the whole of it', async () => {
    const { bench, read, unlock, settle, program } = await nand();
    unlock();
    program(1, 0, [1, 2, 3, 4]);
    read(1, 0, 0);
    bench.exchange([0x06]);
    bench.exchange([0x84, 0, 1, 0xee]);
    bench.exchange([0x10, 0, 0, 2]);
    settle();
    expect(read(2, 0, 5)).toEqual([1, 0xee, 3, 4, 0xff]);
  });

  it('10: bad blocks bear a mark, and take nothing', async () => {
    const { bench, read, unlock, program, erase, status } = await nand();
    bench.set('badBlocks', '3 1023');
    unlock();
    expect([read(192, PAGE, 1), read(193, PAGE, 1), read(256, PAGE, 1)]).toEqual([[0], [0xff], [0xff]]);
    program(192, 0, [1]);
    expect(status()).toBe(0x08);
    erase(192);
    expect(status()).toBe(0x0c);
    expect(() => bench.set('badBlocks', '1024')).toThrow('expected numbers of 0 to 1023, got 1024');
  });

  it('9.3.4: a wrong bit is corrected, two are not, and without ECC it is seen', async () => {
    const { bench, read, unlock, program, status } = await nand();
    unlock();
    program(0, 0, [0x55]);
    bench.set('bitErrors', 1);
    expect([read(0, 0, 1), status()]).toEqual([[0x55], 0x10]);
    bench.set('bitErrors', 2);
    expect([read(0, 0, 1), status()]).toEqual([[0x56], 0x20]);
    bench.exchange([0x1f, 0xb0, 0x08]);
    bench.set('bitErrors', 1);
    expect([read(0, 0, 1), status()]).toEqual([[0x54], 0x00]);
  });
});
