import type { TracedBytes, TracedSegment } from '../../board/index.ts';
import { bytesText, hexNumber, numberOf } from './bytes-text.ts';

/** What the first bytes of a write to a part mean. */
export interface I2cDialect {
  /** Bytes of the register number or memory address; 0: nothing is known of the part. */
  readonly pointerBytes: number;
  /** Names of registers by number. */
  readonly names: ReadonlyMap<number, string>;
}

export const UNKNOWN_PART: I2cDialect = { pointerBytes: 0, names: new Map() };

/** A transaction with one part in words: `read TEMP (0x00): 1f 80`. */
export function i2cText(segments: readonly TracedSegment[], dialect: I2cDialect): string {
  const [first, second] = segments;
  if (first === undefined) return 'nothing';
  if (segments.length === 1) return onlySegment(first, dialect);
  const pointer = pointerOf(first.sent, dialect);
  const readsBack = segments.length === 2 && first.sent?.length === dialect.pointerBytes;
  if (pointer !== undefined && readsBack && second?.received !== undefined)
    return `read ${pointer}: ${orNothing(bytesText(second.received))}`;
  return segments.map(rawSegment).join(', ');
}

function onlySegment(segment: TracedSegment, dialect: I2cDialect): string {
  const { sent } = segment;
  const pointer = pointerOf(sent, dialect);
  if (sent === undefined || pointer === undefined) return rawSegment(segment);
  if (sent.length === dialect.pointerBytes) return `select ${pointer}`;
  return `write ${pointer}: ${bytesText(sent, dialect.pointerBytes)}`;
}

function rawSegment({ sent, received }: TracedSegment): string {
  if (sent !== undefined) return sent.length === 0 ? 'probe' : `write ${bytesText(sent)}`;
  if (received === undefined || received.length === 0) return 'probe (read)';
  return `read ${orNothing(bytesText(received))}`;
}

function orNothing(text: string): string {
  return text === '' ? 'nothing' : text;
}

/** `TEMP (0x00)`, `0x0040` */
function pointerOf(sent: TracedBytes | undefined, { pointerBytes, names }: I2cDialect): string | undefined {
  if (sent === undefined || pointerBytes === 0) return undefined;
  const pointer = numberOf(sent, 0, pointerBytes);
  if (pointer === undefined) return undefined;
  const name = names.get(pointer);
  const hex = hexNumber(pointer, pointerBytes);
  return name === undefined ? hex : `${name} (${hex})`;
}
