/** Words at the beginning of the memory. Positions count bytes and wrap at 2^32. */
const WORD = { WRITTEN: 0, READ: 1, DROPPED: 2 } as const;
const HEADER_BYTES = 64;

/** Bytes of memory that a trace takes when nothing else is said. */
const TRACE_BYTES = 1 << 20;

/**
 * Memory for the trace of one back-end: a ring between the thread that carries transfers out and the one that looks.
 * @param bytes a power of two, at least 64 KiB
 */
export function traceMemory(bytes = TRACE_BYTES): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_BYTES + bytes);
}

/** The two ends' common view of the ring. */
export class Ring {
  readonly #words: Int32Array;
  readonly #data: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.#data = new Uint8Array(memory, HEADER_BYTES);
  }

  /** How many records found no room. */
  get dropped(): number {
    return Atomics.load(this.#words, WORD.DROPPED) >>> 0;
  }

  /** How many bytes wait to be read. */
  get waiting(): number {
    return (Atomics.load(this.#words, WORD.WRITTEN) - Atomics.load(this.#words, WORD.READ)) >>> 0;
  }

  /** Writes a record, or counts it where there is no room for it. */
  write(bytes: Uint8Array): void {
    const size = this.#data.length;
    if (this.waiting + bytes.length > size) {
      Atomics.add(this.#words, WORD.DROPPED, 1);
      return;
    }
    const at = (Atomics.load(this.#words, WORD.WRITTEN) >>> 0) % size;
    const first = Math.min(bytes.length, size - at);
    if (first === bytes.length) this.#data.set(bytes, at);
    else {
      this.#data.set(bytes.subarray(0, first), at);
      this.#data.set(bytes.subarray(first), 0);
    }
    Atomics.add(this.#words, WORD.WRITTEN, bytes.length);
  }

  /** Copies what waits, as much as `into` holds. */
  peek(into: Uint8Array): void {
    const size = this.#data.length;
    const at = (Atomics.load(this.#words, WORD.READ) >>> 0) % size;
    const first = Math.min(into.length, size - at);
    into.set(this.#data.subarray(at, at + first));
    into.set(this.#data.subarray(0, into.length - first), first);
  }

  /** Makes room: so many bytes were read. */
  skip(bytes: number): void {
    Atomics.add(this.#words, WORD.READ, bytes);
  }
}
