import type { BoardControl, ControlEvent, ControlWatch } from '../../board/index.ts';
import { busName, LONG_MS, type PartReader, partReaders, watched } from '../../trace/decode.ts';
import type { TracedBoard, TracedBus, TraceEvent } from '../../trace/index.ts';
import type { History } from './history.ts';
import type { KeptBoard, KeptEvent } from './kept-event.ts';
import { edgeHappening, happeningOf, lineName, timesOf } from './row-of.ts';
import { Silences } from './silences.ts';

/** Meanings that are kept for transfers that are the same. */
const MEANINGS_KEPT = 4096;

interface Known extends KeptBoard {
  readonly readers: readonly ReadonlyMap<number, PartReader>[];
  /** What was made of transfers, by `AlikeTransfer.key`. */
  readonly meanings: Map<string, Meaning>;
}

interface Meaning {
  /** JSON of a `Happening`. */
  readonly text: string;
  readonly hasFailed: boolean;
}

/** Writes down what happens on a running board, decoded by the data sheets of its parts. */
export class Source {
  readonly #history: History;
  /** Events wait for the data sheets, and stay in their order. */
  #told: Promise<void> | undefined;
  /** Each board of the process, when its parts' data sheets are loaded. */
  #known: Known[] = [];
  readonly #silences = new Silences();

  constructor(history: History) {
    this.#history = history;
  }

  /** @throws {Error} the process does not answer */
  watch(control: BoardControl): Promise<ControlWatch> {
    this.#known = [];
    this.#silences.clear();
    return control.watch({}, (event) => {
      if (event.event === 'board') {
        const known = this.#attach(event.buses, event.of);
        this.#later(async () => {
          this.#known[event.board] = await known;
        });
      } else if (this.#told === undefined) this.#add(event);
      else {
        // What is no record is refused now, and not later.
        if (event.event === 'happened') void event.what;
        this.#later(() => this.#add(event));
      }
    });
  }

  /** Paths of parts that did not acknowledge their address when they were asked last. */
  get silent(): readonly string[] {
    return this.#silences.paths;
  }

  /** When all that was told so far is written down. */
  async settled(): Promise<void> {
    await this.#told;
  }

  /** Behind all that waits; when nothing does any more, nothing need wait. */
  #later(work: () => void | Promise<void>): void {
    const told = (this.#told ?? Promise.resolve()).then(work).then(() => {
      if (this.#told === told) this.#told = undefined;
    });
    this.#told = told;
  }

  async #attach(buses: readonly TracedBus[], of: TracedBoard | undefined): Promise<Known> {
    this.#history.addLanes(buses.map((bus) => ({ name: busName(bus), kind: bus.kind, path: bus.path })));
    return { buses, of, readers: await partReaders(buses), meanings: new Map() };
  }

  #add(event: Exclude<ControlEvent, { event: 'board' }>): void {
    if (event.event === 'lost') this.#history.lose(event.count);
    else this.#addEvent(event);
  }

  #addEvent(event: Extract<ControlEvent, { event: 'happened' }>): void {
    const known = this.#known[event.board];
    const kept: KeptEvent = { on: known, record: event.record };
    const found = event.alike;
    // That it waited long for its turn is told beside its meaning.
    const alike = found !== undefined && found.queuedMs < LONG_MS ? found : undefined;
    const meaning = alike && known?.meanings.get(alike.key);
    if (alike !== undefined && meaning !== undefined) {
      if (meaning.hasFailed || !this.#silences.isEmpty) this.#see(event.what, known);
      this.#history.add(meaning.text, timesOf(alike), kept);
      return;
    }
    const { what } = event;
    if (what.kind === 'edge') {
      const name = lineName(what);
      this.#history.addLanes([{ name, kind: 'line', path: what.controller }]);
      this.#history.add(
        JSON.stringify(edgeHappening(what)),
        { at: what.startedMs, queued: 0, wire: 0 },
        kept,
      );
      return;
    }
    const bus = known?.buses[what.bus];
    const readers = known?.readers[what.bus];
    if (known === undefined || bus === undefined || readers === undefined) return;
    this.#see(what, known);
    const seen = watched(what, bus, readers);
    const text = JSON.stringify(happeningOf(seen));
    if (alike !== undefined && seen.isOfItself) {
      if (known.meanings.size >= MEANINGS_KEPT) known.meanings.clear();
      known.meanings.set(alike.key, { text, hasFailed: what.fault !== undefined });
    }
    this.#history.add(text, timesOf(what), kept);
  }

  #see(what: TraceEvent, known: Known | undefined): void {
    const readers = what.kind === 'transfer' ? known?.readers[what.bus] : undefined;
    if (what.kind === 'transfer' && readers !== undefined) this.#silences.see(what, readers);
  }
}
