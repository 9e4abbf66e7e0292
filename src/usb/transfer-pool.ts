import type { PackageEndpoint, PackageTransfer } from './package-types.ts';

type Done = (error: unknown, data: Buffer, length: number, pooled: PooledTransfer) => void;

/** A transfer object of the package, which carries one transfer after another. */
export interface PooledTransfer {
  readonly transfer: PackageTransfer;
  /** Is told how the present one ended. */
  done: Done;
  /** Of the transfer among others of its kind. */
  place: number;
  /** Kept for those that are read from at once; see `receive`. */
  buffer: Buffer | undefined;
  /** Has it end soon, where it is under way. */
  cancel(): void;
}

/** The transfer objects of one endpoint: to make one costs as much as to transfer. */
export class TransferPool {
  readonly #endpoint: PackageEndpoint;
  readonly #free: PooledTransfer[] = [];

  constructor(endpoint: PackageEndpoint) {
    this.#endpoint = endpoint;
  }

  /** @throws {Error} of the package */
  submit(buffer: Buffer, done: Done): PooledTransfer {
    return this.#submit(this.#free.pop() ?? this.#make(), buffer, done);
  }

  /** Receives into a buffer that is used again: `done` has to copy what came. @throws {Error} of the package */
  receive(length: number, place: number, done: Done): PooledTransfer {
    const pooled = this.#free.pop() ?? this.#make();
    if (pooled.buffer?.length !== length) pooled.buffer = Buffer.allocUnsafe(length);
    pooled.place = place;
    return this.#submit(pooled, pooled.buffer, done);
  }

  #submit(pooled: PooledTransfer, buffer: Buffer, done: Done): PooledTransfer {
    pooled.done = done;
    try {
      pooled.transfer.submit(buffer);
    } catch (error) {
      this.#free.push(pooled);
      throw error;
    }
    return pooled;
  }

  clearHalt(done: () => void): void {
    this.#endpoint.clearHalt(done);
  }

  #make(): PooledTransfer {
    const pooled: PooledTransfer = {
      transfer: this.#endpoint.makeTransfer(0, (error, data, length) => {
        this.#free.push(pooled);
        pooled.done(error, data, length, pooled);
      }),
      done: () => {},
      place: 0,
      buffer: undefined,
      cancel: () => {
        try {
          pooled.transfer.cancel();
        } catch {
          // The device was pulled out: the transfer ends by itself.
        }
      },
    };
    return pooled;
  }
}
