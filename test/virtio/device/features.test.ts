import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commonFeatures,
  DTBUS_F_ERRNO,
  DTBUS_F_I2C_FLAGS,
  featureNames,
  featureSet,
  featuresBeyond,
  fromWords,
  hasFeature,
  high,
  low,
  VIRTIO_F,
} from '../../../src/virtio/index.ts';

const bits = fc.uniqueArray(fc.integer({ min: 0, max: 52 }));
/** The same set as a BigInt: 64-bit arithmetic that is not ours. */
const big = (set: readonly number[]) => set.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n);

it('knows bits 0 to 52, and no other', () => {
  expect(featureNames(featureSet(52))).toEqual(['bit 52']);
  expect(() => featureSet(53)).toThrow('invalid feature bit: expected 0 to 52, got 53');
});

describe('feature sets', () => {
  it('are 64-bit masks', () => {
    fc.assert(
      fc.property(bits, bits, (a, b) => {
        expect(BigInt(featureSet(...a))).toBe(big(a));
        expect(BigInt(commonFeatures(featureSet(...a), featureSet(...b)))).toBe(big(a) & big(b));
        expect(BigInt(featuresBeyond(featureSet(...a), featureSet(...b)))).toBe(big(a) & ~big(b));
        for (const bit of b) expect(hasFeature(featureSet(...a), bit)).toBe(a.includes(bit));
      }),
    );
  });

  it('go through a transport as two 32-bit words', () => {
    fc.assert(
      fc.property(bits, (a) => {
        const set = featureSet(...a);
        expect(BigInt(low(set))).toBe(big(a) & 0xffff_ffffn);
        expect(BigInt(high(set))).toBe(big(a) >> 32n);
        expect(fromWords(low(set), high(set))).toBe(set);
      }),
    );
  });

  it('take the words of a peer that offers bits beyond 52 without them', () => {
    expect(fromWords(-1, -1)).toBe(2 ** 53 - 1);
  });

  it.each([-1, 53, 0.5])('have no bit %s', (bit) => {
    expect(() => featureSet(bit)).toThrow(RangeError);
  });

  it('name their bits', () => {
    expect(featureNames(featureSet(5, DTBUS_F_ERRNO, VIRTIO_F.INDIRECT_DESC, VIRTIO_F.VERSION_1))).toEqual([
      'bit 5',
      'DTBUS_ERRNO',
      'INDIRECT_DESC',
      'VERSION_1',
    ]);
  });

  it('number the bits as the specification does', () => {
    // virtio 1.3, 6; Linux include/uapi/linux/virtio_config.h and virtio_ring.h.
    expect(VIRTIO_F).toMatchObject({
      INDIRECT_DESC: 28,
      EVENT_IDX: 29,
      VERSION_1: 32,
      ACCESS_PLATFORM: 33,
      RING_PACKED: 34,
      IN_ORDER: 35,
      ORDER_PLATFORM: 36,
      SR_IOV: 37,
      NOTIFICATION_DATA: 38,
      NOTIF_CONFIG_DATA: 39,
      RING_RESET: 40,
    });
    expect(DTBUS_F_ERRNO).toBeLessThanOrEqual(23);
    expect(featureNames(featureSet(DTBUS_F_I2C_FLAGS))).toEqual(['DTBUS_I2C_FLAGS']);
    expect(DTBUS_F_I2C_FLAGS).toBe(22);
  });
});
