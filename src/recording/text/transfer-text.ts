import { hexDigits } from '../../bus/words.ts';
import type { RecordedBytes, RecordedSegment, RecordedTransfer } from '../recorded.ts';
import type { SaidDuration } from './duration.ts';
import { LineBuffer } from './line-buffer.ts';
import { quoted } from './tokens.ts';

/** Most bytes that stand in the line itself. */
const INLINE_BYTES = 32;

/** Gives bytes that are too many for a line a name, and writes them elsewhere. */
export type PutData = (bytes: Uint8Array) => string;

/** What is written of a transfer's bus, target, messages and result. */
type Written = Pick<RecordedTransfer, 'segments' | 'fault' | 'nack'>;

/** `i2c-1`; of an SPI bus with the chip select: `spi1.0`. */
export function placeText(bus: string, target: number): string {
  return bus.startsWith('spi-') ? `spi${bus.slice(4)}.${target}` : bus;
}

const scratch = new LineBuffer();

/** A transfer as a line has it, without times: `i2c-1 48 w 00, r 1f 80`. Many bytes are told by their number alone. */
export function transferText(
  transfer: Pick<RecordedTransfer, 'bus' | 'segments' | 'fault' | 'nack'>,
): string {
  const { bus, segments, fault } = transfer;
  scratch.clear();
  scratch.text(`${placeText(bus, segments[0]?.target ?? 0)} `);
  putMessages(scratch, bus.startsWith('spi') ? 'spi' : 'i2c', transfer, () => '…');
  if (fault !== undefined) scratch.text(` ${fault}`);
  return scratch.toString();
}

/** `48 w 00, r 1f 80`, `9f 00 00 00 > ff ef 40 14` */
export function putMessages(line: LineBuffer, kind: 'i2c' | 'spi', written: Written, put: PutData): void {
  if (kind === 'i2c') putI2c(line, written, put);
  else putSpi(line, written, put);
}

function putI2c(line: LineBuffer, { segments, fault, nack }: Written, put: PutData): void {
  let last: RecordedSegment | undefined;
  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index] as RecordedSegment;
    if (last !== undefined) line.text(', ');
    if (last?.target !== segment.target || last.tenBit !== segment.tenBit)
      line.text(segment.tenBit ? `${hexDigits(segment.target, 3)} ` : `${hexDigits(segment.target)} `);
    const refused = nack?.message === index ? nack.byte : undefined;
    line.text(segment.sent === undefined ? 'r' : 'w');
    if (refused !== undefined && refused < 0) line.text('!');
    const bytes = segment.sent ?? segment.received;
    if (bytes !== undefined && bytes.length > 0) {
      line.text(' ');
      putBytes(line, bytes, put, fault === undefined ? -1 : (refused ?? -1));
    }
    last = segment;
  }
}

function putSpi(line: LineBuffer, { segments }: Written, put: PutData): void {
  for (let index = 0; index < segments.length; index++) {
    const { sent, received } = segments[index] as RecordedSegment;
    if (index > 0) line.text(', ');
    if (sent !== undefined) putBytes(line, sent, put, -1);
    if (received === undefined) continue;
    line.text(sent === undefined ? '> ' : ' > ');
    putBytes(line, received, put, -1);
  }
}

/** @param refused place of the byte that was not acknowledged, or less than 0 */
function putBytes(line: LineBuffer, recorded: RecordedBytes, put: PutData, refused: number): void {
  const { bytes, length, known, isOpen } = recorded;
  const isPlain = known === undefined && !isOpen && refused < 0 && bytes.length === length;
  if (isPlain && length > 0 && length <= INLINE_BYTES) line.hex(bytes, length);
  else line.text(bytesText(recorded, put, refused));
}

function bytesText(recorded: RecordedBytes, put: PutData, refused: number): string {
  const { bytes, length, known, isOpen } = recorded;
  if (isOpen) return `${wildText(bytes, known, refused)} *`.trimStart();
  if (length === 0) return '<0>';
  const marked = (text: string) => (refused >= 0 ? `${text.slice(0, -1)} !${refused}>` : text);
  if (bytes.length === 0) return marked(`<${length}>`);
  if (bytes.length < length) return marked(`<${length} cut at ${bytes.length} @${put(bytes)}>`);
  if (known !== undefined || length <= INLINE_BYTES) return wildText(bytes, known, refused);
  return marked(`<${length} @${put(bytes)}>`);
}

function wildText(bytes: Uint8Array, known: Uint8Array | undefined, refused: number): string {
  return Array.from(bytes, (byte, at) => {
    const text = known?.[at] === 0 ? '??' : hexDigits(byte);
    return at === refused ? `${text}!` : text;
  }).join(' ');
}

/**
 * What it met, each behind a blank: ` EREMOTEIO ~370us stretch 34ms`.
 * @param duration how it says how long things took; undefined: not at all
 */
export function putResult(
  line: LineBuffer,
  transfer: Omit<RecordedTransfer, 'kind' | 'bus' | 'segments' | 'nack' | 'wireNs'>,
  wireNs: number | undefined,
  duration: ((ns: number) => SaidDuration) | undefined,
): void {
  const { fault, stretchedNs, attempts, struck, client } = transfer;
  if (fault !== undefined) line.text(` ${fault}`);
  if (duration !== undefined) {
    if (wireNs !== undefined) {
      line.text(' ~');
      line.text(duration(wireNs).text);
    }
    if (stretchedNs > 0) line.text(` stretch ${duration(stretchedNs).text}`);
  }
  if (attempts > 1) line.text(` attempts ${attempts}`);
  for (const each of struck) line.text(` struck ${quoted(each)}`);
  if (client !== undefined) line.text(` by ${quoted(client)}`);
}
