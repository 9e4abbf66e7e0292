import { BusFault, bytesPerWord, SPI_MODE, type SpiTransfer } from '../bus/index.ts';
import { checkBytes, checkFlag, checkNames, checkTarget } from './message-fields.ts';
import type { SpiOpenOptions, SpiSettings } from './spi-settings.ts';

/** One transfer of an SPI message. What is left out has the device's value. */
export interface SpiSegment {
  /** Bytes to send; where they end before the transfer does, zeros follow. Without it nothing is sent. */
  readonly tx?: Uint8Array | undefined;
  /**
   * How many bytes to receive, counted from the first one sent (SPI sends and receives at the same time), or
   * the place to put them. Without it, what comes in is dropped.
   */
  readonly rx?: number | Uint8Array | undefined;
  /** Bytes of a transfer that neither sends nor receives: clocks only. */
  readonly length?: number | undefined;
  readonly speedHz?: number | undefined;
  readonly bitsPerWord?: number | undefined;
  /** Before the next transfer: deselect and select again. On the last: leave the chip selected. */
  readonly csChange?: boolean | undefined;
  /** Data lines: 1, 2, 4 or 8. */
  readonly txNbits?: number | undefined;
  readonly rxNbits?: number | undefined;
  /** Between this transfer's last clock and what follows, in µs (spidev's `delay_usecs`). */
  readonly delayUs?: number | undefined;
  /** Between words, in µs (spidev's `word_delay_usecs`). */
  readonly wordDelayUs?: number | undefined;
}

function countOf(what: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= 0x7fff_ffff) return value;
  throw new BusFault('EINVAL', `invalid ${what} ${value}: expected a whole number from 0`);
}

function delayNs(what: string, us: number | undefined, own: number, longest: number): number {
  // A controller that cannot delay is slower than any delay it is asked for, or has no part that minds.
  return Math.min(Math.max(countOf(what, (us ?? 0) * 1000), own), longest);
}

function linesOf(
  what: string,
  lines: number | undefined,
  mode: number,
  dual: number,
  quad: number,
  octal: number,
): number {
  if (lines === undefined || lines === 0 || lines === 1) return lines ?? 0;
  const enough = { 2: dual | quad | octal, 4: quad | octal, 8: octal }[lines];
  if (enough === undefined) throw new BusFault('EINVAL', `invalid ${what} ${lines}: expected 1, 2, 4 or 8`);
  if (!(mode & enough))
    throw new BusFault('EINVAL', `invalid ${what} ${lines}: set the matching mode bits of the device first`);
  return lines;
}

function padTo(tx: Uint8Array | undefined, length: number): Uint8Array | undefined {
  if (tx === undefined || tx.length === length) return tx;
  const padded = new Uint8Array(length);
  padded.set(tx);
  return padded;
}

const NAMES: ReadonlySet<string> = new Set<keyof SpiSegment>([
  'tx',
  'rx',
  'length',
  'speedHz',
  'bitsPerWord',
  'csChange',
  'txNbits',
  'rxNbits',
  'delayUs',
  'wordDelayUs',
]);

/** @throws {BusFault} `EINVAL` a name that is not known, a value of the wrong type */
export function checkSegments(segments: readonly SpiSegment[]): void {
  for (const segment of segments) {
    checkNames('transfer', segment, NAMES);
    checkBytes('tx', segment.tx);
    checkTarget('rx', segment.rx);
    checkFlag('csChange', segment.csChange);
  }
}

/**
 * The transfer of `segment` on `node`, checked as Linux's `__spi_validate` does.
 * @throws {BusFault} `EINVAL`
 */
function transferOf(node: SpiSettings, segment: SpiSegment): SpiTransfer {
  const { mode, adapter, delays } = node;
  const { tx, rx } = segment;
  const received = typeof rx === 'number' ? countOf('rx', rx) : (rx?.length ?? 0);
  const length = Math.max(tx?.length ?? 0, received, countOf('length', segment.length ?? 0));
  if (rx instanceof Uint8Array && rx.length < length)
    throw new BusFault('EINVAL', `rx has room for ${rx.length} of ${length} bytes`);
  const bitsPerWord = segment.bitsPerWord || node.bitsPerWord;
  node.checkBitsPerWord(bitsPerWord);
  if (length % bytesPerWord(bitsPerWord) !== 0)
    throw new BusFault('EINVAL', `${length} bytes are not a whole number of words of ${bitsPerWord} bits`);
  if (mode & SPI_MODE.THREE_WIRE && tx !== undefined && rx !== undefined)
    throw new BusFault('EINVAL', 'in three-wire mode a transfer sends or receives, not both');
  const { maxSpeedHz, maxCsHoldNs, maxWordDelayNs, maxCsSetupNs, maxCsInactiveNs } = adapter.capabilities;
  const speedHz = countOf('speedHz', segment.speedHz || node.speedHz);
  return {
    tx: padTo(tx, length),
    // Without data in either direction, clocks need something to go with.
    rx: typeof rx === 'number' ? new Uint8Array(length) : (rx ?? (tx ? undefined : new Uint8Array(length))),
    speedHz: maxSpeedHz > 0 ? Math.min(speedHz, maxSpeedHz) : speedHz,
    bitsPerWord,
    csChange: segment.csChange ?? false,
    txNbits: tx
      ? linesOf('txNbits', segment.txNbits, mode, SPI_MODE.TX_DUAL, SPI_MODE.TX_QUAD, SPI_MODE.TX_OCTAL)
      : 0,
    rxNbits:
      rx !== undefined
        ? linesOf('rxNbits', segment.rxNbits, mode, SPI_MODE.RX_DUAL, SPI_MODE.RX_QUAD, SPI_MODE.RX_OCTAL)
        : 0,
    wordDelayNs: delayNs('wordDelayUs', segment.wordDelayUs, delays.wordDelayNs, maxWordDelayNs),
    csSetupNs: Math.min(delays.csSetupNs, maxCsSetupNs),
    csHoldNs: delayNs('delayUs', segment.delayUs, delays.csHoldNs, maxCsHoldNs),
    csInactiveNs: Math.min(delays.csInactiveNs, maxCsInactiveNs),
  };
}

/** The transfers of a message, each checked. @throws {BusFault} `EINVAL` */
export function transfersOf(node: SpiSettings, segments: readonly SpiSegment[]): SpiTransfer[] {
  const transfers: SpiTransfer[] = [];
  for (const segment of segments) transfers.push(transferOf(node, segment));
  return transfers;
}

/** Bytes of one transfer. */
export interface TransferLengths {
  readonly sent: number;
  readonly received: number;
}

/** spidev's limit on one message, where there is one. @throws {BusFault} `EMSGSIZE` */
export function checkBufsiz(transfers: readonly TransferLengths[], limits: SpiOpenOptions): void {
  const { bufsiz, dmaAlign = 64 } = limits;
  if (bufsiz === undefined) return;
  let sent = 0;
  let received = 0;
  for (const transfer of transfers) {
    sent += Math.ceil(transfer.sent / dmaAlign) * dmaAlign;
    received += Math.ceil(transfer.received / dmaAlign) * dmaAlign;
  }
  const most = Math.max(sent, received);
  if (most > bufsiz)
    throw new BusFault(
      'EMSGSIZE',
      `the message needs ${most} bytes in one direction: expected at most ${bufsiz} (bufsiz)`,
    );
}
