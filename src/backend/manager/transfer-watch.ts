import type { Controller, MaybePromise, TransferNotes } from '../../bus/index.ts';
import type { TransferRecord } from '../../trace/index.ts';

/** The time by which a board tells its transfers: one for all its buses, and monotonic. */
export interface TraceTime {
  /** Its beginning, in ms since 1970. */
  readonly originMs: number;
  /** ms since then. */
  nowMs(): number;
}

const NOTHING: TransferNotes = { stretchedNs: 0, struck: [] };

/** What the record of a transfer says of the request itself. */
type Asked = Pick<TransferRecord, 'bus' | 'client' | 'messages' | 'chipSelect' | 'transfers' | 'fault'>;

/** Looks at one transfer of a bus that is observed, from its request to its end. */
export class TransferWatch {
  readonly #time: TraceTime;
  readonly #askedMs: number;
  readonly #atOnce: boolean;
  #turnMs = 0;
  /** Undefined while it is under way. */
  #wireMs: number | undefined = 0;
  #attempts = 0;
  #stretchedNs = 0;
  #struck = NOTHING.struck;

  /** From now on the transfer waits for its turn. @param atOnce it is its turn already */
  constructor(time: TraceTime, atOnce: boolean) {
    this.#time = time;
    this.#atOnce = atOnce;
    this.#askedMs = time.nowMs();
  }

  /** Carries the transfer out, perhaps again. The host's next job must not begin before the end was seen. */
  carryOut(controller: Controller, work: () => MaybePromise<void>): MaybePromise<void> {
    if (this.#attempts++ === 0) this.#turnMs = this.#atOnce ? this.#askedMs : this.#time.nowMs();
    this.#wireMs = undefined;
    const ended = () => {
      this.#wireMs = this.#time.nowMs() - this.#turnMs;
      const { stretchedNs, struck } = controller.notes?.() ?? NOTHING;
      this.#stretchedNs += stretchedNs;
      if (struck.length > 0) this.#struck = [...this.#struck, ...struck];
    };
    let done: MaybePromise<void>;
    try {
      done = work();
    } catch (thrown) {
      ended();
      throw thrown;
    }
    if (done !== undefined) return done.finally(ended);
    ended();
  }

  /** What is known at the end: of all transfers it has one shape, since it is made for each of them. */
  recordOf({ bus, client, messages, chipSelect, transfers, fault }: Asked): TransferRecord {
    const [turnMs, wireMs] = [this.#turnMs, this.#wireMs];
    // What was refused before its turn, and a host that did not heed its deadline and is still at it.
    const nowMs = this.#attempts === 0 || wireMs === undefined ? this.#time.nowMs() : 0;
    return {
      bus,
      client,
      startedMs: this.#time.originMs + this.#askedMs,
      queuedMs: (this.#attempts === 0 ? nowMs : turnMs) - this.#askedMs,
      wireMs: wireMs ?? nowMs - turnMs,
      attempts: this.#attempts,
      stretchedNs: this.#stretchedNs,
      struck: this.#struck,
      messages,
      chipSelect,
      transfers,
      fault,
    };
  }
}
