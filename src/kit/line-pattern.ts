import type { TracedBytes, TracedSegment } from '../board/index.ts';
import {
  parseRecordedLine,
  type RecordedBytes,
  type RecordedSegment,
  type RecordedTransfer,
} from '../recording/index.ts';
import type { Seen, SeenTransfer } from './traffic.ts';

/**
 * Whether an event is what a line of a recording says: `i2c-1 48 w 00, r ?? *`, `spi0.0 9f 00 > ff ef`, `button falls`.
 * @throws {LineError} what is wrong with the line
 */
export function lineMatches(line: string): (event: Seen) => boolean {
  const { what } = parseRecordedLine(line);
  switch (what.kind) {
    case 'edge':
      return (event) => event.kind === 'edge' && event.name === what.name && event.high === what.high;
    case 'lost':
      return () => false;
    default:
      return (event) => event.kind === 'transfer' && fitsTransfer(event, what);
  }
}

/** Whether a transfer is what a recording has: errno, place, and bytes as far as it knows them. */
export function fitsTransfer(event: SeenTransfer, what: RecordedTransfer): boolean {
  return (
    event.bus === what.bus &&
    event.errno === what.fault &&
    (what.nack === undefined || what.nack.byte === event.nack?.byte) &&
    fitsSegments(event, what.segments)
  );
}

function fitsSegments({ segments }: SeenTransfer, wanted: readonly RecordedSegment[]): boolean {
  return segments.length === wanted.length && wanted.every((each, index) => fits(segments[index], each));
}

function fits(segment: TracedSegment | undefined, wanted: RecordedSegment): boolean {
  return (
    segment?.target === wanted.target &&
    segment.tenBit === wanted.tenBit &&
    fitsBytes(segment.sent, wanted.sent) &&
    fitsBytes(segment.received, wanted.received)
  );
}

function fitsBytes(got: TracedBytes | undefined, wanted: RecordedBytes | undefined): boolean {
  if (got === undefined || wanted === undefined) return got === wanted;
  const { bytes, known, isOpen = false, length } = wanted;
  if (isOpen ? got.length < bytes.length : got.length !== length) return false;
  return bytes.every((byte, index) => known?.[index] === 0 || got.bytes[index] === byte);
}
