import { featureSet, VIRTIO_F } from '../../../src/virtio/index.ts';
import { MockGuest } from '../../support/mock-guest.ts';

const { RING_PACKED, INDIRECT_DESC, EVENT_IDX, IN_ORDER } = VIRTIO_F;

/** Every layout with every subset of the features that change the ring. */
export const combinations: [string, number][] = [];
for (let bits = 0; bits < 16; bits++) {
  const chosen = [RING_PACKED, INDIRECT_DESC, EVENT_IDX, IN_ORDER].filter((_, i) => (bits >> i) & 1);
  const names = ['RING_PACKED', 'INDIRECT_DESC', 'EVENT_IDX', 'IN_ORDER'].filter((_, i) => (bits >> i) & 1);
  combinations.push([names.join(' ') || 'nothing', featureSet(...chosen)]);
}

/** Both ends of a queue. */
export function pair(size: number, features: number) {
  const guest = new MockGuest(size, features);
  return { guest, driver: guest.driver<string>(), device: guest.device() };
}
