import { BusFault } from '../../src/bus/index.ts';

/** Numbers of MicroPython's errors (py/mperrno.h), which are Linux's on every port that has I2C. */
export const ERRNO = { EIO: 5, EBUSY: 16, ENODEV: 19, ETIMEDOUT: 110 } as const;

/** What an error of the board means on the bus. */
export function boardFault(errno: number, board: string): BusFault {
  if (errno === ERRNO.ETIMEDOUT)
    return new BusFault('ETIMEDOUT', `${board}: a part held SCL low for too long`);
  if (errno === ERRNO.EBUSY)
    return new BusFault('EBUSY', `${board}: SDA is held low; if it stays so, switch its parts off and on`);
  return new BusFault('EIO', `${board} raised OSError ${errno}`);
}
