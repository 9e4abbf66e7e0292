import type { TraceEvent } from './event.ts';
import { EDGE_BYTES, HEAD, KIND, TRANSFER, TRANSFER_BYTES } from './format.ts';
import { RecordReader } from './records.ts';

/** A transfer by what it is, and when it was. */
export interface AlikeTransfer {
  /** The same for all transfers that differ in their numbers and times alone. */
  readonly key: string;
  readonly startedMs: number;
  readonly queuedMs: number;
  readonly wireMs: number;
}

/** An event that is told. */
export interface ToldEvent {
  /** Of a transfer, where it is known without making it: whoever knows one with the same key knows what it means. */
  readonly alike?: AlikeTransfer | undefined;
  /** In ms since 1970. */
  readonly endedMs: number;
  readonly what: TraceEvent;
}

const reader = new RecordReader();

/** Records one behind the other, which are read when they are asked for: of most of them a look is enough. */
export class RecordBlock {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #text: Buffer;
  readonly #view: DataView;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Where the record ends that begins at `from`. @throws {RangeError} there is none, or not whole */
  endOf(from: number): number {
    const end = from + this.#view.getUint32(from + HEAD.LENGTH, true);
    if (end < from + EDGE_BYTES || end > this.#bytes.length)
      throw new RangeError('invalid record: it ends before its head does, or behind what there is');
    return end;
  }

  /** The record itself; nobody writes into it. */
  record(from: number, end: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(from, end);
  }

  /** @throws {RangeError} it is no record */
  event(from: number, end: number): TraceEvent {
    reader.take(this.#bytes.subarray(from, end));
    return reader.read() as TraceEvent;
  }

  /** When it had ended, in ms since 1970. */
  endedMs(from: number, end: number): number {
    const view = this.#view;
    const startedMs = view.getFloat64(from + HEAD.STARTED, true);
    if (view.getUint8(from + HEAD.KIND) !== KIND.TRANSFER || end < from + TRANSFER_BYTES) return startedMs;
    return (
      startedMs + view.getFloat64(from + TRANSFER.QUEUED, true) + view.getFloat64(from + TRANSFER.WIRE, true)
    );
  }

  /** Undefined for what is no transfer. */
  alike(from: number, end: number): AlikeTransfer | undefined {
    const view = this.#view;
    if (view.getUint8(from + HEAD.KIND) !== KIND.TRANSFER || end < from + TRANSFER_BYTES) return undefined;
    const bus = view.getUint16(from + HEAD.BUS, true);
    // How long its texts are, too: else the end of one could be the beginning of the next.
    const texts = view.getUint32(from + HEAD.TEXT, true);
    return {
      key: `${bus} ${texts} ${this.#text.toString('latin1', from + TRANSFER.STRETCHED, end)}`,
      startedMs: view.getFloat64(from + HEAD.STARTED, true),
      queuedMs: view.getFloat64(from + TRANSFER.QUEUED, true),
      wireMs: view.getFloat64(from + TRANSFER.WIRE, true),
    };
  }
}

/** An event of a block: it is made when it is asked for. */
export class BlockEvent implements ToldEvent {
  readonly #block: RecordBlock;
  readonly #from: number;
  readonly #end: number;

  constructor(block: RecordBlock, from: number, end: number) {
    this.#block = block;
    this.#from = from;
    this.#end = end;
  }

  get alike(): AlikeTransfer | undefined {
    return this.#block.alike(this.#from, this.#end);
  }

  get endedMs(): number {
    return this.#block.endedMs(this.#from, this.#end);
  }

  get what(): TraceEvent {
    return this.#block.event(this.#from, this.#end);
  }
}
