/**
 * Feature bits, and sets of them. A set is a number whose bit n stands for feature n; JavaScript numbers
 * hold the bits 0 to 52, which is all that this package's devices and virtio 1.4 define.
 * Source: virtio 1.4, 6 "Reserved Feature Bits"; 5.x.3 of each device; vhost-user for the two of its own.
 */
export const VIRTIO_F = {
  /** vhost-user: the back-end logs the pages it dirties. */
  LOG_ALL: 26,
  /** vhost-user: protocol features are negotiated. */
  PROTOCOL_FEATURES: 30,
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
  ADMIN_VQ: 41,
} as const;

/** Device 34, 5.16.3: zero-length requests work; the driver must accept it. */
export const VIRTIO_I2C_F_ZERO_LENGTH_REQUEST = 0;
/** Device 41, 5.18.3: interrupts and the event queue are there. */
export const VIRTIO_GPIO_F_IRQ = 0;

/**
 * Private extension of devices 34 and 45: when both ends accept it, the last byte of a failed request is the
 * errno number (1 to 133) in place of the standard's one bit of reason. Bit 23 is the last of the
 * device-specific range 0 to 23 (virtio 1.4, 2.2), far from those the standard hands out from 0 up. An end
 * that does not know it never accepts it and sees standard bytes only.
 */
export const DTBUS_F_ERRNO = 23;

/**
 * Private extension of device 34, beside `DTBUS_F_ERRNO`: when both ends accept it, the padding of a request's header
 * carries the `I2C_M` flags that the standard has no place for, and the configuration space says what the adapter can
 * do (`I2C_FUNC` bits).
 */
export const DTBUS_F_I2C_FLAGS = 22;

const PRIVATE_NAMES = new Map([
  [DTBUS_F_ERRNO, 'DTBUS_ERRNO'],
  [DTBUS_F_I2C_FLAGS, 'DTBUS_I2C_FLAGS'],
]);

/** Highest feature bit that a set can hold. */
const MAX_BIT = 52;

/** The set of the given bits. @throws {RangeError} for a bit that a set cannot hold. */
export function featureSet(...bits: readonly number[]): number {
  let set = 0;
  for (const bit of bits) {
    if (!Number.isInteger(bit) || bit < 0 || bit > MAX_BIT)
      throw new RangeError(`invalid feature bit: expected 0 to ${MAX_BIT}, got ${bit}`);
    if (!hasFeature(set, bit)) set += 2 ** bit;
  }
  return set;
}

export function hasFeature(set: number, bit: number): boolean {
  return Math.floor(set / 2 ** bit) % 2 === 1;
}

/** The bits that are in both sets. */
export function commonFeatures(a: number, b: number): number {
  return fromWords((low(a) & low(b)) >>> 0, (high(a) & high(b)) >>> 0);
}

/** The bits of `a` that `b` lacks; 0 when `a` is a subset of `b`. */
export function featuresBeyond(a: number, b: number): number {
  return fromWords((low(a) & ~low(b)) >>> 0, (high(a) & ~high(b)) >>> 0);
}

/** Bits 0 to 31 of a set, unsigned (feature select 0 of the transports). */
export function low(set: number): number {
  return (set % 2 ** 32) >>> 0;
}

/** Bits 32 to 63 of a set, unsigned (feature select 1). */
export function high(set: number): number {
  return Math.floor(set / 2 ** 32);
}

/** The set of two 32-bit words as a transport carries them; bits above 52 are dropped: nobody offers them. */
export function fromWords(lowWord: number, highWord: number): number {
  return (lowWord >>> 0) + (highWord & 0x1f_ffff) * 2 ** 32;
}

/** Names of the bits in a set, for people: `INDIRECT_DESC`, or `bit 5` for one without a name here. */
export function featureNames(set: number): string[] {
  const names: string[] = [];
  for (let bit = 0; bit <= MAX_BIT; bit++) {
    if (!hasFeature(set, bit)) continue;
    const named = Object.entries(VIRTIO_F).find(([, n]) => n === bit);
    names.push(named?.[0] ?? PRIVATE_NAMES.get(bit) ?? `bit ${bit}`);
  }
  return names;
}
