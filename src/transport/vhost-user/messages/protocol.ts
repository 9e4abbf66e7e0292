/**
 * Numbers of the vhost-user protocol. Source: QEMU docs/interop/vhost-user.rst. All integers little-endian.
 */

/** Header: u32 request, u32 flags, u32 size of the payload behind it. */
export const HEADER = { REQUEST: 0, FLAGS: 4, SIZE: 8 } as const;
export const HEADER_BYTES = 12;

/** `flags` of the header. A reply carries exactly VERSION | REPLY: QEMU and UML compare for equality. */
export const MESSAGE_FLAG = { VERSION_MASK: 0x3, VERSION: 0x1, REPLY: 0x4, NEED_REPLY: 0x8 } as const;

/** Front-end to back-end. */
export const REQUEST = {
  GET_FEATURES: 1,
  SET_FEATURES: 2,
  SET_OWNER: 3,
  RESET_OWNER: 4,
  SET_MEM_TABLE: 5,
  SET_LOG_BASE: 6,
  SET_LOG_FD: 7,
  SET_VRING_NUM: 8,
  SET_VRING_ADDR: 9,
  SET_VRING_BASE: 10,
  GET_VRING_BASE: 11,
  SET_VRING_KICK: 12,
  SET_VRING_CALL: 13,
  SET_VRING_ERR: 14,
  GET_PROTOCOL_FEATURES: 15,
  SET_PROTOCOL_FEATURES: 16,
  GET_QUEUE_NUM: 17,
  SET_VRING_ENABLE: 18,
  SET_BACKEND_REQ_FD: 21,
  GET_CONFIG: 24,
  SET_CONFIG: 25,
  GET_INFLIGHT_FD: 31,
  SET_INFLIGHT_FD: 32,
  RESET_DEVICE: 34,
  VRING_KICK: 35,
  GET_MAX_MEM_SLOTS: 36,
  ADD_MEM_REG: 37,
  REM_MEM_REG: 38,
  SET_STATUS: 39,
  GET_STATUS: 40,
} as const;

/** Back-end to front-end, over the socket of SET_BACKEND_REQ_FD. */
export const BACKEND_REQUEST = { CONFIG_CHANGE: 2, VRING_CALL: 4, VRING_ERR: 5 } as const;

/** Bits of the protocol features. */
export const PROTOCOL_F = {
  MQ: 0,
  LOG_SHMFD: 1,
  REPLY_ACK: 3,
  BACKEND_REQ: 5,
  CONFIG: 9,
  INFLIGHT_SHMFD: 12,
  RESET_DEVICE: 13,
  INBAND_NOTIFICATIONS: 14,
  CONFIGURE_MEM_SLOTS: 15,
  STATUS: 16,
} as const;

/** u64 of SET_VRING_KICK, CALL and ERR: bits 0-7 the ring, bit 8 "no descriptor comes along". */
export const VRING_FD = { INDEX_MASK: 0xff, NO_FD: 0x100 } as const;

/** `vring_addr` (40 bytes): addresses are the front-end's own, but for `LOG`, which is guest-physical. */
export const VRING_ADDR = { INDEX: 0, FLAGS: 4, DESCRIPTOR: 8, USED: 16, AVAILABLE: 24, LOG: 32 } as const;
export const VRING_ADDR_BYTES = 40;
/** `flags` of `vring_addr`: writes to the used ring are logged at `LOG`. */
export const VRING_ADDR_F_LOG = 1;

export const VRING_STATE = { INDEX: 0, NUM: 4 } as const;
export const VRING_STATE_BYTES = 8;

/** One memory region (32 bytes). */
export const REGION = { GUEST_ADDRESS: 0, SIZE: 8, USER_ADDRESS: 16, MMAP_OFFSET: 24 } as const;
export const REGION_BYTES = 32;
/** SET_MEM_TABLE: u32 count, u32 padding, then the regions; ADD/REM_MEM_REG: u64 padding, then one. */
export const MEMORY_TABLE = { COUNT: 0, REGIONS: 8 } as const;
/** Most regions in one table. */
export const MAX_TABLE_REGIONS = 8;

export const LOG_BASE = { SIZE: 0, OFFSET: 8 } as const;
export const LOG_BASE_BYTES = 16;

/** GET/SET_CONFIG: u32 offset, u32 size, u32 flags, then `size` bytes. */
export const CONFIG = { OFFSET: 0, SIZE: 4, FLAGS: 8, BYTES: 12 } as const;
export const MAX_CONFIG_BYTES = 256;

/** GET/SET_INFLIGHT_FD: u64 mmap size, u64 mmap offset, u16 queues, u16 queue size; 20 bytes, C pads to 24. */
export const INFLIGHT = { MMAP_SIZE: 0, MMAP_OFFSET: 8, QUEUES: 16, QUEUE_SIZE: 18 } as const;
export const INFLIGHT_BYTES = 20;
export const INFLIGHT_PADDED_BYTES = 24;

export const U64_BYTES = 8;

/** No message that is known here is longer. */
export const MAX_PAYLOAD_BYTES = 512;
/** No message brings more descriptors. */
export const MAX_MESSAGE_FDS = MAX_TABLE_REGIONS;

/** What a message carries, and how. */
export type PayloadKind =
  | 'none'
  | 'u64'
  | 'vring-state'
  | 'vring-addr'
  | 'memory-table'
  | 'memory-region'
  | 'log-base'
  | 'config'
  | 'inflight';

export interface RequestFormat {
  readonly name: string;
  readonly payload: PayloadKind;
  /** Fewest and most descriptors that come along. */
  readonly fds: readonly [number, number];
  /** What is answered; `none` is answered only when NEED_REPLY asks for it. */
  readonly reply: PayloadKind;
}

const format = (
  name: string,
  payload: PayloadKind,
  fds: readonly [number, number] = [0, 0],
  reply: PayloadKind = 'none',
): RequestFormat => ({ name, payload, fds, reply });

/** Every request that a front-end may send. */
export const REQUEST_FORMATS: ReadonlyMap<number, RequestFormat> = new Map([
  [REQUEST.GET_FEATURES, format('GET_FEATURES', 'none', [0, 0], 'u64')],
  [REQUEST.SET_FEATURES, format('SET_FEATURES', 'u64')],
  [REQUEST.SET_OWNER, format('SET_OWNER', 'none')],
  [REQUEST.RESET_OWNER, format('RESET_OWNER', 'none')],
  [REQUEST.SET_MEM_TABLE, format('SET_MEM_TABLE', 'memory-table', [0, MAX_TABLE_REGIONS])],
  [REQUEST.SET_LOG_BASE, format('SET_LOG_BASE', 'log-base', [0, 1])],
  [REQUEST.SET_LOG_FD, format('SET_LOG_FD', 'none', [0, 1])],
  [REQUEST.SET_VRING_NUM, format('SET_VRING_NUM', 'vring-state')],
  [REQUEST.SET_VRING_ADDR, format('SET_VRING_ADDR', 'vring-addr')],
  [REQUEST.SET_VRING_BASE, format('SET_VRING_BASE', 'vring-state')],
  [REQUEST.GET_VRING_BASE, format('GET_VRING_BASE', 'vring-state', [0, 0], 'vring-state')],
  [REQUEST.SET_VRING_KICK, format('SET_VRING_KICK', 'u64', [0, 1])],
  [REQUEST.SET_VRING_CALL, format('SET_VRING_CALL', 'u64', [0, 1])],
  [REQUEST.SET_VRING_ERR, format('SET_VRING_ERR', 'u64', [0, 1])],
  [REQUEST.GET_PROTOCOL_FEATURES, format('GET_PROTOCOL_FEATURES', 'none', [0, 0], 'u64')],
  [REQUEST.SET_PROTOCOL_FEATURES, format('SET_PROTOCOL_FEATURES', 'u64')],
  [REQUEST.GET_QUEUE_NUM, format('GET_QUEUE_NUM', 'none', [0, 0], 'u64')],
  [REQUEST.SET_VRING_ENABLE, format('SET_VRING_ENABLE', 'vring-state')],
  [REQUEST.SET_BACKEND_REQ_FD, format('SET_BACKEND_REQ_FD', 'none', [1, 1])],
  [REQUEST.GET_CONFIG, format('GET_CONFIG', 'config', [0, 0], 'config')],
  [REQUEST.SET_CONFIG, format('SET_CONFIG', 'config')],
  [REQUEST.GET_INFLIGHT_FD, format('GET_INFLIGHT_FD', 'inflight', [0, 0], 'inflight')],
  [REQUEST.SET_INFLIGHT_FD, format('SET_INFLIGHT_FD', 'inflight', [1, 1])],
  [REQUEST.RESET_DEVICE, format('RESET_DEVICE', 'none')],
  [REQUEST.VRING_KICK, format('VRING_KICK', 'vring-state')],
  [REQUEST.GET_MAX_MEM_SLOTS, format('GET_MAX_MEM_SLOTS', 'none', [0, 0], 'u64')],
  [REQUEST.ADD_MEM_REG, format('ADD_MEM_REG', 'memory-region', [1, 1])],
  [REQUEST.REM_MEM_REG, format('REM_MEM_REG', 'memory-region', [0, 1])],
  [REQUEST.SET_STATUS, format('SET_STATUS', 'u64')],
  [REQUEST.GET_STATUS, format('GET_STATUS', 'none', [0, 0], 'u64')],
]);
