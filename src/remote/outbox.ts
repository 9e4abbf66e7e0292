import type { Writable } from 'node:stream';
import { FrameWriter } from './fields.ts';
import { type AskedFrame, putFrame, type ToldFrame } from './frames.ts';

/** So many frames leave at once: the other end works on them while the next ones are made. */
const TOGETHER = 5;

/** Frames on their way into a stream: those that are made in one go leave by few writes. */
export class Outbox {
  readonly #stream: Writable;
  readonly #flush = (): void => this.flush();
  readonly #writer = new FrameWriter();
  #frames = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Bytes that wait for the other end to read. */
  get waiting(): number {
    return this.#writer.length + this.#stream.writableLength;
  }

  /** @throws {BusFault} `EPROTO` the frame is too long */
  write(frame: AskedFrame | ToldFrame): void {
    putFrame(this.#writer, frame);
    this.#frames++;
    if (this.#frames === 1) queueMicrotask(this.#flush);
    else if (this.#frames === TOGETHER) this.flush();
  }

  flush(): void {
    if (this.#frames === 0) return;
    this.#frames = 0;
    const bytes = this.#writer.finish();
    this.#writer.restart();
    if (!this.#stream.writableEnded) this.#stream.write(bytes);
  }
}
