import type { Writable } from 'node:stream';

/** Frames on their way into a stream: those that are made in one go leave by one write. */
export class Outbox {
  readonly #stream: Writable;
  readonly #flush = (): void => this.flush();
  #frames: Buffer[] = [];
  #length = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Bytes that wait for the other end to read. */
  get waiting(): number {
    return this.#length + this.#stream.writableLength;
  }

  write(frame: Buffer): void {
    this.#frames.push(frame);
    this.#length += frame.length;
    if (this.#frames.length === 1) queueMicrotask(this.#flush);
  }

  flush(): void {
    const [first, ...more] = this.#frames;
    if (first === undefined) return;
    this.#frames = [];
    const length = this.#length;
    this.#length = 0;
    if (!this.#stream.writableEnded)
      this.#stream.write(more.length === 0 ? first : Buffer.concat([first, ...more], length));
  }
}
