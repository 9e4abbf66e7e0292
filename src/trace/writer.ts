import { countedLength, ERRNO, I2C_M, type I2cMessage, i2cTarget } from '../bus/index.ts';
import {
  EDGE_BYTES,
  HEAD,
  KEPT_BYTES,
  KIND,
  RECORD_MAX,
  SEGMENT,
  SEGMENT_BYTES,
  TEXT_MAX,
  TRANSFER,
  TRANSFER_BYTES,
} from './format.ts';
import type { EdgeRecord, TransferRecord } from './record.ts';
import { Ring } from './ring.ts';

/** Up to so many bytes are copied one by one: to let it be done costs more. */
const SHORT = 32;

/** Texts that are kept encoded: names of clients, of lines, of faults. */
const TEXTS_KEPT = 64;

/** The back-end's end of a trace. It never waits: what finds no room is counted and forgotten. */
export class TraceWriter {
  readonly #ring: Ring;
  readonly #scratch = new Uint8Array(RECORD_MAX);
  readonly #view = new DataView(this.#scratch.buffer);
  readonly #texts = new Map<string, Uint8Array>();

  constructor(memory: SharedArrayBuffer) {
    this.#ring = new Ring(memory);
  }

  /** @param bus its place among the board's @param sequence see `TraceEvent` */
  transfer(bus: number, sequence: number, record: TransferRecord): void {
    const view = this.#view;
    view.setUint8(HEAD.KIND, KIND.TRANSFER);
    view.setUint16(HEAD.BUS, bus, true);
    this.#head(sequence, record.startedMs);
    view.setFloat64(TRANSFER.QUEUED, record.queuedMs, true);
    view.setFloat64(TRANSFER.WIRE, record.wireMs, true);
    view.setFloat64(TRANSFER.STRETCHED, record.stretchedNs, true);
    view.setUint16(TRANSFER.ATTEMPTS, Math.min(record.attempts, 0xffff), true);
    view.setUint16(TRANSFER.ERRNO, record.fault === undefined ? 0 : ERRNO[record.fault.code], true);
    const nack = record.fault?.nack;
    view.setUint16(TRANSFER.NACK_MESSAGE, nack === undefined ? 0 : nack.message + 1, true);
    view.setUint32(TRANSFER.NACK_BYTE, nack === undefined ? 0 : nack.byte + 1, true);
    const at = this.#put(TRANSFER_BYTES, record.client, record.struck.join('\n'));
    this.#end(this.#segments(at, record));
  }

  edge(sequence: number, { startedMs, controller, line, name, high }: EdgeRecord): void {
    const view = this.#view;
    view.setUint8(HEAD.KIND, KIND.EDGE);
    view.setUint8(HEAD.HIGH, high ? 1 : 0);
    this.#head(sequence, startedMs);
    view.setUint32(HEAD.LINE, line, true);
    this.#end(this.#put(EDGE_BYTES, controller, name));
  }

  #head(sequence: number, startedMs: number): void {
    this.#view.setUint32(HEAD.SEQUENCE, sequence, true);
    this.#view.setFloat64(HEAD.STARTED, startedMs, true);
  }

  /** Writes both texts. @returns the place after them */
  #put(at: number, first: string, second: string): number {
    const text = this.#text(first);
    const more = this.#text(second);
    this.#view.setUint16(HEAD.TEXT, text.length, true);
    this.#view.setUint16(HEAD.MORE, more.length, true);
    this.#copy(text, text.length, at);
    this.#copy(more, more.length, at + text.length);
    return at + text.length + more.length;
  }

  #end(at: number): void {
    const length = (at + 7) & ~7;
    this.#view.setUint32(HEAD.LENGTH, length, true);
    this.#ring.write(this.#scratch.subarray(0, length));
  }

  /** @returns the place after the segments */
  #segments(from: number, { messages = [], transfers = [], chipSelect = 0, fault }: TransferRecord): number {
    let at = from;
    let segments = 0;
    const failed = fault !== undefined;
    for (const message of messages) {
      const { flags, buf } = message;
      // What came before a NACK did come.
      const lost = failed && !(fault.nack !== undefined && segments < fault.nack.message);
      const received = (flags & I2C_M.RD) === 0 ? undefined : lost ? buf : receivedOf(message);
      const sent = received === undefined ? buf : undefined;
      const next = this.#segment(at, i2cTarget(message), sent, received, lost);
      if (next === undefined) break;
      at = next;
      segments++;
    }
    for (const { tx, rx } of transfers) {
      const next = this.#segment(at, chipSelect, tx, rx, failed);
      if (next === undefined) break;
      at = next;
      segments++;
    }
    this.#view.setUint16(TRANSFER.SEGMENTS, segments, true);
    return at;
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
    view.setUint32(at + SEGMENT.TARGET, target, true);
    view.setUint32(at + SEGMENT.SENT, sent === undefined ? 0 : sent.length + 1, true);
    view.setUint32(at + SEGMENT.SENT_KEPT, keptSent, true);
    view.setUint32(at + SEGMENT.RECEIVED, received === undefined ? 0 : received.length + 1, true);
    view.setUint32(at + SEGMENT.RECEIVED_KEPT, keptReceived, true);
    const data = at + SEGMENT_BYTES;
    if (sent !== undefined) this.#copy(sent, keptSent, data);
    if (received !== undefined) this.#copy(received, keptReceived, data + keptSent);
    return data + keptSent + keptReceived;
  }

  #copy(bytes: Uint8Array, count: number, to: number): void {
    if (count > SHORT) this.#scratch.set(bytes.subarray(0, count), to);
    else for (let i = 0; i < count; i++) this.#scratch[to + i] = bytes[i] as number;
  }

  #text(text: string): Uint8Array {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const bytes = new TextEncoder().encode(text).subarray(0, TEXT_MAX);
    // Guests come and go: their names are not kept for ever.
    if (this.#texts.size >= TEXTS_KEPT) this.#texts.clear();
    this.#texts.set(text, bytes);
    return bytes;
  }
}

/** Of a block whose length the part said, what came. */
function receivedOf({ flags, buf }: I2cMessage): Uint8Array {
  return (flags & I2C_M.RECV_LEN) === 0 ? buf : buf.subarray(0, countedLength(buf));
}
