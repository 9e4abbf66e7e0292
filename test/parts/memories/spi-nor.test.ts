import { describe, expect, it } from 'vitest';
import { spiBench } from '../../sim/support.ts';
import { spiTransfer } from '../../support/spi.ts';
import { type FlashBench as Bench, change, flash, read } from './flash.ts';

const MS = 1e6;

describe('identification', () => {
  it.each([
    ['jedec,spi-nor', [0xef, 0x40, 0x14]],
    ['winbond,w25q128', [0xef, 0x40, 0x18]],
    ['winbond,w25q512jv', [0xef, 0x40, 0x20]],
    ['macronix,mx25l12835f', [0xc2, 0x20, 0x18]],
    ['micron,n25q128a13', [0x20, 0xba, 0x18]],
  ])('%s', async (compatible, id) => {
    expect((await flash(compatible)).exchange([0x9f], 3)).toEqual(id);
  });

  it('a plain jedec,spi-nor is as large as its size or its partitions want', async () => {
    const sized = await flash('jedec,spi-nor', { properties: { size: 0x80_0000 } });
    expect(sized.exchange([0x9f], 3)).toEqual([0xef, 0x40, 0x17]);
    const partition = { name: 'partition@100000', reg: [0x10_0000, 0x30_0000] };
    const parted = await flash('jedec,spi-nor', {
      children: [{ name: 'partitions', children: [partition] }],
    });
    expect(parted.exchange([0x9f], 3)).toEqual([0xef, 0x40, 0x16]);
  });

  it('90h and ABh give the device ID', async () => {
    const bench = await flash('winbond,w25q80');
    expect(bench.exchange([0x90, 0, 0, 0], 4)).toEqual([0xef, 0x13, 0xef, 0x13]);
    expect(bench.exchange([0x90, 0, 0, 1], 2)).toEqual([0x13, 0xef]);
    expect(bench.exchange([0xab, 0, 0, 0], 1)).toEqual([0x13]);
  });

  it('two flashes of a board have different unique ids', async () => {
    const bench = await spiBench({ compatible: 'jedec,spi-nor' }, { compatible: 'jedec,spi-nor' });
    const id = (chipSelect: number) => bench.exchange([0x4b, 0, 0, 0, 0], 8, 0, chipSelect);
    expect(id(0)).toEqual(id(0));
    expect(id(0)).not.toEqual(id(1));
  });

  it('dtbus,jedec-id names any other chip', async () => {
    const bench = await flash('jedec,spi-nor', {
      properties: { 'dtbus,jedec-id': Uint8Array.of(0xc8, 0x40, 0x14) },
    });
    expect(bench.exchange([0x9f], 3)).toEqual([0xc8, 0x40, 0x14]);
  });
});

describe('SFDP (JESD216B)', () => {
  const dwords = (bytes: number[]) => {
    const view = new DataView(Uint8Array.from(bytes).buffer);
    return Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i, true));
  };
  const sfdp = (bench: Bench, at: number, count: number) => bench.exchange([0x5a, 0, 0, at, 0], count);

  it('begins with its signature and the header of the basic table', async () => {
    const bench = await flash('winbond,w25q80');
    expect(sfdp(bench, 0, 16)).toEqual([
      ...[0x53, 0x46, 0x44, 0x50, 6, 1, 0, 0xff],
      ...[0, 6, 1, 16, 0x80, 0, 0, 0xff],
    ]);
  });

  it('has the first DWORDs that the W25Q80DV data sheet prints', async () => {
    const bench = await flash('winbond,w25q80');
    const table = dwords(sfdp(bench, 0x80, 64));
    expect(table.slice(0, 3).map((n) => n.toString(16))).toEqual(['fff120e5', '7fffff', '6b08eb44']);
    expect(table[7]?.toString(16)).toBe('520f200c');
    expect((table[8] as number) & 0xffff).toBe(0xd810);
    // Pages of 2^8 bytes; QE in status register 2, bit 1.
    expect(((table[10] as number) >> 4) & 15).toBe(8);
    expect(((table[14] as number) >> 20) & 7).toBe(5);
  });

  it('above 16 MiB offers 4-byte addresses and their instructions', async () => {
    const bench = await flash('winbond,w25q256');
    const basic = dwords(sfdp(bench, 0x80, 64));
    expect(((basic[0] as number) >>> 17) & 3).toBe(1);
    expect(basic[1]).toBe(32 * 1024 * 1024 * 8 - 1);
    expect((basic[15] as number) >>> 24).toBe(0x21);
    expect(sfdp(bench, 16, 8)).toEqual([0x84, 0, 1, 2, 0xc0, 0, 0, 0xff]);
    expect(sfdp(bench, 0xc4, 3)).toEqual([0x21, 0x5c, 0xdc]);
  });
});

describe('program and erase', () => {
  it('need the write enable latch, and clear it', async () => {
    const bench = await flash();
    bench.exchange([0x02, 0, 0, 0, 0x12]);
    expect(read(bench, 0, 1)).toEqual([0xff]);
    bench.exchange([0x06]);
    expect(bench.exchange([0x05], 1)).toEqual([0x02]);
    bench.exchange([0x02, 0, 0, 0, 0x12]);
    expect(read(bench, 0, 1)).toEqual([0x12]);
    expect(bench.exchange([0x05], 1)).toEqual([0x00]);
  });

  it('programming only clears bits', async () => {
    const bench = await flash();
    change(bench, 0x02, 0, 0, 0, 0xf0);
    change(bench, 0x02, 0, 0, 0, 0x3c);
    expect(read(bench, 0, 1)).toEqual([0x30]);
  });

  it('wraps inside the page; the last 256 bytes count', async () => {
    const bench = await flash();
    change(bench, 0x02, 0, 1, 0xfe, 1, 2, 3);
    expect(read(bench, 0x1fe, 3)).toEqual([1, 2, 0xff]);
    expect(read(bench, 0x100, 2)).toEqual([3, 0xff]);
    change(bench, 0x02, 0, 2, 0, ...new Array(256).fill(0x11), 0x22);
    expect(read(bench, 0x200, 2)).toEqual([0x22, 0x11]);
  });

  it.each([
    [0x20, 0x1000],
    [0x52, 0x8000],
    [0xd8, 0x10000],
  ])('%i erases %i bytes, aligned', async (opcode, length) => {
    const bench = await flash();
    const size = 1 << 20;
    bench.set('contents', new Uint8Array(size));
    change(bench, opcode, 0x02, 0x00, 0x05);
    const memory = bench.get('contents') as Uint8Array;
    expect(memory.indexOf(0xff)).toBe(0x20000);
    expect(memory.lastIndexOf(0xff)).toBe(0x20000 + length - 1);
  });

  it('erases the chip', async () => {
    const bench = await flash();
    bench.set('contents', new Uint8Array(1 << 20));
    change(bench, 0xc7);
    const memory = bench.get('contents') as Uint8Array;
    expect(memory).toHaveLength(1 << 20);
    expect(memory.every((byte) => byte === 0xff)).toBe(true);
  });

  it('an erase with bytes after its address, or cut short, does nothing', async () => {
    const bench = await flash();
    change(bench, 0x02, 0, 0, 0, 0);
    change(bench, 0x20, 0, 0, 0, 0);
    change(bench, 0x20, 0, 0);
    expect(read(bench, 0, 1)).toEqual([0]);
  });

  // W25Q64JV data sheet, 8.2.13 and 8.2.16: "After the … cycle has finished the WEL bit … is cleared to 0".
  it.each([
    ['a page', [0x02, 0, 0, 0, 0x00], 0.7],
    ['a sector', [0x20, 0, 0, 0], 45],
    ['a block', [0xd8, 0, 0, 0], 150],
    ['the status', [0x01, 0x00], 10],
  ])('WEL stays set until %s is done', async (_what, bytes, ms) => {
    const bench = await flash('winbond,w25q64');
    bench.set('timeScale', 1);
    change(bench, ...bytes);
    bench.clock.advance((ms - 0.1) * MS);
    expect(bench.exchange([0x05], 1)).toEqual([0x03]);
    bench.clock.advance(0.1 * MS);
    expect(bench.exchange([0x05], 1)).toEqual([0x00]);
  });

  it('is busy for the typical times when they are wanted: 45 ms for a sector', async () => {
    const bench = await flash();
    bench.set('timeScale', 1);
    change(bench, 0x20, 0, 0, 0);
    expect(bench.exchange([0x05], 2)).toEqual([0x03, 0x03]);
    expect(bench.exchange([0x9f], 1)).toEqual([0xff]);
    bench.clock.advance(44 * MS);
    expect(bench.exchange([0x05], 1)).toEqual([0x03]);
    bench.clock.advance(1 * MS);
    expect(bench.exchange([0x05], 1)).toEqual([0x00]);
  });
});

describe('reads', () => {
  const fill = async () => {
    const bench = await flash('winbond,w25q80');
    bench.set(
      'contents',
      Uint8Array.from({ length: 1 << 20 }, (_, i) => i % 251),
    );
    return bench;
  };

  it('run over the end to the beginning', async () => {
    const bench = await fill();
    expect(read(bench, 0xfffff, 3)).toEqual([0xfffff % 251, 0, 1]);
  });

  it.each([
    [0x0b, 1, 1],
    [0x3b, 1, 2],
    [0xbb, 1, 2],
    [0x6b, 1, 4],
    [0xeb, 3, 4],
  ])('%i has %i dummy bytes and data on %i lines', async (opcode, dummies, lines) => {
    const bench = await fill();
    const rx = new Uint8Array(2);
    // Quad Enable.
    if (lines === 4) change(bench, 0x31, 0x02);
    const tx = Uint8Array.of(opcode, 0, 0, 10, ...new Array(dummies).fill(0));
    bench.spi.transfer(0, 0, [spiTransfer({ tx }), spiTransfer({ rx, rxNbits: lines })]);
    expect([...rx]).toEqual([10, 11]);
    bench.spi.transfer(0, 0, [spiTransfer({ tx }), spiTransfer({ rx, rxNbits: lines === 1 ? 2 : 1 })]);
    expect([...rx]).toEqual([0xff, 0xff]);
  });

  it('full duplex gives nothing before the address is complete', async () => {
    const bench = await fill();
    expect(bench.duplex([0x03, 0, 0, 5, 0, 0])).toEqual([0xff, 0xff, 0xff, 0xff, 5, 6]);
  });
});

describe('4-byte addresses', () => {
  it('by their own instructions, by mode, and by the extended address register', async () => {
    const bench = await flash('winbond,w25q256');
    change(bench, 0x12, 0x01, 0x00, 0x00, 0x10, 0xa5);
    expect(bench.exchange([0x13, 1, 0, 0, 0x10], 1)).toEqual([0xa5]);
    bench.exchange([0xb7]);
    expect(bench.exchange([0x15], 1)).toEqual([0x01]);
    expect(bench.exchange([0x03, 1, 0, 0, 0x10], 1)).toEqual([0xa5]);
    bench.exchange([0xe9]);
    change(bench, 0xc5, 1);
    expect(bench.exchange([0xc8], 1)).toEqual([1]);
    expect(bench.exchange([0x03, 0, 0, 0x10], 1)).toEqual([0xa5]);
  });
});

describe('protection', () => {
  const protect = async (sr1: number, sr2: number) => {
    const bench = await flash('winbond,w25q80');
    change(bench, 0x01, sr1, sr2);
    const programs = (address: number) => {
      change(bench, 0x02, address >> 16, (address >> 8) & 0xff, address & 0xff, 0);
      return read(bench, address, 1)[0] === 0;
    };
    return { bench, programs };
  };

  // W25Q80DV data sheet, 7.1.9: BP2..0 = 001: 0F0000h-0FFFFFh, upper 1/16.
  it('BP0 keeps the upper 64 KiB', async () => {
    const { programs } = await protect(0x04, 0);
    expect(programs(0xeffff)).toBe(true);
    expect(programs(0xf0000)).toBe(false);
  });

  it('TB keeps the lower end', async () => {
    const { programs } = await protect(0x24, 0);
    expect(programs(0x0ffff)).toBe(false);
    expect(programs(0x10000)).toBe(true);
  });

  it('SEC counts sectors of 4 KiB', async () => {
    const { programs } = await protect(0x44, 0);
    expect(programs(0xfefff)).toBe(true);
    expect(programs(0xff000)).toBe(false);
  });

  it('CMP turns the range round', async () => {
    const { programs } = await protect(0x04, 0x40);
    expect(programs(0xeffff)).toBe(false);
    expect(programs(0xf0000)).toBe(true);
  });

  it('BP2..0 all set keep the chip from being erased', async () => {
    const { bench } = await protect(0x00, 0);
    change(bench, 0x02, 0, 0, 0, 0);
    change(bench, 0x01, 0x1c);
    change(bench, 0xc7);
    expect(read(bench, 0, 1)).toEqual([0]);
  });

  it('SRP with WP# low locks the status register', async () => {
    const { bench } = await protect(0x80, 0);
    bench.set('writeProtect', true);
    change(bench, 0x01, 0x04);
    expect(bench.exchange([0x05], 1)).toEqual([0x80]);
  });

  it('SRL locks all status registers until the chip is without power', async () => {
    const { bench } = await protect(0x04, 0x01);
    change(bench, 0x01, 0x00, 0x00);
    change(bench, 0x31, 0x00);
    expect(bench.exchange([0x05], 1)).toEqual([0x04]);
    expect(bench.exchange([0x35], 1)).toEqual([0x01]);
    bench.set('powered', false);
    bench.set('powered', true);
    expect(bench.exchange([0x35], 1)).toEqual([0x00]);
    change(bench, 0x01, 0x00);
    expect(bench.exchange([0x05], 1)).toEqual([0x00]);
  });

  it('31h and 35h reach status register 2 alone', async () => {
    const { bench } = await protect(0, 0);
    change(bench, 0x31, 0x02);
    expect(bench.exchange([0x35], 1)).toEqual([0x02]);
    expect(bench.exchange([0x05], 1)).toEqual([0x00]);
  });
});

describe('power-down and reset', () => {
  it('hears only ABh in power-down', async () => {
    const bench = await flash();
    bench.exchange([0xb9]);
    expect(bench.exchange([0x9f], 1)).toEqual([0xff]);
    bench.exchange([0xab]);
    expect(bench.exchange([0x9f], 1)).toEqual([0xef]);
  });

  it('66h 99h resets, 99h alone does not', async () => {
    const bench = await flash();
    bench.exchange([0x06]);
    bench.exchange([0x99]);
    expect(bench.exchange([0x05], 1)).toEqual([0x02]);
    bench.exchange([0x66]);
    bench.exchange([0x99]);
    expect(bench.exchange([0x05], 1)).toEqual([0x00]);
  });
});

describe('the tree', () => {
  it('a size that is no power of two is refused', async () => {
    await expect(flash('jedec,spi-nor', { properties: { size: 100_000 } })).rejects.toThrow(
      '/spi/part0: size: invalid size 100000: expected a power of two from 65536 on',
    );
  });

  it('works in modes 0 and 3 only, and says so once', async () => {
    const bench = await flash();
    expect(bench.exchange([0x9f], 1, 3)).toEqual([0xef]);
    expect(bench.exchange([0x9f], 1, 1)).toEqual([0xff]);
    expect(bench.exchange([0x9f], 1, 1)).toEqual([0xff]);
    expect(bench.warnings).toEqual(['/spi/part0: does not answer: it works in SPI mode 0 and 3, not 1']);
  });
});
