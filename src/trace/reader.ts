import { addressOf, errnoName, isTenBit } from '../bus/index.ts';
import type { TracedBytes, TracedSegment, TraceEvent } from './event.ts';
import { EDGE_BYTES, HEAD, KIND, SEGMENT, SEGMENT_BYTES, TRANSFER, TRANSFER_BYTES } from './format.ts';
import { Ring } from './ring.ts';

/** The end of who looks. */
export class TraceReader {
  readonly #ring: Ring;

  constructor(memory: SharedArrayBuffer) {
    this.#ring = new Ring(memory);
  }

  /** How many events found no room, so far. */
  get dropped(): number {
    return this.#ring.dropped;
  }

  /** The next event; `undefined` when all that there are were read. */
  read(): TraceEvent | undefined {
    if (this.#ring.waiting === 0) return undefined;
    const head = new Uint8Array(4);
    this.#ring.peek(head);
    const record = new Uint8Array(new DataView(head.buffer).getUint32(HEAD.LENGTH, true));
    this.#ring.peek(record);
    this.#ring.skip(record.length);
    return eventOf(record);
  }
}

function eventOf(record: Uint8Array): TraceEvent {
  const view = new DataView(record.buffer);
  const isEdge = view.getUint8(HEAD.KIND) === KIND.EDGE;
  const texts = isEdge ? EDGE_BYTES : TRANSFER_BYTES;
  const more = texts + view.getUint16(HEAD.TEXT, true);
  const end = more + view.getUint16(HEAD.MORE, true);
  const first = textOf(record, texts, more);
  const second = textOf(record, more, end);
  const common = {
    sequence: view.getUint32(HEAD.SEQUENCE, true),
    startedMs: view.getFloat64(HEAD.STARTED, true),
  };
  if (isEdge) {
    const line = view.getUint32(HEAD.LINE, true);
    const high = view.getUint8(HEAD.HIGH) === 1;
    return { kind: 'edge', ...common, controller: first, line, name: second, high };
  }
  const errno = view.getUint16(TRANSFER.ERRNO, true);
  const message = view.getUint16(TRANSFER.NACK_MESSAGE, true);
  const byte = view.getUint32(TRANSFER.NACK_BYTE, true);
  return {
    kind: 'transfer',
    ...common,
    bus: view.getUint16(HEAD.BUS, true),
    client: first,
    queuedMs: view.getFloat64(TRANSFER.QUEUED, true),
    wireMs: view.getFloat64(TRANSFER.WIRE, true),
    attempts: view.getUint16(TRANSFER.ATTEMPTS, true),
    stretchedNs: view.getFloat64(TRANSFER.STRETCHED, true),
    struck: second === '' ? [] : second.split('\n'),
    fault: errno === 0 ? undefined : errnoName(errno),
    ...(message > 0 && { nack: { message: message - 1, byte: byte - 1 } }),
    segments: segmentsOf(record, view, end),
  };
}

function segmentsOf(record: Uint8Array, view: DataView, from: number): readonly TracedSegment[] {
  const count = view.getUint16(TRANSFER.SEGMENTS, true);
  const segments: TracedSegment[] = [];
  for (let at = from; segments.length < count; ) {
    const target = view.getUint32(at + SEGMENT.TARGET, true);
    const sent = at + SEGMENT_BYTES;
    const received = sent + view.getUint32(at + SEGMENT.SENT_KEPT, true);
    const end = received + view.getUint32(at + SEGMENT.RECEIVED_KEPT, true);
    segments.push({
      target: addressOf(target),
      tenBit: isTenBit(target),
      sent: tracedBytes(view.getUint32(at + SEGMENT.SENT, true), record.subarray(sent, received)),
      received: tracedBytes(view.getUint32(at + SEGMENT.RECEIVED, true), record.subarray(received, end)),
    });
    at = end;
  }
  return segments;
}

function tracedBytes(lengthAndOne: number, bytes: Uint8Array): TracedBytes | undefined {
  return lengthAndOne === 0 ? undefined : { bytes, length: lengthAndOne - 1 };
}

function textOf(record: Uint8Array, from: number, to: number): string {
  return from === to ? '' : new TextDecoder().decode(record.subarray(from, to));
}
