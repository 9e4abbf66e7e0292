/**
 * A descriptor of either layout is 16 bytes, four 32-bit words: le64 addr, le32 len, and a word of two
 * halves: flags and next in a split queue (virtio 1.3, 2.7.5), id and flags in a packed one (2.8.13).
 */
export const DESC = { ADDR_LOW: 0, ADDR_HIGH: 1, LEN: 2, LAST: 3 } as const;
export const DESC_WORDS = 4;
/** `at << DESC_SHIFT | DESC.LEN`: the engine checks a product and a sum for overflow, not these. */
export const DESC_SHIFT = 2;
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
  TOO_LONG: 'chain of more bytes than the device takes',
  ENDLESS: 'descriptor list is longer than the free part of the ring',
  INDIRECT_AND_NEXT: 'indirect descriptor that is not the last of its chain',
  TABLE_SIZE: 'size of the indirect table is not a multiple of 16',
  TABLE_UNMAPPED: 'indirect table outside guest memory',
  TABLE_NESTED: 'indirect table inside an indirect table',
  TABLE_NEXT: 'next beyond the indirect table',
  TABLE_LOOP: 'indirect chain loops or is too long',
  INCOMPLETE: 'saved state lacks the buffers',
} as const;

export type ChainFault = (typeof CHAIN_FAULT)[keyof typeof CHAIN_FAULT];

/** The address in two words, signed or not. Above 2^53 it loses bits, and no region is there. */
export function descriptorAddress(low: number, high: number): number {
  // Below 2^31 it is a small integer, as all that is made of it.
  return high === 0 ? low >>> 0 : (low >>> 0) + (high >>> 0) * 2 ** 32;
}

/** The upper word of an address: no division for one that is a small integer. */
export function addressHigh(address: number): number {
  return (address | 0) === address ? 0 : address / 2 ** 32;
}
