import { BusFault } from '../bus/index.ts';

/** `0x48`; a ten-bit address has three digits. */
export function hexAddress(addr: number): string {
  return `0x${addr.toString(16).padStart(2, '0')}`;
}

/** A thrown value as a fault whose sentence says where it happened; the original is its `cause`. */
export function faultAt(place: string, thrown: unknown): BusFault {
  const fault = BusFault.from(thrown);
  return new BusFault(fault.code, `${place}: ${fault.sentence}`, { cause: thrown });
}
