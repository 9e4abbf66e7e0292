import type { TracedBytes, TracedSegment } from '../../board/index.ts';
import { bytesText, hexNumber, numberOf } from './bytes-text.ts';

/** What an instruction is called, and how many address and dummy bytes follow it. */
type Instruction = readonly [name: string, address?: number, dummy?: number];

/** Instructions of a kind of part by their first byte. */
export type SpiDialect = Readonly<Record<number, Instruction>>;

/** SPI NOR flash (JESD216 and the data sheets of the three large makers). */
export const SPI_NOR: SpiDialect = {
  1: ['write status'],
  2: ['program', 3],
  3: ['read', 3],
  4: ['write disable'],
  5: ['read status'],
  6: ['write enable'],
  11: ['fast read', 3, 1],
  12: ['fast read', 4, 1],
  17: ['write status 3'],
  18: ['program', 4],
  19: ['read', 4],
  21: ['read status 3'],
  32: ['erase 4 KiB', 3],
  33: ['erase 4 KiB', 4],
  49: ['write status 2'],
  50: ['quad program', 3],
  53: ['read status 2'],
  59: ['dual read', 3, 1],
  75: ['read unique id', 0, 4],
  80: ['write enable for status'],
  82: ['erase 32 KiB', 3],
  90: ['read SFDP', 3, 1],
  92: ['erase 32 KiB', 4],
  96: ['erase chip'],
  102: ['enable reset'],
  107: ['quad read', 3, 1],
  112: ['read flag status'],
  144: ['read maker and device id', 3],
  153: ['reset'],
  159: ['read JEDEC id'],
  171: ['wake up'],
  183: ['4-byte addresses on'],
  185: ['power down'],
  187: ['dual I/O read', 3, 1],
  199: ['erase chip'],
  216: ['erase 64 KiB', 3],
  220: ['erase 64 KiB', 4],
  233: ['4-byte addresses off'],
  235: ['quad I/O read', 3, 3],
};

/** AT25 EEPROMs (Microchip data sheets, table "Instruction set"). */
export function at25Dialect(addressBytes: number): SpiDialect {
  const dialect: Record<number, Instruction> = {
    1: ['write status'],
    2: ['write', addressBytes],
    3: ['read', addressBytes],
    4: ['write disable'],
    5: ['read status'],
    6: ['write enable'],
  };
  // Bit 3 is A8 of parts whose address has nine bits.
  if (addressBytes === 1) Object.assign(dialect, { 10: ['write at 0x1..', 1], 11: ['read at 0x1..', 1] });
  return dialect;
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
  const instruction = opcode === undefined ? undefined : dialect[opcode];
  if (sent === undefined || instruction === undefined) {
    const raw = rawTransfer(transfer);
    return answer === undefined
      ? raw
      : `${raw}, ${rawTransfer({ ...transfer, sent: undefined, received: answer })}`;
  }
  const [name, addressBytes = 0, dummy = 0] = instruction;
  const address = addressBytes === 0 ? undefined : numberOf(sent, 1, addressBytes);
  const head = address === undefined ? name : `${name} ${hexNumber(address, addressBytes)}`;
  const header = 1 + addressBytes + dummy;
  const data = dataText(sent, received, answer, header, name.startsWith('read') || name.includes(' read'));
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
