import type { TransferRow } from '../row.ts';

/** What is special in a transfer, as the timeline draws it: a letter, and in words. */
export const MARKS = {
  N: 'not acknowledged',
  P: 'ended without STOP',
  S: 'SCL stretched',
  R: 'tried again',
  F: 'SDA freed by clocks',
  '!': 'injected fault',
} as const;

export type Mark = keyof typeof MARKS;

/** Errnos of I2C transfers whose controller sent no STOP: another one won the bus, or SCL did not rise. */
const WITHOUT_STOP: readonly string[] = ['EAGAIN', 'ETIMEDOUT'];

/** Nobody freed the bus behind it. */
export const hasNoStop = ({ bus, fault }: Pick<TransferRow, 'bus' | 'fault'>): boolean =>
  bus.startsWith('i2c') && WITHOUT_STOP.includes(fault ?? '');

/** Whether something was not acknowledged; an adapter that does not say where says it by its errno. */
export const isNotAcknowledged = ({
  nack,
  fault,
  bus,
}: Pick<TransferRow, 'bus' | 'nack' | 'fault'>): boolean =>
  nack !== undefined || (bus.startsWith('i2c') && (fault === 'ENXIO' || fault === 'EREMOTEIO'));

/** The marks of a transfer, in the order of `MARKS`. */
export function marksOf(row: TransferRow): Mark[] {
  const has: Readonly<Record<Mark, boolean>> = {
    N: isNotAcknowledged(row),
    P: hasNoStop(row),
    S: row.stretched !== undefined,
    R: row.attempts !== undefined,
    F: row.freed === true,
    '!': row.injected === true,
  };
  return (Object.keys(MARKS) as Mark[]).filter((mark) => has[mark]);
}
