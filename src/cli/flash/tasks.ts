import { writeFileSync } from 'node:fs';
import { BusFault, type SpiDev } from '../../board/index.ts';
import { hexDigits } from '../../bus/words.ts';
import { writeReason } from '../../input/index.ts';
import type { BoardArguments } from '../board/named-board.ts';
import { byteCount, duration, exactByteCount } from '../memory/byte-count.ts';
import { ChangeLog } from '../memory/change-log.ts';
import { ChunkedReader, type Difference, differenceOf, type Work } from '../memory/memory.ts';
import type { ChangeArguments, MemoryTasks } from '../memory/memory-tasks.ts';
import { speed } from '../memory/progress.ts';
import { hexAddress, type Range, rangeOf, rangeText } from '../memory/range.ts';
import { changing, runOnTarget, type Task } from '../memory/run-on-target.ts';
import type { Target } from '../memory/target.ts';
import {
  checkWritable,
  imageFor,
  type OpenMemory,
  printRows,
  type Rows,
  readInto,
  verifyAgainst,
  withMemory,
} from '../memory/tasks.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { hexBytes, makerOf } from './identity.ts';
import { knownOf } from './known-flash.ts';
import { isLockedAtPowerOn } from './protection.ts';
import { SpiNor } from './spi-nor.ts';
import { type Rescue, writeFlash } from './write.ts';

/** @throws {UsageError} */
function checkIsSpi(target: Target): void {
  if (target.kind !== 'spi')
    throw new UsageError(
      `${target.path ?? target.nodePath} is on an I2C bus, not an SPI bus; for an EEPROM use dtbus eeprom`,
    );
}

const open: OpenMemory<SpiNor> = async (board, target) => {
  checkIsSpi(target);
  return SpiNor.identify(board.nodes.open(target.nodePath) as SpiDev, target);
};

function erases({ eraseTypes }: SpiNor): string {
  return eraseTypes
    .map(({ size, opcode, typicalMs }) => {
      const time = typicalMs === undefined ? '' : `, ${duration(typicalMs)}`;
      return `${byteCount(size)} (${hexDigits(opcode)}h${time})`;
    })
    .join(', ');
}

async function rowsOf(flash: SpiNor, target: Target): Promise<Rows> {
  const { id, size, pageSize, parameters } = flash;
  const { sr1, sr2 } = await flash.status();
  const { names } = await flash.protection();
  const registers = hexBytes(Uint8Array.from(sr2 === undefined ? [sr1] : [sr1, sr2]));
  const fourByte = { instructions: '4 bytes, by dedicated instructions', mode: '4 bytes, by a mode (B7h)' };
  const wide = parameters?.fourByte === undefined ? '4 bytes' : fourByte[parameters.fourByte.kind];
  return [
    ...(target.path === undefined ? [] : [['node', target.path] as const]),
    ['JEDEC id', `${hexBytes(id)} (${makerOf(id)})`],
    ['SFDP', parameters === undefined ? 'none' : `revision ${parameters.revision}`],
    ['size', exactByteCount(size)],
    ['page', byteCount(pageSize)],
    ['erase', erases(flash)],
    ['addresses', size > 1 << 24 ? wide : `${parameters?.addressBytes ?? 3} bytes`],
    ['status', `${registers}: ${protectionText(names, await flash.isLocked({ from: 0, to: size }))}`],
    ...(target.readOnly ? [['read-only', 'yes (device tree)'] as const] : []),
  ];
}

function protectionText(names: readonly string[], isLocked: boolean): string {
  if (isLocked) return 'blocks are locked one by one (WPS)';
  if (names.length === 0) return 'no block is protected';
  return `${names.join(', ')} ${names.length === 1 ? 'protects' : 'protect'} blocks`;
}

/** @throws {Error} naming what protects blocks of `range`, unless it is to be cleared, which is done */
async function checkProtection(flash: SpiNor, range: Range, unprotect: boolean): Promise<void> {
  if (await flash.isLocked(range)) {
    if (!unprotect)
      throw new BusFault(
        'EACCES',
        'blocks of the flash are locked one by one (WPS of its third status register is set); --unprotect unlocks all until the chip is without power',
      );
    await flash.unlock();
  } else if (unprotect && isLockedAtPowerOn(flash.id)) await flash.unlock();
  const { names } = await flash.protection();
  if (names.length === 0) return;
  if (unprotect) {
    await flash.unprotect();
    return;
  }
  const bits = `${names.join(', ')} of its status register ${names.length === 1 ? 'is' : 'are'} set`;
  throw new BusFault(
    'EACCES',
    `blocks of the flash are protected: ${bits}; --unprotect clears ${names.length === 1 ? 'it' : 'them'} first`,
  );
}

/** What to do behind a change that failed. */
function remedies(flash: SpiNor, unprotect = false): string[] {
  const unlock = 'If the chip refuses all writes, its blocks are locked, as after power-on: use --unprotect.';
  return !unprotect && isLockedAtPowerOn(flash.id) ? [unlock] : [];
}

/** Bytes around the image that an erase took away and nobody wrote back are saved beside the user. */
function rescueLines(rescue: Rescue | undefined, range: Range, size: number, device: string): string[] {
  if (rescue === undefined) return [];
  const end = rescue.at + rescue.bytes.length;
  if (rescue.at >= range.from && end <= range.to) return [];
  const file = `flash-${hexAddress(rescue.at, size)}.bin`;
  try {
    writeFileSync(file, rescue.bytes);
  } catch (thrown) {
    return [`The block's old contents could not be saved to ${file}: ${writeReason(file, thrown)}`];
  }
  return [
    `The block also held bytes outside your image. Its old contents are saved in ${file};`,
    `dtbus flash write ${device} ${file} --offset ${hexAddress(rescue.at, size)} restores them.`,
  ];
}

async function write(args: BoardArguments & ChangeArguments, device: string, file: string): Promise<number> {
  return runOnTarget(args, device, 'block', (board, target, work) =>
    withMemory(open, board, target, async (flash) => {
      checkWritable(target, args.force);
      const { image, range } = await imageFor(flash, args, file);
      await checkProtection(flash, range, args.unprotect ?? false);
      const log = new ChangeLog(flash.size);
      let rescue: Rescue | undefined;
      const began = performance.now();
      const { erased, programmed } = await changing(
        'written',
        log,
        () =>
          writeFlash(flash, range, image, work, log, (now) => {
            rescue = now;
          }),
        () => [...rescueLines(rescue, range, flash.size, device), ...remedies(flash, args.unprotect)],
      );
      const ms = performance.now() - began;
      const place = `${rangeText(range, flash.size)} (${byteCount(image.length)})`;
      if (erased + programmed === 0) return `${place} already held this data: nothing was written`;
      const how = `${byteCount(erased)} erased, ${byteCount(programmed)} programmed`;
      return `written and verified ${place} in ${duration(ms)}, ${speed(image.length, ms)}: ${how}`;
    }),
  );
}

/** Whole blocks only. @throws {UsageError} that names the range that is */
function eraseRange(flash: SpiNor, args: ChangeArguments): Range {
  const range = rangeOf(flash.size, args.offset, args.length);
  const unit = flash.eraseTypes[0]?.size ?? flash.size;
  const from = range.from - (range.from % unit);
  const to = Math.min(flash.size, Math.ceil(range.to / unit) * unit);
  if (from !== range.from || to !== range.to)
    throw new UsageError(
      `erase needs whole blocks of ${byteCount(unit)}; use --offset ${hexAddress(from, flash.size)} --length ${to - from}`,
    );
  return range;
}

async function erase(args: BoardArguments & ChangeArguments, device: string): Promise<number> {
  return runOnTarget(args, device, 'block', (board, target, work) =>
    withMemory(open, board, target, async (flash) => {
      checkWritable(target, args.force);
      const range = eraseRange(flash, args);
      await checkProtection(flash, range, args.unprotect ?? false);
      const log = new ChangeLog(flash.size);
      const began = performance.now();
      const erased = await changing(
        'erased',
        log,
        () => eraseBlocks(flash, range, work, log),
        () => remedies(flash, args.unprotect),
      );
      const ms = performance.now() - began;
      const place = `${rangeText(range, flash.size)} (${byteCount(range.to - range.from)})`;
      if (erased === 0) return `${place} was already blank: nothing was erased`;
      const found = erased === undefined ? '' : `: ${byteCount(erased)} were not blank`;
      return `erased and verified ${place} in ${duration(ms)}${found}`;
    }),
  );
}

/**
 * The chip at once where all of it goes, else block after block. @returns how many bytes were not blank; undefined: nobody looked
 */
async function eraseBlocks(
  flash: SpiNor,
  range: Range,
  work: Work,
  log: ChangeLog,
): Promise<number | undefined> {
  const blank = new Uint8Array(range.to - range.from).fill(0xff);
  if (range.to - range.from < flash.size) {
    const { erased } = await writeFlash(flash, range, blank, work, log, () => {});
    return erased;
  }
  log.begin(range);
  work.progress.begin(['erasing', flash.size]);
  await flash.eraseChip(() => work.progress.tick());
  work.progress.begin(['verifying', flash.size]);
  const now = await new ChunkedReader(flash).read(range, work);
  const difference: Difference | undefined = differenceOf(now, blank, range.from, flash.size);
  if (difference !== undefined) throw difference;
  log.done(range);
  return undefined;
}

export const tasks: MemoryTasks = {
  info: (args, device) => {
    const ask: Task = (board, target) =>
      withMemory(open, board, target, async (flash) => {
        printRows(flash.title, await rowsOf(flash, target), args.json);
        return undefined;
      });
    const look: Task = async (_board, target) => {
      checkIsSpi(target);
      const { title, rows } = await knownOf(target);
      printRows(title, rows, args.json);
      return undefined;
    };
    return runOnTarget(args, device, 'transfer', args.live ? ask : look, !args.live);
  },
  read: (args, device, file) => readInto(open, args, device, file),
  verify: (args, device, file) => verifyAgainst(open, args, device, file),
  write,
  erase,
};
