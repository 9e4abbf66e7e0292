import type { TracedBytes, TracedSegment } from '../event.ts';
import { from, type PartAccess } from './access.ts';
import { bytesText, hexNumber, numberOf } from './bytes-text.ts';
import { fieldsText, fieldValues, type RegisterNames, registerText } from './register.ts';

/** What the first bytes of a write to a part mean. */
export interface I2cDialect {
  /** Bytes of the register number or memory address; 0: nothing is known of the part. */
  readonly pointerBytes: number;
  readonly registers: RegisterNames;
  /** Names of commands by their number. */
  readonly commands: ReadonlyMap<number, string>;
}

export const UNKNOWN_PART: I2cDialect = { pointerBytes: 0, registers: new Map(), commands: new Map() };

/** A transaction with one part in words: `read TEMP (0x00): 1f 80`. */
export function i2cText(segments: readonly TracedSegment[], dialect: I2cDialect): string {
  const [first, second] = segments;
  if (first === undefined) return 'nothing';
  if (segments.length === 1) return segmentText(first, dialect);
  const pointer = pointerOf(first.sent, dialect);
  const readsBack = segments.length === 2 && first.sent?.length === dialect.pointerBytes;
  const received = second?.received;
  if (pointer !== undefined && readsBack && received !== undefined) {
    const data = orNothing(bytesText(received));
    return `read ${pointer.text}: ${data}${fieldsText(pointer.number, dialect.registers, received)}`;
  }
  return segments.map((segment) => commandText(segment, dialect) ?? rawSegment(segment)).join(', ');
}

function segmentText(segment: TracedSegment, dialect: I2cDialect): string {
  const { sent } = segment;
  const command = commandText(segment, dialect);
  if (command !== undefined) return command;
  const pointer = pointerOf(sent, dialect);
  if (sent === undefined || pointer === undefined) return rawSegment(segment);
  const { pointerBytes, registers } = dialect;
  if (sent.length === pointerBytes) return `select ${pointer.text}`;
  const fields = fieldsText(pointer.number, registers, sent, pointerBytes);
  return `write ${pointer.text}: ${bytesText(sent, pointerBytes)}${fields}`;
}

/** `soft reset (0x94)`, for a part that takes commands of one byte or of two. */
function commandText(segment: TracedSegment, dialect: I2cDialect): string | undefined {
  const command = commandOf(segment, dialect);
  if (command === undefined) return undefined;
  const { name, number, bytes, sent } = command;
  const data = sent.length > bytes ? `: ${bytesText(sent, bytes)}` : '';
  return `${name} (${hexNumber(number, bytes)})${data}`;
}

/** The command that a write begins with, and how many bytes it takes. */
function commandOf({ sent }: TracedSegment, { commands }: I2cDialect) {
  if (sent === undefined || commands.size === 0) return undefined;
  for (const bytes of [2, 1]) {
    const number = numberOf(sent, 0, bytes);
    const name = number === undefined ? undefined : commands.get(number);
    if (number !== undefined && name !== undefined) return { name, number, bytes, sent };
  }
  return undefined;
}

/** What a transaction does with a part; see `PartAccess`. */
export function i2cAccess(segments: readonly TracedSegment[], dialect: I2cDialect): PartAccess | undefined {
  const [first, second] = segments;
  if (first === undefined || segments.length > 2) return undefined;
  const { sent } = first;
  const { pointerBytes, registers } = dialect;
  const answer = second?.received;
  if (second !== undefined && answer === undefined) return undefined;
  const command = commandOf(first, dialect);
  if (command !== undefined && sent !== undefined) {
    const { name, number, bytes } = command;
    const data = answer ?? from(sent, bytes);
    return { does: 'command', name, number, data, fields: [] };
  }
  if (sent === undefined) return readAccess(first.received);
  const number = pointerBytes === 0 ? undefined : numberOf(sent, 0, pointerBytes);
  if (number === undefined) return undefined;
  const name = registers.get(number)?.name;
  if (answer !== undefined) {
    if (sent.length !== pointerBytes) return undefined;
    const fields = fieldValues(number, registers, answer);
    return { does: 'read', name, number, data: answer, fields };
  }
  const data = from(sent, pointerBytes);
  const fields = fieldValues(number, registers, sent, pointerBytes);
  return { does: data.length === 0 ? 'select' : 'write', name, number, data, fields };
}

/** A read by itself: from where its part was told before. */
function readAccess(received: TracedBytes | undefined): PartAccess | undefined {
  if (received === undefined || received.length === 0) return undefined;
  return { does: 'read', name: undefined, number: undefined, data: received, fields: [] };
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
function pointerOf(
  sent: TracedBytes | undefined,
  { pointerBytes, registers }: I2cDialect,
): { readonly number: number; readonly text: string } | undefined {
  if (sent === undefined || pointerBytes === 0) return undefined;
  const number = numberOf(sent, 0, pointerBytes);
  return number === undefined ? undefined : { number, text: registerText(number, pointerBytes, registers) };
}
