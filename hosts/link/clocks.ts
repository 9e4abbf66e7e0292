import { BusFault, type SpiTransfer } from '../../src/bus/index.ts';

/** The clock of a message, in Hz: the slowest that one of its transfers names; undefined where none does. */
export function slowestClock(transfers: readonly SpiTransfer[]): number | undefined {
  const slowest = Math.min(...transfers.map(({ speedHz }) => speedHz || Number.POSITIVE_INFINITY));
  return Number.isFinite(slowest) ? slowest : undefined;
}

/**
 * The fault of a clock that is slower than an adapter can be.
 * @param adapter who refuses it, as `a CH341A` @param slowestHz its slowest clock
 */
export function clockTooSlow(
  bus: 'I2C' | 'SPI',
  hz: number,
  adapter: string,
  slowestHz: number | undefined,
): BusFault {
  return new BusFault(
    'EINVAL',
    `invalid ${bus} clock ${hz} Hz: ${adapter} supports ${slowestHz} Hz and more`,
  );
}

/** Looks at the SPI clock that an adapter took for `hz`, in Hz: a faster one could be too fast for a part. @throws {BusFault} `EINVAL` */
export function checkTakenClock(hz: number, adapter: string, takenHz: number): void {
  if (takenHz > hz)
    throw new BusFault('EINVAL', `invalid SPI clock ${hz} Hz: the nearest of ${adapter} is ${takenHz} Hz`);
}
