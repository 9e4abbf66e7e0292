import { BusFault, SPI_MODE, type SpiTransfer } from '../../src/bus/index.ts';
import {
  type HalfDuplex,
  halfDuplex,
  hasDelays,
  type Move,
  paused,
  type Segment,
  type Step,
  segmentsOf,
} from '../link/index.ts';
import { BULK_MAX, bulk, DONE, SPI, STATUS, WRITE_THEN_READ_MAX, writeThenRead } from './protocol.ts';

/** What the adapter can do for a message. */
interface SpiAbilities {
  /** Commands 04 and 05 are known. */
  readonly writeThenRead: boolean;
  /** Most bytes of a bulk transfer: no more than may be on the way at once. */
  readonly bulkMax: number;
  /** Most bytes to write by one write-then-read. */
  readonly payloadMax: number;
  /** Further commands may follow while a write-then-read is at work. */
  readonly pipelined: boolean;
}

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
 * `finish` is to be called when all went well.
 */
export function planMessage(
  mode: number,
  transfers: readonly SpiTransfer[],
  held: boolean,
  abilities: SpiAbilities,
): { steps: Step[]; finish: () => void } {
  const { segments, finish } = segmentsOf(mode, transfers);
  const steps = segments.flatMap((segment, i) => segmentSteps(mode, segment, held && i === 0, abilities));
  return { steps, finish };
}

function segmentSteps(mode: number, segment: Segment, held: boolean, abilities: SpiAbilities): Step[] {
  const { transfers, moves, keep } = segment;
  const whole = held || keep ? undefined : wholeSegment(mode, segment, abilities);
  if (whole !== undefined) return [whole];
  const steps: Step[] = [];
  const hasLine = (mode & SPI_MODE.NO_CS) === 0;
  if (!held && hasLine) steps.push(chipSelect(mode, true, transfers[0]?.csSetupNs));
  steps.push(...moveSteps(moves, abilities));
  const last = transfers.at(-1);
  delayLast(steps, last?.csHoldNs ?? 0);
  if (!keep && hasLine) steps.push(chipSelect(mode, false, last?.csInactiveNs));
  return steps;
}

/** Select, write, read, deselect as one command, where that is all there is to the segment. */
function wholeSegment(mode: number, segment: Segment, abilities: SpiAbilities): Step | undefined {
  if (!abilities.writeThenRead || (mode & (SPI_MODE.CS_HIGH | SPI_MODE.NO_CS)) !== 0) return undefined;
  const [half, ...more] = halfDuplex(segment.moves, limitsOf(abilities));
  if (hasDelays(segment) || half === undefined || more.length > 0 || 'tx' in half) return undefined;
  return exchange(SPI.WRITE_THEN_READ, half, abilities);
}

function moveSteps(moves: readonly Move[], abilities: SpiAbilities): Step[] {
  if (!abilities.writeThenRead) return moves.flatMap((move) => bulks(move, abilities));
  return halfDuplex(moves, limitsOf(abilities)).flatMap((part) =>
    'tx' in part ? bulks(part, abilities) : [exchange(SPI.WRITE_THEN_READ_KEEP_CS, part, abilities)],
  );
}

function limitsOf({ payloadMax }: SpiAbilities): { write: number; read: number } {
  return { write: payloadMax, read: WRITE_THEN_READ_MAX };
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
  const last = steps.pop();
  if (last !== undefined) steps.push({ ...last, ...paused(delayNs) });
}
