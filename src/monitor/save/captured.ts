import type { Captured, CapturedEvent } from '../../formats/index.ts';
import type { TracedBoard, TracedBus, TraceEvent } from '../../trace/index.ts';
import type { KeptBoard } from '../server/kept-event.ts';

/** Puts rows in the order of their beginning: of several boards, and of transfers that waited, they ended in another. */
export class Capturing {
  readonly #buses = new AllBuses();
  readonly #events: CapturedEvent[] = [];
  #of: TracedBoard | undefined;
  #beganMs: number | undefined;

  add(what: TraceEvent, on: KeptBoard | undefined): void {
    const atMs = what.startedMs + (what.kind === 'transfer' ? what.queuedMs : 0);
    this.#beganMs ??= atMs;
    // Nobody knows in which folder it is saved.
    if (on?.of !== undefined) this.#of = { ...on.of, file: baseName(on.of.file) };
    for (const each of on?.buses ?? []) this.#buses.place(each);
    const bus = what.kind === 'transfer' ? this.#buses.place(on?.buses[what.bus]) : undefined;
    this.#events.push({
      atNs: (atMs - this.#beganMs) * 1e6,
      what: bus === undefined ? what : ({ ...what, bus } as TraceEvent),
    });
  }

  /** So many events were lost before what is added next. */
  lose(count: number): void {
    this.#events.push({ atNs: Number.NaN, what: { kind: 'lost', count } });
  }

  get captured(): Captured {
    const events = this.#events.map(({ atNs, what }, place) => ({ atNs: this.#timeAt(place, atNs), what }));
    events.sort((a, b) => a.atNs - b.atNs);
    const zeroNs = events[0]?.atNs ?? 0;
    return {
      ...{ buses: this.#buses.all, board: this.#of, notes: [] },
      beganMs: this.#beganMs === undefined ? undefined : this.#beganMs + zeroNs / 1e6,
      events: events.map((event) => ({ ...event, atNs: event.atNs - zeroNs })),
    };
  }

  /** A loss was when what is behind it began; at the end, what is before it. */
  #timeAt(place: number, atNs: number): number {
    return Number.isNaN(atNs) ? ((this.#events[place + 1] ?? this.#events[place - 1])?.atNs ?? 0) : atNs;
  }
}

export const baseName = (path: string): string => path.replace(/^.*[/\\]/, '');

/** The buses of all boards that events are of: one that was started again has the same. */
class AllBuses {
  readonly all: TracedBus[] = [];
  readonly #places = new Map<TracedBus, number>();

  place(bus: TracedBus | undefined): number | undefined {
    if (bus === undefined) return undefined;
    const known = this.#places.get(bus);
    if (known !== undefined) return known;
    const { kind, number, path } = bus;
    const same = this.all.findIndex(
      (each) => each.kind === kind && each.number === number && each.path === path,
    );
    const place = same < 0 ? this.all.push(bus) - 1 : same;
    this.#places.set(bus, place);
    return place;
  }
}
