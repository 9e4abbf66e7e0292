import {
  bytesPerWord,
  fromWire,
  isPlain,
  SPI_MODE,
  type SpiTransfer,
  toWire,
  wireLength,
} from '../../src/bus/index.ts';

/** What is moved without a change of chip select; at least one way. */
export interface Move {
  readonly tx: Uint8Array | undefined;
  readonly rx: Uint8Array | undefined;
  readonly length: number;
}

/** Bytes out, then bytes in: what most adapters' SPI commands do. Either may be empty. */
export interface HalfDuplex {
  readonly write: Uint8Array;
  readonly read: Uint8Array;
}

/** Transfers between which the chip stays selected. */
export interface Segment {
  readonly transfers: readonly SpiTransfer[];
  readonly moves: readonly Move[];
  /** The chip stays selected after it: the message's last transfer says so. */
  readonly keep: boolean;
}

const NOTHING = new Uint8Array(0);

/**
 * A message in the pieces that an adapter moves, words brought into the order of the wire. `finish`, when
 * all went well, brings received words into their form in memory.
 */
export function segmentsOf(
  mode: number,
  transfers: readonly SpiTransfer[],
): { segments: Segment[]; finish: () => void } {
  const conversions: (() => void)[] = [];
  const segments: Segment[] = [];
  let run: SpiTransfer[] = [];
  transfers.forEach((transfer, i) => {
    run.push(transfer);
    const isLast = i === transfers.length - 1;
    if (!transfer.csChange && !isLast) return;
    const moves = run.flatMap((one) => moveOf(one, mode, conversions));
    segments.push({ transfers: run, moves, keep: isLast && transfer.csChange });
    run = [];
  });
  return {
    segments,
    finish: () => {
      for (const convert of conversions) convert();
    },
  };
}

function moveOf(transfer: SpiTransfer, mode: number, conversions: (() => void)[]): Move[] {
  const form = { bits: transfer.bitsPerWord || 8, lsbFirst: (mode & SPI_MODE.LSB_FIRST) !== 0 };
  const { tx, rx } = transfer;
  const size = (tx ?? rx)?.length ?? 0;
  if (size === 0) return [];
  if (isPlain(form)) return [{ tx, rx, length: size }];
  const length = wireLength(size / bytesPerWord(form.bits), form);
  const received = rx && new Uint8Array(length);
  if (rx !== undefined && received !== undefined) conversions.push(() => fromWire(received, rx, form));
  return [{ tx: tx && toWire(tx, form), rx: received, length }];
}

/**
 * Joins writes with each other and with the read that follows, as far as one command may write and read.
 * What goes both ways at once stays as it is.
 */
export function halfDuplex(
  moves: readonly Move[],
  limits: { readonly write: number; readonly read: number },
): (Move | HalfDuplex)[] {
  const parts: (Move | HalfDuplex)[] = [];
  let write: Uint8Array = NOTHING;
  const flush = (): void => {
    if (write.length > 0) parts.push({ write, read: NOTHING });
    write = NOTHING;
  };
  for (const { tx, rx, length } of moves) {
    if (tx !== undefined && rx !== undefined) {
      flush();
      parts.push({ tx, rx, length });
    } else if (rx === undefined) {
      const data = tx ?? new Uint8Array(length);
      for (let from = 0; from < length; from += limits.write) {
        const chunk = data.subarray(from, from + limits.write);
        if (write.length + chunk.length > limits.write) flush();
        write = write.length === 0 ? chunk : joined(write, chunk);
      }
    } else {
      for (let from = 0; from < length; from += limits.read) {
        parts.push({ write, read: rx.subarray(from, from + limits.read) });
        write = NOTHING;
      }
    }
  }
  flush();
  return parts;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

/** Delays up to this are met by what passes between two commands anyway. */
const NEGLIGIBLE_NS = 1000;

/** A step's `pauseMs` for a delay of chip select. */
export function paused(delayNs: number): { pauseMs?: number } {
  return delayNs > NEGLIGIBLE_NS ? { pauseMs: delayNs / 1e6 } : {};
}

/** Whether any transfer asks for a delay around chip select that has to be waited for. */
export function hasDelays({ transfers }: Segment): boolean {
  return transfers.some(({ csSetupNs, csHoldNs, csInactiveNs }) =>
    [csSetupNs, csHoldNs, csInactiveNs].some((ns) => ns > NEGLIGIBLE_NS),
  );
}
