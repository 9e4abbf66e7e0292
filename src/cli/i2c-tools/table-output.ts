import { ERRNO } from '../../bus/index.ts';
import type { ToolIo } from './io.ts';

/** Minus the errno of an adapter that is gone, or could not be opened. */
export const NO_ADAPTER = -ERRNO.ENODEV;

/** A table whose head appears with its first cell: where the adapter is not there, nothing is drawn. */
export class TableOutput {
  readonly #stdout: ToolIo['stdout'];
  #held: string | undefined = '';

  constructor({ stdout }: ToolIo) {
    this.#stdout = stdout;
  }

  /** Text that has a meaning only with a cell. */
  frame(text: string): void {
    if (this.#held === undefined) this.#stdout.write(text);
    else this.#held += text;
  }

  cell(text: string): void {
    if (this.#held) this.#stdout.write(this.#held);
    this.#held = undefined;
    this.#stdout.write(text);
  }

  /** The adapter is gone: ends the line that was begun. */
  breakOff(): void {
    if (this.#held === undefined) this.#stdout.write('\n');
  }
}
