import type { DmaBuffer } from '../memory/dma-buffer.ts';

/** A chain that was out when a device's queue was saved. */
export interface ChainState {
  /** Head descriptor (split) or buffer id (packed). */
  readonly head: number;
  /** Ring descriptors that it takes up; a split queue need not say. */
  readonly descriptors?: number;
  /** Its pieces. A split queue need not say: then the descriptor table is read again. */
  readonly readable?: readonly DmaBuffer[];
  readonly writable?: readonly DmaBuffer[];
  /** Bytes written, of a chain that is finished and waits for an older one (IN_ORDER). */
  readonly finished?: number;
}

/**
 * All that a device's queue knows beside what is in guest memory, as plain data. It is what vhost-user calls
 * the vring base, and the requests in flight.
 */
export interface DeviceQueueState {
  /** Split: next available index, 16 bits. Packed: position in the ring. */
  readonly nextAvail: number;
  readonly nextUsed: number;
  /** Wrap counters of a packed queue; a split one has 0. */
  readonly availWrap: number;
  readonly usedWrap: number;
  /** Oldest first. `pop` of the restored queue gives them before anything else. */
  readonly outstanding: readonly ChainState[];
}

/** A request that was with the device when a driver's queue was saved. */
export interface RequestState<T> {
  /** Head descriptor (split) or buffer id (packed). */
  readonly head: number;
  readonly token: T;
  /** Ring descriptors that it takes up: of a split queue their indices in order, of a packed one their number. */
  readonly descriptors: readonly number[] | number;
  /** Bytes that the device may write. */
  readonly capacity: number;
  /** Where its indirect table lies and for how many descriptors it is, when it has one. */
  readonly table?: { readonly addr: number; readonly capacity: number };
}

/** All that a driver's queue knows beside what is in guest memory. Plain data when the tokens are. */
export interface DriverQueueState<T> {
  /** Split: next available index, 16 bits. Packed: position in the ring. Everything before is published. */
  readonly nextAvail: number;
  readonly lastUsed: number;
  readonly availWrap: number;
  readonly usedWrap: number;
  /** Oldest first with IN_ORDER, else in no order. */
  readonly outstanding: readonly RequestState<T>[];
  /** With IN_ORDER, in the middle of a batch: the head or id of its last request, and what was written of it. */
  readonly batch?: { readonly head: number; readonly length: number };
}

const POSITION_MASK = 0x7fff;

/**
 * The number that vhost-user's SET_VRING_BASE and GET_VRING_BASE carry: of a split queue the next available
 * index; of a packed one position and wrap counter of the available side in the lower, of the used side in
 * the upper half.
 */
export function vringBase(state: DeviceQueueState, packed: boolean): number {
  if (!packed) return state.nextAvail;
  const avail = state.nextAvail | (state.availWrap << 15);
  return (avail | ((state.nextUsed | (state.usedWrap << 15)) << 16)) >>> 0;
}

/** The state that a vring base stands for, with nothing in flight. */
export function fromVringBase(base: number, packed: boolean): DeviceQueueState {
  if (!packed) {
    const nextAvail = base & 0xffff;
    return { nextAvail, nextUsed: nextAvail, availWrap: 0, usedWrap: 0, outstanding: [] };
  }
  return {
    nextAvail: base & POSITION_MASK,
    availWrap: (base >>> 15) & 1,
    nextUsed: (base >>> 16) & POSITION_MASK,
    usedWrap: base >>> 31,
    outstanding: [],
  };
}
