import { describe, expect, it } from 'vitest';
import { change, type FlashBench, flash, read } from './flash.ts';

const three = (address: number) => [address >> 16, (address >> 8) & 0xff, address & 0xff];
const programs = (bench: FlashBench, address: number) => {
  change(bench, 0x02, ...three(address), 0);
  return read(bench, address, 1)[0] === 0;
};
const status = (bench: FlashBench) => bench.exchange([0x05], 1)[0];
const protection = (bench: FlashBench, bytes: number) => bench.exchange([0x72], bytes);

/** After power-on: the blocks of 8 KiB can be read (odd bits), and no block can be changed. */
const LOCKED_64M = [0x55, 0x55, ...Array<number>(16).fill(0xff)];
const UNLOCKED_64M = Array<number>(18).fill(0);

// SST26VF064B data sheet (DS20005119), table 5-6; U-Boot's sst26_lock_ctl() has the same order.
describe('the block protection register of an SST26', () => {
  it.each([
    ['sst,sst26vf064b', LOCKED_64M],
    ['sst,sst26vf016b', [0x55, 0x55, 0xff, 0xff, 0xff, 0xff]],
  ])('of %s has all blocks locked after power-on, and zeros behind it', async (compatible, locked) => {
    const bench = await flash(compatible);
    expect(protection(bench, locked.length + 2)).toEqual([...locked, 0, 0]);
    expect([0, 0x10_0000, 0x1f_ffff].map((at) => programs(bench, at))).toEqual([false, false, false]);
  });

  // Bits from 143 at the left to 0 at the right.
  it.each([
    { bit: 0, from: 0x01_0000, to: 0x01_ffff },
    { bit: 125, from: 0x7e_0000, to: 0x7e_ffff },
    { bit: 126, from: 0x00_8000, to: 0x00_ffff },
    { bit: 127, from: 0x7f_0000, to: 0x7f_7fff },
    { bit: 128, from: 0x00_0000, to: 0x00_1fff },
    { bit: 134, from: 0x00_6000, to: 0x00_7fff },
    { bit: 136, from: 0x7f_8000, to: 0x7f_9fff },
    { bit: 142, from: 0x7f_e000, to: 0x7f_ffff },
  ])('has bit $bit for the block at $from', async ({ bit, from, to }) => {
    const bench = await flash('sst,sst26vf064b');
    const written = LOCKED_64M.with(17 - Math.floor(bit / 8), 0);
    const byte = LOCKED_64M[17 - Math.floor(bit / 8)] as number;
    written[17 - Math.floor(bit / 8)] = byte & ~(1 << (bit % 8));
    change(bench, 0x42, ...written);
    expect(protection(bench, 18)).toEqual(written);
    const beside = [from - 1, to + 1].map((at) => (at + 0x80_0000) % 0x80_0000);
    expect([from, to].map((at) => programs(bench, at))).toEqual([true, true]);
    expect(beside.map((at) => programs(bench, at))).toEqual([false, false]);
  });

  it('keeps an erase off that has one locked block in its range, and one of the whole chip', async () => {
    const bench = await flash('sst,sst26vf064b');
    change(bench, 0x98);
    expect([programs(bench, 0x00_7fff), programs(bench, 0x00_8000)]).toEqual([true, true]);
    // Bit 126: 8000h to FFFFh.
    change(bench, 0x42, ...UNLOCKED_64M.with(2, 0x40));
    change(bench, 0xd8, ...three(0));
    change(bench, 0xc7);
    expect(read(bench, 0x00_7fff, 2)).toEqual([0, 0]);
    change(bench, 0x20, ...three(0x00_7000));
    expect(read(bench, 0x00_7fff, 2)).toEqual([0xff, 0]);
  });

  it('is opened by 98h, which leaves what keeps blocks from being read', async () => {
    const bench = await flash('sst,sst26vf064b');
    change(bench, 0x42, 0xff, ...LOCKED_64M.slice(1));
    change(bench, 0x98);
    expect(protection(bench, 18)).toEqual(UNLOCKED_64M.with(0, 0xaa));
    expect(programs(bench, 0)).toBe(true);
  });

  it('is changed with the write enable latch alone, which it clears, and as a whole', async () => {
    const bench = await flash('sst,sst26vf064b');
    bench.exchange([0x42, ...UNLOCKED_64M]);
    bench.exchange([0x98]);
    bench.exchange([0x8d]);
    expect([protection(bench, 18), status(bench)]).toEqual([LOCKED_64M, 0x00]);
    change(bench, 0x42, ...UNLOCKED_64M.slice(1));
    expect([protection(bench, 18), status(bench)]).toEqual([LOCKED_64M, 0x00]);
    change(bench, 0x42, ...UNLOCKED_64M);
    expect([protection(bench, 18), status(bench)]).toEqual([UNLOCKED_64M, 0x00]);
  });

  // Table 4-1: bit 4 is WPLD; 5.2: a software reset clears all bits but that and bit 5.
  it('is locked down by 8Dh until the next power-on, which the status tells', async () => {
    const bench = await flash('sst,sst26vf064b');
    const half = UNLOCKED_64M.with(17, 0x01);
    change(bench, 0x42, ...half);
    change(bench, 0x8d);
    expect(status(bench)).toBe(0x10);
    change(bench, 0x98);
    change(bench, 0x42, ...LOCKED_64M);
    bench.exchange([0x66]);
    bench.exchange([0x99]);
    expect([protection(bench, 18), status(bench)]).toEqual([half, 0x10]);
    bench.reset();
    expect([protection(bench, 18), status(bench)]).toEqual([LOCKED_64M, 0x00]);
    change(bench, 0x98);
    expect(protection(bench, 18)).toEqual(UNLOCKED_64M);
  });

  // Table 4-2: WPEN is bit 7 of the configuration, which is the second byte of 01h.
  it('is held by a low WP# that WPEN enables', async () => {
    const bench = await flash('sst,sst26vf064b');
    bench.set('writeProtect', true);
    change(bench, 0x98);
    expect(protection(bench, 18)).toEqual(UNLOCKED_64M);
    change(bench, 0x01, 0x00, 0x80);
    change(bench, 0x42, ...LOCKED_64M);
    expect(protection(bench, 18)).toEqual(UNLOCKED_64M);
    bench.set('writeProtect', false);
    change(bench, 0x42, ...LOCKED_64M);
    expect(protection(bench, 18)).toEqual(LOCKED_64M);
  });
});
