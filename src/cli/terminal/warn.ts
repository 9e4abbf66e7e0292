import { oneLine } from '../../input/index.ts';
import { errorText } from './error-text.ts';

/** Says a sentence beside a command's output, on standard error, as one line. */
export function warn(sentence: string): void {
  process.stderr.write(`dtbus: ${oneLine(sentence)}\n`);
}

/** Says what an error says, which may take several lines. */
export function warnOfError(error: unknown): void {
  process.stderr.write(`dtbus: ${errorText(error)}\n`);
}
