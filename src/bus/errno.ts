import { oneLine } from '../input/index.ts';
/**
 * The faults of a bus transfer, under the names Linux gives them.
 * Source: Linux Documentation/i2c/fault-codes.rst, include/uapi/asm-generic/errno.h.
 */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  ENXIO: 6,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  ENODEV: 19,
  EINVAL: 22,
  EPROTO: 71,
  EBADMSG: 74,
  EMSGSIZE: 90,
  EOPNOTSUPP: 95,
  ESHUTDOWN: 108,
  ETIMEDOUT: 110,
  EREMOTEIO: 121,
  ECANCELED: 125,
} as const;

/** The name of a fault, as `BusFault.code` has it. */
export type Errno = keyof typeof ERRNO;

const MEANING: Record<Errno, string> = {
  EPERM: 'this client may not touch that address or chip select',
  ENOENT: 'no such bus or device',
  EIO: 'the transfer failed',
  ENXIO: 'the address was not acknowledged',
  EAGAIN: 'arbitration was lost',
  ENOMEM: 'no memory for the request',
  EACCES: 'permission denied',
  EBUSY: 'owned by another client',
  ENODEV: 'the adapter is gone',
  EINVAL: 'invalid request',
  EPROTO: 'the part broke the protocol',
  EBADMSG: 'the packet error code is wrong',
  EMSGSIZE: 'the message is longer than the controller takes',
  EOPNOTSUPP: 'the controller cannot do this',
  ESHUTDOWN: 'the bus was shut down',
  ETIMEDOUT: 'the transfer did not end in time',
  EREMOTEIO: 'data was not acknowledged',
  ECANCELED: 'an earlier request of the same group failed',
};

const NAME_OF = new Map<number, Errno>(Object.entries(ERRNO).map(([name, n]) => [n, name as Errno]));

/** The name of errno number `n`; `EIO` for a number without one. */
export function errnoName(n: number): Errno {
  return NAME_OF.get(n) ?? 'EIO';
}

/** Where an I2C transaction ended by a NACK. */
export interface NackPlace {
  /** Which message, from 0. */
  readonly message: number;
  /** Which of its data bytes, from 0; -1: the address. */
  readonly byte: number;
}

/**
 * A transfer that failed. `code` and `errno` are what a program tests, `message` is what a person reads.
 * `errno` is positive, as in errno.h.
 */
export class BusFault extends Error {
  /** The name: `ENXIO`. */
  readonly code: Errno;
  /** The number, positive. */
  readonly errno: number;
  /** Where something was not acknowledged, where the controller knows. */
  readonly nack: NackPlace | undefined;
  /** Why it was not, where the part can tell: `busy: write cycle, 3.2 ms left`. */
  readonly reason: string | undefined;

  constructor(
    code: Errno,
    detail?: string,
    options?: ErrorOptions & { readonly nack?: NackPlace; readonly reason?: string | undefined },
  ) {
    super(`${code}: ${detail === undefined ? MEANING[code] : oneLine(detail)}`, options);
    this.name = 'BusFault';
    this.code = code;
    this.errno = ERRNO[code];
    this.nack = options?.nack;
    this.reason = options?.reason;
  }

  /** The message without the code, for where that stands already. */
  get sentence(): string {
    return this.message.slice(this.code.length + 2);
  }

  /**
   * What it says beyond its errno; undefined where that is nothing. That nobody acknowledged needs no reason, unless the
   * part has one.
   */
  get beyondErrno(): string | undefined {
    return this.code === 'ENXIO' ? this.reason : this.sentence;
  }

  /** Any thrown value as a fault: a `BusFault` stays, everything else becomes `EIO` with the cause kept. */
  static from(thrown: unknown): BusFault {
    if (thrown instanceof BusFault) return thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return new BusFault('EIO', reason, { cause: thrown });
  }
}

/** The fault of what was given up by `signal`. */
export function aborted(signal: AbortSignal | undefined): BusFault {
  const reason: unknown = signal?.reason;
  return reason instanceof BusFault ? reason : new BusFault('ETIMEDOUT');
}
