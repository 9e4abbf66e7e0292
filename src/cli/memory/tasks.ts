import type { Board } from '../../board/index.ts';
import { oneLine, plainJson } from '../../input/index.ts';
import type { BoardArguments } from '../board/named-board.ts';
import { writeOutput } from '../terminal/output.ts';
import { byteCount, duration } from './byte-count.ts';
import { checkFits, processImageIo, readImage, writeImage } from './image.ts';
import { ChunkedReader, differenceOf, type Memory } from './memory.ts';
import type { RangeArguments } from './memory-tasks.ts';
import { speed } from './progress.ts';
import { type Range, rangeOf, rangeText } from './range.ts';
import { runOnTarget } from './run-on-target.ts';
import type { Target } from './target.ts';

/** Opens the memory at a target. @throws {BusFault}, {UsageError} */
export type OpenMemory<Kind extends Memory = Memory> = (board: Board, target: Target) => Promise<Kind>;

/** Opens the memory, works on it, and leaves it as it was found. */
export async function withMemory<Kind extends Memory, Result>(
  open: OpenMemory<Kind>,
  board: Board,
  target: Target,
  task: (memory: Kind) => Promise<Result>,
): Promise<Result> {
  const memory = await open(board, target);
  try {
    return await task(memory);
  } finally {
    await memory.close();
  }
}

/** Rows of `info`: what, and what it is. */
export type Rows = readonly (readonly [what: string, value: string])[];

/** Prints what is known of a part; with `json` as one object, for scripts. */
export function printRows(title: string, rows: Rows, json: boolean): void {
  if (json) {
    writeOutput(`${plainJson({ title, ...Object.fromEntries(rows) }, 2)}\n`);
    return;
  }
  const width = Math.max(...rows.map(([what]) => what.length));
  writeOutput(`${oneLine(title)}\n`);
  for (const [what, value] of rows) writeOutput(`  ${what.padEnd(width)}  ${oneLine(value)}\n`);
}

export function readInto(
  open: OpenMemory,
  args: BoardArguments & RangeArguments,
  device: string,
  file: string | undefined,
): Promise<number> {
  return runOnTarget(args, device, 'transfer', (board, target, work) =>
    withMemory(open, board, target, async (memory) => {
      const range = rangeOf(memory.size, args.offset, args.length);
      const began = performance.now();
      work.progress.begin(['reading', range.to - range.from]);
      const bytes = await new ChunkedReader(memory).read(range, work);
      work.progress.clear();
      const ms = performance.now() - began;
      writeImage(file, bytes, range.from, processImageIo());
      if (file === undefined || file === '-') return undefined;
      const place = `${rangeText(range, memory.size)} (${byteCount(bytes.length)})`;
      return `read ${place} into ${file} in ${duration(ms)}, ${speed(bytes.length, ms)}`;
    }),
  );
}

export function verifyAgainst(
  open: OpenMemory,
  args: BoardArguments & RangeArguments,
  device: string,
  file: string,
): Promise<number> {
  return runOnTarget(args, device, 'transfer', (board, target, work) =>
    withMemory(open, board, target, async (memory) => {
      const { image, range } = await imageFor(memory, args, file);
      work.progress.begin(['verifying', image.length]);
      const bytes = await new ChunkedReader(memory).read(range, work);
      const difference = differenceOf(bytes, image, range.from, memory.size);
      if (difference !== undefined) throw difference;
      const source = file === '-' ? 'standard input' : file;
      return `${rangeText(range, memory.size)} (${byteCount(image.length)}) matches ${source}`;
    }),
  );
}

/** A file's bytes and where they go; with `--length` only that many of them. @throws {UsageError} they do not fit */
export async function imageFor(
  memory: Memory,
  args: RangeArguments,
  file: string,
): Promise<{ image: Uint8Array; range: Range }> {
  const room = rangeOf(memory.size, args.offset, args.length);
  const whole = await readImage(file, processImageIo());
  const image = args.length === undefined ? whole : whole.subarray(0, room.to - room.from);
  checkFits(image, room.to - room.from, file);
  return { image, range: { from: room.from, to: room.from + image.length } };
}

/** @throws {Error} for a part whose node says that nothing is to be written to it */
export function checkWritable(target: Target, force: boolean): void {
  if (target.readOnly && !force)
    throw new Error(`${target.path} is marked read-only in the device tree; use --force to write anyway`);
}
