import type { DescriptorChain } from './descriptor-chain.ts';

/**
 * A descriptor of either layout is 16 bytes, four 32-bit words: le64 addr, le32 len, and a word of two
 * halves: flags and next in a split queue (virtio 1.3, 2.7.5), id and flags in a packed one (2.8.13).
 */
export const DESC = { ADDR_LOW: 0, ADDR_HIGH: 1, LEN: 2, LAST: 3 } as const;
export const DESC_WORDS = 4;
export const DESC_BYTES = 16;

/** Descriptor flags; AVAIL and USED exist in the packed layout only. */
export const DESC_F = { NEXT: 0x0001, WRITE: 0x0002, INDIRECT: 0x0004, AVAIL: 0x0080, USED: 0x8000 } as const;

/**
 * Longest indirect chain. Linux builds indirect chains longer than the queue, against 2.7.5.3.1; QEMU takes
 * up to 1024, and so do we.
 */
export const MAX_INDIRECT = 1024;

/** What can be wrong with a chain; each makes the queue give it back with nothing written. */
export const CHAIN_FAULT = {
  HEAD: 'head beyond the descriptor table',
  TWICE: 'head made available twice',
  NEXT: 'next beyond the descriptor table',
  LOOP: 'descriptor chain loops',
  UNMAPPED: 'descriptor outside guest memory',
  ORDER: 'readable descriptor after a writable one',
  TOO_LONG: 'chain of more than 2^32 bytes',
  ENDLESS: 'descriptor list goes on beyond the free part of the ring',
  INDIRECT_AND_NEXT: 'indirect descriptor in a chain that goes on',
  TABLE_SIZE: 'indirect table of no whole number of descriptors',
  TABLE_UNMAPPED: 'indirect table outside guest memory',
  TABLE_NESTED: 'indirect table inside an indirect table',
  TABLE_NEXT: 'next beyond the indirect table',
  TABLE_LOOP: 'indirect chain loops or is too long',
  INCOMPLETE: 'saved without its pieces',
} as const;

export type ChainFault = (typeof CHAIN_FAULT)[keyof typeof CHAIN_FAULT];

/** An address as the two words of a descriptor. Above 2^53 it loses bits, and no region is there. */
export function descriptorAddress(low: number, high: number): number {
  return low + high * 2 ** 32;
}

/** Adds what one descriptor points at to the half that its flags name. */
export function addSegment(
  chain: DescriptorChain,
  address: number,
  length: number,
  flags: number,
): ChainFault | undefined {
  const { readableSegments, writableSegments } = chain;
  // 2.7.4.2: everything the device reads comes before everything it writes.
  const write = (flags & DESC_F.WRITE) !== 0;
  if (!write && writableSegments.count > 0) return CHAIN_FAULT.ORDER;
  if (length === 0) return undefined;
  if (chain.memory.find(address, length) === undefined) return CHAIN_FAULT.UNMAPPED;
  (write ? writableSegments : readableSegments).add(address, length);
  // 2.7.5.2: no more than 2^32 bytes in total. One less, so that a length is always a 32-bit number.
  if (readableSegments.length + writableSegments.length >= 2 ** 32) return CHAIN_FAULT.TOO_LONG;
  return undefined;
}

/**
 * Collects the chain in an indirect table of a split queue, linked by `next` from entry 0 on (2.7.5.3).
 * The table need not be aligned.
 */
export function addSplitTable(
  chain: DescriptorChain,
  address: number,
  length: number,
): ChainFault | undefined {
  const count = length / DESC_BYTES;
  if (count < 1 || !Number.isInteger(count)) return CHAIN_FAULT.TABLE_SIZE;
  const region = chain.memory.find(address, length);
  if (region === undefined) return CHAIN_FAULT.TABLE_UNMAPPED;
  const { view } = region;
  const table = address - region.guestAddress;
  let index = 0;
  for (let left = Math.min(count, MAX_INDIRECT); left > 0; left--) {
    const at = table + index * DESC_BYTES;
    const last = view.getUint32(at + 4 * DESC.LAST, true);
    if ((last & DESC_F.INDIRECT) !== 0) return CHAIN_FAULT.TABLE_NESTED;
    const low = view.getUint32(at + 4 * DESC.ADDR_LOW, true);
    const high = view.getUint32(at + 4 * DESC.ADDR_HIGH, true);
    const size = view.getUint32(at + 4 * DESC.LEN, true);
    const fault = addSegment(chain, descriptorAddress(low, high), size, last);
    if (fault !== undefined) return fault;
    if ((last & DESC_F.NEXT) === 0) return undefined;
    index = last >>> 16;
    if (index >= count) return CHAIN_FAULT.TABLE_NEXT;
  }
  return CHAIN_FAULT.TABLE_LOOP;
}

/**
 * Collects the entries of an indirect table of a packed queue: all of them, one after the other; only their
 * WRITE flag means anything (2.8.7).
 */
export function addPackedTable(
  chain: DescriptorChain,
  address: number,
  length: number,
): ChainFault | undefined {
  const count = length / DESC_BYTES;
  if (count < 1 || !Number.isInteger(count)) return CHAIN_FAULT.TABLE_SIZE;
  const region = chain.memory.find(address, length);
  if (region === undefined) return CHAIN_FAULT.TABLE_UNMAPPED;
  if (count > MAX_INDIRECT) return CHAIN_FAULT.TABLE_LOOP;
  const { view } = region;
  for (let at = address - region.guestAddress, left = count; left > 0; left--, at += DESC_BYTES) {
    const low = view.getUint32(at + 4 * DESC.ADDR_LOW, true);
    const high = view.getUint32(at + 4 * DESC.ADDR_HIGH, true);
    const size = view.getUint32(at + 4 * DESC.LEN, true);
    const flags = view.getUint32(at + 4 * DESC.LAST, true) >>> 16;
    const fault = addSegment(chain, descriptorAddress(low, high), size, flags);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
