import { describe, expect, it } from 'vitest';
import { change, type FlashBench, flash, read } from './flash.ts';

const MS = 1e6;
const three = (address: number) => [(address >> 16) & 0xff, (address >> 8) & 0xff, address & 0xff];
const status = (bench: FlashBench, opcode = 0x05) => bench.exchange([opcode], 1)[0];
const programs = (bench: FlashBench, address: number) => {
  change(bench, 0x02, ...three(address), 0);
  return read(bench, address, 1)[0] === 0;
};

describe('a snapshot of a flash has all that it remembers', () => {
  it.each<
    [what: string, compatible: string, before: number[][], after: number[][], look: number[], seen: number[]]
  >([
    ['the status', 'winbond,w25q64', [[0x06], [0x01, 0x04]], [[0x06], [0x01, 0x08]], [0x05], [0x04]],
    [
      'a security register',
      'winbond,w25q64',
      [[0x06], [0x42, 0, 0x10, 0, 0x12]],
      [[0x06], [0x44, 0, 0x10, 0]],
      [0x48, 0, 0x10, 0, 0],
      [0x12],
    ],
    [
      'the lock of a block',
      'winbond,w25q64',
      [[0x06], [0x39, 0x12, 0, 0]],
      [[0x06], [0x36, 0x12, 0, 0]],
      [0x3d, 0x12, 0, 0],
      [0x00],
    ],
    ['a configuration', 'micron,n25q256a', [[0x06], [0x81, 0xab]], [[0x06], [0x81, 0xcb]], [0x85], [0xab]],
  ])('%s', async (_, compatible, before, after, look, seen) => {
    const bench = await flash(compatible);
    for (const bytes of before) bench.exchange(bytes);
    const saved = bench.parts.snapshot('/spi/part0');
    for (const bytes of after) bench.exchange(bytes);
    expect(bench.exchange(look, 1)).not.toEqual(seen);
    bench.parts.restore('/spi/part0', saved);
    expect(bench.exchange(look, 1)).toEqual(seen);
  });
});

describe('what the tree says of a chip', () => {
  it('a jedec-id has at least three bytes', async () => {
    const properties = { 'dtbus,jedec-id': Uint8Array.of(0xc8, 0x40) };
    await expect(flash('jedec,spi-nor', { properties })).rejects.toThrow('expected at least 3 bytes');
    await expect(flash('winbond,w25q80', { properties })).rejects.toThrow('dtbus,jedec-id');
  });

  it.each([0x8000, 0x18_0000, 0])('a size of %i is refused', async (size) => {
    await expect(flash('winbond,w25q80', { properties: { size } })).rejects.toThrow(
      'expected a power of two from 65536 on',
    );
  });

  it('a known chip may be of another size, and keeps its id', async () => {
    const bench = await flash('winbond,w25q80', { properties: { size: 0x1_0000 } });
    expect([(bench.get('contents') as Uint8Array).length, bench.exchange([0x9f], 3)]).toEqual([
      0x1_0000,
      [0xef, 0x40, 0x14],
    ]);
  });
});

describe('a plain jedec,spi-nor', () => {
  const capacity = async (children: readonly object[]) =>
    (await flash('jedec,spi-nor', { children })).exchange([0x9f], 3)[2];

  it('is as long as its partitions, wherever they stand; without them it has 1 MiB', async () => {
    // The exponent of the size: 14h is 1 MiB.
    expect(await capacity([])).toBe(0x14);
    expect(await capacity([{ name: 'partition@0', reg: [0x20_0000, 0x20_0000] }])).toBe(0x16);
    const first = { name: 'partition@0', reg: [0, 0x20_0000] };
    const second = { name: 'partition@200000', reg: [0x20_0000, 0x60_0000] };
    expect(await capacity([{ name: 'partitions', children: [second, first] }])).toBe(0x17);
    expect(await capacity([first, { name: 'other', children: [second] }])).toBe(0x15);
  });

  it('a child without an offset and a length is no partition', async () => {
    expect(await capacity([{ name: 'otp@1', reg: 0x400_0000 }, { name: 'label' }])).toBe(0x14);
  });

  it('is no longer than the longest that there is', async () => {
    const properties = { size: 0x1000_0000 };
    await expect(flash('jedec,spi-nor', { properties })).rejects.toThrow(
      'no known chip holds more than 64 MiB',
    );
  });
});

describe('security registers (W25Q64JV, 8.2.27 to 8.2.29)', () => {
  const security = (bench: FlashBench, address: number, count = 1) =>
    bench.exchange([0x48, ...three(address), 0], count);

  it('there are three, of 256 bytes; elsewhere nothing is sent', async () => {
    const bench = await flash('winbond,w25q64');
    for (const page of [0x10, 0x20, 0x30]) change(bench, 0x42, 0, page, 0, page);
    for (const address of [0x0000, 0x1100, 0x1f00, 0x4000, 0x10_1000])
      expect(security(bench, address)).toEqual([0xff]);
    expect([0x1000, 0x2000, 0x3000].map((address) => security(bench, address)[0])).toEqual([
      0x10, 0x20, 0x30,
    ]);
    change(bench, 0x44, 0, 0x20, 0);
    expect([0x1000, 0x2000, 0x3000].map((address) => security(bench, address)[0])).toEqual([
      0x10, 0xff, 0x30,
    ]);
  });

  it('a program takes as long as a page, an erase as long as a sector; where there is none nothing is done', async () => {
    const bench = await flash('winbond,w25q64');
    bench.set('timeScale', 1);
    for (const [bytes, ms] of [
      [[0x42, 0, 0x10, 0, 0x12], 0.7],
      [[0x44, 0, 0x10, 0], 45],
    ] as const) {
      change(bench, ...bytes);
      expect(status(bench)).toBe(0x03);
      bench.clock.advance((ms - 0.1) * MS);
      expect(status(bench)).toBe(0x03);
      bench.clock.advance(0.2 * MS);
      expect(status(bench)).toBe(0x00);
    }
    for (const bytes of [
      [0x42, 0, 0x40, 0, 0x12],
      [0x44, 0, 0x40, 0],
      [0x42, 0, 0x10, 0],
      [0x44, 0, 0x10, 0, 0],
    ]) {
      change(bench, ...bytes);
      expect(status(bench)).toBe(0x00);
    }
  });
});

describe('locks of single blocks', () => {
  it('a range is locked when any of its blocks is; others beside it do not matter', async () => {
    const bench = await flash('atmel,at25df321a');
    for (const block of [0x11, 0x13]) change(bench, 0x39, block, 0, 0);
    expect([0x10, 0x11, 0x12, 0x13, 0x14].map((block) => programs(bench, block << 16))).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
    // The last bytes of an open block, and an erase of it.
    expect(programs(bench, 0x11_ffff)).toBe(true);
    change(bench, 0xd8, 0x11, 0, 0);
    expect(read(bench, 0x11_0000, 1)).toEqual([0xff]);
  });

  it('AT25DF321A, 9.4: only all of bits 5 to 2 alike switch all of them', async () => {
    const bench = await flash('atmel,at25df321a');
    const protection = (written: number) => {
      change(bench, 0x01, written);
      return (status(bench) as number) & 0x0c;
    };
    expect([
      protection(0x04),
      protection(0x00),
      protection(0x20),
      protection(0x3c),
      protection(0x38),
    ]).toEqual([0x0c, 0x00, 0x00, 0x0c, 0x0c]);
    // Table 11-1: WPP is 0 while WP# is low.
    bench.set('writeProtect', true);
    expect((status(bench) as number) & 0x10).toBe(0);
    bench.set('writeProtect', false);
    expect((status(bench) as number) & 0x10).toBe(0x10);
  });

  it('AT25DF321A: SPRL keeps the locks as they are (9.3, 9.5)', async () => {
    const bench = await flash('atmel,at25df321a');
    change(bench, 0x01, 0x00);
    change(bench, 0x01, 0x80);
    change(bench, 0x36, 0x12, 0, 0);
    expect(programs(bench, 0x12_0000)).toBe(true);
    change(bench, 0x01, 0x3c);
    change(bench, 0x36, 0x13, 0, 0);
    expect([programs(bench, 0x13_0000), programs(bench, 0x14_0000)]).toEqual([false, true]);
  });

  it('locks are all closed again after power-on', async () => {
    const bench = await flash('atmel,at25df321a');
    change(bench, 0x01, 0x00);
    expect(programs(bench, 0x12_0000)).toBe(true);
    bench.reset();
    expect(programs(bench, 0x13_0000)).toBe(false);
  });

  it("W25Q64JV, 7.1.12: those of the first and the last block are the sectors' own", async () => {
    const bench = await flash('winbond,w25q64');
    change(bench, 0x11, 0x04);
    change(bench, 0x39, ...three(0x00_f000));
    change(bench, 0x39, ...three(0x7f_0000));
    expect([0x00_e000, 0x00_f000, 0x01_0000].map((at) => programs(bench, at))).toEqual([false, true, false]);
    expect([0x7e_ffff, 0x7f_0000, 0x7f_1000].map((at) => programs(bench, at))).toEqual([false, true, false]);
    expect(bench.exchange([0x3d, ...three(0x7f_0000)], 2)).toEqual([0x00, 0x00]);
  });

  it('SST26VF064B, table 4-1: bit 7 is busy too, and the configuration has BPNV', async () => {
    const bench = await flash('sst,sst26vf064b');
    expect(status(bench, 0x35)).toBe(0x08);
    bench.set('timeScale', 1);
    change(bench, 0x98);
    change(bench, 0x20, 0, 0, 0);
    expect(status(bench)).toBe(0x83);
    bench.clock.advance(30 * MS);
    expect(status(bench)).toBe(0x00);
  });
});

describe('words of the SST25VF016B (S71271, 4.4.4)', () => {
  const opened = async () => {
    const bench = await flash('sst,sst25vf016b');
    bench.exchange([0x50]);
    bench.exchange([0x01, 0x00]);
    return bench;
  };

  it('begin at an even address, are two bytes, and end with the memory', async () => {
    const bench = await opened();
    change(bench, 0xad, ...three(0x11), 1, 2);
    bench.exchange([0x04]);
    expect(read(bench, 0x10, 3)).toEqual([1, 2, 0xff]);
    change(bench, 0xad, ...three(0x20), 1);
    bench.exchange([0x04]);
    expect(read(bench, 0x20, 2)).toEqual([0xff, 0xff]);
    change(bench, 0xad, ...three(0x1f_fffc), 1, 2);
    expect(status(bench)).toBe(0x42);
    bench.exchange([0xad, 3, 4]);
    expect(status(bench)).toBe(0x00);
    expect(read(bench, 0x1f_fffc, 4)).toEqual([1, 2, 3, 4]);
  });

  it('stop where the memory is protected', async () => {
    const bench = await opened();
    // BP2..0 = 001: the upper 1/32.
    change(bench, 0x01, 0x04);
    change(bench, 0xad, ...three(0x1e_fffe), 1, 2);
    bench.exchange([0xad, 3, 4]);
    expect(status(bench)).toBe(0x04);
    expect(read(bench, 0x1e_fffe, 4)).toEqual([1, 2, 0xff, 0xff]);
  });
});

describe('MR25H40, "Write Data Bytes"', () => {
  it('needs WEL, which stays after it; what is protected stays', async () => {
    const bench = await flash('everspin,mr25h40');
    bench.exchange([0x02, 0, 0, 0, 1]);
    expect(read(bench, 0, 1)).toEqual([0xff]);
    change(bench, 0x01, 0x04);
    change(bench, 0x02, ...three(0x5_ffff), 1, 2);
    expect(read(bench, 0x5_ffff, 2)).toEqual([1, 0xff]);
  });
});

describe('what fails', () => {
  it('N25Q128A, table 9: a program of a protected page is bit 4, an erase bit 5; 50h keeps WEL as it is', async () => {
    const bench = await flash('micron,n25q128a11');
    change(bench, 0x01, 0x04);
    change(bench, 0x02, 0xff, 0, 0, 0);
    expect(status(bench, 0x70)).toBe(0x92);
    bench.exchange([0x50]);
    expect([status(bench, 0x70), (status(bench) as number) & 0x02]).toEqual([0x80, 0x02]);
    change(bench, 0xd8, 0xff, 0, 0);
    expect(status(bench, 0x70)).toBe(0xa2);
  });

  it('S25FL128S, 7.6.1: until 30h it hears nothing but the status; 30h without a failure keeps WEL', async () => {
    const bench = await flash('spansion,s25fl128s1');
    bench.exchange([0x06]);
    bench.exchange([0x30]);
    expect(status(bench)).toBe(0x02);
    change(bench, 0x01, 0x1c);
    change(bench, 0x02, 0, 0, 0, 0);
    expect([bench.exchange([0x9f], 1), read(bench, 0, 1)]).toEqual([[0xff], [0xff]]);
    bench.exchange([0x30]);
    expect(bench.exchange([0x9f], 1)).toEqual([0x01]);
  });
});

describe('suspended (W25Q64JV, 8.2.19)', () => {
  it('a program may be, and nothing is programmed or erased meanwhile', async () => {
    const bench = await flash('winbond,w25q64');
    bench.set('timeScale', 100);
    change(bench, 0x02, 0, 0, 0, 0);
    bench.clock.advance(1 * MS);
    bench.exchange([0x75]);
    expect([status(bench), status(bench, 0x35)]).toEqual([0x00, 0x80]);
    change(bench, 0x02, 0, 0x10, 0, 0);
    change(bench, 0x20, 0, 0, 0);
    expect([...read(bench, 0x1000, 1), ...read(bench, 0, 1)]).toEqual([0xff, 0x00]);
    bench.exchange([0x7a]);
    expect(((status(bench) as number) & 1) === 1).toBe(true);
    bench.clock.advance(100 * MS);
    expect([status(bench), status(bench, 0x35)]).toEqual([0x00, 0x00]);
  });

  it('a write to the status cannot be', async () => {
    const bench = await flash('winbond,w25q64');
    bench.set('timeScale', 1);
    change(bench, 0x01, 0x04);
    bench.exchange([0x75]);
    expect((status(bench) as number) & 0x03).toBe(0x03);
    bench.clock.advance(20 * MS);
    expect([status(bench), status(bench, 0x35)]).toEqual([0x04, 0x00]);
  });

  it('N25Q128A, table 9: bit 6 of the flag status is a suspended erase, bit 2 a suspended program', async () => {
    const bench = await flash('micron,n25q128a11');
    bench.set('timeScale', 10);
    change(bench, 0x20, 0, 0, 0);
    bench.exchange([0x75]);
    expect(status(bench, 0x70)).toBe(0xc0);
    bench.exchange([0x7a]);
    bench.clock.advance(10_000 * MS);
    expect(status(bench, 0x70)).toBe(0x80);
    change(bench, 0x02, 0, 0x10, 0, 0);
    bench.exchange([0x75]);
    expect(status(bench, 0x70)).toBe(0x84);
  });
});

describe('a command without the bytes that it is about, or with more', () => {
  it.each<[what: string, compatible: string, bytes: number[]]>([
    ['a page program without data', 'winbond,w25q64', [0x02, 0, 0, 0]],
    ['a byte program without data', 'sst,sst25vf016b', [0x02, 0, 0, 0]],
    ['a chip erase with a byte', 'winbond,w25q64', [0xc7, 0]],
    ['a sector erase with a byte', 'winbond,w25q64', [0x20, 0, 0, 0, 0]],
  ])('%s changes nothing', async (_, compatible, bytes) => {
    const bench = await flash(compatible);
    bench.exchange([0x50]);
    bench.exchange([0x01, 0x00]);
    bench.set('contents', Uint8Array.of(0x5a));
    bench.set('timeScale', 1);
    change(bench, ...bytes);
    expect([(status(bench) as number) & 0x01, ...read(bench, 0, 2)]).toEqual([0, 0x5a, 0xff]);
  });

  it('17h without a byte keeps the bank', async () => {
    const bench = await flash('spansion,s25fl256s1');
    bench.exchange([0x17, 0x01]);
    bench.exchange([0x17]);
    expect(status(bench, 0x16)).toBe(0x01);
  });
});

describe('after power-on', () => {
  it('W25Q256JV, ADP: four address bytes where the third status says so', async () => {
    const bench = await flash('winbond,w25q256');
    change(bench, 0x11, 0x02);
    expect((status(bench, 0x15) as number) & 1).toBe(0);
    bench.reset();
    expect((status(bench, 0x15) as number) & 1).toBe(1);
  });

  it('a chip of 16 MiB has no four address bytes', async () => {
    const bench = await flash('winbond,w25q128');
    bench.exchange([0xb7]);
    expect((status(bench, 0x15) as number) & 1).toBe(0);
    change(bench, 0x02, 0, 0, 0x10, 0x77);
    expect(read(bench, 0x10, 1)).toEqual([0x77]);
  });

  it('F0h alone resets a Spansion (S25FL128S, 9.9.1)', async () => {
    const bench = await flash('spansion,s25fl128s1');
    bench.exchange([0x06]);
    bench.exchange([0xf0]);
    expect(status(bench)).toBe(0x00);
  });
});

it('a chip erase takes as long as its size wants: 2 s for 1 MiB (W25Q80DV, tCE)', async () => {
  const bench = await flash('winbond,w25q80');
  bench.set('timeScale', 1);
  change(bench, 0xc7);
  bench.clock.advance(1900 * MS);
  expect(status(bench)).toBe(0x03);
  bench.clock.advance(200 * MS);
  expect(status(bench)).toBe(0x00);
});

it('90h goes on from maker to device and back, ABh repeats the device', async () => {
  const bench = await flash('winbond,w25q80');
  expect(bench.exchange([0x90, 0, 0, 1], 4)).toEqual([0x13, 0xef, 0x13, 0xef]);
  expect(bench.exchange([0xab, 0, 0, 0], 3)).toEqual([0x13, 0x13, 0x13]);
  expect(bench.duplex([0xab, 0, 0, 0, 0])).toEqual([0xff, 0xff, 0xff, 0xff, 0x13]);
});
