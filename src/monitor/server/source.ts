import type { BoardControl, ControlEvent, ControlWatch } from '../../board/index.ts';
import { busName, type PartReader, partReaders, watched } from '../../trace/decode.ts';
import type { TracedBoard, TracedBus } from '../../trace/index.ts';
import type { History } from './history.ts';
import type { KeptBoard, KeptEvent } from './kept-event.ts';
import { edgeRow, lineName, transferRow } from './row-of.ts';
import { Silences } from './silences.ts';

interface Known extends KeptBoard {
  readonly readers: readonly ReadonlyMap<number, PartReader>[];
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
      else this.#later(() => this.#add(event));
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
    return { buses, of, readers: await partReaders(buses) };
  }

  #add(event: Exclude<ControlEvent, { event: 'board' }>): void {
    if (event.event === 'lost') this.#history.lose(event.count);
    else this.#addEvent(event);
  }

  #addEvent(event: Extract<ControlEvent, { event: 'happened' }>): void {
    const { what, again } = event;
    const n = this.#history.next;
    const known = this.#known[event.board];
    const kept: KeptEvent = { on: known, what: again };
    if (what.kind === 'edge') {
      const name = lineName(what);
      this.#history.addLanes([{ name, kind: 'line', path: what.controller }]);
      this.#history.add(JSON.stringify(edgeRow(n, what)), kept);
      return;
    }
    const bus = known?.buses[what.bus];
    const readers = known?.readers[what.bus];
    if (bus === undefined || readers === undefined) return;
    this.#silences.see(what, readers);
    this.#history.add(JSON.stringify(transferRow(n, watched(what, bus, readers))), kept);
  }
}
