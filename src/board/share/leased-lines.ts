import type { GpioLines } from '../../backend/gpio.ts';
import type { Client } from '../../backend/index.ts';
import { BusFault, type MaybePromise } from '../../bus/index.ts';
import { type EdgeWatcher, LINE_ACTION, type SharedBus } from '../../remote/index.ts';

/** The lines of one controller as one lease uses them: what it drives is its own until it lets it go. */
export class LeasedLines {
  readonly #lines: GpioLines;
  readonly #client: Client;
  /** Who drives, in the reports of the board. */
  readonly #driver: { readonly name: string };
  /** Who watches which line. */
  readonly #watchers = new Map<number, Set<EdgeWatcher>>();
  readonly #unlisten: () => void;

  constructor(bus: SharedBus, lines: GpioLines, client: Client) {
    this.#lines = lines;
    this.#client = client;
    this.#driver = { name: client.name };
    this.#unlisten = lines.listen((line, high, atNs = process.hrtime.bigint()) => {
      for (const watcher of this.#watchers.get(line) ?? []) watcher.edge(bus, line, high, Number(atNs));
    });
  }

  /** @throws {BusFault} `EBUSY` the line is the output of another, and what its adapter says */
  do(line: number, action: number, watcher: EdgeWatcher): MaybePromise<boolean | undefined> {
    const lines = this.#lines;
    switch (action) {
      case LINE_ACTION.GET:
        return lines.read(line);
      case LINE_ACTION.INPUT:
        this.#checkFree(line);
        this.#letGo(line);
        lines.input(line);
        return lines.read(line);
      case LINE_ACTION.LOW:
      case LINE_ACTION.HIGH:
        this.#unwatchAll(line);
        this.#drive(line, action === LINE_ACTION.HIGH);
        return undefined;
      case LINE_ACTION.RELEASE:
        this.#unwatchAll(line);
        this.#letGo(line);
        return undefined;
      case LINE_ACTION.WATCH:
        if (lines.ownership.ownerOf(line) === this.#client) this.#letGo(line);
        this.#watch(line, watcher);
        return lines.read(line);
      default:
        this.#unwatch(line, watcher);
        return undefined;
    }
  }

  /** Lets all go. */
  end(): void {
    this.#unlisten();
    for (const line of [...this.#watchers.keys()]) this.#unwatchAll(line);
    for (let line = 0; line < this.#lines.count; line++) this.#letGo(line);
  }

  #checkFree(line: number): void {
    const owner = this.#lines.ownership.ownerOf(line);
    if (owner !== undefined && owner !== this.#client)
      throw new BusFault('EBUSY', `line ${line} is an output of ${owner.name}`);
  }

  #drive(line: number, high: boolean): void {
    const { ownership } = this.#lines;
    this.#checkFree(line);
    const wasOutput = ownership.ownerOf(line) !== undefined;
    ownership.claim(this.#client, line);
    try {
      this.#lines.drive(line, this.#driver, high);
    } catch (thrown) {
      if (!wasOutput) this.#letGo(line);
      throw thrown;
    }
  }

  #letGo(line: number): void {
    this.#lines.ownership.release(this.#client, line);
    this.#lines.drive(line, this.#driver, undefined);
  }

  #watch(line: number, watcher: EdgeWatcher): void {
    const watchers = this.#watchers.get(line) ?? new Set();
    if (watchers.size === 0) this.#lines.watch(line, this, true);
    this.#watchers.set(line, watchers.add(watcher));
  }

  #unwatch(line: number, watcher: EdgeWatcher): void {
    const watchers = this.#watchers.get(line);
    if (watchers?.delete(watcher) && watchers.size === 0) this.#unwatchAll(line);
  }

  #unwatchAll(line: number): void {
    if (this.#watchers.delete(line)) this.#lines.watch(line, this, false);
  }
}
