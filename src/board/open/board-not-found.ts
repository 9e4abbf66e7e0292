import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { absence } from '../../input/index.ts';

/** How a board is named, by commands and by programs. */
const NAMES = '--board FILE, DTBUS_BOARD or openBoard(FILE)';

/** What is told to who names a board that is not there, or none where there is no `board.dts`. */
export function boardNotFound(file: string): string {
  const trouble = absence(file);
  if (trouble !== undefined && trouble.kind !== 'absent') return trouble.sentence;
  const sentence = `board not found: ${file}`;
  if (/(^|[/\\])demo\.dts$/.test(file)) return `${sentence}; the demo board is ${demoBoard()}`;
  if (file === 'board.dts') return `${sentence}; use ${NAMES}, or make one: dtbus init FOLDER`;
  return `${sentence}; use ${NAMES}`;
}

/** Where the demo board of this package lies: README and help name it, and projects have no copy of it. */
function demoBoard(): string {
  const file = join(dirname(createRequire(import.meta.url).resolve('dtbus/package.json')), 'dts/demo.dts');
  const near = relative('', file);
  return near.startsWith('..') ? file : near;
}
