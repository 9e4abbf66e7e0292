import type { Command } from 'commander';
import type { PastWish } from '../../board/index.ts';
import { InvalidValue, UsageError } from '../terminal/usage-error.ts';

/** Options that ask for what happened before. */
export interface PastArguments {
  readonly since?: string;
  readonly last?: string;
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Events that are kept here until the last of them is known. */
const LAST_MAX = 1_000_000;

export function withPast(command: Command): Command {
  return command
    .option(
      '--since <time>',
      'of a board on a NATS server: first what that has kept since then: 90s, 15m, 2h, 7d or 2026-11-29T14:00',
    )
    .option('--last <n>', 'the same: the last N events');
}

/** @param place of the board, where one is named @param hasProgram there is a script or a command @throws {UsageError} */
export function pastOf(
  { since, last }: PastArguments,
  place: string | undefined,
  hasProgram: boolean,
  nowMs = Date.now(),
): PastWish | undefined {
  if (since === undefined && last === undefined) return undefined;
  if (since !== undefined && last !== undefined)
    throw new UsageError('--since and --last are two ways to say it; leave one out');
  const wish = since !== undefined ? { sinceMs: timeOf(since, nowMs) } : { last: countOf(last as string) };
  if (hasProgram || !place?.startsWith('remote:'))
    throw new UsageError(
      `${since === undefined ? '--last' : '--since'} needs a board on a NATS server; use --connect remote:nats://SERVER/BOARD without a script`,
    );
  return wish;
}

/** @throws {UsageError} */
function countOf(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > LAST_MAX)
    throw new InvalidValue('--last', `a number from 1 to ${LAST_MAX}`, text);
  return count;
}

/** @throws {UsageError} */
function timeOf(text: string, nowMs: number): number {
  const [, digits, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const ms =
    digits === undefined
      ? /^\d{4}-\d\d-\d\d/.test(text)
        ? Date.parse(text)
        : Number.NaN
      : nowMs - Number(digits) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (Number.isNaN(ms)) throw new InvalidValue('--since', '90s, 15m, 2h, 7d or 2026-11-29T14:00', text);
  return ms;
}
