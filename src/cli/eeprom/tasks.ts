import type { I2cDev, SpiDev } from '../../board/index.ts';
import type { BoardArguments } from '../board/named-board.ts';
import { byteCount, duration, exactByteCount } from '../memory/byte-count.ts';
import { ChangeLog } from '../memory/change-log.ts';
import type { ChangeArguments, MemoryTasks } from '../memory/memory-tasks.ts';
import { speed } from '../memory/progress.ts';
import { type Range, rangeOf, rangeText } from '../memory/range.ts';
import { changing, runOnTarget, type Task } from '../memory/run-on-target.ts';
import {
  checkWritable,
  imageFor,
  type OpenMemory,
  printRows,
  readInto,
  verifyAgainst,
  withMemory,
} from '../memory/tasks.ts';
import { At24 } from './at24.ts';
import { At25 } from './at25.ts';
import type { Eeprom } from './eeprom.ts';
import { geometryOf } from './geometry.ts';
import { writeEeprom } from './write.ts';

const open: OpenMemory<Eeprom> = async (board, target) => {
  const geometry = geometryOf(target);
  const node = board.nodes.open(target.nodePath);
  return target.kind === 'i2c'
    ? new At24(node as I2cDev, target.unit, geometry)
    : new At25(node as SpiDev, geometry);
};

function change(
  args: BoardArguments & ChangeArguments,
  device: string,
  what: 'written' | 'erased',
  contentsFor: (eeprom: Eeprom) => Promise<{ image: Uint8Array; range: Range }>,
): Promise<number> {
  return runOnTarget(args, device, 'page', (board, target, work) =>
    withMemory(open, board, target, async (eeprom) => {
      checkWritable(target, args.force);
      const { image, range } = await contentsFor(eeprom);
      const obstacle = await eeprom.protection();
      const log = new ChangeLog(eeprom.size);
      const began = performance.now();
      const { pages, bytes } = await changing(
        what,
        log,
        () => writeEeprom(eeprom, range.from, image, work, log),
        () => [obstacle ?? 'If the part refuses all writes, check its write-protect pin (WP).'],
      );
      const ms = performance.now() - began;
      const place = `${rangeText(range, eeprom.size)} (${byteCount(image.length)})`;
      if (pages === 0) return `${place} already held this data: nothing was ${what}`;
      const differed = `${pages} ${pages === 1 ? 'page' : 'pages'} differed`;
      return `${what} and verified ${place} in ${duration(ms)}, ${speed(bytes, ms)}: ${differed}`;
    }),
  );
}

export const tasks: MemoryTasks = {
  info: (args, device) => {
    const show: Task = (board, target) =>
      withMemory(open, board, target, async (eeprom) => {
        const rows = [
          ...(target.path === undefined ? [] : [['node', target.path] as const]),
          ['size', exactByteCount(eeprom.size)],
          ['page', byteCount(eeprom.pageSize)],
          ...eeprom.layout(),
          ...(args.live ? await eeprom.state() : []),
          ...(target.readOnly ? [['read-only', 'yes (device tree)'] as const] : []),
        ] as const;
        printRows(eeprom.title, rows, args.json);
        return undefined;
      });
    return runOnTarget(args, device, 'transfer', show, !args.live);
  },
  read: (args, device, file) => readInto(open, args, device, file),
  verify: (args, device, file) => verifyAgainst(open, args, device, file),
  write: (args, device, file) => change(args, device, 'written', (eeprom) => imageFor(eeprom, args, file)),
  erase: (args, device) =>
    change(args, device, 'erased', async (eeprom) => {
      const range = rangeOf(eeprom.size, args.offset, args.length);
      return { image: new Uint8Array(range.to - range.from).fill(0xff), range };
    }),
};
