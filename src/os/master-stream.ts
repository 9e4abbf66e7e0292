import { writeSync } from 'node:fs';
import { Duplex } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { setNonBlocking } from './file-descriptor.ts';

/** The kernel says when there is something to read, but nobody in Node listens whether there is room to write. */
const RETRY_MS = 2;
const HIGH_WATER_MARK = 16 * 1024;

function isFull(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'EAGAIN';
}

/**
 * The master of a pseudo-terminal as a stream. Node's own stream for it writes blocking, so that a client that
 * does not read stops the whole process after a few KiB; this one keeps what does not fit and tries again.
 */
export class MasterStream extends Duplex {
  readonly #fd: number;
  readonly #tty: ReadStream;
  #retry: NodeJS.Timeout | undefined;

  /** Takes over `fd`. */
  constructor(fd: number) {
    super({ highWaterMark: HIGH_WATER_MARK, allowHalfOpen: false });
    this.#fd = fd;
    // Loaded only now: it brings all of node:net, and few of those who load this room open a pseudo-terminal.
    const tty = process.getBuiltinModule('node:tty');
    this.#tty = new tty.ReadStream(fd);
    setNonBlocking(fd);
    this.#tty.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) this.#tty.pause();
    });
    this.#tty.on('end', () => this.push(null));
    this.#tty.on('error', (error) => this.destroy(error));
    this.#tty.on('close', () => this.destroy());
    this.#tty.pause();
  }

  override _read(): void {
    this.#tty.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: (error?: Error) => void): void {
    let written = 0;
    try {
      written = writeSync(this.#fd, chunk);
    } catch (thrown) {
      if (!isFull(thrown)) {
        callback(thrown instanceof Error ? thrown : new Error(String(thrown)));
        return;
      }
    }
    if (written === chunk.length) callback();
    else {
      const rest = chunk.subarray(written);
      this.#retry = setTimeout(() => this._write(rest, 'binary', callback), RETRY_MS);
    }
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#retry);
    if (this.#tty.closed) {
      callback(error);
      return;
    }
    this.#tty.once('close', () => callback(error));
    this.#tty.destroy();
  }
}
