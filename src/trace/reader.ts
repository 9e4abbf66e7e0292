import type { TraceEvent } from './event.ts';
import { HEAD } from './format.ts';
import { BlockEvent, RecordBlock, type ToldEvent } from './record-block.ts';
import { RecordReader } from './records.ts';
import { Ring } from './ring.ts';

/** Most bytes that are taken from the ring at once: more than a record has. */
const BLOCK_BYTES = 1 << 16;

/** The end of who looks. */
export class TraceReader {
  readonly #ring: Ring;
  readonly #records = new RecordReader();
  /** What `told` has taken, and how far it has come. */
  #block = new RecordBlock(new Uint8Array(0));
  #at = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#ring = new Ring(memory);
  }

  /** How many events found no room, so far. */
  get dropped(): number {
    return this.#ring.dropped;
  }

  /** The next event; `undefined` when all that there are were read. */
  read(): TraceEvent | undefined {
    const event = this.#records.read();
    if (event !== undefined) return event;
    const block = this.take();
    if (block === undefined) return undefined;
    this.#records.take(block);
    return this.#records.read();
  }

  /** The same as `read`, for who need not have each made; nobody uses both. */
  told(): ToldEvent | undefined {
    if (this.#at >= this.#block.length) {
      const block = this.take();
      if (block === undefined) return undefined;
      this.#block = new RecordBlock(block);
      this.#at = 0;
    }
    const from = this.#at;
    this.#at = this.#block.endOf(from);
    return new BlockEvent(this.#block, from, this.#at);
  }

  /** Takes what waits, whole records of it, for a `RecordReader`; undefined: nothing does. */
  take(): Uint8Array<ArrayBuffer> | undefined {
    const waiting = this.#ring.waiting;
    if (waiting === 0) return undefined;
    let block = new Uint8Array(Math.min(waiting, BLOCK_BYTES));
    this.#ring.peek(block);
    const view = new DataView(block.buffer);
    let whole = 0;
    while (whole + 4 <= block.length) {
      const next = whole + view.getUint32(whole + HEAD.LENGTH, true);
      if (next > block.length) break;
      whole = next;
    }
    if (whole < block.length) block = block.slice(0, whole);
    this.#ring.skip(whole);
    return block;
  }
}
