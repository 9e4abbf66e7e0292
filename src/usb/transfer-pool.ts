import type { PackageEndpoint, PackageTransfer } from './package-types.ts';

type Done = (error: unknown, data: Buffer, length: number) => void;

/** A transfer object of the package, which carries one transfer after another. */
export interface PooledTransfer {
  readonly transfer: PackageTransfer;
  /** Is told how the present one ended. */
  done: Done;
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
    const pooled = this.#free.pop() ?? this.#make();
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
        pooled.done(error, data, length);
      }),
      done: () => {},
    };
    return pooled;
  }
}
