import { BusFault, type LineController, type LineEdge } from '../../src/bus/index.ts';
import { LINE_ACTION } from '../../src/remote/index.ts';
import { GPIO_CAPABILITIES } from './capabilities.ts';

const { GET, INPUT, LOW, HIGH, RELEASE, WATCH, UNWATCH } = LINE_ACTION;

/** What the lines need of the way to their host. */
export interface LineWay {
  readonly description: string;
  /** @returns the level, of actions that tell it @throws {BusFault} */
  ask(line: number, action: number): Promise<boolean | undefined>;
}

/** The lines of a GPIO controller of another machine. Its edges are pushed, with their time there. */
export class RemoteLines implements LineController {
  readonly capabilities = GPIO_CAPABILITIES;
  onEdge: ((edge: LineEdge) => void) | undefined;
  readonly #way: LineWay;
  /** What is driven and watched: a host that was lost has it again when it is back. */
  readonly #outputs = new Map<number, boolean>();
  readonly #watched = new Set<number>();
  /** What was pushed last. */
  readonly #edges = new Map<number, LineEdge>();
  /** Requests are sent in their order. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(way: LineWay) {
    this.#way = way;
  }

  get description(): string {
    return this.#way.description;
  }

  /** The host was reached, perhaps once more. @throws {BusFault} */
  async setUp(): Promise<void> {
    for (const [line, high] of [...this.#outputs]) await this.#way.ask(line, high ? HIGH : LOW);
    for (const line of [...this.#watched]) this.#seen(line, await this.#asked(line, WATCH));
  }

  async get(line: number): Promise<boolean> {
    const high = await this.#ask(line, GET);
    if (high === undefined) throw new BusFault('EPROTO', 'the host told no level');
    return high;
  }

  async input(line: number): Promise<void> {
    this.#outputs.delete(line);
    this.#seen(line, await this.#ask(line, INPUT));
  }

  async drive(line: number, high: boolean): Promise<void> {
    this.#watched.delete(line);
    this.#outputs.set(line, high);
    try {
      await this.#ask(line, high ? HIGH : LOW);
    } catch (error) {
      if (BusFault.from(error).code !== 'ENODEV') this.#outputs.delete(line);
      throw error;
    }
  }

  async release(line: number): Promise<void> {
    this.#watched.delete(line);
    if (this.#outputs.delete(line)) await this.#ask(line, RELEASE);
  }

  async watch(line: number, wanted: boolean): Promise<void> {
    if (wanted) {
      this.#outputs.delete(line);
      this.#watched.add(line);
      this.#seen(line, await this.#ask(line, WATCH));
    } else if (this.#watched.delete(line)) await this.#ask(line, UNWATCH);
  }

  /** The host has pushed an edge. */
  heard(edge: LineEdge): void {
    if (!this.#watched.has(edge.line)) return;
    this.#edges.set(edge.line, edge);
    this.onEdge?.(edge);
  }

  /** The level that an answer told, which may be news. */
  #seen(line: number, high: boolean | undefined): void {
    if (high !== undefined) this.onEdge?.({ line, high, atNs: undefined });
  }

  /** An edge that was pushed behind an answer is newer, though it may be heard before. */
  async #asked(line: number, action: number): Promise<boolean | undefined> {
    const before = this.#edges.get(line);
    const high = await this.#way.ask(line, action);
    const edge = this.#edges.get(line);
    return high === undefined || edge === before ? high : edge?.high;
  }

  #ask(line: number, action: number): Promise<boolean | undefined> {
    const done = this.#last.then(() => this.#asked(line, action));
    this.#last = done.catch(() => {
      // Told to who asked.
    });
    return done;
  }
}
