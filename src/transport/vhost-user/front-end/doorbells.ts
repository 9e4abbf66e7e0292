import { Epoll, EventFd, POLL } from '../../../os/index.ts';
import type { QueueConfig } from '../../../virtio/index.ts';

/** Tag of the back-end's socket among the queues. */
const SOCKET_TAG = 0xffff;

/** A queue that the driver has set up, and the eventfds by which both ends tell one another of it. */
export interface QueueBells {
  readonly config: QueueConfig;
  readonly kick: EventFd;
  readonly call: EventFd;
  /** Calls that were heard. */
  calls: number;
}

/** The queues of a front-end, with their doorbells, and how it waits for a call. */
export class Doorbells {
  readonly queues = new Map<number, QueueBells>();
  readonly #epoll = new Epoll();
  readonly #asyncEpoll = new Epoll();
  /** One wait in a helper thread at a time; who comes meanwhile shares it. */
  #waiting: Promise<unknown> | undefined;
  #closed = false;

  /** Makes the doorbells of a queue; those of an earlier one are closed. */
  add(queue: number, config: QueueConfig): void {
    this.#drop(queue);
    const bells = {
      config,
      kick: EventFd.create({ shared: true }),
      call: EventFd.create({ shared: true }),
      calls: 0,
    };
    this.#epoll.add(bells.call.fd, POLL.IN, queue);
    this.#asyncEpoll.add(bells.call.fd, POLL.IN, queue);
    this.queues.set(queue, bells);
  }

  kick(queue: number): void {
    this.queues.get(queue)?.kick.signal();
  }

  kickAll(): void {
    for (const { kick } of this.queues.values()) kick.signal();
  }

  /** Counts the calls of a queue. */
  calls(queue: number): number {
    const bells = this.queues.get(queue);
    if (bells === undefined) return 0;
    if (bells.call.drain() === 'rung') bells.calls++;
    return bells.calls;
  }

  /** Lets waiting end when the other end of the socket closes. */
  watchSocket(fd: number): void {
    for (const epoll of [this.#epoll, this.#asyncEpoll]) epoll.add(fd, POLL.RDHUP, SOCKET_TAG);
  }

  unwatchSocket(fd: number): void {
    for (const epoll of [this.#epoll, this.#asyncEpoll]) epoll.remove(fd);
  }

  /** Blocks until a call comes, the socket ends or `timeoutMs` is over. */
  wait(timeoutMs: number): void {
    this.#epoll.wait(timeoutMs);
  }

  /** As `wait`, without blocking. */
  async waitAsync(timeoutMs: number): Promise<void> {
    this.#waiting ??= this.#asyncEpoll.waitAsync(timeoutMs).finally(() => {
      this.#waiting = undefined;
      if (this.#closed) this.#asyncEpoll.close();
    });
    await this.#waiting;
  }

  /** Closes the doorbells of all queues. */
  clear(): void {
    for (const queue of [...this.queues.keys()]) this.#drop(queue);
  }

  close(): void {
    this.#closed = true;
    this.clear();
    this.#epoll.close();
    // A helper thread that still waits closes it when it comes back.
    if (this.#waiting === undefined) this.#asyncEpoll.close();
  }

  #drop(queue: number): void {
    const bells = this.queues.get(queue);
    if (bells === undefined) return;
    this.queues.delete(queue);
    this.#epoll.remove(bells.call.fd);
    this.#asyncEpoll.remove(bells.call.fd);
    bells.kick.close();
    bells.call.close();
  }
}
