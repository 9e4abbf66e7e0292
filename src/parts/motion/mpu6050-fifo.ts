import type { Kit } from '../model.ts';

/** The FIFO of the MPU-6050 (RM-MPU-6000A, 4.30 and 4.31) and of its relatives. */
export class Fifo {
  readonly #size: number;
  readonly #bytes: Uint8Array;
  readonly #state;
  /** Told of each byte that found it full. */
  readonly #overflow: () => void;

  /** @param size bytes */
  constructor(size: number, keep: Kit['keep'], overflow: () => void) {
    this.#size = size;
    this.#bytes = new Uint8Array(size);
    this.#state = keep({ head: 0, count: 0, last: 0, shown: 0, bytes: this.#bytes });
    this.#overflow = overflow;
  }

  /** The higher byte of the count; both bytes are now those of this moment. */
  latchCount(): number {
    this.#state.shown = this.#state.count;
    return this.#state.shown >> 8;
  }

  get lowCount(): number {
    return this.#state.shown & 0xff;
  }

  clear(): void {
    Object.assign(this.#state, { head: 0, count: 0, shown: 0 });
  }

  /** After power-on there is no last byte either. */
  powerOn(): void {
    this.clear();
    this.#state.last = 0;
  }

  /** @param keepsOldest a full FIFO takes nothing more; else its oldest byte goes */
  push(byte: number, keepsOldest: boolean): void {
    const state = this.#state;
    const full = state.count === this.#size;
    if (full) this.#overflow();
    if (full && keepsOldest) return;
    this.#bytes[(state.head + state.count) % this.#size] = byte;
    if (full) state.head = (state.head + 1) % this.#size;
    else state.count++;
  }

  /** An empty FIFO gives its last byte again. */
  pop(): number {
    const state = this.#state;
    if (state.count === 0) return state.last;
    state.last = this.#bytes[state.head] as number;
    state.count--;
    state.head = (state.head + 1) % this.#size;
    return state.last;
  }
}
