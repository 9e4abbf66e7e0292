import { BusFault } from '../../bus/index.ts';
import { FUSE_IOCTL_MAX_IOV, FUSE_MAX_BYTES, type Region } from './fuse-wire.ts';

/** An ioctl(2) as it arrives, with as much of the caller's memory as was asked for. */
export interface IoctlCall {
  /** The thread that calls, which has one call at a time; 0: unknown. */
  readonly pid: number;
  readonly cmd: number;
  readonly arg: bigint;
  /** Whether the caller's structures are those of a 32-bit program. */
  readonly is32Bit: boolean;
  readonly input: Uint8Array;
  readonly outSize: number;
}

/** What comes next: the memory that is needed first, or the end. */
export type IoctlStep =
  | { readonly kind: 'retry'; readonly input: readonly Region[]; readonly output: readonly Region[] }
  | { readonly kind: 'done'; readonly result: number; readonly output: Uint8Array };

/** Errors of ioctl(2) that are no faults of a bus. */
export const IOCTL_ERRNO = { EFAULT: 14, ENOTTY: 25, ENOSYS: 38 } as const;

/** An errno that no bus has. */
export class IoctlError extends Error {
  readonly errno: number;

  constructor(code: keyof typeof IOCTL_ERRNO) {
    super(code);
    this.errno = IOCTL_ERRNO[code];
  }
}

export const NOTHING = new Uint8Array(0);

export function done(result = 0, output: Uint8Array = NOTHING): IoctlStep {
  return { kind: 'done', result, output };
}

function total(regions: readonly Region[]): number {
  return regions.reduce((sum, { length }) => sum + length, 0);
}

/**
 * The memory that a call needs, piece by piece. An ioctl finds out what it needs only by looking: a structure
 * has pointers to others. Each call begins anew with all that is known, and `needs` says whether it is enough.
 */
export class CallerMemory {
  readonly #call: IoctlCall;
  readonly #input: Region[] = [];
  readonly #output: Region[] = [];
  #at = 0;

  constructor(call: IoctlCall) {
    this.#call = call;
  }

  /** What is at `base`; undefined when it must be asked for. Regions come in the order of these calls. */
  read(base: bigint, length: number): Uint8Array | undefined {
    this.#input.push({ base, length });
    const start = this.#at;
    this.#at += length;
    const { input } = this.#call;
    return this.#at <= input.length ? input.subarray(start, this.#at) : undefined;
  }

  /** Announces that `length` bytes will be written at `base`. */
  willWrite(base: bigint, length: number): void {
    this.#output.push({ base, length });
  }

  /**
   * The step that asks for what is missing; undefined when all is there.
   * @throws {BusFault} `EMSGSIZE` when it is more than one call carries.
   */
  missing(): IoctlStep | undefined {
    const toRead = total(this.#input);
    const toWrite = total(this.#output);
    const { input, outSize } = this.#call;
    // What was asked for to be written may stay as it is.
    if (toRead === input.length && (toWrite === outSize || toWrite === 0)) return undefined;
    const regions = this.#input.length + this.#output.length;
    if (regions > FUSE_IOCTL_MAX_IOV || toRead > FUSE_MAX_BYTES || toWrite > FUSE_MAX_BYTES)
      throw new BusFault(
        'EMSGSIZE',
        `too much for one CUSE call: ${regions} buffers, ${toRead} bytes out and ${toWrite} bytes in`,
      );
    return { kind: 'retry', input: this.#input, output: this.#output };
  }

  /** The step that asks for what was just read in vain. @throws {IoctlError} `EFAULT`: there is nothing to ask. */
  needed(): IoctlStep {
    const step = this.missing();
    if (step === undefined) throw new IoctlError('EFAULT');
    return step;
  }
}
