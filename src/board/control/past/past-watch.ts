import { BusFault } from '../../../bus/index.ts';
import type { History } from '../../../lab/index.ts';
import type { TraceFilter } from '../../handles/traced-paths.ts';
import type { ControlEvent, ControlWatch } from '../protocol.ts';
import { tellRecords } from '../told-records.ts';
import { type KeptRun, pathsIn } from './kept-run.ts';
import type { LiveBoard } from './live-board.ts';
import { Past, type PastWish } from './past.ts';

/** What happened before is told first. */
export interface PastRequest {
  readonly wish: PastWish;
  /** Told what is missing, and why. */
  readonly note: (sentence: string) => void;
}

/** What is wanted of a board. */
interface Wanted {
  readonly filter: Required<TraceFilter>;
  /** The same as the board itself understands it, where it is there. */
  readonly only: readonly string[] | undefined;
}

/** Tells what was kept of a board and, where it is there, goes on with what happens, without a hole and nothing twice. */
export class PastWatch implements ControlWatch {
  readonly over: Promise<void>;
  readonly #history: History;
  readonly #request: PastRequest;
  readonly #live: LiveBoard | undefined;
  readonly #tell: (event: ControlEvent) => void;
  #isOver = false;
  #paused: Promise<void> | undefined;
  #goOn = (): void => {};

  /** @param live undefined: it is not there */
  constructor(
    history: History,
    request: PastRequest,
    live: LiveBoard | undefined,
    wanted: Wanted,
    tell: (event: ControlEvent) => void,
  ) {
    this.#history = history;
    this.#request = request;
    this.#live = live;
    this.#tell = tell;
    this.over = this.#run(wanted);
  }

  readonly pause = (): void => {
    this.#live?.session.pause();
    this.#paused ??= new Promise((resolve) => {
      this.#goOn = resolve;
    });
  };

  readonly resume = (): void => {
    this.#live?.session.resume();
    this.#paused = undefined;
    this.#goOn();
  };

  /** Nothing more is told. */
  end(): void {
    this.#isOver = true;
    this.resume();
    void this.#history.close();
  }

  async #run({ filter, only }: Wanted): Promise<void> {
    const live = this.#live;
    const isAll = filter.parts.length === 0 && filter.buses.length === 0;
    const past = new Past({
      history: this.#history,
      only: (buses) => (isAll ? undefined : (only ?? pathsIn(filter, buses))),
      tell: this.#tell,
      mayGoOn: async () => {
        await this.#paused;
        return !this.#isOver;
      },
    });
    await this.#unlessLost(() => past.tell(this.#request.wish));
    let run: KeptRun | undefined;
    await this.#unlessLost(async () => {
      if (live === undefined || this.#isOver) return;
      const watching = await live.watch(filter);
      run = past.begin(watching);
      await past.catchUp(run, watching);
    });
    void this.#history.close();
    if (past.strange > 0)
      this.#request.note(
        `${past.strange} messages of the history were left out: no host of this version of dtbus has written them`,
      );
    if (live === undefined || run === undefined) return;
    const of = run;
    live.hear((records, lost) => tellRecords(of.board, of.behind(records), this.#tell, lost));
    await live.over;
  }

  async #unlessLost(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      if (!(thrown instanceof BusFault)) throw thrown;
      if (!this.#isOver) this.#request.note(thrown.sentence);
    }
  }
}
