import type { ProgramOutput } from '../../programs/run-program.ts';
import { warn } from '../../terminal/warn.ts';

/** Bytes that are held; of more the oldest go. */
const HELD_MAX = 1 << 20;

/** What a program writes while the terminal shows its board: it is written when that is over. */
export class HeldOutput {
  #held: { readonly bytes: Uint8Array; readonly stream: 'stdout' | 'stderr' }[] = [];
  #size = 0;
  #gone = 0;
  #isReleased = false;

  readonly take: ProgramOutput = (bytes, stream) => {
    if (this.#isReleased) {
      process[stream].write(bytes);
      return;
    }
    this.#held.push({ bytes, stream });
    this.#size += bytes.length;
    while (this.#size > HELD_MAX && this.#held.length > 1) {
      const oldest = this.#held.shift()?.bytes.length ?? 0;
      this.#size -= oldest;
      this.#gone += oldest;
    }
  };

  /** From now on nothing is held. */
  release(): void {
    this.#isReleased = true;
    if (this.#gone > 0)
      warn(`the program wrote more than is held back; its first ${this.#gone} bytes are lost`);
    for (const { bytes, stream } of this.#held.splice(0)) process[stream].write(bytes);
  }
}
