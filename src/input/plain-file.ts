import { type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';

/** A pipe of the shell's own (`<(command)`) has its writer already, and a terminal its user. */
const OF_A_SHELL = /^\/(dev|proc)\/(fd|self|\d+|std(in|out|err)|tty|pts|null)\b/;

/** What Linux writes while it runs: regular files by their type, of which a reader waits for more for ever. */
const LOG_OF_KERNEL = /^\/proc\/kmsg$|^\/sys\/kernel\/(debug\/)?tracing\/(.*\/)?trace_pipe(_raw)?$/;

/**
 * Why a file is better not opened; undefined where it may be. To open a FIFO waits for a program at its other end,
 * perhaps for ever, and nothing interrupts that; a device may give bytes without end.
 */
export function neverEnds(file: string): string | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined || OF_A_SHELL.test(file)) return undefined;
  if (LOG_OF_KERNEL.test(resolve(file))) return `${file} is a log without end; expected a regular file`;
  if (stats.isFIFO()) return `${file} is a FIFO; write what comes out of it to a file`;
  if (stats.isCharacterDevice()) return `${file} is a device; expected a regular file`;
  return undefined;
}

/** What is at a path; undefined where there is nothing, or cannot be: below a file, or with too long a name. */
export function statsAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOTDIR', 'ENAMETOOLONG', 'ELOOP'].includes(code)) return undefined;
    throw error;
  }
}
