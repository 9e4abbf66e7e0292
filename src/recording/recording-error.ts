import type { FileTrouble } from '../input/index.ts';

/** A recording, or a file that is to become one, that cannot be read: `boot.bus:12: …`. */
export class RecordingError extends Error {
  /** From 1; undefined: the file as a whole. */
  readonly line: number | undefined;
  readonly sentence: string;

  constructor(file: string, line: number | undefined, sentence: string) {
    super(`${file}${line === undefined ? '' : `:${line}`}: ${sentence}`);
    this.name = 'RecordingError';
    this.line = line;
    this.sentence = sentence;
  }

  /** That there is nothing to read, and why. */
  static unreadable(file: string, { kind, sentence }: FileTrouble): RecordingError {
    const why = kind === 'absent' ? 'not found' : `cannot be read: ${sentence}`;
    return new RecordingError(file, undefined, why);
  }
}
