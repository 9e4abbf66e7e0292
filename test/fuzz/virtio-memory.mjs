import { featureSet, GuestMemory, queueAreaSizes, VIRTIO_F } from '../../dist/src/virtio/index.js';

export const LOW_BYTES = 1 << 16;
export const HIGH_BYTES = 1 << 13;
export const HIGH_ADDRESS = 2 ** 33;
export const GUARD = 64;
export const GUARD_BYTE = 0x5a;
export const TABLES = 0x8000;
export const DATA = 0xc000;
export const NEXT = 1;
export const WRITE = 2;
export const INDIRECT = 4;
export const AVAIL = 0x80;
export const USED = 0x8000;

/** Guest memory of two regions with guards around both. */
export function guestMemory() {
  const low = new SharedArrayBuffer(LOW_BYTES + 2 * GUARD);
  const high = new SharedArrayBuffer(HIGH_BYTES + 2 * GUARD);
  for (const buffer of [low, high]) new Uint8Array(buffer).fill(GUARD_BYTE);
  const memory = new GuestMemory([
    { guestAddress: 0, size: LOW_BYTES, buffer: low, byteOffset: GUARD },
    { guestAddress: HIGH_ADDRESS, size: HIGH_BYTES, buffer: high, byteOffset: GUARD },
  ]);
  const guards = [low, high].flatMap((buffer) => [
    new Uint8Array(buffer, 0, GUARD),
    new Uint8Array(buffer, buffer.byteLength - GUARD, GUARD),
  ]);
  return { memory, view: new DataView(low, GUARD, LOW_BYTES), guards };
}

export function isMapped(address, size) {
  return address >= HIGH_ADDRESS ? address + size <= HIGH_ADDRESS + HIGH_BYTES : address + size <= LOW_BYTES;
}

/** Where the rings of a queue lie, and where the last of them ends. */
export function ringsOf(packed, size, names) {
  const features = featureSet(...names, ...(packed ? [VIRTIO_F.RING_PACKED] : []));
  const bytes = queueAreaSizes(size, features);
  const descriptor = 0x100;
  const driver = descriptor + bytes.descriptor;
  const device = Math.ceil((driver + bytes.driver) / 4) * 4;
  return { config: { size, features, descriptor, driver, device }, ringsEnd: device + bytes.device };
}
