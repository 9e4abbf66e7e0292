import { type BoardControl, type ControlEvent, type ControlWatch, eventFromWire } from '../../board/index.ts';
import { busName, type PartReader, partReaders, watched } from '../../trace/decode.ts';
import type { TracedBus } from '../../trace/index.ts';
import type { History } from './history.ts';
import { edgeRow, lineName, transferRow } from './row-of.ts';

interface Known {
  readonly buses: readonly TracedBus[];
  readonly readers: readonly ReadonlyMap<number, PartReader>[];
}

/** Writes down what happens on a running board, decoded by the data sheets of its parts. */
export class Source {
  readonly #history: History;
  /** Each board of the process, when its parts' data sheets are loaded. */
  readonly #boards: Promise<Known>[] = [];
  /** Events wait for the data sheets, and stay in their order. */
  #told: Promise<void> | undefined;
  #known: Known[] = [];

  constructor(history: History) {
    this.#history = history;
  }

  /** @throws {Error} the process does not answer */
  watch(control: BoardControl): Promise<ControlWatch> {
    this.#boards.length = 0;
    this.#known = [];
    return control.watch({}, (event) => {
      if (event.event === 'board') {
        const known = this.#attach(event.buses);
        this.#boards[event.board] = known;
        const before = this.#told ?? Promise.resolve();
        const told = before.then(async () => {
          this.#known[event.board] = await known;
          if (this.#told === told) this.#told = undefined;
        });
        this.#told = told;
      } else if (this.#told === undefined) this.#add(event);
      else this.#told = this.#told.then(() => this.#add(event));
    });
  }

  async #attach(buses: readonly TracedBus[]): Promise<Known> {
    this.#history.addLanes(buses.map((bus) => ({ name: busName(bus), kind: bus.kind, path: bus.path })));
    return { buses, readers: await partReaders(buses) };
  }

  #add(event: Exclude<ControlEvent, { event: 'board' }>): void {
    if (event.event === 'lost') this.#history.lose(event.count);
    else this.#addEvent(event);
  }

  #addEvent(event: Extract<ControlEvent, { event: 'happened' }>): void {
    const what = eventFromWire(event.what);
    const n = this.#history.next;
    if (what.kind === 'edge') {
      const name = lineName(what);
      this.#history.addLanes([{ name, kind: 'line', path: what.controller }]);
      this.#history.add(JSON.stringify(edgeRow(n, what)));
      return;
    }
    const known = this.#known[event.board];
    const bus = known?.buses[what.bus];
    const readers = known?.readers[what.bus];
    if (bus === undefined || readers === undefined) return;
    this.#history.add(JSON.stringify(transferRow(n, watched(what, bus, readers))));
  }
}
