import { SDA_FREED } from '../../bus/words.ts';
import { busName, notesText, type WatchedTransfer } from '../../trace/decode.ts';
import type { TracedBytes, TracedEdge, TracedSegment, TracedTransfer } from '../../trace/index.ts';
import type { Happening, RowBytes, RowSegment, RowTimes } from '../row.ts';

/** More bytes of a message are counted, and not shown. */
const SHOWN_BYTES = 64;

/** When a transfer was. */
export function timesOf({
  startedMs,
  queuedMs,
  wireMs,
}: Pick<TracedTransfer, 'startedMs' | 'queuedMs' | 'wireMs'>): RowTimes {
  return { at: startedMs, queued: queuedMs, wire: wireMs };
}

/** A transfer as the page has it, but for its times. */
export function happeningOf({ transfer, bus, target, part, text }: WatchedTransfer): Happening {
  const { client, fault, nack, attempts, stretchedNs, struck } = transfer;
  return {
    bus: busName(bus),
    target,
    part,
    client,
    text: text + notesText(transfer),
    ...(fault !== undefined && { fault }),
    ...(nack !== undefined && { nack: { message: nack.message, byte: nack.byte } }),
    ...(attempts > 1 && { attempts }),
    ...(stretchedNs > 0 && { stretched: stretchedNs / 1e6 }),
    ...(struck.some((text) => !text.startsWith(SDA_FREED)) && { injected: true as const }),
    ...(struck.some((text) => text.startsWith(SDA_FREED)) && { freed: true as const }),
    segments: transfer.segments.map(segmentOf),
  };
}

/** An edge as the page has it, but for its time. */
export function edgeHappening(edge: TracedEdge): Happening {
  return { line: lineName(edge), high: edge.high };
}

/** `button`, `/gpio 3` */
export function lineName({
  controller,
  line,
  name,
}: Pick<TracedEdge, 'controller' | 'line' | 'name'>): string {
  return name === '' ? `${controller} ${line}` : name;
}

function segmentOf({ target, tenBit, sent, received }: TracedSegment): RowSegment {
  return {
    target,
    ...(tenBit && { tenBit: true as const }),
    ...(sent !== undefined && { sent: bytesOf(sent) }),
    ...(received !== undefined && { received: bytesOf(received) }),
  };
}

function bytesOf({ bytes, length }: TracedBytes): RowBytes {
  return [Buffer.from(bytes.subarray(0, SHOWN_BYTES)).toString('hex'), length];
}
