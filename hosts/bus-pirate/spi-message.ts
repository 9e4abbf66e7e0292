import { BusFault, SPI_MODE, type SpiTransfer } from '../../src/bus/index.ts';
import type { Step } from '../link/index.ts';
import { BULK_MAX, bulk, DONE, SPI, STATUS, WRITE_THEN_READ_MAX, writeThenRead } from './protocol.ts';
import { fromWire, isPlain, toWire, wireLength } from './spi-words.ts';

/** Delays up to this are met by what the firmware does between two commands. */
const NEGLIGIBLE_NS = 1000;

/** What the adapter can do for a message. */
export interface SpiAbilities {
  /** Commands 04 and 05 are known. */
  readonly writeThenRead: boolean;
  /** Most bytes of a bulk transfer: no more than may be on the way at once. */
  readonly bulkMax: number;
  /** Most bytes to write by one write-then-read. */
  readonly payloadMax: number;
  /** Further commands may follow while a write-then-read is at work. */
  readonly pipelined: boolean;
}

/** What is moved without a change of chip select. */
interface Move {
  readonly tx: Uint8Array | undefined;
  readonly rx: Uint8Array | undefined;
  readonly length: number;
}

const NOTHING = new Uint8Array(0);

/** CS low or high: selected is low save with `CS_HIGH`. */
export function chipSelect(mode: number, selected: boolean, delayNs = 0): Step {
  const high = ((mode & SPI_MODE.CS_HIGH) !== 0) === selected;
  return {
    send: Uint8Array.of(high ? SPI.CS_HIGH : SPI.CS_LOW),
    reply: 1,
    prefix: DONE,
    ...paused(delayNs),
  };
}

/**
 * One message as steps, chip select included; `held`: an earlier message left the chip selected.
 * `finish`, when all went well, brings received words into their form in memory.
 */
export function planMessage(
  mode: number,
  transfers: readonly SpiTransfer[],
  held: boolean,
  abilities: SpiAbilities,
): { steps: Step[]; finish: () => void } {
  const steps: Step[] = [];
  const conversions: (() => void)[] = [];
  let selected = held;
  for (const segment of segments(transfers)) {
    const last = segment.at(-1) as SpiTransfer;
    const isFinal = last === transfers.at(-1);
    const keep = isFinal && last.csChange;
    const first = segment[0] as SpiTransfer;
    const moves = segment.flatMap((transfer) => moveOf(transfer, mode, conversions));
    const whole = !selected && !keep ? wholeSegment(mode, segment, moves, abilities) : undefined;
    if (whole !== undefined) {
      steps.push(whole);
      continue;
    }
    const hasLine = (mode & SPI_MODE.NO_CS) === 0;
    if (!selected && hasLine) steps.push(chipSelect(mode, true, first.csSetupNs));
    steps.push(...moveSteps(moves, abilities));
    delayLast(steps, last.csHoldNs);
    if (!keep && hasLine) steps.push(chipSelect(mode, false, last.csInactiveNs));
    selected = false;
  }
  return {
    steps,
    finish: () => {
      for (const convert of conversions) convert();
    },
  };
}

/** The runs of transfers between which the chip is deselected. */
function segments(transfers: readonly SpiTransfer[]): SpiTransfer[][] {
  const runs: SpiTransfer[][] = [];
  let run: SpiTransfer[] = [];
  transfers.forEach((transfer, i) => {
    run.push(transfer);
    if (transfer.csChange || i === transfers.length - 1) {
      runs.push(run);
      run = [];
    }
  });
  return runs;
}

function moveOf(transfer: SpiTransfer, mode: number, conversions: (() => void)[]): Move[] {
  const form = { bits: transfer.bitsPerWord || 8, lsbFirst: (mode & SPI_MODE.LSB_FIRST) !== 0 };
  const { tx, rx } = transfer;
  const size = (tx ?? rx)?.length ?? 0;
  if (size === 0) return [];
  if (isPlain(form)) return [{ tx, rx, length: size }];
  const length = wireLength(size, form);
  const received = rx && new Uint8Array(length);
  if (rx !== undefined && received !== undefined) conversions.push(() => fromWire(received, rx, form));
  return [{ tx: tx && toWire(tx, form), rx: received, length }];
}

/** Select, write, read, deselect as one command, where that is all there is to the segment. */
function wholeSegment(
  mode: number,
  segment: readonly SpiTransfer[],
  moves: readonly Move[],
  abilities: SpiAbilities,
): Step | undefined {
  if (!abilities.writeThenRead || (mode & (SPI_MODE.CS_HIGH | SPI_MODE.NO_CS)) !== 0) return undefined;
  const delays = segment.some(({ csSetupNs, csHoldNs, csInactiveNs }) =>
    [csSetupNs, csHoldNs, csInactiveNs].some((ns) => ns > NEGLIGIBLE_NS),
  );
  const [half, ...more] = halfDuplex(moves, abilities);
  if (delays || half === undefined || more.length > 0 || 'tx' in half) return undefined;
  return exchange(SPI.WRITE_THEN_READ, half, abilities);
}

/** Bytes out, then bytes in: what a write-then-read command does. */
interface HalfDuplex {
  readonly write: Uint8Array;
  readonly read: Uint8Array;
}

function moveSteps(moves: readonly Move[], abilities: SpiAbilities): Step[] {
  if (!abilities.writeThenRead) return moves.flatMap((move) => bulks(move, abilities));
  return halfDuplex(moves, abilities).flatMap((part) =>
    'tx' in part ? bulks(part, abilities) : [exchange(SPI.WRITE_THEN_READ_KEEP_CS, part, abilities)],
  );
}

/** Joins writes with each other and with the read that follows, within the adapter's limits. */
function halfDuplex(moves: readonly Move[], { payloadMax }: SpiAbilities): (Move | HalfDuplex)[] {
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
      for (let from = 0; from < length; from += payloadMax) {
        const chunk = data.subarray(from, from + payloadMax);
        if (write.length + chunk.length > payloadMax) flush();
        write = write.length === 0 ? chunk : joined(write, chunk);
      }
    } else {
      for (let from = 0; from < length; from += WRITE_THEN_READ_MAX) {
        parts.push({ write, read: rx.subarray(from, from + WRITE_THEN_READ_MAX) });
        write = NOTHING;
      }
    }
  }
  flush();
  return parts;
}

function exchange(
  command: typeof SPI.WRITE_THEN_READ | typeof SPI.WRITE_THEN_READ_KEEP_CS,
  { write, read }: HalfDuplex,
  { pipelined }: SpiAbilities,
): Step {
  return {
    send: writeThenRead(command, write, read.length),
    reply: 1 + read.length,
    prefix: DONE,
    refusal: STATUS.REFUSED,
    wait: !pipelined,
    done: (reply) => {
      if (reply[0] === STATUS.REFUSED) {
        return new BusFault(
          'EIO',
          `the adapter refused to write ${write.length} and read ${read.length} bytes`,
        );
      }
      read.set(reply.subarray(1));
      return undefined;
    },
  };
}

/** Both ways at once; without `tx` zeros are sent. */
function bulks({ tx, rx, length }: Move, { bulkMax }: SpiAbilities): Step[] {
  const data = tx ?? new Uint8Array(length);
  const size = Math.max(1, Math.min(BULK_MAX, bulkMax));
  const steps: Step[] = [];
  for (let from = 0; from < length; from += size) {
    const send = bulk(data.subarray(from, from + size));
    steps.push({
      send,
      reply: send.length,
      prefix: DONE,
      done: (reply) => {
        rx?.set(reply.subarray(1), from);
        return undefined;
      },
    });
  }
  return steps;
}

function delayLast(steps: Step[], delayNs: number): void {
  if (delayNs <= NEGLIGIBLE_NS) return;
  const last = steps.pop();
  if (last !== undefined) steps.push({ ...last, ...paused(delayNs) });
}

function paused(delayNs: number): { pauseMs?: number } {
  return delayNs > NEGLIGIBLE_NS ? { pauseMs: delayNs / 1e6 } : {};
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
