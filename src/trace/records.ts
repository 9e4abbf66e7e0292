import { addressOf, errnoName, isTenBit } from '../bus/index.ts';
import type { TracedBytes, TracedEdge, TracedSegment, TracedTransfer, TraceEvent } from './event.ts';
import { EDGE_BYTES, HEAD, KIND, SEGMENT, SEGMENT_BYTES, TRANSFER, TRANSFER_BYTES } from './format.ts';

/** Texts that are kept decoded: names of clients, of lines, of controllers. */
const TEXTS_KEPT = 16;

const NOTHING: readonly string[] = [];

/** Reads records as they lie in the ring, one behind the other. */
export class RecordReader {
  readonly #decoder = new TextDecoder();
  readonly #texts: { readonly bytes: Uint8Array; readonly text: string }[] = [];
  /** Events are views of it, so it is not used again. */
  #block = new Uint8Array(0);
  #view = new DataView(this.#block.buffer);
  #at = 0;

  /** Reads these from now on. What is left of those before is forgotten. */
  take(block: Uint8Array<ArrayBuffer>): void {
    this.#block = block;
    this.#view = new DataView(block.buffer, block.byteOffset, block.length);
    this.#at = 0;
  }

  /** Where the next record begins. */
  get at(): number {
    return this.#at;
  }

  /** The next event; `undefined` when all were read. @throws {RangeError} they are no records, or not whole */
  read(): TraceEvent | undefined {
    const at = this.#at;
    if (at >= this.#block.length) return undefined;
    const length = this.#view.getUint32(at + HEAD.LENGTH, true);
    if (length < EDGE_BYTES || at + length > this.#block.length)
      throw new RangeError('invalid record: it ends before its head does, or behind what there is');
    this.#at = at + length;
    return this.#view.getUint8(at + HEAD.KIND) === KIND.EDGE ? this.#edge(at) : this.#transfer(at);
  }

  #edge(at: number): TracedEdge {
    const view = this.#view;
    const name = at + EDGE_BYTES + view.getUint16(at + HEAD.TEXT, true);
    return {
      kind: 'edge',
      sequence: view.getUint32(at + HEAD.SEQUENCE, true),
      startedMs: view.getFloat64(at + HEAD.STARTED, true),
      controller: this.#text(at + EDGE_BYTES, name),
      line: view.getUint32(at + HEAD.LINE, true),
      name: this.#text(name, name + view.getUint16(at + HEAD.MORE, true)),
      high: view.getUint8(at + HEAD.HIGH) === 1,
    };
  }

  #transfer(at: number): TracedTransfer {
    const view = this.#view;
    const struckAt = at + TRANSFER_BYTES + view.getUint16(at + HEAD.TEXT, true);
    const end = struckAt + view.getUint16(at + HEAD.MORE, true);
    const struck = this.#text(struckAt, end);
    const errno = view.getUint16(at + TRANSFER.ERRNO, true);
    const message = view.getUint16(at + TRANSFER.NACK_MESSAGE, true);
    // One shape for nearly all: what handles thousands of them is slow where each has another.
    const transfer: TracedTransfer = {
      kind: 'transfer',
      sequence: view.getUint32(at + HEAD.SEQUENCE, true),
      startedMs: view.getFloat64(at + HEAD.STARTED, true),
      bus: view.getUint16(at + HEAD.BUS, true),
      client: this.#text(at + TRANSFER_BYTES, struckAt),
      queuedMs: view.getFloat64(at + TRANSFER.QUEUED, true),
      wireMs: view.getFloat64(at + TRANSFER.WIRE, true),
      attempts: view.getUint16(at + TRANSFER.ATTEMPTS, true),
      stretchedNs: view.getFloat64(at + TRANSFER.STRETCHED, true),
      struck: struck === '' ? NOTHING : struck.split('\n'),
      fault: errno === 0 ? undefined : errnoName(errno),
      segments: this.#segments(end, view.getUint16(at + TRANSFER.SEGMENTS, true)),
    };
    if (message === 0) return transfer;
    const byte = view.getUint32(at + TRANSFER.NACK_BYTE, true) - 1;
    return { ...transfer, nack: { message: message - 1, byte } };
  }

  #segments(from: number, count: number): readonly TracedSegment[] {
    const view = this.#view;
    const segments: TracedSegment[] = [];
    for (let at = from; segments.length < count; ) {
      const target = view.getUint32(at + SEGMENT.TARGET, true);
      const sent = at + SEGMENT_BYTES;
      const received = sent + view.getUint32(at + SEGMENT.SENT_KEPT, true);
      const end = received + view.getUint32(at + SEGMENT.RECEIVED_KEPT, true);
      segments.push({
        target: addressOf(target),
        tenBit: isTenBit(target),
        sent: this.#bytes(view.getUint32(at + SEGMENT.SENT, true), sent, received),
        received: this.#bytes(view.getUint32(at + SEGMENT.RECEIVED, true), received, end),
      });
      at = end;
    }
    return segments;
  }

  #bytes(lengthAndOne: number, from: number, to: number): TracedBytes | undefined {
    return lengthAndOne === 0
      ? undefined
      : { bytes: this.#block.subarray(from, to), length: lengthAndOne - 1 };
  }

  #text(from: number, to: number): string {
    if (from === to) return '';
    for (const { bytes, text } of this.#texts) if (this.#isAt(from, to, bytes)) return text;
    const bytes = this.#block.slice(from, to);
    const text = this.#decoder.decode(bytes);
    // Guests come and go: their names are not kept for ever.
    if (this.#texts.length >= TEXTS_KEPT) this.#texts.length = 0;
    this.#texts.push({ bytes, text });
    return text;
  }

  #isAt(from: number, to: number, bytes: Uint8Array): boolean {
    if (to - from !== bytes.length) return false;
    for (let i = 0; i < bytes.length; i++) if (this.#block[from + i] !== bytes[i]) return false;
    return true;
  }
}
