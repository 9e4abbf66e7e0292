import { describe, expect, it } from 'vitest';
import { spiTransfer } from '../../support/spi.ts';
import { type FlashBench as Bench, change, flash, read } from './flash.ts';

const MS = 1e6;

describe('four lines (W25Q64JV data sheet, 7.1.8 and 8.2.11)', () => {
  const quadRead = (bench: Bench) => {
    const rx = new Uint8Array(2);
    const tx = Uint8Array.of(0x6b, 0, 0, 0, 0);
    bench.spi.transfer(0, 0, [spiTransfer({ tx }), spiTransfer({ rx, rxNbits: 4 })]);
    return [...rx];
  };

  it.each([
    ['winbond,w25q64', [0x31, 0x02]],
    ['macronix,mx25l6433f', [0x01, 0x40]],
  ])(
    '%s sends and takes nothing on four lines until its Quad Enable bit is set',
    async (compatible, enable) => {
      const bench = await flash(compatible);
      change(bench, 0x02, 0, 0, 0, 0x12, 0x34);
      expect(quadRead(bench)).toEqual([0xff, 0xff]);
      change(bench, ...enable);
      expect(quadRead(bench)).toEqual([0x12, 0x34]);
      // The bit is non-volatile.
      bench.reset();
      expect(quadRead(bench)).toEqual([0x12, 0x34]);
    },
  );

  it("Micron's chips have no such bit", async () => {
    const bench = await flash('micron,n25q064a');
    change(bench, 0x02, 0, 0, 0, 0x12, 0x34);
    expect(quadRead(bench)).toEqual([0x12, 0x34]);
  });

  it('where bit 6 is Quad Enable, it does not choose what is protected', async () => {
    const bench = await flash('macronix,mx25l6433f');
    change(bench, 0x01, 0x44);
    change(bench, 0x02, 0x7f, 0x00, 0x00, 0x00);
    expect(read(bench, 0x7f_0000, 1)).toEqual([0xff]);
  });
});

describe('50h, write enable for the volatile status (8.2.2)', () => {
  it('does not set WEL, and allows no program', async () => {
    const bench = await flash();
    bench.exchange([0x50]);
    expect(bench.exchange([0x05], 1)).toEqual([0x00]);
    bench.exchange([0x02, 0, 0, 0, 0x00]);
    expect(read(bench, 0, 1)).toEqual([0xff]);
  });

  it('lets the status be written at once, once, and until the power goes', async () => {
    const bench = await flash();
    bench.set('timeScale', 1);
    change(bench, 0x31, 0x02);
    bench.clock.advance(10 * MS);
    bench.exchange([0x50]);
    bench.exchange([0x31, 0x40]);
    expect([bench.exchange([0x05], 1), bench.exchange([0x35], 1)]).toEqual([[0x00], [0x40]]);
    bench.exchange([0x31, 0x00]);
    expect(bench.exchange([0x35], 1)).toEqual([0x40]);
    bench.reset();
    expect(bench.exchange([0x35], 1)).toEqual([0x02]);
  });
});

describe('suspend and resume (8.2.19, 8.2.20)', () => {
  const SECTOR_MS = 45;
  async function erasing() {
    const bench = await flash();
    change(bench, 0x02, 0, 0x20, 0, 0x5a);
    bench.set('timeScale', 1);
    change(bench, 0x20, 0, 0, 0);
    bench.clock.advance(20 * MS);
    bench.exchange([0x75]);
    return bench;
  }
  const status = (bench: Bench) => [bench.exchange([0x05], 1)[0], bench.exchange([0x35], 1)[0]];

  it('stops an erase: it is busy no more, and tells so', async () => {
    const bench = await erasing();
    expect(status(bench)).toEqual([0x00, 0x80]);
    expect(read(bench, 0x2000, 1)).toEqual([0x5a]);
    bench.clock.advance(100 * MS);
    expect(status(bench)).toEqual([0x00, 0x80]);
    bench.exchange([0x7a]);
    expect(status(bench)).toEqual([0x01, 0x00]);
    bench.clock.advance((SECTOR_MS - 20) * MS - 1000);
    expect(status(bench)).toEqual([0x01, 0x00]);
    bench.clock.advance(1000);
    expect(status(bench)).toEqual([0x00, 0x00]);
  });

  it('a page elsewhere may be programmed meanwhile; the sector, another erase and the status may not', async () => {
    const bench = await erasing();
    change(bench, 0x02, 0, 0x10, 0, 0x12);
    bench.clock.advance(1 * MS);
    expect(read(bench, 0x1000, 1)).toEqual([0x12]);
    change(bench, 0x02, 0, 0, 0, 0x34);
    bench.clock.advance(1 * MS);
    expect(read(bench, 0, 1)).toEqual([0xff]);
    change(bench, 0x20, 0, 0x20, 0);
    expect(read(bench, 0x2000, 1)).toEqual([0x5a]);
    change(bench, 0x31, 0x02);
    expect(status(bench)[1]).toBe(0x80);
    bench.exchange([0x7a]);
    bench.clock.advance((SECTOR_MS - 20) * MS);
    expect(status(bench)).toEqual([0x00, 0x00]);
  });

  it('a chip erase goes on, and a resume of nothing does nothing', async () => {
    const bench = await flash();
    bench.set('timeScale', 1);
    bench.exchange([0x7a]);
    expect(status(bench)).toEqual([0x00, 0x00]);
    change(bench, 0xc7);
    bench.exchange([0x75]);
    expect(bench.exchange([0x05], 1)).toEqual([0x03]);
  });
});

describe('security registers (8.2.27 to 8.2.29)', () => {
  const security = (bench: Bench, address: number, count: number) =>
    bench.exchange([0x48, address >> 16, (address >> 8) & 0xff, address & 0xff, 0], count);

  it('are programmed, read round and round, and erased, each by itself', async () => {
    const bench = await flash('winbond,w25q64');
    change(bench, 0x42, 0, 0x10, 0x00, 0xab, 0xcd);
    change(bench, 0x42, 0, 0x30, 0xff, 0x77, 0x66);
    expect(security(bench, 0x1000, 3)).toEqual([0xab, 0xcd, 0xff]);
    expect(security(bench, 0x30ff, 2)).toEqual([0x77, 0x66]);
    expect(read(bench, 0x1000, 2)).toEqual([0xff, 0xff]);
    change(bench, 0x44, 0, 0x10, 0x00);
    expect(security(bench, 0x1000, 2)).toEqual([0xff, 0xff]);
    expect(security(bench, 0x3000, 1)).toEqual([0x66]);
  });

  it('need the write enable latch, and exist at three addresses', async () => {
    const bench = await flash('winbond,w25q64');
    bench.exchange([0x42, 0, 0x10, 0, 0x00]);
    for (const page of [0x00, 0x40, 0x11]) change(bench, 0x42, 0, page, 0, 0x00);
    for (const address of [0x1000, 0x2000, 0x3000]) expect(security(bench, address, 1)).toEqual([0xff]);
  });

  it('are locked for ever by LB1 to LB3', async () => {
    const bench = await flash('winbond,w25q64');
    change(bench, 0x42, 0, 0x20, 0, 0x12);
    change(bench, 0x31, 0x10);
    change(bench, 0x44, 0, 0x20, 0);
    change(bench, 0x42, 0, 0x20, 0, 0x00);
    change(bench, 0x31, 0x00);
    expect(bench.exchange([0x35], 1)).toEqual([0x10]);
    change(bench, 0x44, 0, 0x20, 0);
    expect(security(bench, 0x2000, 1)).toEqual([0x12]);
    change(bench, 0x42, 0, 0x10, 0, 0x34);
    expect(security(bench, 0x1000, 1)).toEqual([0x34]);
  });
});
