import { faultOf, i2cBench } from '../../sim/support.ts';
import { spiTransfer } from '../../support/spi.ts';
import { change, type FlashBench, flashWithTimes, read } from '../memories/flash.ts';
import { audit } from './rows.ts';

const MS = 1e6;

const panel = async (commands: readonly number[], properties = {}) => {
  const bench = await i2cBench({ compatible: 'solomon,ssd1306', reg: 0x3c, properties });
  bench.write([0x00, 0x20, 0x00, 0x21, 0, 127, 0x22, 0, 7, ...commands]);
  return bench;
};
const LIT = [0x8d, 0x14, 0xaf, 0xa1, 0xc8];
type Panel = Awaited<ReturnType<typeof panel>>;
const text = (bench: Panel) => bench.get('text') as string;
const isDark = (bench: Panel) => text(bench).trim() === '';
/** Columns of a row of half blocks that are lit. */
const columns = (bench: Panel, row: number) =>
  [...(text(bench).split('\n')[row] as string)].flatMap((dot, x) => (dot === ' ' ? [] : [x]));

audit('solomon,ssd1306', [
  [
    'without the charge pump (8Dh 14h) a module stays dark (application note)',
    [true, false],
    async () => {
      const dark = await panel([0xaf]);
      dark.write([0x40, 0xff, 0xff]);
      const lit = await panel(LIT);
      lit.write([0x40, 0xff, 0xff]);
      return [isDark(dark), isDark(lit)];
    },
  ],
  [
    'COM pins DAh 12h on a panel of 32 rows give another picture than 02h (10.1.18)',
    false,
    async () => {
      const pictures = [];
      for (const pins of [0x02, 0x12]) {
        const bench = await panel([...LIT, 0xa8, 0x1f, 0xda, pins], { 'solomon,height': 32 });
        bench.write([0x40, ...new Array(512).fill(0x55)]);
        pictures.push(text(bench));
      }
      return pictures[0] === pictures[1];
    },
  ],
  [
    '26h and 2Fh move the picture to the right, a column each five frames of 9.34 ms (10.2.1, 8.3)',
    [[0], [1]],
    async () => {
      const bench = await panel(LIT);
      bench.write([0x40, 0x01]);
      bench.write([0x00, 0x26, 0x00, 0x00, 0x00, 0x07, 0x00, 0xff, 0x2f]);
      const before = columns(bench, 0);
      bench.clock.advance(6 * 9.34 * MS);
      return [before, columns(bench, 0)];
    },
  ],
  [
    'arguments of a command may come in transfers of their own (8.1.5)',
    0x51,
    async () => {
      const bench = await panel([]);
      bench.write([0x00, 0x81]);
      bench.write([0x00, 0x51]);
      return bench.get('contrast');
    },
  ],
  [
    'page mode: the column wraps inside the page (10.1.3)',
    [[127], [0]],
    async () => {
      const bench = await panel([...LIT, 0x20, 0x02, 0xb3, 0x0f, 0x17]);
      bench.write([0x40, 0x01]);
      const last = columns(bench, 12);
      const other = await panel([...LIT, 0x20, 0x02, 0xb3, 0x00, 0x10]);
      other.write([0x40, ...new Array(128).fill(0), 0x01]);
      return [last, columns(other, 12)];
    },
  ],
  [
    'Co = 1: command and data in one transfer (8.1.5.2)',
    [0x5a, [0]],
    async () => {
      const bench = await panel(LIT);
      bench.write([0x80, 0x81, 0x80, 0x5a, 0x40, 0x01]);
      return [bench.get('contrast'), columns(bench, 0)];
    },
  ],
]);

const w25q64 = () => flashWithTimes('winbond,w25q64');
const status = (bench: FlashBench) => [bench.exchange([0x05], 1)[0], bench.exchange([0x35], 1)[0]];
/** By default it is busy as long as its data sheet says: waits for that. */
const finish = (bench: FlashBench) => bench.clock.advance(500 * MS);
const quadRead = (bench: FlashBench) => {
  const rx = new Uint8Array(2);
  const tx = Uint8Array.of(0x6b, 0, 0, 0, 0);
  bench.spi.transfer(0, 0, [spiTransfer({ tx }), spiTransfer({ rx, rxNbits: 4 })]);
  return [...rx];
};
const security = (bench: FlashBench, count: number) => bench.exchange([0x48, 0x00, 0x10, 0x00, 0x00], count);

audit('winbond,w25q64', [
  [
    '50h does not set WEL and allows no program (8.2.2)',
    [0x00, [0xff]],
    async () => {
      const bench = await w25q64();
      bench.exchange([0x50]);
      const [first] = status(bench);
      bench.exchange([0x02, 0, 0, 0, 0x00]);
      finish(bench);
      return [first, read(bench, 0, 1)];
    },
  ],
  [
    '6Bh needs QE = 1 (8.2.11)',
    [
      [0xff, 0xff],
      [0x12, 0x34],
    ],
    async () => {
      const bench = await w25q64();
      change(bench, 0x02, 0, 0, 0, 0x12, 0x34);
      finish(bench);
      const off = quadRead(bench);
      change(bench, 0x31, 0x02);
      finish(bench);
      return [off, quadRead(bench)];
    },
  ],
  [
    'erase suspend 75h and resume 7Ah, SUS in status register 2 (8.2.19)',
    [
      [0x00, 0x80],
      [0x01, 0x00],
    ],
    async () => {
      const bench = await w25q64();
      change(bench, 0x20, 0, 0, 0);
      bench.clock.advance(10 * MS);
      bench.exchange([0x75]);
      const suspended = status(bench).map((value = 0) => value & ~0x02);
      bench.exchange([0x7a]);
      return [suspended, status(bench).map((value = 0) => value & ~0x02)];
    },
  ],
  [
    'security registers: 42h programs, 48h reads, 44h erases (8.2.27)',
    [
      [0xab, 0xcd],
      [0xff, 0xff],
    ],
    async () => {
      const bench = await w25q64();
      change(bench, 0x42, 0, 0x10, 0, 0xab, 0xcd);
      finish(bench);
      const written = security(bench, 2);
      change(bench, 0x44, 0, 0x10, 0);
      finish(bench);
      return [written, security(bench, 2)];
    },
  ],
  [
    'programming only clears bits; a page wraps; WEL is cleared afterwards (8.2.13)',
    [[0x30], [0x0f], 0x00],
    async () => {
      const bench = await w25q64();
      change(bench, 0x02, 0, 0, 0x00, 0xf0);
      finish(bench);
      change(bench, 0x02, 0, 0, 0xff, 0x0f, 0x3f);
      finish(bench);
      return [read(bench, 0, 1), read(bench, 0xff, 1), status(bench)[0]];
    },
  ],
  [
    'BUSY shows by default, for the typical times: 45 ms for a sector (9.6)',
    [1, 0, 1],
    async () => {
      const bench = await w25q64();
      const busy = () => (status(bench)[0] as number) & 1;
      change(bench, 0x20, 0, 0, 0);
      bench.clock.advance(44 * MS);
      const sector = [busy()];
      bench.clock.advance(2 * MS);
      sector.push(busy());
      change(bench, 0x02, 0, 0, 0, 0x00);
      return [...sector, busy()];
    },
  ],
  [
    'block lock: WPS = 1, 36h locks, 39h opens, 3Dh tells (8.2.33 to 8.2.35)',
    [1, 0, 1],
    async () => {
      const bench = await w25q64();
      const lock = () => (bench.exchange([0x3d, 0x12, 0, 0], 1)[0] as number) & 1;
      change(bench, 0x11, 0x04);
      finish(bench);
      const first = lock();
      change(bench, 0x39, 0x12, 0, 0);
      const open = lock();
      change(bench, 0x36, 0x12, 0, 0);
      return [first, open, lock()];
    },
  ],
  [
    '66h, then another command: 99h does nothing; right after 66h it resets (8.2.43)',
    [2, 0],
    async () => {
      const bench = await w25q64();
      bench.exchange([0x06]);
      bench.exchange([0x66]);
      bench.exchange([0x05], 1);
      bench.exchange([0x99]);
      const kept = status(bench)[0];
      bench.exchange([0x66]);
      bench.exchange([0x99]);
      bench.clock.advance(1 * MS);
      return [kept, status(bench)[0]];
    },
  ],
  [
    'a program and an erase of a block that BP protects change nothing (8.1, 7.1.4)',
    [0xff, 0x5a],
    async () => {
      const bench = await w25q64();
      const at = [0x7f, 0xff, 0x00] as const;
      change(bench, 0x02, ...at, 0x5a);
      finish(bench);
      change(bench, 0x01, 0x04);
      finish(bench);
      change(bench, 0x02, 0x7f, 0xfe, 0x00, 0x00);
      finish(bench);
      change(bench, 0x20, ...at);
      finish(bench);
      return [read(bench, 0x7f_fe00, 1)[0], read(bench, 0x7f_ff00, 1)[0]];
    },
  ],
]);

const at24 = (properties = {}) => i2cBench({ compatible: 'atmel,24c256', reg: 0x50, properties });

audit('atmel,24c256', [
  [
    'no acknowledge for the 5 ms of a write cycle (8)',
    ['ENXIO', 'ENXIO', undefined],
    async () => {
      const bench = await at24();
      const poll = () => faultOf(() => bench.write([]));
      bench.write([0x00, 0x00, 0x01]);
      const first = poll();
      bench.clock.advance(4.9 * MS);
      const later = poll();
      bench.clock.advance(0.2 * MS);
      return [first, later, poll()];
    },
  ],
  [
    'a page write wraps inside 64 bytes (7.2)',
    [
      [0x01, 0x02],
      [0x03, 0x04],
    ],
    async () => {
      const bench = await at24();
      bench.write([0x00, 0x3e, 1, 2, 3, 4]);
      bench.clock.advance(5 * MS);
      return [bench.writeRead([0x00, 0x3e], 2), bench.writeRead([0x00, 0x00], 2)];
    },
  ],
  [
    'a sequential read goes on from 7FFFh to 0; address bit 15 is ignored (9.3)',
    [
      [0xff, 0x03, 0x04],
      [0x03, 0x04],
    ],
    async () => {
      const bench = await at24();
      bench.write([0x00, 0x00, 3, 4]);
      bench.clock.advance(5 * MS);
      return [bench.writeRead([0x7f, 0xff], 3), bench.writeRead([0x80, 0x00], 2)];
    },
  ],
  [
    'an address without data starts no write cycle (7)',
    undefined,
    async () => {
      const bench = await at24();
      bench.write([0x00, 0x00]);
      return faultOf(() => bench.write([0x00, 0x00]));
    },
  ],
  [
    'WP high: acknowledged, not written, no write cycle (5)',
    [undefined, undefined, [0xff]],
    async () => {
      const bench = await at24({ 'read-only': true });
      const written = faultOf(() => bench.write([0x00, 0x00, 1]));
      const polled = faultOf(() => bench.write([0x00, 0x00]));
      return [written, polled, bench.read(1)];
    },
  ],
  [
    'START in the place of STOP after data: nothing is written (7.1)',
    [0xff],
    async () => {
      const bench = await at24();
      bench.writeRead([0x00, 0x20, 0x55], 1);
      bench.clock.advance(5 * MS);
      return bench.writeRead([0x00, 0x20], 1);
    },
  ],
]);
