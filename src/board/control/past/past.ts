import { setTimeout as sleep } from 'node:timers/promises';
import { BusFault } from '../../../bus/index.ts';
import type { History, KeptMessage } from '../../../lab/index.ts';
import { isReadable, keptFrame, type Told } from '../../../remote/index.ts';
import type { TracedBus } from '../../../trace/index.ts';
import type { ControlEvent } from '../protocol.ts';
import { type KeptEvent, KeptRun } from './kept-run.ts';

/** What came just now is put away soon: so long it is waited for, in ms, and asked for so often. */
const JOIN_LIMIT_MS = 3000;
const JOIN_LOOK_MS = 50;
/** Runs of a board's host that are told apart. */
const RUNS_MAX = 1024;
/** How much further back is looked when what was found does not do. */
const FURTHER = 4;

/** Since when (ms since 1970), or how many of the last. */
export type PastWish = { readonly sinceMs: number } | { readonly last: number };

/** What is told of the past, and to whom. */
interface PastOptions {
  readonly history: History;
  /** Paths that are wanted of a board; undefined: all. */
  readonly only: (of: readonly TracedBus[]) => readonly string[] | undefined;
  readonly tell: (event: ControlEvent) => void;
  /** Resolves when more may be told; false: nothing any more. */
  readonly mayGoOn: () => Promise<boolean>;
}

/** Tells what a server has kept of a board, in its order, each event once. */
export class Past {
  readonly #options: PastOptions;
  /** By their names; undefined: what its events are of is not known. */
  readonly #runs = new Map<string, KeptRun | undefined>();
  /** Number of the next message. */
  #at = 1;
  /** Messages that could not be read. */
  #strange = 0;

  constructor(options: PastOptions) {
    this.#options = options;
  }

  /** How many messages were left out: of strangers, or of other versions. */
  get strange(): number {
    return this.#strange;
  }

  /** Tells what is kept. @throws {BusFault} */
  async tell(wish: PastWish): Promise<void> {
    if ('last' in wish) await this.#tellLast(wish.last);
    else {
      this.#at = await this.#options.history.find(wish.sinceMs);
      await this.#toEnd(this.#tellOne);
    }
  }

  /** The run that is traced live, which knows what of it has come. */
  begin({ run: name, board }: Told<'watching'>): KeptRun {
    const run = this.#runs.get(name) ?? this.#add(name, board);
    run.begin(this.#options.tell);
    return run;
  }

  /** Goes on to where its live trace begins, and tells what is missing up to there. @throws {BusFault} */
  async catchUp(run: KeptRun, { run: name, board, sequence }: Told<'watching'>): Promise<void> {
    try {
      const giveUp = performance.now() + JOIN_LIMIT_MS;
      for (;;) {
        await this.#toEnd(this.#tellOne);
        if (sequence === 0 || run.hasCome(sequence)) break;
        if (run.isEmpty && (await this.#isOlder(name, board, sequence))) break;
        if (performance.now() > giveUp) break;
        await sleep(JOIN_LOOK_MS);
      }
    } finally {
      const missing = run.goOn(sequence);
      if (missing > 0) this.#options.tell({ event: 'lost', board: run.board, count: missing });
    }
  }

  readonly #tellOne = (event: KeptEvent): void => event.run.tell(event, this.#options.tell);

  async #tellLast(count: number): Promise<void> {
    const { first, last } = await this.#options.history.ends();
    let found: KeptEvent[] = [];
    // A message has at least one event, or describes the board.
    for (let back = count + 1; ; back *= FURTHER) {
      const from = Math.max(first, last + 1 - back);
      found = [];
      this.#runs.clear();
      this.#strange = 0;
      this.#at = from;
      await this.#toEnd((event) => {
        found.push(event);
        if (found.length >= 2 * count) found.splice(0, found.length - count);
      });
      if (found.length >= count || from === first) break;
    }
    for (const [n, event] of found.slice(-count).entries())
      this.#tellOne(n === 0 ? { ...event, lost: 0 } : event);
  }

  /** All events of a run are older than what was asked for. */
  async #isOlder(name: string, board: Told<'watching'>['board'], sequence: number): Promise<boolean> {
    const message = await this.#options.history.last(name, 'events');
    const frame = message && frameOf(message);
    if (frame?.kind !== 'happened') return false;
    const run = new KeptRun(0, board, () => undefined);
    run.take(frame.records, () => {});
    return run.hasCome(sequence);
  }

  async #toEnd(told: (event: KeptEvent) => void): Promise<void> {
    const { history, mayGoOn } = this.#options;
    while (await mayGoOn()) {
      const messages = await history.read(this.#at);
      for (const message of messages) {
        await this.#take(message, told);
        this.#at = message.at + 1;
      }
      if (messages.length > 0) continue;
      const { first, last } = await history.ends();
      if (last + 1 >= this.#at) return;
      // It was deleted, and begun anew: events that are missing are seen by their numbers.
      this.#at = first;
    }
  }

  async #take(message: KeptMessage, told: (event: KeptEvent) => void): Promise<void> {
    const frame = frameOf(message);
    const run = frame && (await this.#runOf((message.of as { readonly run: string }).run));
    const isRead = run !== undefined && (frame?.kind !== 'happened' || run.take(frame.records, told));
    if (!isRead) this.#strange++;
  }

  async #runOf(name: string): Promise<KeptRun | undefined> {
    if (this.#runs.has(name)) return this.#runs.get(name);
    if (this.#runs.size >= RUNS_MAX) return undefined;
    const message = await this.#options.history.last(name, 'board');
    const frame = message && frameOf(message);
    if (frame?.kind === 'watching')
      try {
        return this.#add(name, frame.board);
      } catch (thrown) {
        if (!(thrown instanceof BusFault)) throw thrown;
      }
    this.#runs.set(name, undefined);
    return undefined;
  }

  #add(name: string, board: Told<'watching'>['board']): KeptRun {
    const run = new KeptRun(this.#runs.size, board, this.#options.only);
    this.#runs.set(name, run);
    return run;
  }
}

/** Undefined: it is of a stranger, or of another version. */
function frameOf({ of, bytes }: KeptMessage): Told<'watching'> | Told<'happened'> | undefined {
  if (of === undefined || !isReadable(of.run)) return undefined;
  try {
    return keptFrame(bytes);
  } catch (thrown) {
    if (thrown instanceof BusFault) return undefined;
    throw thrown;
  }
}
