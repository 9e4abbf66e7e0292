import type { GuestMemory } from '../memory/guest-memory.ts';
import type { MappedRegion } from '../memory/memory-region.ts';

/**
 * The region that holds a part of a virtqueue, checked for place and alignment (virtio 1.3, 2.7.1, 2.8.11).
 * @throws {RangeError} with the part and what is wrong with it.
 */
export function ringArea(
  memory: GuestMemory,
  name: string,
  address: number,
  bytes: number,
  align: number,
): MappedRegion {
  const at = `${name} at 0x${address.toString(16)}`;
  const region = memory.find(address, bytes);
  if (region === undefined) throw new RangeError(`${at}+${bytes} is not inside one memory region`);
  if (address % align !== 0) throw new RangeError(`${at} is not aligned to ${align} bytes`);
  if (offsetInBuffer(region, address) % Math.min(align, 4) !== 0) {
    throw new RangeError(`${at} lies in a region that is not mapped at a multiple of 4 bytes`);
  }
  return region;
}

/** Where in the region's buffer an address lies. */
export function offsetInBuffer(region: MappedRegion, address: number): number {
  return region.byteOffset + (address - region.guestAddress);
}
