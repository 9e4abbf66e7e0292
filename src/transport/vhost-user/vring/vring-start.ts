import { AVAIL, DESC_BYTES, DESC_F, type DeviceQueueState, fromVringBase } from '../../../virtio/index.ts';
import type { InflightRing } from '../memory/inflight.ts';
import { VhostUserError } from '../messages/message.ts';

/**
 * Where a split ring goes on: behind what its used index says, with what was taken and not given back.
 * @param avail the available ring
 * @param used the used index
 * @param base SET_VRING_BASE
 */
export function splitStart(
  avail: Uint8Array,
  used: number,
  base: number,
  size: number,
  notes: InflightRing | undefined,
): DeviceQueueState {
  const heads = notes?.recover(used) ?? unfinished(avail, used, base & 0xffff, size);
  return {
    // What the notes hold was taken from the available ring, whatever the front-end believes.
    nextAvail: (used + heads.length) & 0xffff,
    nextUsed: used,
    availWrap: 0,
    usedWrap: 0,
    outstanding: heads.map((head) => ({ head })),
  };
}

/**
 * Heads that lie between the used index and the base on the available ring: a front-end that goes on from
 * its available index leaves behind what its last back-end never gave back (cloud-hypervisor does).
 */
function unfinished(avail: Uint8Array, used: number, base: number, size: number): number[] {
  const count = (base - used) & 0xffff;
  if (count > size) {
    throw new VhostUserError(`invalid vring base: expected ${used} to ${used + size}, got ${base}`);
  }
  return Array.from({ length: count }, (_, i) => {
    const at = 2 * (AVAIL.RING + ((used + i) % size));
    return (avail[at] as number) | ((avail[at + 1] as number) << 8);
  });
}

/** Vring base of a new packed ring: position 0 of the first lap, of both sides. */
export const FIRST_LAP = 0x8000_8000;
/** Byte of a packed descriptor that holds the USED flag. */
const FLAGS_HIGH = 15;

/**
 * Where a packed ring goes on: where the base says. A position alone does not tell what was taken and not
 * given back, so there must be nothing of that kind.
 * @param ring the descriptor ring
 * @param base SET_VRING_BASE
 */
export function packedStart(ring: Uint8Array, base: number): DeviceQueueState {
  // Linux's virtio_uml sends 0 for a new ring, which is the second lap. Whoever is there has left used
  // descriptors behind; a ring without any is in its first.
  const state = fromVringBase(base === 0 && !showsUse(ring) ? FIRST_LAP : base, true);
  if (state.nextAvail !== state.nextUsed || state.availWrap !== state.usedWrap) {
    throw new VhostUserError(
      `cannot resume a packed ring that has requests in flight (vring base 0x${base.toString(16)})`,
    );
  }
  return state;
}

function showsUse(ring: Uint8Array): boolean {
  for (let at = FLAGS_HIGH; at < ring.length; at += DESC_BYTES) {
    if (((ring[at] as number) & (DESC_F.USED >>> 8)) !== 0) return true;
  }
  return false;
}
