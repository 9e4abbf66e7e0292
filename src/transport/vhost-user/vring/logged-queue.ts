import {
  type DescriptorChain,
  type DeviceQueue,
  type DmaBuffer,
  type GuestMemory,
  type RequestQueue,
  USED,
} from '../../../virtio/index.ts';
import type { DirtyLog } from '../memory/dirty-log.ts';
import type { InflightRing } from '../memory/inflight.ts';
import type { Interruptions } from './interrupted.ts';

/** Where what a queue does is recorded, beside the rings. */
interface QueueRecords {
  /** Notes on what is in flight, for a successor. */
  readonly inflight: InflightRing | undefined;
  /** Index of the used ring of a split queue. */
  readonly used: UsedIndex | undefined;
  /** What becomes of requests that a predecessor had taken, while there are any. */
  readonly interruptions: Interruptions | undefined;
}

/**
 * A queue that records what it does: which requests are in flight (for a back-end that takes over after a
 * crash), and which memory was written (for a front-end that migrates). Requests of before a crash end here.
 */
export class LoggedQueue implements RequestQueue {
  readonly queue: DeviceQueue;
  /** Where writes are noted while the front-end migrates. */
  log: DirtyLog | undefined;
  /** What the device writes beside the requests, as guest-physical addresses. */
  written: readonly DmaBuffer[] = [];
  readonly #records: QueueRecords;
  readonly #inflight: InflightRing | undefined;
  #interruptions: Interruptions | undefined;
  /** Requests of before a crash that are still to be given out. */
  #resumed: number;
  /** Finished, and held back by IN_ORDER. */
  #held: { readonly chain: DescriptorChain; readonly head: number }[] = [];

  /** @param resumed heads that the queue was restored with */
  constructor(queue: DeviceQueue, records: QueueRecords, resumed: readonly number[]) {
    this.queue = queue;
    this.#records = records;
    this.#inflight = records.inflight;
    this.#strikeOut(resumed);
    this.#resumed = queue.inFlight;
    this.#interruptions = this.#resumed > 0 ? records.interruptions : undefined;
  }

  /** Of requests taken up again, those that were malformed went back at once: they are no longer in flight. */
  #strikeOut(heads: readonly number[]): void {
    if (this.#inflight === undefined || this.queue.inFlight === heads.length) return;
    const kept = new Set(this.queue.snapshot().outstanding.map(({ head }) => head));
    for (const head of heads) if (!kept.has(head)) this.#inflight.staged(head);
    this.flush();
  }

  pop(): DescriptorChain | undefined {
    if (this.#interruptions !== undefined) return this.#popInterrupted(this.#interruptions);
    const chain = this.queue.pop();
    if (chain !== undefined) this.#inflight?.taken(chain.head);
    return chain;
  }

  /** While there are requests of before a crash: ends those that must not be run again. */
  #popInterrupted(interruptions: Interruptions): DescriptorChain | undefined {
    for (;;) {
      const chain = this.queue.pop();
      if (chain === undefined) return undefined;
      const resumed = this.#resumed > 0;
      if (resumed) this.#resumed--;
      else this.#inflight?.taken(chain.head);
      if (!resumed && !interruptions.failsNext) {
        this.#interruptions = undefined;
        return chain;
      }
      if (!interruptions.fail(chain)) return chain;
      this.pushUsed(chain, chain.writable.length);
    }
  }

  pushUsed(chain: DescriptorChain, written: number): void {
    if (chain.revoked) return;
    const { log } = this;
    const { head } = chain;
    this.queue.stageUsed(chain, written);
    if (this.#inflight !== undefined) this.#note(this.#inflight, chain, head);
    if (log !== undefined) {
      const { count, addresses, sizes } = chain.writableSegments;
      for (let i = 0; i < count; i++) log.mark(addresses[i] as number, sizes[i] as number);
    }
    this.flush();
  }

  /** Notes what is on the used ring now: with IN_ORDER a request may have to wait for an older one. */
  #note(inflight: InflightRing, chain: DescriptorChain, head: number): void {
    if (!chain.held && this.#held.length === 0) {
      inflight.staged(head);
      return;
    }
    this.#held.push({ chain, head });
    for (const each of this.#held) if (!each.chain.held) inflight.staged(each.head);
    this.#held = this.#held.filter((each) => each.chain.held);
  }

  /** Shows the driver what was given back, and then strikes it out. */
  flush(): void {
    this.queue.flush();
    const { used } = this.#records;
    if (this.#inflight?.hasStaged === true && used !== undefined) this.#inflight.shown(used.value);
    if (this.log === undefined) return;
    // The device writes its ring too. It is small: marked whole.
    for (const { addr, len } of this.written) this.log.mark(addr, len);
  }

  /** As the queue's own, after a flush. */
  needsNotification(): boolean {
    this.flush();
    return this.queue.needsNotification();
  }
}

/** The driver-visible index of a used ring, wherever it lies. */
export class UsedIndex {
  readonly #memory: GuestMemory;
  readonly #address: number;
  #last = 0;

  constructor(memory: GuestMemory, usedRing: number) {
    this.#memory = memory;
    this.#address = usedRing + 2 * USED.IDX;
  }

  /** Stays what it was when the ring goes away: the queue is broken then, and nothing counts any more. */
  get value(): number {
    const region = this.#memory.find(this.#address, 2);
    if (region !== undefined) this.#last = region.view.getUint16(this.#address - region.guestAddress, true);
    return this.#last;
  }
}
