import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { Epoll, POLL } from '../../os/index.ts';
import type { BusNode } from '../node-registry.ts';
import { FUSE_READ_BUFFER } from './fuse-wire.ts';
import { cuseServerOf } from './node-server.ts';
import { type CuseFile, serveOne } from './serve.ts';
import type { CuseServer } from './server.ts';

interface Served {
  readonly name: string;
  readonly fd: number;
  readonly file: CuseFile;
  readonly server: CuseServer<unknown>;
  readonly ready: () => void;
}

/**
 * CUSE nodes served in the thread that has their adapters: no other thread is woken for a transfer. Nothing
 * happens but in `poll`; whoever waits for other files, too, adds `fd` to them.
 */
export class CuseHub {
  readonly #epoll = new Epoll();
  readonly #open: () => number;
  readonly #served = new Map<number, Served>();
  readonly #buffer = new Uint8Array(FUSE_READ_BUFFER);

  /** @param open gives `/dev/cuse`, so that reading does not wait */
  constructor(open: () => number = () => openSync('/dev/cuse', constants.O_RDWR | constants.O_NONBLOCK)) {
    this.#open = open;
  }

  /** Readable when a program wants something. */
  get fd(): number {
    return this.#epoll.file.fd;
  }

  /** Nodes that are there or about to be. */
  get size(): number {
    return this.#served.size;
  }

  /** Makes a node; it is there when `ready` is called, in a `poll` to come. */
  add(node: BusNode, name: string, ready: () => void = () => {}): void {
    const fd = this.#open();
    const file: CuseFile = { read: (into) => readSync(fd, into), write: (reply) => writeSync(fd, reply) };
    this.#served.set(fd, { name, fd, file, server: cuseServerOf(node, name), ready });
    this.#epoll.add(fd, POLL.IN, fd);
  }

  /** Answers what programs want now, or within `timeoutMs` (-1: whenever it comes). */
  poll(timeoutMs: number): void {
    const ready = this.#epoll.wait(timeoutMs);
    for (let i = 0; i < ready; i++) {
      const served = this.#served.get(this.#epoll.readyTag(i));
      if (served !== undefined && !serveOne(served.file, served.server, this.#buffer, served.ready))
        this.#remove(served);
    }
  }

  /** Takes all nodes away. */
  close(): void {
    for (const served of [...this.#served.values()]) this.#remove(served);
    this.#epoll.file.close();
  }

  #remove(served: Served): void {
    this.#served.delete(served.fd);
    this.#epoll.remove(served.fd);
    served.server.close();
    closeSync(served.fd);
  }
}
