import type { Instruction, SpiHeader } from '../../parts/index.ts';
import type { TracedBytes, TracedSegment } from '../event.ts';
import { from, type PartAccess } from './access.ts';
import { bytesText, hexNumber, numberOf } from './bytes-text.ts';
import { fieldsText, fieldValues, type RegisterNames, registerText } from './register.ts';

/** What an instruction is called, and how many address and dummy bytes follow it. */
interface NamedInstruction {
  readonly name: string;
  readonly address: number;
  readonly dummy: number;
  readonly reads: boolean;
}

/** Instructions of a part by their first byte. */
type SpiDialect = ReadonlyMap<number, NamedInstruction>;

/** `addressBytes`: of the instructions whose address is as the part has it. */
export function spiDialect(instructions: readonly Instruction[], addressBytes: number): SpiDialect {
  return new Map(
    instructions.map(({ opcode, name, address = 0, dummy = 0, data }) => [
      opcode,
      { name, address: address === 'mode' ? addressBytes : address, dummy, reads: data === 'in' },
    ]),
  );
}

/** A message with a part that has a header and registers: `read TEMP (0xfa): 80 00 00`. */
export function spiRegistersText(
  segments: readonly TracedSegment[],
  header: SpiHeader,
  registers: RegisterNames,
): string {
  const { bytes = 1, read, address, base = 0 } = header;
  const [first, second] = segments;
  const number = first?.sent === undefined ? undefined : numberOf(first.sent, 0, bytes);
  const answer = segments.length === 2 && second?.sent === undefined ? second?.received : undefined;
  if (first?.sent === undefined || number === undefined || (segments.length > 1 && answer === undefined)) {
    return segments.map(rawTransfer).join(', ');
  }
  const register = (number & address) | base;
  const name = registerText(register, 1, registers);
  const reads = (number & read) !== 0;
  const data = answer ?? (reads ? first.received : first.sent);
  const from = answer === undefined ? bytes : 0;
  if (data === undefined || data.length <= from) return `${reads ? 'read' : 'write'} ${name}`;
  const fields = fieldsText(register, registers, data, from);
  return `${reads ? 'read' : 'write'} ${name}: ${bytesText(data, from)}${fields}`;
}

/** What a message does with a part that has a header and registers; see `PartAccess`. */
export function spiRegistersAccess(
  segments: readonly TracedSegment[],
  { bytes = 1, read, address, base = 0 }: SpiHeader,
  registers: RegisterNames,
): PartAccess | undefined {
  const [first, second] = segments;
  const header = first?.sent === undefined ? undefined : numberOf(first.sent, 0, bytes);
  const answer = segments.length === 2 && second?.sent === undefined ? second?.received : undefined;
  if (first?.sent === undefined || header === undefined || (segments.length > 1 && answer === undefined))
    return undefined;
  const number = (header & address) | base;
  const does = (header & read) !== 0 ? 'read' : 'write';
  const whole = does === 'read' ? first.received : first.sent;
  const data = answer ?? (whole && from(whole, bytes)) ?? { bytes: new Uint8Array(), length: 0 };
  const name = registers.get(number)?.name;
  return { does, name, number, data, fields: fieldValues(number, registers, data) };
}

/** What the first instruction of a message is; see `PartAccess`. */
export function spiAccess(segments: readonly TracedSegment[], dialect: SpiDialect): PartAccess | undefined {
  const [first, second] = segments;
  const sent = first?.sent;
  const number = sent?.bytes[0];
  const instruction = number === undefined ? undefined : dialect.get(number);
  if (first === undefined || sent === undefined || instruction === undefined) return undefined;
  const { name, address, dummy, reads } = instruction;
  const header = 1 + address + dummy;
  const answer = second !== undefined && second.sent === undefined ? second.received : undefined;
  const own = reads && first.received !== undefined ? first.received : sent;
  return { does: 'command', name, number, data: answer ?? from(own, header), fields: [] };
}

/** An SPI message in words: `read 0x000100: 48 65`; `dialect`: undefined where nothing is known of the part. */
export function spiText(segments: readonly TracedSegment[], dialect: SpiDialect | undefined): string {
  if (dialect === undefined) return segments.map(rawTransfer).join(', ');
  const texts: string[] = [];
  for (let at = 0; at < segments.length; ) {
    const transfer = segments[at] as TracedSegment;
    const next = segments[at + 1];
    // What only receives belongs to the instruction that was sent before it.
    const answer = next !== undefined && next.sent === undefined ? next.received : undefined;
    texts.push(instructionText(transfer, answer, dialect));
    at += answer === undefined ? 1 : 2;
  }
  return texts.join(', ');
}

function instructionText(
  transfer: TracedSegment,
  answer: TracedBytes | undefined,
  dialect: SpiDialect,
): string {
  const { sent, received } = transfer;
  const opcode = sent?.bytes[0];
  const instruction = opcode === undefined ? undefined : dialect.get(opcode);
  if (sent === undefined || instruction === undefined) {
    const raw = rawTransfer(transfer);
    return answer === undefined
      ? raw
      : `${raw}, ${rawTransfer({ ...transfer, sent: undefined, received: answer })}`;
  }
  const { name, address: addressBytes, dummy, reads } = instruction;
  const address = addressBytes === 0 ? undefined : numberOf(sent, 1, addressBytes);
  const head = address === undefined ? name : `${name} ${hexNumber(address, addressBytes)}`;
  const header = 1 + addressBytes + dummy;
  const data = dataText(sent, received, answer, header, reads);
  return data === '' ? head : `${head}: ${data}`;
}

function dataText(
  sent: TracedBytes,
  received: TracedBytes | undefined,
  answer: TracedBytes | undefined,
  header: number,
  reads: boolean,
): string {
  if (answer !== undefined) return bytesText(answer);
  if (reads && received !== undefined && received.length > header) return bytesText(received, header);
  return !reads && sent.length > header ? bytesText(sent, header) : '';
}

function rawTransfer({ sent, received }: TracedSegment): string {
  if (sent === undefined) return received === undefined ? 'clocks only' : `receive ${bytesText(received)}`;
  if (received === undefined || received.bytes.length === 0) return `send ${bytesText(sent)}`;
  return `send ${bytesText(sent)} and receive ${bytesText(received)}`;
}
