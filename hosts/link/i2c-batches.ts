import type { BusFault, I2cMessage } from '../../src/bus/index.ts';
import { type I2cMove, type I2cReadMove, i2cRuns } from './i2c-moves.ts';

/** How much goes into one command of an adapter, in bytes of what is sent and of what comes back. */
export interface MoveBudget {
  readonly sent: number;
  readonly received: number;
  /** Sent for START, for STOP, for each byte that is written, and for each read, whatever its length. */
  readonly edge: number;
  readonly writtenByte: number;
  readonly read: number;
}

/** An adapter that carries out moves by the batch. */
export interface I2cMoveLink {
  readonly budget: MoveBudget;
  /**
   * Sends a batch. @returns a byte for each one that was written, and all that were read, in their order
   * @throws {BusFault}
   */
  exchange(batch: readonly I2cMove[]): Promise<Uint8Array>;
  /** Whether the answer to a byte that was written is a NACK. */
  isNack(answer: number): boolean;
}

/**
 * Carries out a transaction, and frees the bus when a part refuses something.
 * @throws {BusFault} what was refused, or what `exchange` throws: then the bus may not be free
 */
export async function runI2c(messages: readonly I2cMessage[], link: I2cMoveLink): Promise<void> {
  let isOpen = false;
  let isLost = false;
  const run = async (moves: readonly I2cMove[]): Promise<void> => {
    for (const batch of batchesOf(moves, link.budget)) {
      isLost = true;
      const answers = await link.exchange(batch);
      isLost = false;
      for (const { kind } of batch) if (kind === 'start' || kind === 'stop') isOpen = kind === 'start';
      const fault = take(batch, answers, link);
      if (fault !== undefined) throw fault;
    }
  };
  try {
    for (const moves of i2cRuns(messages)) await run(moves);
  } catch (error) {
    if (isOpen && !isLost) await link.exchange([{ kind: 'stop' }]);
    throw error;
  }
}

/** Hands what came back to the moves of a batch. @returns the first refusal */
function take(batch: readonly I2cMove[], answers: Uint8Array, link: I2cMoveLink): BusFault | undefined {
  let at = 0;
  let fault: BusFault | undefined;
  for (const move of batch) {
    if (move.kind === 'read') {
      move.into.set(answers.subarray(at, at + move.into.length));
      at += move.into.length;
    } else if (move.kind === 'write') {
      move.bytes.forEach((_, i) => {
        if (link.isNack(answers[at++] as number)) fault ??= move.refused(i);
      });
    }
  }
  return fault;
}

/** How many bytes come back from a batch. */
export function answerLength(batch: readonly I2cMove[]): number {
  return batch.reduce((length, move) => {
    if (move.kind === 'read') return length + move.into.length;
    return move.kind === 'write' ? length + move.bytes.length : length;
  }, 0);
}

/** Moves in batches that keep to the budget. */
function* batchesOf(moves: readonly I2cMove[], budget: MoveBudget): Generator<readonly I2cMove[]> {
  let batch: I2cMove[] = [];
  let { sent, received } = budget;
  const renew = (): readonly I2cMove[] => {
    const full = batch;
    batch = [];
    ({ sent, received } = budget);
    return full;
  };
  for (const move of moves) {
    if (move.kind === 'start' || move.kind === 'stop') {
      if (sent < budget.edge) yield renew();
      sent -= budget.edge;
      batch.push(move);
      continue;
    }
    const { length } = move.kind === 'read' ? move.into : move.bytes;
    for (let from = 0; from < length; ) {
      const room =
        move.kind === 'write'
          ? Math.min(Math.floor(sent / budget.writtenByte), received)
          : sent < budget.read
            ? 0
            : received;
      if (room === 0) {
        yield renew();
        continue;
      }
      const to = Math.min(length, from + room);
      batch.push(partOf(move, from, to));
      sent -= move.kind === 'write' ? budget.writtenByte * (to - from) : budget.read;
      received -= to - from;
      from = to;
    }
  }
  if (batch.length > 0) yield batch;
}

function partOf(move: Exclude<I2cMove, { kind: 'start' | 'stop' }>, from: number, to: number): I2cMove {
  if (move.kind === 'write')
    return {
      kind: 'write',
      bytes: move.bytes.subarray(from, to),
      refused: (at) => move.refused(from + at),
    };
  const acks: I2cReadMove['acks'] =
    move.acks === 'all but the last' && to < move.into.length ? 'all' : move.acks;
  return { kind: 'read', into: move.into.subarray(from, to), acks };
}
