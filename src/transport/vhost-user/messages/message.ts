import { fromWords, high, low } from '../../../virtio/index.ts';
import {
  CONFIG,
  HEADER,
  HEADER_BYTES,
  INFLIGHT,
  INFLIGHT_BYTES,
  INFLIGHT_PADDED_BYTES,
  LOG_BASE,
  LOG_BASE_BYTES,
  MAX_CONFIG_BYTES,
  MAX_PAYLOAD_BYTES,
  MAX_TABLE_REGIONS,
  MEMORY_TABLE,
  MESSAGE_FLAG,
  type PayloadKind,
  REGION,
  REGION_BYTES,
  U64_BYTES,
  VRING_ADDR,
  VRING_ADDR_BYTES,
  VRING_ADDR_F_LOG,
  VRING_STATE,
  VRING_STATE_BYTES,
} from './protocol.ts';

/** The codec of vhost-user messages: bytes to values and back. No I/O, and it believes nothing. */

/** The other end broke the protocol, or asks for what cannot be. Ends its connection and no other. */
export class VhostUserError extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'VhostUserError';
  }
}

export interface Header {
  readonly request: number;
  readonly flags: number;
  /** Bytes of payload that follow. */
  readonly size: number;
}

/** A stretch of guest memory: where the guest sees it, where the front-end does, where it is in its file. */
export interface Region {
  readonly guestAddress: number;
  readonly size: number;
  readonly userAddress: number;
  readonly mmapOffset: number;
}

export interface VringAddresses {
  readonly index: number;
  readonly flags: number;
  /** Front-end addresses. */
  readonly descriptor: number;
  readonly used: number;
  readonly available: number;
  /** Guest-physical; 0 without `VRING_ADDR_F_LOG`. */
  readonly log: number;
}

export interface Inflight {
  readonly mmapSize: number;
  readonly mmapOffset: number;
  readonly queues: number;
  readonly queueSize: number;
  /** The sender's structure has the padding that C gives it. */
  readonly padded: boolean;
}

export type Payload =
  | { readonly kind: 'none' }
  | { readonly kind: 'u64'; readonly low: number; readonly high: number }
  | { readonly kind: 'vring-state'; readonly index: number; readonly num: number }
  | ({ readonly kind: 'vring-addr' } & VringAddresses)
  | { readonly kind: 'memory-table'; readonly regions: readonly Region[] }
  | { readonly kind: 'memory-region'; readonly region: Region }
  | { readonly kind: 'log-base'; readonly size: number; readonly offset: number }
  | {
      readonly kind: 'config';
      readonly offset: number;
      readonly flags: number;
      readonly size: number;
      /** As many as were there: a request to read may come without. */
      readonly bytes: Uint8Array;
    }
  | ({ readonly kind: 'inflight' } & Inflight);

export const NO_PAYLOAD: Payload = { kind: 'none' };

/** A number below 2^53 as a u64 payload. */
export function u64(value: number): Payload {
  return { kind: 'u64', low: low(value), high: high(value) };
}

/** @throws {VhostUserError} version, reply bit, or a size that no message has. */
export function decodeHeader(view: DataView): Header {
  const request = view.getUint32(HEADER.REQUEST, true);
  const flags = view.getUint32(HEADER.FLAGS, true);
  const size = view.getUint32(HEADER.SIZE, true);
  if ((flags & MESSAGE_FLAG.VERSION_MASK) !== MESSAGE_FLAG.VERSION) {
    throw new VhostUserError(`request ${request}: invalid protocol version: expected 1, got ${flags & 3}`);
  }
  if (size > MAX_PAYLOAD_BYTES) {
    throw new VhostUserError(
      `request ${request}: payload too long: expected at most ${MAX_PAYLOAD_BYTES} bytes, got ${size}`,
    );
  }
  return { request, flags, size };
}

/** Reads a payload of the given kind; `view` holds exactly its bytes. @throws {VhostUserError} */
export function decodePayload(kind: PayloadKind, view: DataView): Payload {
  return DECODERS[kind](view);
}

function needSize(kind: PayloadKind, view: DataView, ...allowed: number[]): void {
  if (allowed.includes(view.byteLength)) return;
  throw new VhostUserError(
    `invalid payload (${kind}): expected ${allowed.join(' or ')} bytes, got ${view.byteLength}`,
  );
}

/** A u64 that is an address, an offset or a length. @throws {VhostUserError} above 2^53. */
function readNumber(view: DataView, at: number, what: string): number {
  const highWord = view.getUint32(at + 4, true);
  if (highWord > 0x1f_ffff) {
    const text = view.getBigUint64(at, true).toString(16);
    throw new VhostUserError(`${what} 0x${text} is beyond 2^53`);
  }
  return fromWords(view.getUint32(at, true), highWord);
}

function readRegion(view: DataView, at: number): Region {
  const region = {
    guestAddress: readNumber(view, at + REGION.GUEST_ADDRESS, 'guest address'),
    size: readNumber(view, at + REGION.SIZE, 'region size'),
    userAddress: readNumber(view, at + REGION.USER_ADDRESS, 'user address'),
    mmapOffset: readNumber(view, at + REGION.MMAP_OFFSET, 'mmap offset'),
  };
  const { guestAddress, size, userAddress, mmapOffset } = region;
  for (const start of [guestAddress, userAddress, mmapOffset]) {
    if (!Number.isSafeInteger(start + size)) {
      throw new VhostUserError(`a memory region of 0x${size.toString(16)} bytes ends beyond 2^53`);
    }
  }
  return region;
}

const DECODERS: { readonly [K in PayloadKind]: (view: DataView) => Payload } = {
  none: (view) => {
    needSize('none', view, 0);
    return NO_PAYLOAD;
  },
  u64: (view) => {
    needSize('u64', view, U64_BYTES);
    return { kind: 'u64', low: view.getUint32(0, true), high: view.getUint32(4, true) };
  },
  'vring-state': (view) => {
    needSize('vring-state', view, VRING_STATE_BYTES);
    return {
      kind: 'vring-state',
      index: view.getUint32(VRING_STATE.INDEX, true),
      num: view.getUint32(VRING_STATE.NUM, true),
    };
  },
  'vring-addr': (view) => {
    needSize('vring-addr', view, VRING_ADDR_BYTES);
    const flags = view.getUint32(VRING_ADDR.FLAGS, true);
    // User-Mode Linux leaves -1 in the address that nothing is logged at.
    const logged = (flags & VRING_ADDR_F_LOG) !== 0;
    return {
      kind: 'vring-addr',
      index: view.getUint32(VRING_ADDR.INDEX, true),
      flags,
      descriptor: readNumber(view, VRING_ADDR.DESCRIPTOR, 'descriptor table address'),
      used: readNumber(view, VRING_ADDR.USED, 'used ring address'),
      available: readNumber(view, VRING_ADDR.AVAILABLE, 'available ring address'),
      log: logged ? readNumber(view, VRING_ADDR.LOG, 'log address') : 0,
    };
  },
  'memory-table': (view) => {
    if (view.byteLength < MEMORY_TABLE.REGIONS) needSize('memory-table', view, MEMORY_TABLE.REGIONS);
    const count = view.getUint32(MEMORY_TABLE.COUNT, true);
    if (count > MAX_TABLE_REGIONS) {
      throw new VhostUserError(
        `invalid memory table: expected at most ${MAX_TABLE_REGIONS} regions, got ${count}`,
      );
    }
    // Some senders send the whole array, used or not.
    const full = MEMORY_TABLE.REGIONS + REGION_BYTES * MAX_TABLE_REGIONS;
    needSize('memory-table', view, MEMORY_TABLE.REGIONS + REGION_BYTES * count, full);
    const at = (i: number): number => MEMORY_TABLE.REGIONS + REGION_BYTES * i;
    return {
      kind: 'memory-table',
      regions: Array.from({ length: count }, (_, i) => readRegion(view, at(i))),
    };
  },
  'memory-region': (view) => {
    needSize('memory-region', view, MEMORY_TABLE.REGIONS + REGION_BYTES);
    return { kind: 'memory-region', region: readRegion(view, MEMORY_TABLE.REGIONS) };
  },
  'log-base': (view) => {
    needSize('log-base', view, LOG_BASE_BYTES);
    const size = readNumber(view, LOG_BASE.SIZE, 'log size');
    return { kind: 'log-base', size, offset: readNumber(view, LOG_BASE.OFFSET, 'log offset') };
  },
  config: (view) => {
    if (view.byteLength < CONFIG.BYTES) needSize('config', view, CONFIG.BYTES);
    const offset = view.getUint32(CONFIG.OFFSET, true);
    const size = view.getUint32(CONFIG.SIZE, true);
    const flags = view.getUint32(CONFIG.FLAGS, true);
    if (size > MAX_CONFIG_BYTES || offset > MAX_CONFIG_BYTES || offset + size > MAX_CONFIG_BYTES) {
      throw new VhostUserError(
        `invalid configuration range: expected at most ${MAX_CONFIG_BYTES} bytes, got ${size} at ${offset}`,
      );
    }
    needSize('config', view, CONFIG.BYTES, CONFIG.BYTES + size);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + CONFIG.BYTES, view.byteLength - CONFIG.BYTES);
    return { kind: 'config', offset, size, flags, bytes: bytes.slice() };
  },
  inflight: (view) => {
    needSize('inflight', view, INFLIGHT_BYTES, INFLIGHT_PADDED_BYTES);
    return {
      kind: 'inflight',
      mmapSize: readNumber(view, INFLIGHT.MMAP_SIZE, 'inflight size'),
      mmapOffset: readNumber(view, INFLIGHT.MMAP_OFFSET, 'inflight offset'),
      queues: view.getUint16(INFLIGHT.QUEUES, true),
      queueSize: view.getUint16(INFLIGHT.QUEUE_SIZE, true),
      padded: view.byteLength === INFLIGHT_PADDED_BYTES,
    };
  },
};

function writeNumber(view: DataView, at: number, value: number): void {
  view.setUint32(at, low(value), true);
  view.setUint32(at + 4, high(value), true);
}

function writeRegion(view: DataView, at: number, region: Region): void {
  writeNumber(view, at + REGION.GUEST_ADDRESS, region.guestAddress);
  writeNumber(view, at + REGION.SIZE, region.size);
  writeNumber(view, at + REGION.USER_ADDRESS, region.userAddress);
  writeNumber(view, at + REGION.MMAP_OFFSET, region.mmapOffset);
}

/** Writes header and payload at the start of `view`; the number of bytes. Padding becomes zero. */
export function encodeMessage(view: DataView, request: number, flags: number, payload: Payload): number {
  const body = new DataView(view.buffer, view.byteOffset + HEADER_BYTES, view.byteLength - HEADER_BYTES);
  const size = encodePayload(body, payload);
  view.setUint32(HEADER.REQUEST, request, true);
  view.setUint32(HEADER.FLAGS, MESSAGE_FLAG.VERSION | flags, true);
  view.setUint32(HEADER.SIZE, size, true);
  return HEADER_BYTES + size;
}

function encodePayload(view: DataView, payload: Payload): number {
  switch (payload.kind) {
    case 'none':
      return 0;
    case 'u64':
      view.setUint32(0, payload.low, true);
      view.setUint32(4, payload.high, true);
      return U64_BYTES;
    case 'vring-state':
      view.setUint32(VRING_STATE.INDEX, payload.index, true);
      view.setUint32(VRING_STATE.NUM, payload.num, true);
      return VRING_STATE_BYTES;
    case 'vring-addr':
      view.setUint32(VRING_ADDR.INDEX, payload.index, true);
      view.setUint32(VRING_ADDR.FLAGS, payload.flags, true);
      writeNumber(view, VRING_ADDR.DESCRIPTOR, payload.descriptor);
      writeNumber(view, VRING_ADDR.USED, payload.used);
      writeNumber(view, VRING_ADDR.AVAILABLE, payload.available);
      writeNumber(view, VRING_ADDR.LOG, payload.log);
      return VRING_ADDR_BYTES;
    case 'memory-table':
      writeNumber(view, MEMORY_TABLE.COUNT, payload.regions.length);
      payload.regions.forEach((region, i) => {
        writeRegion(view, MEMORY_TABLE.REGIONS + REGION_BYTES * i, region);
      });
      return MEMORY_TABLE.REGIONS + REGION_BYTES * payload.regions.length;
    case 'memory-region':
      writeNumber(view, 0, 0);
      writeRegion(view, MEMORY_TABLE.REGIONS, payload.region);
      return MEMORY_TABLE.REGIONS + REGION_BYTES;
    case 'log-base':
      writeNumber(view, LOG_BASE.SIZE, payload.size);
      writeNumber(view, LOG_BASE.OFFSET, payload.offset);
      return LOG_BASE_BYTES;
    case 'config': {
      view.setUint32(CONFIG.OFFSET, payload.offset, true);
      view.setUint32(CONFIG.SIZE, payload.size, true);
      view.setUint32(CONFIG.FLAGS, payload.flags, true);
      new Uint8Array(view.buffer, view.byteOffset + CONFIG.BYTES).set(payload.bytes);
      return CONFIG.BYTES + payload.bytes.length;
    }
    case 'inflight':
      writeNumber(view, INFLIGHT.MMAP_SIZE, payload.mmapSize);
      writeNumber(view, INFLIGHT.MMAP_OFFSET, payload.mmapOffset);
      view.setUint16(INFLIGHT.QUEUES, payload.queues, true);
      view.setUint16(INFLIGHT.QUEUE_SIZE, payload.queueSize, true);
      if (!payload.padded) return INFLIGHT_BYTES;
      view.setUint32(INFLIGHT_BYTES, 0, true);
      return INFLIGHT_PADDED_BYTES;
  }
}
