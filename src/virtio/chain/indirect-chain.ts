import {
  CHAIN_FAULT,
  type ChainFault,
  DESC,
  DESC_BYTES,
  DESC_F,
  descriptorAddress,
  MAX_INDIRECT,
} from './descriptor.ts';
import type { DescriptorChain } from './descriptor-chain.ts';

/** Collects `count` entries from `table` on. */
type Entries = (
  chain: DescriptorChain,
  view: DataView,
  table: number,
  count: number,
) => ChainFault | undefined;

/** Collects the entries of an indirect table, which need not be aligned, as `entries` walks them. */
export function addTable(
  chain: DescriptorChain,
  addressLow: number,
  addressHigh: number,
  size: number,
  entries: Entries,
): ChainFault | undefined {
  const address = descriptorAddress(addressLow, addressHigh);
  const length = size >>> 0;
  const count = length / DESC_BYTES;
  if (count < 1 || !Number.isInteger(count)) return CHAIN_FAULT.TABLE_SIZE;
  const region = chain.memory.find(address, length);
  if (region === undefined) return CHAIN_FAULT.TABLE_UNMAPPED;
  return entries(chain, region.view, address - region.guestAddress, count);
}

/** Those of a split queue, linked by `next` from entry 0 on (2.7.5.3). */
export const linkedEntries: Entries = (chain, view, table, count) => {
  let index = 0;
  for (let left = Math.min(count, MAX_INDIRECT); left > 0; left--) {
    const at = table + index * DESC_BYTES;
    const last = view.getUint32(at + 4 * DESC.LAST, true);
    if ((last & DESC_F.INDIRECT) !== 0) return CHAIN_FAULT.TABLE_NESTED;
    const low = view.getInt32(at + 4 * DESC.ADDR_LOW, true);
    const high = view.getInt32(at + 4 * DESC.ADDR_HIGH, true);
    const fault = chain.add(low, high, view.getInt32(at + 4 * DESC.LEN, true), last);
    if (fault !== undefined) return fault;
    if ((last & DESC_F.NEXT) === 0) return undefined;
    index = last >>> 16;
    if (index >= count) return CHAIN_FAULT.TABLE_NEXT;
  }
  return CHAIN_FAULT.TABLE_LOOP;
};

/** Those of a packed queue: all of them, one after the other; only their WRITE flag means anything (2.8.7). */
export const followingEntries: Entries = (chain, view, table, count) => {
  if (count > MAX_INDIRECT) return CHAIN_FAULT.TABLE_LOOP;
  for (let at = table, left = count; left > 0; left--, at += DESC_BYTES) {
    const low = view.getInt32(at + 4 * DESC.ADDR_LOW, true);
    const high = view.getInt32(at + 4 * DESC.ADDR_HIGH, true);
    const flags = view.getUint32(at + 4 * DESC.LAST, true) >>> 16;
    const fault = chain.add(low, high, view.getInt32(at + 4 * DESC.LEN, true), flags);
    if (fault !== undefined) return fault;
  }
  return undefined;
};
