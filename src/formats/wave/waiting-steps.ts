import { Queue } from './queue.ts';

/** A step that waits for its turn. */
export interface Waiting<Step> {
  readonly step: Step;
  /** Of two at the same tick that comes first whose order is less. */
  readonly order: number;
  /** Since when nothing else has happened, where it is the first of an event. */
  readonly quietSince?: number | undefined;
}

/** Steps that wait for their turn, in queues that are in order each. */
export class WaitingSteps<Step extends { readonly tick: number }> {
  readonly #queues: readonly Queue<Waiting<Step>>[];

  constructor(queues: number) {
    this.#queues = Array.from({ length: queues }, () => new Queue());
  }

  /** Not before the last of the same queue. */
  put(queue: number, waiting: Waiting<Step>): void {
    this.#queues[queue]?.push(waiting);
  }

  /** The tick of the first of all. */
  get tick(): number {
    return this.#next()?.first?.step.tick ?? Number.POSITIVE_INFINITY;
  }

  /** Takes the first of all, if it is before this tick. */
  take(before: number): Waiting<Step> | undefined {
    const queue = this.#next();
    const first = queue?.first;
    if (first === undefined || first.step.tick >= before) return undefined;
    queue?.shift();
    return first;
  }

  /** The queue that has the first of all. */
  #next(): Queue<Waiting<Step>> | undefined {
    let [next, first] = [
      undefined as Queue<Waiting<Step>> | undefined,
      undefined as Waiting<Step> | undefined,
    ];
    for (const queue of this.#queues) {
      const waiting = queue.first;
      if (waiting === undefined || (first !== undefined && !isBefore(waiting, first))) continue;
      [next, first] = [queue, waiting];
    }
    return next;
  }
}

const isBefore = <Step extends { readonly tick: number }>(a: Waiting<Step>, b: Waiting<Step>): boolean =>
  a.step.tick < b.step.tick || (a.step.tick === b.step.tick && a.order < b.order);
