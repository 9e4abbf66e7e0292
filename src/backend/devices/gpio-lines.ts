import type { MaybePromise } from '../../bus/index.ts';
import { Ownership } from '../clients/ownership.ts';

/** Told of every change of level, and when it was seen, where an adapter saw it (`LineEdge.atNs`). */
type LineListener = (line: number, high: boolean, atNs: bigint | undefined) => void;

/**
 * What is behind the lines of a controller that is on an adapter. All throw a `BusFault`, save where something ends; what
 * takes time is done later, and whoever waits for that may: a promise that fails was told of, and may be passed over.
 */
export interface LineSource {
  /** The level of an input; undefined where that is told later. */
  level(line: number): boolean | undefined;
  /** The level of an input, as soon as it is known. Rejects with a `BusFault`. */
  read(line: number): MaybePromise<boolean>;
  input(line: number): MaybePromise<void>;
  /** What an output drives; undefined: nothing any more. */
  output(line: number, high: boolean | undefined): MaybePromise<void>;
  /** Whether somebody waits for changes of the line. */
  watch(line: number, wanted: boolean): void;
}

/** Who drives the lines in the name of their source. */
const SOURCE: LineDriver = { name: 'the adapter' };

/** Whoever drives a line. */
interface LineDriver {
  /** `the board`, `/i2c/gpio@20 INT` */
  readonly name: string;
}

interface Listening {
  readonly listener: LineListener;
  readonly failed: (error: unknown) => void;
}

/** What becomes of an error that no caller waits for. */
const warnOf = (path: string) => (error: unknown) =>
  process.emitWarning(`${path}: a listener failed and is not called again: ${sentenceOf(error)}`);

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * The lines of a GPIO controller as wires. Several may drive one line: front-ends, the interrupt outputs of
 * parts, a script. A line is low as soon as one of them pulls it low and high otherwise, as open-drain outputs
 * on a pull-up are; so a line that nobody drives is high.
 */
export class GpioLines {
  /** Of the controller's node. */
  readonly path: string;
  /** A name a line; empty for one without. */
  readonly names: readonly string[];
  /** Who may set a line: the front-end that made it an output. Everybody may look. */
  readonly ownership: Ownership;
  readonly #levels: Uint8Array;
  readonly #drivers: readonly Map<LineDriver, boolean>[];
  /** What outputs drive, as the source was told. */
  readonly #outputs = new Map<number, boolean>();
  readonly #watchers = new Map<number, Set<object>>();
  #listeners: readonly Listening[] = [];
  /** Missing where the lines are wires of the board alone. */
  source: LineSource | undefined;

  /** @param names as many as there are lines */
  constructor(path: string, names: readonly string[]) {
    this.path = path;
    this.names = names;
    this.ownership = new Ownership('gpio', path);
    this.#levels = new Uint8Array(names.length).fill(1);
    this.#drivers = names.map(() => new Map());
  }

  get count(): number {
    return this.names.length;
  }

  /** True while the line is high. @throws {RangeError} no such line. @throws {BusFault} of its adapter. */
  level(line: number): boolean {
    this.#check(line);
    const seen = this.source === undefined || this.#outputs.has(line) ? undefined : this.source.level(line);
    if (seen !== undefined) this.heard(line, seen);
    return this.#levels[line] === 1;
  }

  /** The level, as soon as its adapter has told it. @throws {RangeError} no such line. @throws {BusFault} of its adapter. */
  read(line: number): MaybePromise<boolean> {
    this.#check(line);
    const read = this.source === undefined || this.#outputs.has(line) ? undefined : this.source.read(line);
    const heard = (high: boolean): boolean => {
      this.heard(line, high);
      return this.lastLevel(line);
    };
    if (read instanceof Promise) return read.then(heard);
    return read === undefined ? this.lastLevel(line) : heard(read);
  }

  /** The level that was seen last; of its adapter nothing is asked. @throws {RangeError} no such line. */
  lastLevel(line: number): boolean {
    this.#check(line);
    return this.#levels[line] === 1;
  }

  /** The adapter saw that level. Of an output it is no news. */
  heard(line: number, high: boolean, atNs?: bigint): void {
    if (!this.#outputs.has(line)) this.drive(line, SOURCE, high, atNs);
  }

  /** Makes the line an input of its adapter too. @throws {RangeError} no such line. @throws {BusFault} */
  input(line: number): MaybePromise<void> {
    this.#check(line);
    return this.source?.input(line);
  }

  /** From now on `watcher` waits for changes of the line, or not any more. @throws {BusFault} it cannot */
  watch(line: number, watcher: object, wanted: boolean): void {
    const watchers = this.#watchers.get(line) ?? new Set();
    if (watchers.has(watcher) === wanted) return;
    if (wanted && watchers.size === 0) this.source?.watch(line, true);
    if (wanted) watchers.add(watcher);
    else watchers.delete(watcher);
    this.#watchers.set(line, watchers);
    if (!wanted && watchers.size === 0) this.source?.watch(line, false);
  }

  /** The front-end whose output the line is; undefined for an input. @throws {RangeError} no such line. */
  outputOf(line: number): string | undefined {
    this.#check(line);
    return this.ownership.ownerOf(line)?.name;
  }

  /** Who gives the line its level: all that pull it low, else the output that it is. @throws {RangeError} no such line. */
  driversOf(line: number): string[] {
    this.#check(line);
    const pulling = [...(this.#drivers[line] ?? [])].flatMap(([{ name }, high]) => (high ? [] : [name]));
    return pulling.length > 0 ? pulling : [this.outputOf(line)].filter((name) => name !== undefined);
  }

  /**
   * What `driver`, whoever it is, does to the line: high, low, or undefined to let it go.
   * @returns a promise where an adapter has yet to do it. It may be passed over.
   * @throws {RangeError} no such line. @throws {BusFault} its adapter cannot.
   */
  drive(line: number, driver: LineDriver, high: boolean | undefined, atNs?: bigint): MaybePromise<void> {
    this.#check(line);
    const drivers = this.#drivers[line] as Map<LineDriver, boolean>;
    const before = drivers.get(driver);
    put(drivers, driver, high);
    let told: MaybePromise<void>;
    try {
      told = this.#tellSource(line, drivers);
    } catch (error) {
      put(drivers, driver, before);
      throw error;
    }
    const level = [...drivers.values()].every((each) => each);
    if (level !== (this.#levels[line] === 1)) {
      this.#levels[line] = level ? 1 : 0;
      for (const each of this.#listeners) this.#tell(each, line, level, atNs);
    }
    return told;
  }

  /** An output of a front-end is one of the adapter's. @throws {BusFault} */
  #tellSource(line: number, drivers: Map<LineDriver, boolean>): MaybePromise<void> {
    if (this.source === undefined) return;
    if (this.outputOf(line) === undefined)
      return this.#outputs.delete(line) ? this.source.output(line, undefined) : undefined;
    drivers.delete(SOURCE);
    const high = [...drivers.values()].every((each) => each);
    if (this.#outputs.get(line) === high) return;
    const told = this.source.output(line, high);
    this.#outputs.set(line, high);
    return told;
  }

  /**
   * Calls `listener` at every change of level; returns what ends it. A listener that throws is not called again: the
   * driver of the line, which may be another guest, must not fail for it.
   * @param failed told what it threw
   */
  listen(listener: LineListener, failed: (error: unknown) => void = warnOf(this.path)): () => void {
    const listening: Listening = { listener, failed };
    this.#listeners = [...this.#listeners, listening];
    return () => this.#unlisten(listening);
  }

  #tell(listening: Listening, line: number, level: boolean, atNs: bigint | undefined): void {
    // One that an earlier listener has ended is not called any more.
    if (!this.#listeners.includes(listening)) return;
    try {
      listening.listener(line, level, atNs);
    } catch (error) {
      this.#unlisten(listening);
      listening.failed(error);
    }
  }

  #unlisten(listening: Listening): void {
    this.#listeners = this.#listeners.filter((other) => other !== listening);
  }

  #check(line: number): void {
    if (Number.isInteger(line) && line >= 0 && line < this.count) return;
    throw new RangeError(`${this.path} has no line ${line}; its lines are 0 to ${this.count - 1}`);
  }
}

function put(drivers: Map<LineDriver, boolean>, driver: LineDriver, high: boolean | undefined): void {
  if (high === undefined) drivers.delete(driver);
  else drivers.set(driver, high);
}
