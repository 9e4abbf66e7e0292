import type { GuestMemory } from '../memory/guest-memory.ts';
import type { ChainState } from '../queue/queue-state.ts';
import { CHAIN_FAULT, type ChainFault, DESC_F } from './descriptor.ts';
import { DescriptorChain } from './descriptor-chain.ts';

/** What `takeBack` gives where the ring has its entry already, or gets none. */
export const NO_ENTRY = -1;

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
  /** The first `spares` of these are free, and so is `first` when it is not out; what lies behind is left there. */
  #spare: DescriptorChain[] = [];
  #spares = 0;
  /**
   * The object that is taken whenever it is not out: who takes one chain and gives it back stores nothing here. None with
   * IN_ORDER, where an object that is not out may be held.
   */
  #first: DescriptorChain | undefined = undefined;
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
    const first = this.#first === undefined || this.#first.out ? 0 : 1;
    return this.#all.length - this.#spares - this.#held - first;
  }

  /** An object to collect a chain in; goes on with `give`, `reject` or `drop`. */
  blank(): DescriptorChain {
    const first = this.#first;
    return first === undefined || first.out === true ? this.#another() : first;
  }

  /** Takes an object back that nothing came of. */
  drop(chain: DescriptorChain): void {
    if (chain === this.#first) return;
    const at = this.#spares++;
    if (this.#spare[at] !== chain) this.#spare[at] = chain;
  }

  /** A sound chain goes out. */
  give(chain: DescriptorChain): DescriptorChain {
    chain.out = true;
    if (this.#inOrder === true) this.#enqueue(chain);
    return chain;
  }

  /** A malformed chain goes back with nothing written: at once, or when its turn comes. */
  reject(chain: DescriptorChain, ring: UsedRing): void {
    this.#enqueue(chain);
    this.#hold(chain, 0, false, ring);
  }

  /**
   * A chain comes back: gives the bytes that were written, for its entry on the ring. A driver that negotiated IN_ORDER
   * must see chains in the order in which it made them available (virtio 1.3, 6.1), so one that overtook an older is held
   * until that one is back, and the entries are written here: `NO_ENTRY`.
   * @throws {Error} when it is not out.
   */
  takeBack(chain: DescriptorChain, written: number, ring: UsedRing): number {
    if (chain.out === false) return refuse(chain);
    const room = chain.writableSegments.length;
    let length = chain.writable.flush() && written > 0 ? written : 0;
    if (length > room) length = room;
    chain.out = false;
    if (this.#inOrder === true) return this.#hold(chain, length, length === room, ring);
    this.drop(chain);
    return length;
  }

  /** Forgets all chains; those that are out lose their memory. */
  revoke(): void {
    for (const chain of this.#all) if (chain.out) chain.revoke();
    this.#all = [];
    this.#spare = [];
    this.#spares = 0;
    this.#first = undefined;
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

  #another(): DescriptorChain {
    if (this.#spares > 0) return this.#spare[--this.#spares] as DescriptorChain;
    const chain = new DescriptorChain(this.#memory, this.#mostBytes);
    this.#all.push(chain);
    if (!this.#inOrder) this.#first ??= chain;
    return chain;
  }

  #hold(chain: DescriptorChain, length: number, whole: boolean, ring: UsedRing): number {
    chain.held = true;
    this.#held++;
    chain.heldLength = length;
    chain.heldWhole = whole;
    this.#drain(ring);
    return NO_ENTRY;
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
function refuse(chain: DescriptorChain): number {
  if (!chain.revoked) throw new Error('the descriptor chain was given back already');
  return NO_ENTRY;
}
