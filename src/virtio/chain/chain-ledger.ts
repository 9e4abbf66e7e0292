import type { GuestMemory } from '../memory/guest-memory.ts';
import type { ChainState } from '../queue/queue-state.ts';
import { CHAIN_FAULT, type ChainFault, DESC_F } from './descriptor.ts';
import { DescriptorChain } from './descriptor-chain.ts';

/** The device's side of a ring: where used chains are written. */
export interface UsedRing {
  /**
   * Writes one entry for `buffers` chains that take up `descriptors` ring descriptors in all; `head` and
   * `written` are those of the last.
   */
  putUsed(head: number, written: number, buffers: number, descriptors: number): void;
}

/**
 * The chain objects of a device's queue: which are out, which are free to be used again, and in which order
 * they go back. Nothing is allocated once as many objects are there as were ever out at once.
 */
export class ChainLedger {
  readonly #memory: GuestMemory;
  readonly #inOrder: boolean;
  readonly #mostBytes: number | undefined;
  /** All objects there are, so that a reset reaches those that are out. */
  #all: DescriptorChain[] = [];
  /**
   * The first `spares` of these are free; what lies behind is left there: who takes one chain and gives it back stores
   * nothing.
   */
  #spare: DescriptorChain[] = [];
  #spares = 0;
  /** So many are finished or malformed, and wait for an older one. */
  #held = 0;
  /** The chains that wait for their turn on the ring, oldest to youngest: with IN_ORDER all that were popped. */
  #oldest: DescriptorChain | undefined = undefined;
  #youngest: DescriptorChain | undefined = undefined;

  /** @param mostBytes how many bytes a chain may have */
  constructor(memory: GuestMemory, inOrder: boolean, mostBytes?: number) {
    this.#mostBytes = mostBytes;
    this.#memory = memory;
    this.#inOrder = inOrder;
  }

  /** Chains that are out. */
  get inFlight(): number {
    return this.#all.length - this.#spares - this.#held;
  }

  /** An object to collect a chain in; goes on with `give`, `reject` or `drop`. */
  blank(): DescriptorChain {
    if (this.#spares === 0) return this.#create();
    this.#spares--;
    return this.#spare[this.#spares] as DescriptorChain;
  }

  /** Takes an object back that nothing came of. */
  drop(chain: DescriptorChain): void {
    const at = this.#spares++;
    if (this.#spare[at] !== chain) this.#spare[at] = chain;
  }

  /** A sound chain goes out. */
  give(chain: DescriptorChain): DescriptorChain {
    chain.out = true;
    if (this.#inOrder) this.#enqueue(chain);
    return chain;
  }

  /** A malformed chain goes back with nothing written: at once, or when its turn comes. */
  reject(chain: DescriptorChain, ring: UsedRing): void {
    this.#enqueue(chain);
    this.#hold(chain, 0, false, ring);
  }

  /**
   * A chain comes back. A driver that negotiated IN_ORDER must see chains in the order in which it made them
   * available (virtio 1.3, 6.1), so one that overtook an older is held until that one is back.
   * @throws {Error} when it is not out.
   */
  takeBack(chain: DescriptorChain, written: number, ring: UsedRing): void {
    if (chain.out === false) {
      refuse(chain);
      return;
    }
    const room = chain.writableSegments.length;
    const length = chain.writable.flush() ? Math.max(0, Math.min(written, room)) : 0;
    chain.out = false;
    if (!this.#inOrder) {
      this.drop(chain);
      ring.putUsed(chain.head, length, 1, chain.descriptors);
      return;
    }
    this.#hold(chain, length, length === room, ring);
  }

  /** Forgets all chains; those that are out lose their memory. */
  revoke(): void {
    for (const chain of this.#all) if (chain.out) chain.revoke();
    this.#all = [];
    this.#spare = [];
    this.#spares = 0;
    this.#oldest = undefined;
    this.#youngest = undefined;
    this.#held = 0;
  }

  /** The chains that are out or held, as plain data, oldest first where that is known. */
  save(): ChainState[] {
    const chains: DescriptorChain[] = [];
    if (this.#inOrder) {
      for (let chain = this.#oldest; chain !== undefined; chain = chain.next) chains.push(chain);
    } else {
      for (const chain of this.#all) if (chain.out) chains.push(chain);
    }
    return chains.map((chain) => ({
      head: chain.head,
      descriptors: chain.descriptors,
      readable: chain.readableSegments.buffers(),
      writable: chain.writableSegments.buffers(),
      ...(chain.held ? { finished: chain.heldLength } : {}),
    }));
  }

  /** Fills `chain` from plain data; gives the reason when it cannot be. */
  load(chain: DescriptorChain, saved: ChainState): ChainFault | undefined {
    chain.begin();
    chain.head = saved.head;
    if (saved.descriptors === undefined || saved.readable === undefined || saved.writable === undefined) {
      return CHAIN_FAULT.INCOMPLETE;
    }
    chain.descriptors = saved.descriptors;
    let fault: ChainFault | undefined;
    for (const { addr, len } of saved.readable) fault ??= chain.add(addr % 2 ** 32, addr / 2 ** 32, len, 0);
    for (const { addr, len } of saved.writable)
      fault ??= chain.add(addr % 2 ** 32, addr / 2 ** 32, len, DESC_F.WRITE);
    return fault;
  }

  #create(): DescriptorChain {
    const chain = new DescriptorChain(this.#memory, this.#mostBytes);
    this.#all.push(chain);
    return chain;
  }

  #hold(chain: DescriptorChain, length: number, whole: boolean, ring: UsedRing): void {
    chain.held = true;
    this.#held++;
    chain.heldLength = length;
    chain.heldWhole = whole;
    this.#drain(ring);
  }

  #enqueue(chain: DescriptorChain): void {
    chain.next = undefined;
    if (this.#youngest === undefined) this.#oldest = chain;
    else this.#youngest.next = chain;
    this.#youngest = chain;
  }

  /**
   * Puts the finished chains at the old end on the ring. One entry stands for a run of them where all but the
   * last were written whole: that is what the driver takes for granted of those left out (2.7.9, 2.8.8).
   */
  #drain(ring: UsedRing): void {
    let buffers = 0;
    let descriptors = 0;
    for (let chain = this.#oldest; chain?.held; chain = this.#oldest) {
      this.#oldest = chain.next;
      if (this.#oldest === undefined) this.#youngest = undefined;
      buffers++;
      descriptors += chain.descriptors;
      if (!chain.heldWhole || !this.#oldest?.held) {
        ring.putUsed(chain.head, chain.heldLength, buffers, descriptors);
        buffers = 0;
        descriptors = 0;
      }
      chain.held = false;
      this.#held--;
      this.drop(chain);
    }
  }
}

/** A chain of before a reset is let go; any other one is not the caller's. */
function refuse(chain: DescriptorChain): void {
  if (!chain.revoked) throw new Error('the descriptor chain was given back already');
}
