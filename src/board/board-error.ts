import { LinedError } from '../input/index.ts';

/** A board that cannot be brought up at all. The message is for a person: what, where, and what to do. */
export class BoardError extends LinedError {
  constructor(...words: ConstructorParameters<typeof LinedError>) {
    super(...words);
    this.name = 'BoardError';
  }
}

/** What was asked would touch real hardware, and whoever asked may not. */
export class RealHardwareError extends BoardError {
  override readonly name = 'RealHardwareError';
}
