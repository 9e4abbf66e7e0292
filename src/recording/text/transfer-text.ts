import { hexDigits } from '../../bus/words.ts';
import type { RecordedBytes, RecordedSegment, RecordedTransfer } from '../recorded.ts';
import { durationText } from './duration.ts';
import { quoted } from './tokens.ts';

/** Two digits for every byte. */
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => hexDigits(byte));

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

/** A transfer as a line has it, without times: `i2c-1 48 w 00, r 1f 80`. Many bytes are told by their number alone. */
export function transferText(
  transfer: Pick<RecordedTransfer, 'bus' | 'segments' | 'fault' | 'nack'>,
): string {
  const { bus, segments, fault } = transfer;
  const put = () => '…';
  const messages = bus.startsWith('i2c') ? i2cText(transfer, put) : spiText(transfer, put);
  return `${placeText(bus, segments[0]?.target ?? 0)} ${messages}${fault === undefined ? '' : ` ${fault}`}`;
}

/** `48 w 00, r 1f 80` */
export function i2cText({ segments, fault, nack }: Written, put: PutData): string {
  let text = '';
  let last: RecordedSegment | undefined;
  for (const [index, segment] of segments.entries()) {
    if (last !== undefined) text += ', ';
    if (last?.target !== segment.target || last.tenBit !== segment.tenBit)
      text += `${hexDigits(segment.target, segment.tenBit ? 3 : 2)} `;
    const refused = nack?.message === index ? nack.byte : undefined;
    text += segment.sent === undefined ? 'r' : 'w';
    if (refused !== undefined && refused < 0) text += '!';
    const bytes = segment.sent ?? segment.received;
    if (bytes !== undefined && bytes.length > 0)
      text += ` ${bytesText(bytes, put, fault === undefined ? undefined : refused)}`;
    last = segment;
  }
  return text;
}

/** `9f 00 00 00 > ff ef 40 14` */
export function spiText({ segments }: Written, put: PutData): string {
  return segments
    .map(({ sent, received }) => {
      const out = sent === undefined ? '' : bytesText(sent, put);
      return received === undefined ? out : `${out === '' ? '' : `${out} `}> ${bytesText(received, put)}`;
    })
    .join(', ');
}

function bytesText(recorded: RecordedBytes, put: PutData, refused = -1): string {
  const { bytes, length, known, isOpen } = recorded;
  if (isOpen) return `${wildText(bytes, known, refused)} *`.trimStart();
  if (length === 0) return '<0>';
  const marked = (text: string) => (refused >= 0 ? `${text.slice(0, -1)} !${refused}>` : text);
  if (bytes.length === 0) return marked(`<${length}>`);
  if (bytes.length < length) return marked(`<${length} cut at ${bytes.length} @${put(bytes)}>`);
  if (known !== undefined) return wildText(bytes, known, refused);
  if (length > INLINE_BYTES) return marked(`<${length} @${put(bytes)}>`);
  let text = HEX[bytes[0] as number] as string;
  if (refused === 0) text += '!';
  for (let at = 1; at < length; at++) {
    text += ` ${HEX[bytes[at] as number]}`;
    if (refused === at) text += '!';
  }
  return text;
}

function wildText(bytes: Uint8Array, known: Uint8Array | undefined, refused: number): string {
  return Array.from(bytes, (byte, at) => {
    const text = known?.[at] === 0 ? '??' : (HEX[byte] as string);
    return at === refused ? `${text}!` : text;
  }).join(' ');
}

/** What it met: `EREMOTEIO ~370us stretch 34ms`. `times`: whether, and how exactly, it says how long things took. */
export function resultText(
  transfer: Omit<RecordedTransfer, 'kind' | 'bus' | 'segments' | 'nack'>,
  times: 'none' | 'rounded' | 'exact',
): string {
  const { fault, wireNs, stretchedNs, attempts, struck, client } = transfer;
  let text = fault ?? '';
  if (times !== 'none') {
    if (wireNs !== undefined) text += ` ~${durationText(wireNs, times === 'exact')}`;
    if (stretchedNs > 0) text += ` stretch ${durationText(stretchedNs, times === 'exact')}`;
  }
  if (attempts > 1) text += ` attempts ${attempts}`;
  for (const each of struck) text += ` struck ${quoted(each)}`;
  if (client !== undefined) text += ` by ${quoted(client)}`;
  return text.trimStart();
}
