import { BusFault, type LineCapabilities, type LineController, type LineEdge } from '../../src/bus/index.ts';

/** The pins of an adapter, which are moved and read by requests that take time. All throw a `BusFault`. */
export interface PinBank {
  /** Of the adapter, for a person. */
  readonly description: string;
  readonly count: number;
  /** What a pin is called on the adapter: `GP0`, `AD4`. */
  nameOf(line: number): string;
  /** Why a pin can be no line, or no output; undefined where it can. */
  refusal(line: number, isOutput: boolean): BusFault | undefined;
  /** Takes a pin from whatever else it does, the first time that it is asked for. Missing: nothing has to be done. */
  claim?(line: number, signal: AbortSignal): Promise<void>;
  /** Levels of all pins; bit n is that of pin n. */
  read(signal: AbortSignal): Promise<number>;
  /** Makes a pin an output that drives a level, or an input. */
  set(line: number, level: boolean | undefined, signal: AbortSignal): Promise<void>;
}

/** What such lines can do. */
export const PIN_CAPABILITIES: LineCapabilities = {
  bias: [],
  drives: ['push-pull'],
  edges: 'polled',
  debounce: false,
};

/** How often lines are read whose edges somebody waits for, and how long an adapter has to answer, in ms. */
const POLL_MS = 10;
const ANSWER_MS = 1000;

/** GPIO lines on the pins of an adapter, asked for one after another. Edges are seen by reading again and again. */
export class PinLines implements LineController {
  readonly capabilities = PIN_CAPABILITIES;
  onEdge: ((edge: LineEdge) => void) | undefined;
  readonly #bank: PinBank;
  readonly #claimed = new Set<number>();
  /** What outputs drive: an adapter that was lost drives it again when it is back. */
  readonly #outputs = new Map<number, boolean>();
  /** The levels of watched lines that were seen last. */
  readonly #watched = new Map<number, boolean | undefined>();
  #last: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isOpen = false;

  constructor(bank: PinBank) {
    this.#bank = bank;
  }

  get description(): string {
    return this.#bank.description;
  }

  /** The adapter was opened, perhaps once more. @throws {BusFault} it does not drive what it drove before */
  async opened(): Promise<void> {
    this.#isOpen = true;
    this.#claimed.clear();
    for (const [line, high] of this.#outputs) await this.#set(line, high);
    for (const line of this.#watched.keys()) this.#watched.set(line, undefined);
    this.#poll();
  }

  closed(): void {
    this.#isOpen = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  get(line: number): Promise<boolean> {
    this.#check(line, false);
    return this.#do(async (signal) => {
      await this.#claim(line, signal);
      return ((await this.#bank.read(signal)) & (1 << line)) !== 0;
    });
  }

  async input(line: number): Promise<void> {
    this.#check(line, false);
    this.#outputs.delete(line);
    await this.#set(line, undefined);
  }

  async drive(line: number, high: boolean): Promise<void> {
    this.#check(line, true);
    this.#outputs.set(line, high);
    try {
      await this.#set(line, high);
    } catch (error) {
      this.#outputs.delete(line);
      throw error;
    }
  }

  async release(line: number): Promise<void> {
    if (this.#outputs.has(line)) await this.input(line);
  }

  async watch(line: number, wanted: boolean): Promise<void> {
    if (!wanted) {
      this.#watched.delete(line);
      return;
    }
    if (this.#watched.has(line)) return;
    await this.input(line);
    this.#watched.set(line, await this.get(line));
    this.#poll();
  }

  async #set(line: number, level: boolean | undefined): Promise<void> {
    await this.#do(async (signal) => {
      await this.#claim(line, signal);
      await this.#bank.set(line, level, signal);
    });
  }

  async #claim(line: number, signal: AbortSignal): Promise<void> {
    if (this.#claimed.has(line)) return;
    await this.#bank.claim?.(line, signal);
    this.#claimed.add(line);
  }

  /** One after another, in the order in which they were asked for. */
  #do<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const done = this.#last.then(() => {
      if (!this.#isOpen) throw new BusFault('ENODEV', `${this.description} is not open`);
      return work(AbortSignal.timeout(ANSWER_MS));
    });
    this.#last = done.catch(() => {
      // Told to who asked.
    });
    return done;
  }

  /** @throws {BusFault} */
  #check(line: number, isOutput: boolean): void {
    const { count } = this.#bank;
    if (!(line >= 0 && line < count))
      throw new BusFault('EINVAL', `invalid line ${line}: ${this.description} has lines 0 to ${count - 1}`);
    const refusal = this.#bank.refusal(line, isOutput);
    if (refusal !== undefined) throw refusal;
  }

  #poll(): void {
    if (this.#timer !== undefined || this.#watched.size === 0 || !this.#isOpen) return;
    this.#timer = setTimeout(() => {
      this.#do((signal) => this.#bank.read(signal)).then(
        (levels) => this.#compare(levels),
        // One that is gone is asked again once it is open again.
        (error: unknown) => (BusFault.from(error).code === 'ENODEV' ? this.closed() : this.#again()),
      );
    }, POLL_MS);
    this.#timer.unref();
  }

  #again(): void {
    this.#timer = undefined;
    this.#poll();
  }

  #compare(levels: number): void {
    for (const [line, before] of this.#watched) {
      const high = (levels & (1 << line)) !== 0;
      this.#watched.set(line, high);
      if (before !== undefined && before !== high) this.onEdge?.({ line, high, atNs: undefined });
    }
    this.#again();
  }
}

/** The fault of a pin that a bus of the adapter has. */
export function busPin(name: string, adapter: string, remedy = ''): BusFault {
  return new BusFault('EBUSY', `${name} of ${adapter} is a pin of its bus${remedy && `: ${remedy}`}`);
}
