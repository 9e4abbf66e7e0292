import { closeSync, constants, openSync } from 'node:fs';
import { Epoll, POLL, setNonBlocking } from '../../os/index.ts';
import type { DevNode } from '../node-registry.ts';
import { FUSE_READ_BUFFER } from './fuse-wire.ts';
import { NodeRejected } from './machine.ts';
import { cuseServerOf } from './node-server.ts';
import { type CuseFile, cuseFile, serveOne } from './serve.ts';
import type { CuseServer } from './server.ts';
import type { Wakeup } from './wakeup.ts';

interface Served {
  readonly name: string;
  readonly fd: number;
  readonly file: CuseFile;
  readonly server: CuseServer<unknown>;
  readonly events: NodeEvents;
}

/** What happens to a node of a hub. */
interface NodeEvents {
  /** The node is there. */
  ready?(): void;
  /** The kernel has taken it away, or never took it: its name is taken. */
  gone?(): void;
}

/** So many requests in a row at one node, and the next one is waited for there. */
const HOT_AFTER = 64;
/** Longest blocked wait, in ms: no timer of a part runs meanwhile. */
const BLOCKED_MS = 5;
/** After so many ms the event loop has a turn, however busy programs are: others want to touch the board. */
const TURN_MS = 10;
/** So many requests pass between two looks at the time. */
const REQUESTS_PER_LOOK = 32;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * CUSE nodes served in the thread that has their adapters: no other thread is woken for a transfer.
 *
 * Waiting for many nodes takes a system call more for each request than waiting for one. So while only one
 * node is used, the thread waits for that one alone, and a `Wakeup` calls it back when another is wanted.
 */
export class CuseHub {
  readonly #epoll = new Epoll();
  readonly #open: () => number;
  readonly #served = new Map<number, Served>();
  readonly #buffer = new Uint8Array(FUSE_READ_BUFFER);
  #last: Served | undefined;
  /** Requests in a row at `#last`. */
  #inRow = 0;
  /** Waited for alone. */
  #hot: Served | undefined;
  #wakeup: Wakeup | undefined;

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

  /** Makes a node; it is there once the hub was polled and `ready` is called. */
  add(node: DevNode, name: string, events: NodeEvents = {}): void {
    const fd = this.#open();
    this.#served.set(fd, { name, fd, file: cuseFile(fd), server: cuseServerOf(node, name), events });
    this.#epoll.add(fd, POLL.IN, fd);
  }

  /**
   * Makes a node and waits until it is there; programs at other nodes are answered meanwhile.
   * @param onLost the kernel has taken it away later @throws {NodeRejected}
   */
  async make(node: DevNode, name: string, onLost?: () => void): Promise<void> {
    const is = { there: false, gone: false };
    this.add(node, name, {
      ready: () => {
        is.there = true;
      },
      gone: () => {
        is.gone = true;
        if (is.there) onLost?.();
      },
    });
    while (!is.there && !is.gone) this.#serve(await this.#epoll.waitAsync(-1));
    if (is.gone) throw new NodeRejected(name);
  }

  /** Takes a node away. */
  remove(name: string): void {
    for (const served of [...this.#served.values()]) if (served.name === name) this.#remove(served);
  }

  /** Answers what programs want now, or within `timeoutMs` (-1: whenever it comes). @returns how many did */
  poll(timeoutMs: number): number {
    return this.#serve(this.#epoll.wait(timeoutMs));
  }

  /**
   * Serves until no node is left or `ended` says so; timers and promises go on meanwhile.
   * @param wakeup without it, all nodes are always waited for
   */
  async run(ended: () => boolean, wakeup?: Wakeup): Promise<void> {
    this.#wakeup = wakeup;
    let lastTurn = performance.now();
    for (let requests = 1; this.size > 0 && !ended(); requests++) {
      if (requests % REQUESTS_PER_LOOK === 0 && performance.now() - lastTurn >= TURN_MS) {
        await turn();
        lastTurn = performance.now();
      }
      if (this.#hot !== undefined && wakeup !== undefined) this.#serveHot(this.#hot, wakeup);
      else if (this.poll(BLOCKED_MS) === 0) this.#serve(await this.#epoll.waitAsync(-1));
      else if (this.#inRow >= HOT_AFTER && wakeup?.isOn) this.#heat(wakeup);
    }
  }

  /** Takes all nodes away. */
  close(): void {
    for (const served of [...this.#served.values()]) this.#remove(served);
    this.#epoll.close();
  }

  #serve(ready: number): number {
    for (let i = 0; i < ready; i++) {
      const served = this.#served.get(this.#epoll.readyTag(i));
      if (served === undefined) continue;
      this.#inRow = served === this.#last ? this.#inRow + 1 : 0;
      this.#last = served;
      if (!this.#serveOne(served)) this.#lose(served);
    }
    return ready;
  }

  #serveOne({ file, server, events }: Served): boolean {
    return serveOne(file, server, this.#buffer, () => events.ready?.());
  }

  /** From now on only the node that was used last is waited for. */
  #heat(wakeup: Wakeup): void {
    const hot = this.#last;
    if (hot === undefined || !this.#served.has(hot.fd)) return;
    this.#hot = hot;
    setNonBlocking(hot.fd, false);
    const others = [...this.#served.keys()].filter((fd) => fd !== hot.fd);
    wakeup.begin(hot.name, others);
  }

  #serveHot(hot: Served, wakeup: Wakeup): void {
    wakeup.requests++;
    const there = this.#serveOne(hot);
    if (there && !wakeup.called) return;
    this.#hot = undefined;
    this.#inRow = 0;
    if (there) setNonBlocking(hot.fd);
    else this.#lose(hot);
  }

  #lose(served: Served): void {
    this.#remove(served);
    served.events.gone?.();
  }

  #remove(served: Served): void {
    this.#served.delete(served.fd);
    this.#epoll.remove(served.fd);
    this.#wakeup?.forget(served.fd);
    served.server.close();
    closeSync(served.fd);
  }
}
