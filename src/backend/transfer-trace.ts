import {
  addressOf,
  countedLength,
  ERRNO,
  type Errno,
  errnoName,
  I2C_M,
  type I2cMessage,
  i2cTarget,
  isTenBit,
  type NackPlace,
} from '../bus/index.ts';
import type { TransferRecord } from './manager/managed-bus.ts';

/** Bytes of one direction of a message: what was kept of them, and how many there were. */
export interface TracedBytes {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** A message of an I2C transaction or a transfer of an SPI message. */
export interface TracedSegment {
  /** I2C address, or chip select. */
  readonly target: number;
  readonly tenBit: boolean;
  readonly sent: TracedBytes | undefined;
  readonly received: TracedBytes | undefined;
}

/** A transaction or message that was carried out, or failed. */
export interface TracedTransfer {
  /** The bus's place in `findDevices`. */
  readonly bus: number;
  /** Who asked for it. */
  readonly client: string;
  /** ms since 1970. */
  readonly startedMs: number;
  /** From its request to its end: the wait for its turn included. */
  readonly durationMs: number;
  readonly fault: Errno | undefined;
  /** Where an I2C transaction ended, when something was not acknowledged and the adapter tells what. */
  readonly nack?: NackPlace;
  readonly segments: readonly TracedSegment[];
}

/** Words at the beginning of the memory. Positions count bytes and wrap at 2^32. */
const WORD = { WRITTEN: 0, READ: 1, DROPPED: 2 } as const;
const HEADER_BYTES = 64;

/**
 * A record: u32 bytes of it, a multiple of 8 | u16 bus | u16 errno | f64 started | f64 duration | u16 client bytes |
 * u16 segments | u16 message of the NACK + 1 or 0 | u16 0 | u32 its byte + 1 | client, then the segments: u32 target | u32 sent + 1 or 0 | u32 kept of it |
 * u32 received + 1 or 0 | u32 kept of it | the kept bytes. Little-endian, nothing aligned.
 */
const RECORD_BYTES = 36;
const SEGMENT_BYTES = 20;

/** Most bytes that are kept of one direction of a segment, and of a whole record. */
const KEPT_BYTES = 4096;
const RECORD_MAX = 32 * 1024;

/** Bytes of memory that a trace takes when nothing else is said. */
const TRACE_BYTES = 1 << 20;

/**
 * Memory for the trace of one back-end: a ring between the thread that carries transfers out and the one that looks.
 * @param bytes a power of two, at least 64 KiB
 */
export function traceMemory(bytes = TRACE_BYTES): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_BYTES + bytes);
}

/** The two ends' common view of the ring. */
class Ring {
  readonly words: Int32Array;
  readonly #data: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.#data = new Uint8Array(memory, HEADER_BYTES);
  }

  get size(): number {
    return this.#data.length;
  }

  /** How many bytes wait to be read. */
  get waiting(): number {
    return (Atomics.load(this.words, WORD.WRITTEN) - Atomics.load(this.words, WORD.READ)) >>> 0;
  }

  copyIn(bytes: Uint8Array): void {
    const at = (Atomics.load(this.words, WORD.WRITTEN) >>> 0) % this.size;
    const first = Math.min(bytes.length, this.size - at);
    this.#data.set(bytes.subarray(0, first), at);
    this.#data.set(bytes.subarray(first), 0);
    Atomics.add(this.words, WORD.WRITTEN, bytes.length);
  }

  copyOut(into: Uint8Array): void {
    const at = (Atomics.load(this.words, WORD.READ) >>> 0) % this.size;
    const first = Math.min(into.length, this.size - at);
    into.set(this.#data.subarray(at, at + first));
    into.set(this.#data.subarray(0, into.length - first), first);
  }
}

/** The back-end's end. It never waits: what finds no room is counted and forgotten. */
export class TraceWriter {
  readonly #ring: Ring;
  readonly #scratch = new Uint8Array(RECORD_MAX);
  readonly #view = new DataView(this.#scratch.buffer);
  readonly #names = new Map<string, Uint8Array>();

  constructor(memory: SharedArrayBuffer) {
    this.#ring = new Ring(memory);
  }

  write(bus: number, record: TransferRecord): void {
    const length = this.#encode(bus, record);
    if (this.#ring.waiting + length > this.#ring.size) Atomics.add(this.#ring.words, WORD.DROPPED, 1);
    else this.#ring.copyIn(this.#scratch.subarray(0, length));
  }

  #encode(bus: number, record: TransferRecord): number {
    const view = this.#view;
    const client = this.#name(record.client);
    view.setUint16(4, bus, true);
    view.setUint16(6, record.fault === undefined ? 0 : ERRNO[record.fault.code], true);
    view.setFloat64(8, record.startedMs, true);
    view.setFloat64(16, record.durationMs, true);
    view.setUint16(24, client.length, true);
    this.#scratch.set(client, RECORD_BYTES);
    let at = RECORD_BYTES + client.length;
    let segments = 0;
    const failed = record.fault !== undefined;
    const nack = record.fault?.nack;
    view.setUint16(28, nack === undefined ? 0 : nack.message + 1, true);
    view.setUint16(30, 0, true);
    view.setUint32(32, nack === undefined ? 0 : nack.byte + 1, true);
    for (const message of record.messages ?? []) {
      const { flags, buf } = message;
      const target = i2cTarget(message);
      // What came before a NACK did come.
      const lost = failed && !(nack !== undefined && segments < nack.message);
      const received = (flags & I2C_M.RD) === 0 ? undefined : lost ? buf : receivedOf(message);
      const next = this.#segment(at, target, received === undefined ? buf : undefined, received, lost);
      if (next === undefined) break;
      at = next;
      segments++;
    }
    for (const { tx, rx } of record.transfers ?? []) {
      const next = this.#segment(at, record.chipSelect ?? 0, tx, rx, failed);
      if (next === undefined) break;
      at = next;
      segments++;
    }
    view.setUint16(26, segments, true);
    const length = (at + 7) & ~7;
    view.setUint32(0, length, true);
    return length;
  }

  /** @returns the place after it; `undefined` when the record is full */
  #segment(
    at: number,
    target: number,
    sent: Uint8Array | undefined,
    received: Uint8Array | undefined,
    failed: boolean,
  ): number | undefined {
    const room = RECORD_MAX - 8 - at - SEGMENT_BYTES;
    if (room < 0) return undefined;
    const view = this.#view;
    const keptSent = Math.min(sent?.length ?? 0, KEPT_BYTES, room);
    // After a fault nobody knows what came in.
    const keptReceived = failed ? 0 : Math.min(received?.length ?? 0, KEPT_BYTES, room - keptSent);
    view.setUint32(at, target, true);
    view.setUint32(at + 4, sent === undefined ? 0 : sent.length + 1, true);
    view.setUint32(at + 8, keptSent, true);
    view.setUint32(at + 12, received === undefined ? 0 : received.length + 1, true);
    view.setUint32(at + 16, keptReceived, true);
    const data = at + SEGMENT_BYTES;
    if (sent !== undefined) this.#scratch.set(sent.subarray(0, keptSent), data);
    if (received !== undefined) this.#scratch.set(received.subarray(0, keptReceived), data + keptSent);
    return data + keptSent + keptReceived;
  }

  #name(client: string): Uint8Array {
    const known = this.#names.get(client);
    if (known !== undefined) return known;
    const bytes = new TextEncoder().encode(client).subarray(0, 64);
    // Guests come and go: their names are not kept for ever.
    if (this.#names.size >= 64) this.#names.clear();
    this.#names.set(client, bytes);
    return bytes;
  }
}

/** The end of who looks. */
export class TraceReader {
  readonly #ring: Ring;

  constructor(memory: SharedArrayBuffer) {
    this.#ring = new Ring(memory);
  }

  /** How many transfers found no room, so far. */
  get dropped(): number {
    return Atomics.load(this.#ring.words, WORD.DROPPED) >>> 0;
  }

  /** The next transfer; `undefined` when all that there are were read. */
  read(): TracedTransfer | undefined {
    if (this.#ring.waiting === 0) return undefined;
    const head = new Uint8Array(4);
    this.#ring.copyOut(head);
    const record = new Uint8Array(new DataView(head.buffer).getUint32(0, true));
    this.#ring.copyOut(record);
    Atomics.add(this.#ring.words, WORD.READ, record.length);
    return decode(record);
  }
}

/** Of a block whose length the part said, what came. */
function receivedOf({ flags, buf }: I2cMessage): Uint8Array {
  return (flags & I2C_M.RECV_LEN) === 0 ? buf : buf.subarray(0, countedLength(buf));
}

function decode(record: Uint8Array): TracedTransfer {
  const view = new DataView(record.buffer);
  const clientLength = view.getUint16(24, true);
  const count = view.getUint16(26, true);
  const errno = view.getUint16(6, true);
  const nackMessage = view.getUint16(28, true);
  let at = RECORD_BYTES + clientLength;
  const segments: TracedSegment[] = [];
  for (let i = 0; i < count; i++) {
    const target = view.getUint32(at, true);
    const kept = view.getUint32(at + 8, true);
    const keptReceived = view.getUint32(at + 16, true);
    const data = at + SEGMENT_BYTES;
    segments.push({
      target: addressOf(target),
      tenBit: isTenBit(target),
      sent: tracedBytes(view.getUint32(at + 4, true), record.subarray(data, data + kept)),
      received: tracedBytes(
        view.getUint32(at + 12, true),
        record.subarray(data + kept, data + kept + keptReceived),
      ),
    });
    at = data + kept + keptReceived;
  }
  return {
    bus: view.getUint16(4, true),
    client: new TextDecoder().decode(record.subarray(RECORD_BYTES, RECORD_BYTES + clientLength)),
    startedMs: view.getFloat64(8, true),
    durationMs: view.getFloat64(16, true),
    fault: errno === 0 ? undefined : errnoName(errno),
    ...(nackMessage > 0 && { nack: { message: nackMessage - 1, byte: view.getUint32(32, true) - 1 } }),
    segments,
  };
}

function tracedBytes(lengthAndOne: number, bytes: Uint8Array): TracedBytes | undefined {
  return lengthAndOne === 0 ? undefined : { bytes, length: lengthAndOne - 1 };
}
