import { BusFault, type LineController, type MaybePromise } from '../../bus/index.ts';
import type { GpioLines, LineSource } from './gpio-lines.ts';

/** What a controller's lines need of the adapter that they are on. */
export interface LineHost {
  /** Opens it where it is not open. @throws {BusFault} it cannot be opened now */
  ready(): void;
  /** The attempt to open it that is under way: it ends with or without success, and never fails. */
  opening?(): Promise<unknown> | undefined;
  /** Where it is being opened, calls `work` when it is open. @returns false: it is open, or could not be opened */
  later?(work: () => void): boolean;
  /** The adapter tells of an edge: whoever is told passes it on to the lines. Missing: they are told at once. */
  edge?(line: number, high: boolean, atNs: bigint | undefined): void;
  /** Told of every fault: nobody else hears why a line did not do what it should. */
  failed(line: number, fault: BusFault): void;
}

/**
 * The lines of a controller on those of an adapter. What the adapter answers later is heard when it comes; for who does not
 * wait for it lines have the level that was seen last until then.
 */
export class HostLines implements LineSource {
  readonly #lines: GpioLines;
  readonly #controller: LineController;
  readonly #host: LineHost;
  /** Lines that are to be watched once the adapter is open. */
  readonly #waiting = new Set<number>();

  constructor(lines: GpioLines, controller: LineController, host: LineHost) {
    this.#lines = lines;
    this.#controller = controller;
    this.#host = host;
    controller.onEdge = ({ line, high, atNs }) => {
      if (line >= lines.count) return;
      if (host.edge === undefined) lines.heard(line, high, atNs);
      else host.edge(line, high, atNs);
    };
  }

  level(line: number): boolean | undefined {
    const level = this.read(line);
    if (typeof level === 'boolean') return level;
    level.then(
      (high) => this.#lines.heard(line, high),
      () => {
        // Told already.
      },
    );
    return undefined;
  }

  read(line: number): MaybePromise<boolean> {
    return this.#do(line, () => this.#controller.get(line));
  }

  input(line: number): MaybePromise<void> {
    return this.#later(this.#do(line, () => this.#controller.input(line)));
  }

  output(line: number, high: boolean | undefined): MaybePromise<void> {
    if (high !== undefined) return this.#later(this.#do(line, () => this.#controller.drive(line, high)));
    this.#end(line, () => this.#controller.release(line));
  }

  watch(line: number, wanted: boolean): void {
    this.#waiting.delete(line);
    if (wanted) this.#watch(line);
    else this.#end(line, () => this.#controller.watch(line, false));
  }

  #watch(line: number): void {
    const work = () => this.#later(this.#do(line, () => this.#controller.watch(line, true)));
    const once = (): void => {
      if (!this.#waiting.delete(line)) return;
      this.#ignoring(() => void work());
      // It may have changed since somebody waits for that.
      this.#ignoring(() => void this.level(line));
    };
    if (this.#host.later?.(once)) this.#waiting.add(line);
    else void work();
  }

  /** What ends something never fails: whoever wanted it may be gone. */
  #end(line: number, work: () => MaybePromise<void>): void {
    this.#ignoring(() => void this.#later(this.#do(line, work)));
  }

  #ignoring(work: () => void): void {
    try {
      work();
    } catch {
      // Told already.
    }
  }

  /** Nobody has to wait for it. */
  #later(work: MaybePromise<void>): MaybePromise<void> {
    work?.catch(() => {
      // Told already.
    });
    return work;
  }

  /** What is wanted while the adapter is being opened waits for that; things keep their order. */
  #do<T>(line: number, work: () => MaybePromise<T>): MaybePromise<T> {
    const opening = this.#host.opening?.();
    return opening === undefined ? this.#now(line, work) : opening.then(() => this.#now(line, work));
  }

  #now<T>(line: number, work: () => MaybePromise<T>): MaybePromise<T> {
    try {
      this.#host.ready();
      const done = work();
      return done instanceof Promise ? done.catch((error: unknown) => this.#fail(line, error)) : done;
    } catch (error) {
      return this.#fail(line, error);
    }
  }

  #fail(line: number, error: unknown): never {
    const fault = BusFault.from(error);
    this.#host.failed(line, fault);
    throw fault;
  }
}
