import { read, readSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { CuseMachine } from '../../../src/dev/cuse/machine.ts';
import { type FileDescriptor, unixSocketPair } from '../../../src/os/index.ts';
import { struct } from './fake-kernel.ts';

export const OPEN = 14;
export const READ = 15;
export const WRITE = 16;
export const RELEASE = 18;
export const INIT = 4096;

/** A socket in the place of `/dev/cuse`: what is written to the other end is a request of the kernel. */
export class SocketKernel {
  readonly #ours: FileDescriptor;
  readonly theirs: FileDescriptor;
  aborted = 0;
  #unique = 1n;

  constructor() {
    [this.#ours, this.theirs] = unixSocketPair();
  }

  get machine(): CuseMachine {
    return {
      // The reader owns its end and closes it.
      open: () => this.theirs.release(),
      abort: () => {
        this.aborted++;
        this.#ours.close();
      },
    };
  }

  #request(opcode: number, body: Uint8Array): Buffer {
    const head = struct([4, 40 + body.length], [4, opcode], [8, this.#unique++], [8, 0], [8, 0], [8, 0]);
    return Buffer.concat([head, body]);
  }

  async send(opcode: number, body: Uint8Array): Promise<void> {
    await promisify(write)(this.#ours.fd, this.#request(opcode, body));
  }

  /** For a server in this very thread: it gets the request when it waits the next time. */
  sendNow(opcode: number, body: Uint8Array): void {
    writeSync(this.#ours.fd, this.#request(opcode, body));
  }

  async reply(): Promise<{ error: number; body: Buffer }> {
    const { bytesRead, buffer } = await promisify(read)(this.#ours.fd, Buffer.alloc(8192), 0, 8192, null);
    return { error: Math.abs(buffer.readInt32LE(4)), body: buffer.subarray(16, bytesRead) };
  }

  async ask(opcode: number, body: Uint8Array): Promise<{ error: number; body: Buffer }> {
    await this.send(opcode, body);
    return this.reply();
  }

  /** Takes the replies that there are, so that closing is an end and no error. */
  hangUp(): void {
    readSync(this.#ours.fd, Buffer.alloc(1 << 16));
    this.#ours.close();
  }

  close(): void {
    this.#ours.close();
  }
}

export const INIT_IN = struct([4, 7], [4, 45], [4, 0], [4, 1]);
export const readIn = (fh: number, size: number) =>
  struct([8, fh], [8, 0], [4, size], [4, 0], [8, 0], [8, 0]);
export const writeIn = (fh: number, data: Uint8Array) =>
  Buffer.concat([struct([8, fh], [8, 0], [4, data.length], [4, 0], [8, 0], [8, 0]), data]);
