import { type BusFault, ERRNO } from '../../bus/index.ts';
import type { Failure } from '../../virtio/index.ts';
import type { ManagedBus } from '../manager/managed-bus.ts';

/**
 * Why the last request of a bus's device failed, beyond its errno.
 * @param fault of that request
 * @param running a transfer is waited for: who gives it up asks why it takes so long
 */
export function failureOf(
  fault: BusFault | undefined,
  running: boolean,
  bus: Pick<ManagedBus, 'openingReason'>,
): Failure | undefined {
  const opening = running ? bus.openingReason : undefined;
  if (opening !== undefined) return { errno: ERRNO.ETIMEDOUT, sentence: opening };
  const sentence = fault?.beyondErrno;
  return fault === undefined || sentence === undefined ? undefined : { errno: fault.errno, sentence };
}
