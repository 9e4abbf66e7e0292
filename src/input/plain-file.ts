import { statSync } from 'node:fs';

/** A pipe of the shell's own (`<(command)`) has its writer already. */
const OF_A_SHELL = /^\/(dev|proc)\//;

/**
 * Why a file is better not opened; undefined where it may be. To open a FIFO waits for a program at its other end,
 * perhaps for ever, and nothing interrupts that.
 */
export function neverEnds(file: string): string | undefined {
  const isFifo = statSync(file, { throwIfNoEntry: false })?.isFIFO() ?? false;
  return isFifo && !OF_A_SHELL.test(file)
    ? `${file} is a FIFO; write what comes out of it to a file`
    : undefined;
}
