import { BusFault, I2C_FUNC, I2C_M, type I2cAdapter, type I2cMessage } from '../bus/index.ts';
import { faultAt, hexAddress } from './fault-context.ts';
import { checkCounts } from './i2c-segments.ts';

/** Linux gives up retrying after the adapter's timeout, by default one second (i2c_register_adapter). */
const RETRY_WINDOW_MS = 1000;

/** What all who open a node share; see `I2cNode`. */
export interface I2cSettings {
  readonly path: string;
  readonly adapter: I2cAdapter;
  timeoutMs: number | undefined;
  retries: number;
  isBound(addr: number): boolean;
}

/** Whether the part says how many bytes it has. */
const isCounted = ({ flags }: I2cMessage) => (flags & I2C_M.RECV_LEN) !== 0;

/** Runs the messages of one open node: the retries that were asked for, and faults that name node and address. */
export class I2cRunner {
  /** Why the last transfer that failed did. */
  lastFault: BusFault | undefined;
  readonly #node: I2cSettings;
  #open = true;

  constructor(node: I2cSettings) {
    this.#node = node;
  }

  /** @throws {BusFault} as the adapter, and `ENODEV` when closed */
  runSync(messages: readonly I2cMessage[]): void {
    const start = this.#begin(messages);
    const carried = this.#carried(messages);
    for (let attempt = 0; ; attempt++) {
      try {
        this.#node.adapter.transferSync(carried, this.#node.timeoutMs);
        checkCounts(messages);
        return;
      } catch (thrown) {
        this.#retryOrThrow(thrown, messages, attempt, start);
      }
    }
  }

  /** Promising twin of `runSync`. */
  async run(messages: readonly I2cMessage[]): Promise<void> {
    const start = this.#begin(messages);
    const carried = this.#carried(messages);
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#node.adapter.transfer(carried, this.#node.timeoutMs);
        checkCounts(messages);
        return;
      } catch (thrown) {
        this.#retryOrThrow(thrown, messages, attempt, start);
      }
    }
  }

  /** Does what may throw before anything is on the bus: the fault names the node. */
  guard<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (thrown) {
      throw faultAt(this.#node.path, thrown);
    }
  }

  /** The place that a fault names. */
  at(addr: number | undefined): string {
    const { path } = this.#node;
    return addr === undefined ? path : `${path}, address ${hexAddress(addr)}`;
  }

  /** What comes later fails with `ENODEV`. */
  close(): void {
    this.#open = false;
  }

  #begin(messages: readonly I2cMessage[]): number {
    if (!this.#open) throw faultAt(this.at(messages[0]?.addr), new BusFault('ENODEV', 'the node is closed'));
    return this.#node.retries > 0 ? performance.now() : 0;
  }

  /**
   * The messages as the adapter can carry them. One that cannot let the part say how long a block is reads
   * the longest there may be (a virtio request has no place for the flag); what is too much is dropped.
   */
  #carried(messages: readonly I2cMessage[]): readonly I2cMessage[] {
    const { functionality } = this.#node.adapter;
    if (!messages.some(isCounted) || functionality & I2C_FUNC.SMBUS_READ_BLOCK_DATA) return messages;
    return messages.map(({ addr, flags, buf }) => ({ addr, flags: flags & ~I2C_M.RECV_LEN, buf }));
  }

  /** `i2c_transfer`'s rule: only lost arbitration is tried again, a number of times, for a bounded time. */
  #retryOrThrow(thrown: unknown, messages: readonly I2cMessage[], attempt: number, start: number): void {
    const { retries, timeoutMs = RETRY_WINDOW_MS } = this.#node;
    const again = thrown instanceof BusFault && thrown.code === 'EAGAIN' && attempt < retries;
    if (again && performance.now() - start <= timeoutMs) return;
    // The message that was refused, where the adapter says which.
    const failed = (thrown instanceof BusFault ? thrown.nack?.message : undefined) ?? 0;
    this.lastFault = faultAt(this.at(messages[failed]?.addr), thrown);
    throw this.lastFault;
  }
}
