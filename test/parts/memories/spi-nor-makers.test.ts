import { describe, expect, it } from 'vitest';
import { spiBench } from '../../sim/support.ts';
import { type FlashBench as Bench, change, read } from './flash.ts';

/** Flash of other makers, by their data sheets: what a driver for a W25Q would get wrong. */

const MS = 1e6;
/** Programs and erases at once. */
const flash = async (...compatible: string[]) => {
  const bench = await spiBench({ compatible });
  bench.set('timeScale', 0);
  return bench;
};

const three = (address: number) => [(address >> 16) & 0xff, (address >> 8) & 0xff, address & 0xff];
const four = (address: number) => [address >>> 24, ...three(address)];
const status = (bench: Bench) => bench.exchange([0x05], 1)[0];

describe('identification (each data sheet, "Read Identification")', () => {
  it.each([
    ['spansion,s25sl12801', [0x01, 0x20, 0x18, 0x03, 0x01]],
    ['spansion,s25fl256s1', [0x01, 0x02, 0x19, 0x4d, 0x01, 0x80]],
    ['spansion,s25fs512s', [0x01, 0x02, 0x20, 0x4d, 0x00, 0x81]],
    ['micron,n25q128a11', [0x20, 0xbb, 0x18, 0x10, 0x00, 0x00]],
    ['micron,mt25qu02g', [0x20, 0xbb, 0x22, 0x10, 0x44, 0x00]],
    ['micron,m25p80', [0x20, 0x20, 0x14]],
    ['winbond,w25q64dw', [0xef, 0x60, 0x17]],
    ['winbond,w25x32', [0xef, 0x30, 0x16]],
    ['sst,sst25vf016b', [0xbf, 0x25, 0x41]],
    ['macronix,mx25r1635f', [0xc2, 0x28, 0x15]],
    ['atmel,at25df321a', [0x1f, 0x47, 0x01, 0x00]],
    ['issi,is25lp016d', [0x9d, 0x60, 0x15]],
    ['gigadevice,gd25q256', [0xc8, 0x40, 0x19]],
  ])('%s', async (compatible, id) => {
    expect((await flash(compatible, 'jedec,spi-nor')).exchange([0x9f], id.length)).toEqual(id);
  });

  // As boards have them: `compatible = "st,n25q128a13", "jedec,spi-nor"`.
  it.each([
    ['st,n25q128a13', [0x20, 0xba, 0x18]],
    ['mxicy,mx25l1606e', [0xc2, 0x20, 0x15]],
    ['m25p80', [0x20, 0x20, 0x14]],
    ['microchip,sst25vf016b', [0xbf, 0x25, 0x41]],
  ])('%s, by its name without the vendor', async (compatible, id) => {
    expect((await flash(compatible, 'jedec,spi-nor')).exchange([0x9f], 3)).toEqual(id);
  });

  it.each([
    ['winbond,w25q512jv', [0xef, 0x19]],
    ['sst,sst25vf016b', [0xbf, 0x41]],
    ['spansion,s25sl12801', [0x01, 0x17]],
    ['macronix,mx25u6435f', [0xc2, 0x37]],
  ])('%s: 90h gives maker and device', async (compatible, id) => {
    expect((await flash(compatible)).exchange([0x90, 0, 0, 0], 2)).toEqual(id);
  });

  it('no SFDP where the part has none', async () => {
    for (const compatible of ['micron,m25p80', 'sst,sst25vf016b', 'spansion,s25sl12801'])
      expect((await flash(compatible)).exchange([0x5a, 0, 0, 0, 0], 4)).toEqual([0xff, 0xff, 0xff, 0xff]);
  });
});

describe('SST25VF016B (S71271)', () => {
  const opened = async () => {
    const bench = await flash('sst,sst25vf016b');
    bench.exchange([0x50]);
    bench.exchange([0x01, 0x00]);
    return bench;
  };

  it('all is protected after power-on (table 4)', async () => {
    const bench = await flash('sst,sst25vf016b');
    expect(status(bench)).toBe(0x1c);
    change(bench, 0x02, 0, 0, 0, 0x12);
    expect(read(bench, 0, 1)).toEqual([0xff]);
  });

  it('the status is written right after 50h, or with WEL (4.4.12)', async () => {
    const bench = await opened();
    expect(status(bench)).toBe(0x00);
    bench.exchange([0x50]);
    bench.exchange([0x05], 1);
    bench.exchange([0x01, 0x1c]);
    expect(status(bench)).toBe(0x00);
    change(bench, 0x01, 0x08);
    expect(status(bench)).toBe(0x08);
    bench.reset();
    expect(status(bench)).toBe(0x1c);
  });

  it('02h programs one byte (4.4.3)', async () => {
    const bench = await opened();
    change(bench, 0x02, 0, 0, 5, 0x12, 0x34, 0x56);
    expect(read(bench, 4, 4)).toEqual([0xff, 0x12, 0xff, 0xff]);
    expect(status(bench)).toBe(0x00);
  });

  it('ADh programs words one after the other, until 04h (4.4.4)', async () => {
    const bench = await opened();
    bench.set('timeScale', 1);
    change(bench, 0xad, 0, 0, 0x10, 1, 2);
    expect(status(bench)).toBe(0x43);
    bench.clock.advance(0.01 * MS);
    expect(status(bench)).toBe(0x42);
    bench.exchange([0xad, 3, 4]);
    bench.clock.advance(0.01 * MS);
    // Only ADh, 04h and 05h are heard meanwhile.
    expect(read(bench, 0x10, 1)).toEqual([0xff]);
    bench.exchange([0xad, 5, 6]);
    bench.clock.advance(0.01 * MS);
    bench.exchange([0x04]);
    expect(status(bench)).toBe(0x00);
    expect(read(bench, 0x10, 7)).toEqual([1, 2, 3, 4, 5, 6, 0xff]);
  });

  it('a page program of another maker leaves one byte of it, so that a driver without AAI fails', async () => {
    const bench = await opened();
    change(bench, 0x02, 0, 1, 0, ...new Array(256).fill(0x5a));
    expect(read(bench, 0x100, 2)).toEqual([0x5a, 0xff]);
  });

  it('BP2..0 = 001 keeps the upper 1/32 (table 5)', async () => {
    const bench = await opened();
    change(bench, 0x01, 0x04);
    change(bench, 0x02, ...three(0x1f_0000), 0);
    change(bench, 0x02, ...three(0x1e_ffff), 0);
    expect(read(bench, 0x1e_ffff, 2)).toEqual([0x00, 0xff]);
  });
});

describe('N25Q and MT25Q', () => {
  it('N25Q128A, table 9: 70h tells that it is ready, and what failed; 50h clears that', async () => {
    const bench = await flash('micron,n25q128a11');
    const flags = () => bench.exchange([0x70], 1)[0];
    bench.set('timeScale', 1);
    change(bench, 0xd8, 0, 0, 0);
    expect([status(bench), flags()]).toEqual([0x03, 0x00]);
    bench.clock.advance(700 * MS);
    expect([status(bench), flags()]).toEqual([0x00, 0x80]);
    change(bench, 0x01, 0x04);
    bench.clock.advance(2 * MS);
    // The last sector is protected: nothing happens, and WEL stays.
    change(bench, 0xd8, ...three(0xff_0000));
    expect([status(bench), flags()]).toEqual([0x06, 0xa2]);
    change(bench, 0x02, ...three(0xff_0000), 0);
    expect(flags()).toBe(0xb2);
    bench.exchange([0x50]);
    expect(flags()).toBe(0x80);
  });

  it('N25Q128A, table 3: BP3 is bit 6, TB bit 5', async () => {
    const bench = await flash('micron,n25q128a13');
    // 1000b: 128 sectors, the upper half.
    change(bench, 0x01, 0x40);
    change(bench, 0x02, ...three(0x7f_ffff), 0);
    change(bench, 0x02, ...three(0x80_0000), 0);
    expect(read(bench, 0x7f_ffff, 2)).toEqual([0x00, 0xff]);
    change(bench, 0x01, 0x60);
    change(bench, 0x02, ...three(0x80_0000), 0);
    expect(read(bench, 0x80_0000, 1)).toEqual([0x00]);
  });

  it('N25Q256A: B7h and E9h need WEL; the flag status has the mode', async () => {
    const bench = await flash('micron,n25q256a');
    bench.exchange([0xb7]);
    expect(bench.exchange([0x70], 1)).toEqual([0x80]);
    change(bench, 0xb7);
    expect(bench.exchange([0x70], 1)).toEqual([0x81]);
    change(bench, 0x02, ...four(0x100_0010), 0xa5);
    expect(bench.exchange([0x03, ...four(0x100_0010)], 1)).toEqual([0xa5]);
    change(bench, 0xe9);
    expect(bench.exchange([0x13, ...four(0x100_0010)], 1)).toEqual([0xa5]);
  });

  it('MT25QU02G has 256 MiB and no bulk erase; C4h erases one of four dice', async () => {
    const bench = await flash('micron,mt25qu02g');
    const at = (address: number) => bench.exchange([0x13, ...four(address)], 1)[0];
    const places = [0x000_0000, 0x3ff_ffff, 0x400_0000, 0x7ff_ffff, 0x800_0000, 0xfff_ffff];
    for (const place of places) change(bench, 0x12, ...four(place), 0);
    expect(places.map(at)).toEqual([0, 0, 0, 0, 0, 0]);
    change(bench, 0xc7);
    expect(places.map(at)).toEqual([0, 0, 0, 0, 0, 0]);
    bench.exchange([0xb7]);
    change(bench, 0xc4, ...four(0x400_1234));
    expect(places.map(at)).toEqual([0, 0, 0xff, 0xff, 0, 0]);
    // JESD216: from 2 Gbit on the logarithm of the bits.
    expect(bench.exchange([0x5a, 0, 0, 0x84, 0], 4)).toEqual([31, 0, 0, 0x80]);
  });

  it('the volatile configuration is FBh after power-on, the non-volatile one stays', async () => {
    const bench = await flash('micron,n25q256a');
    expect(bench.exchange([0x85], 1)).toEqual([0xfb]);
    expect(bench.exchange([0xb5], 2)).toEqual([0xff, 0xff]);
    change(bench, 0x81, 0xab);
    change(bench, 0xb1, 0xfe, 0xff);
    bench.reset();
    expect(bench.exchange([0x85], 1)).toEqual([0xfb]);
    // Bit 0 of it: four address bytes from power-on.
    expect(bench.exchange([0x70], 1)).toEqual([0x81]);
  });
});

describe('erases', () => {
  const erased = async (compatible: string, opcode: number, ...address: number[]) => {
    const bench = await flash(compatible);
    const size = (bench.get('contents') as Uint8Array).length;
    bench.set('contents', new Uint8Array(size));
    change(bench, opcode, ...address);
    const memory = bench.get('contents') as Uint8Array;
    return memory.lastIndexOf(0xff) - memory.indexOf(0xff) + (memory.includes(0xff) ? 1 : 0);
  };

  it.each([
    ['micron,m25p80', 0xd8, 0x10000],
    ['micron,m25p128', 0xd8, 0x40000],
    ['spansion,s25sl12800', 0xd8, 0x40000],
    ['spansion,s25sl12801', 0xd8, 0x10000],
    ['spansion,s25fs512s', 0xd8, 0x40000],
    ['issi,is25lp016d', 0xd7, 0x1000],
    ['macronix,mx25r1635f', 0x52, 0x8000],
  ])('%s: %i erases %i bytes', async (compatible, opcode, length) => {
    expect(await erased(compatible, opcode, 0, 0, 0)).toBe(length);
  });

  it.each([
    ['micron,m25p80', 0x20],
    ['micron,n25q128a11', 0x52],
    ['spansion,s25sl12801', 0x20],
  ])('%s does not know %i', async (compatible, opcode) => {
    expect(await erased(compatible, opcode, 0, 0, 0)).toBe(0);
  });

  it('S25FL128S: sectors of 4 KiB are in the lowest 128 KiB only', async () => {
    expect(await erased('spansion,s25fl128s1', 0x20, ...three(0x1_f000))).toBe(0x1000);
    expect(await erased('spansion,s25fl128s1', 0x20, ...three(0x2_0000))).toBe(0);
  });
});

describe('Spansion', () => {
  it('S25FL128S, 7.6.1: what is protected fails, P_ERR is set, and it stays busy until 30h', async () => {
    const bench = await flash('spansion,s25fl128s1');
    change(bench, 0x01, 0x1c);
    change(bench, 0x02, 0, 0, 0, 0);
    expect(status(bench)).toBe(0x1c | 0x40 | 0x03);
    expect(read(bench, 0, 1)).toEqual([0xff]);
    bench.exchange([0x30]);
    expect(status(bench)).toBe(0x1c);
    change(bench, 0xd8, 0, 0, 0);
    expect(status(bench)).toBe(0x1c | 0x20 | 0x03);
  });

  it('S25FL256S, 7.6.5: 17h chooses the upper half, or four address bytes', async () => {
    const bench = await flash('spansion,s25fl256s1');
    change(bench, 0x12, ...four(0x100_0000), 0x77);
    bench.exchange([0x17, 0x01]);
    expect(read(bench, 0, 1)).toEqual([0x77]);
    bench.exchange([0x17, 0x80]);
    expect(bench.exchange([0x16], 1)).toEqual([0x80]);
    expect(bench.exchange([0x03, ...four(0x100_0000)], 1)).toEqual([0x77]);
  });
});

describe('W25Q64JV, 7.1.12 and 8.2.33 to 8.2.37: locks of single blocks', () => {
  const opened = async () => {
    const bench = await flash('winbond,w25q64');
    change(bench, 0x11, 0x04);
    return bench;
  };
  const lockAt = (bench: Bench, address: number) =>
    (bench.exchange([0x3d, ...three(address)], 1)[0] ?? 0) & 1;
  const programs = (bench: Bench, address: number) => {
    change(bench, 0x02, ...three(address), 0);
    return read(bench, address, 1)[0] === 0;
  };

  it('all are locked after power-on, which matters while WPS is set', async () => {
    const bench = await flash('winbond,w25q64');
    expect(lockAt(bench, 0x12_3456)).toBe(1);
    expect(programs(bench, 0x12_3456)).toBe(true);
    change(bench, 0x11, 0x04);
    expect(programs(bench, 0x22_3456)).toBe(false);
  });

  it('36h and 39h: sectors in the first and the last block, blocks between', async () => {
    const bench = await opened();
    change(bench, 0x39, ...three(0x00_1fff));
    expect([0x0fff, 0x1000, 0x1fff, 0x2000].map((address) => lockAt(bench, address))).toEqual([1, 0, 0, 1]);
    change(bench, 0x39, ...three(0x7f_f000));
    expect([0x7f_efff, 0x7f_f000, 0x7f_ffff].map((address) => lockAt(bench, address))).toEqual([1, 0, 0]);
    change(bench, 0x39, ...three(0x12_3456));
    expect([0x11_ffff, 0x12_0000, 0x12_ffff, 0x13_0000].map((address) => lockAt(bench, address))).toEqual([
      1, 0, 0, 1,
    ]);
    expect([programs(bench, 0x12_0000), programs(bench, 0x13_0000)]).toEqual([true, false]);
    change(bench, 0x36, ...three(0x12_ffff));
    expect(programs(bench, 0x12_0100)).toBe(false);
  });

  it('need WEL; 98h opens and 7Eh closes all', async () => {
    const bench = await opened();
    bench.exchange([0x39, 0, 0, 0]);
    expect(lockAt(bench, 0)).toBe(1);
    change(bench, 0x98);
    expect([lockAt(bench, 0), lockAt(bench, 0x7f_ffff), programs(bench, 0x40_0000)]).toEqual([0, 0, true]);
    change(bench, 0x7e);
    expect(programs(bench, 0x50_0000)).toBe(false);
    change(bench, 0xc7);
    expect(read(bench, 0x40_0000, 1)).toEqual([0]);
  });

  it('W25Q64DW has none', async () => {
    const bench = await flash('winbond,w25q64dw');
    change(bench, 0x11, 0x04);
    expect(bench.exchange([0x15], 1)).toEqual([0x00]);
    expect(programs(bench, 0x40_0000)).toBe(true);
  });
});

describe('AT25DF321A, 9: protection of sectors', () => {
  it('all are protected after power-on; 39h opens one, the status all', async () => {
    const bench = await flash('atmel,at25df321a');
    expect(status(bench)).toBe(0x1c);
    expect(bench.exchange([0x3c, 0, 0, 0], 1)).toEqual([0xff]);
    change(bench, 0x39, ...three(0x12_0000));
    expect(bench.exchange([0x3c, ...three(0x12_ffff)], 1)).toEqual([0x00]);
    expect(status(bench)).toBe(0x14);
    change(bench, 0x02, ...three(0x12_0000), 1);
    change(bench, 0x02, ...three(0x13_0000), 1);
    expect([read(bench, 0x12_0000, 1), read(bench, 0x13_0000, 1)]).toEqual([[1], [0xff]]);
    change(bench, 0x01, 0x00);
    expect(status(bench)).toBe(0x10);
    change(bench, 0x02, ...three(0x13_0000), 1);
    expect(read(bench, 0x13_0000, 1)).toEqual([1]);
    change(bench, 0x01, 0x3c);
    expect(status(bench)).toBe(0x1c);
  });
});

describe('MR25H40: memory that needs no erase', () => {
  it('takes bytes over any border, and is never busy', async () => {
    const bench = await flash('everspin,mr25h40');
    change(bench, 0x02, ...three(0xfe), 1, 2, 3, 4);
    expect(read(bench, 0xfe, 5)).toEqual([1, 2, 3, 4, 0xff]);
    change(bench, 0x02, ...three(0xfe), 0xf0);
    expect(read(bench, 0xfe, 1)).toEqual([0xf0]);
    expect(bench.exchange([0x9f], 3)).toEqual([0xff, 0xff, 0xff]);
  });

  it('MR25H256 has two address bytes', async () => {
    const bench = await flash('everspin,mr25h256');
    change(bench, 0x02, 0x12, 0x34, 0x56);
    expect(bench.exchange([0x03, 0x12, 0x34], 2)).toEqual([0x56, 0xff]);
  });
});

it('a flash of 256 MiB takes memory when its memory is looked at, not before', async () => {
  const before = process.memoryUsage().arrayBuffers;
  const bench = await flash('micron,mt25qu02g');
  expect(bench.exchange([0x9f], 3)).toEqual([0x20, 0xbb, 0x22]);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 24);
});
