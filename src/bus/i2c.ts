import type { Controller, MaybePromise } from './controller.ts';
import { BusFault, type NackPlace } from './errno.ts';
import { TEN_BIT_ADDRESS } from './i2c-target.ts';

/** Flags of an I2C message (Linux include/uapi/linux/i2c.h). */
export const I2C_M = {
  RD: 0x0001,
  TEN: 0x0010,
  RECV_LEN: 0x0400,
  NO_RD_ACK: 0x0800,
  IGNORE_NAK: 0x1000,
  REV_DIR_ADDR: 0x2000,
  NOSTART: 0x4000,
  STOP: 0x8000,
} as const;

/** What an adapter can do (Linux include/uapi/linux/i2c.h, `I2C_FUNC_*`). */
export const I2C_FUNC = {
  I2C: 0x0000_0001,
  TENBIT_ADDR: 0x0000_0002,
  PROTOCOL_MANGLING: 0x0000_0004,
  SMBUS_PEC: 0x0000_0008,
  NOSTART: 0x0000_0010,
  SMBUS_BLOCK_PROC_CALL: 0x0000_8000,
  SMBUS_QUICK: 0x0001_0000,
  SMBUS_READ_BYTE: 0x0002_0000,
  SMBUS_WRITE_BYTE: 0x0004_0000,
  SMBUS_READ_BYTE_DATA: 0x0008_0000,
  SMBUS_WRITE_BYTE_DATA: 0x0010_0000,
  SMBUS_READ_WORD_DATA: 0x0020_0000,
  SMBUS_WRITE_WORD_DATA: 0x0040_0000,
  SMBUS_PROC_CALL: 0x0080_0000,
  SMBUS_READ_BLOCK_DATA: 0x0100_0000,
  SMBUS_WRITE_BLOCK_DATA: 0x0200_0000,
  SMBUS_READ_I2C_BLOCK: 0x0400_0000,
  SMBUS_WRITE_I2C_BLOCK: 0x0800_0000,
} as const;

/** SMBus protocols that any plain I2C adapter can emulate (`I2C_FUNC_SMBUS_EMUL`). */
export const I2C_FUNC_SMBUS_EMUL =
  I2C_FUNC.SMBUS_QUICK |
  I2C_FUNC.SMBUS_READ_BYTE |
  I2C_FUNC.SMBUS_WRITE_BYTE |
  I2C_FUNC.SMBUS_READ_BYTE_DATA |
  I2C_FUNC.SMBUS_WRITE_BYTE_DATA |
  I2C_FUNC.SMBUS_READ_WORD_DATA |
  I2C_FUNC.SMBUS_WRITE_WORD_DATA |
  I2C_FUNC.SMBUS_PROC_CALL |
  I2C_FUNC.SMBUS_WRITE_BLOCK_DATA |
  I2C_FUNC.SMBUS_READ_I2C_BLOCK |
  I2C_FUNC.SMBUS_WRITE_I2C_BLOCK |
  I2C_FUNC.SMBUS_PEC;

/** What an adapter can do that makes any sequence of START, bytes and STOP. */
export const I2C_FUNC_ANY_SEQUENCE =
  I2C_FUNC.I2C |
  I2C_FUNC.TENBIT_ADDR |
  I2C_FUNC.PROTOCOL_MANGLING |
  I2C_FUNC.NOSTART |
  I2C_FUNC_SMBUS_EMUL |
  I2C_FUNC.SMBUS_READ_BLOCK_DATA |
  I2C_FUNC.SMBUS_BLOCK_PROC_CALL;

/**
 * One segment of a transaction: (repeated) START, address, data. The shape of Linux's `struct i2c_msg`.
 *
 * `addr` is 7 bits, or 10 with `I2C_M.TEN`; it is never shifted. `buf` is the data to write, or with
 * `I2C_M.RD` the place that is filled; its length is the message's length and may be 0. With
 * `I2C_M.RECV_LEN` the first byte read is a count (1-32) and the buffer has room for it.
 */
export interface I2cMessage {
  addr: number;
  flags: number;
  buf: Uint8Array;
}

/** The target of a message as one number: its address, with `TEN_BIT_ADDRESS` where it has ten bits. */
export function i2cTarget({ addr, flags }: Pick<I2cMessage, 'addr' | 'flags'>): number {
  return (flags & I2C_M.TEN) === 0 ? addr : addr + TEN_BIT_ADDRESS;
}

/** The fault for a NACK at `place`; `reason`: why, where the part can tell. */
export function nackFault({ addr, buf }: I2cMessage, place: NackPlace, reason?: string): BusFault {
  const address = `address 0x${addr.toString(16).padStart(2, '0')}`;
  if (place.byte < 0) {
    const why = reason === undefined ? '' : `; ${reason}`;
    return new BusFault('ENXIO', `${address} was not acknowledged${why}`, { nack: place, reason });
  }
  const sentence = `${address} did not acknowledge byte ${place.byte} of ${buf.length}`;
  return new BusFault('EREMOTEIO', sentence, { nack: place });
}

/** A physical driver of one I2C bus. */
export interface I2cController extends Controller {
  /** `I2C_FUNC` bits. */
  readonly functionality: number;
  /** The longest message in bytes, where the adapter has a limit. */
  readonly maxMessageLength?: number;
  /**
   * Runs one transaction: START, the messages joined by repeated STARTs, STOP. The bus is free again when
   * it returns or throws. A controller that never waits returns nothing; one that does returns a promise.
   * `signal` aborts at the request's deadline: the controller frees the bus and fails with `ETIMEDOUT`.
   *
   * @throws {BusFault} `ENXIO` address not acknowledged, `EREMOTEIO` data not acknowledged, `EAGAIN`
   * arbitration lost, `EOPNOTSUPP` a flag it cannot do, `EMSGSIZE`, `ENODEV`, `ETIMEDOUT`.
   */
  transfer(messages: readonly I2cMessage[], signal?: AbortSignal): MaybePromise<void>;
  /**
   * Takes the fastest clock that is not above `hz` (the bus's `clock-frequency`), from the next transfer on.
   * Missing where the clock cannot be chosen.
   * @returns that clock in Hz
   * @throws {BusFault} `EINVAL` when even the slowest is above.
   */
  setClockFrequency?(hz: number): number;
}
