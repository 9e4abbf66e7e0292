import { printable } from '../../input/index.ts';

/** Says something beside a command's output, on standard error. */
export function warn(sentence: string): void {
  process.stderr.write(`dtbus: ${printable(sentence)}\n`);
}
