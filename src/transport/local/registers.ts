/**
 * The registers of one device in shared memory: what virtio-mmio (virtio 1.3, 4.2.2) has as device registers,
 * as 32-bit words that both threads reach by `Atomics`.
 */

/** Word offsets inside a device's block. */
export const REG = {
  DEVICE_ID: 0,
  DEVICE_FEATURES_LO: 1,
  DEVICE_FEATURES_HI: 2,
  DRIVER_FEATURES_LO: 3,
  DRIVER_FEATURES_HI: 4,
  /** What the driver wants the status to be; takes effect when COMMAND moves. */
  STATUS_WANTED: 5,
  STATUS: 6,
  /** Counts the driver's status writes, and ANSWER those that the device has carried out. */
  COMMAND: 7,
  ANSWER: 8,
  CONFIG_LENGTH: 9,
  QUEUE_COUNT: 10,
  QUEUES: 16,
} as const;

/** Word offsets inside one queue's part of the block. */
export const QUEUE_REG = {
  MAX_SIZE: 0,
  SIZE: 1,
  DESCRIPTOR: 2,
  DRIVER: 3,
  DEVICE: 4,
  /** Counts kicks and calls. */
  KICKS: 5,
  CALLS: 6,
} as const;

const QUEUE_WORDS = 8;
export const MAX_QUEUES = 2;
const CONFIG_OFFSET = REG.QUEUES + MAX_QUEUES * QUEUE_WORDS;
const CONFIG_BYTES = 64;
/** A block's size in words: a multiple of a cache line, so that devices do not share one. */
const BLOCK_WORDS = CONFIG_OFFSET + CONFIG_BYTES / 4;

/** The words that come before the first block, for all devices together. */
export const SHARED = {
  /** Counts everything that the back-end should look at: kicks, commands, messages. */
  DOORBELL: 0,
  /** 1 while the back-end sleeps and must be woken. */
  SLEEPING: 1,
  /** One of `BACK_END`. */
  STATE: 2,
  HEADER_WORDS: 16,
} as const;

/** Values of `SHARED.STATE`: what the back-end does. */
export const BACK_END = { STARTING: 0, SERVES: 1, ENDED: 2 } as const;

/** `SharedArrayBuffer` bytes for `devices` blocks. */
export function registerBytes(devices: number): number {
  return (SHARED.HEADER_WORDS + devices * BLOCK_WORDS) * 4;
}

/** Word index of register `reg` of device `device`. */
export function deviceWord(device: number, reg: number): number {
  return SHARED.HEADER_WORDS + device * BLOCK_WORDS + reg;
}

/** Word index of register `reg` of one of the device's queues. */
export function queueWord(device: number, queue: number, reg: number): number {
  return deviceWord(device, REG.QUEUES + queue * QUEUE_WORDS + reg);
}

/** The device's configuration space inside the registers. */
export function configBytes(words: Int32Array, device: number): Uint8Array {
  const offset = words.byteOffset + deviceWord(device, CONFIG_OFFSET) * 4;
  return new Uint8Array(words.buffer, offset, CONFIG_BYTES);
}
