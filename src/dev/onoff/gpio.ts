import { writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { fsError } from '../dropin/errors.ts';
import { gpioChips } from '../dropin/nodes.ts';
import { exportLine, type SysfsLine } from './sysfs-line.ts';

const HIGH = 1;
const LOW = 0;

type Bit = typeof HIGH | typeof LOW;
type Listener = (error: Error | null, value?: Bit) => void;
type Written = (error: Error | null, bytes: number, buffer: Buffer) => void;

/** What onoff's constructor takes; for what each does see onoff's README. */
interface GpioOptions {
  /** In milliseconds. */
  readonly debounceTimeout?: number;
  readonly activeLow?: boolean;
  readonly reconfigureDirection?: boolean;
}

/** The Gpio of npm's onoff 6, on the lines of the board. */
export class Gpio {
  static readonly HIGH = HIGH;
  static readonly LOW = LOW;

  readonly #line: SysfsLine;
  readonly #debounceMs: number;
  #listeners: Listener[] = [];
  #rising = false;
  #falling = false;
  #open = true;
  #bouncing: NodeJS.Timeout | undefined;
  readonly #poller = (fault?: Error): void => this.#interrupt(fault);

  /** Whether the board has lines. */
  static get accessible(): boolean {
    try {
      return gpioChips().length > 0;
    } catch {
      return false;
    }
  }

  constructor(
    number: number,
    direction: string,
    edgeOrOptions?: string | GpioOptions,
    givenOptions?: GpioOptions,
  ) {
    const onlyOptions = typeof edgeOrOptions === 'object' && !givenOptions;
    const edge = onlyOptions ? undefined : (edgeOrOptions as string | undefined);
    const options = (onlyOptions ? edgeOrOptions : givenOptions) ?? {};
    this.#debounceMs = options.debounceTimeout ?? 0;
    const { line, before } = exportLine(gpioChips(), number);
    this.#line = line;
    this.#configure(direction, edge, options, before);
  }

  read(): Promise<Bit>;
  read(callback: (error: Error | null, value?: Bit) => void): void;
  read(callback?: (error: Error | null, value?: Bit) => void): Promise<Bit> | undefined {
    if (!callback) return later(() => this.readSync());
    later(() => this.readSync()).then(
      (value) => setImmediate(callback, null, value),
      (error) => setImmediate(callback, error),
    );
    return undefined;
  }

  readSync(): Bit {
    this.#descriptor('read');
    return this.#line.value();
  }

  write(value: Bit): Promise<void>;
  write(value: Bit, callback: Written): void;
  write(value: Bit, callback?: Written): Promise<void> | undefined {
    if (!callback) return later(() => this.writeSync(value));
    const buffer = Buffer.from(value === HIGH ? '1' : '0');
    later(() => this.writeSync(value)).then(
      () => setImmediate(callback, null, 1, buffer),
      (error) => setImmediate(callback, error, 0, buffer),
    );
    return undefined;
  }

  writeSync(value: Bit): void {
    this.#descriptor('write');
    this.#line.setValue(value === HIGH ? HIGH : LOW);
  }

  watch(callback: Listener): void {
    this.#listeners.push(callback);
    if (this.#listeners.length === 1) this.#line.poll(this.#poller);
  }

  unwatch(callback?: Listener): void {
    if (this.#listeners.length === 0) return;
    this.#listeners =
      typeof callback === 'function' ? this.#listeners.filter((each) => each !== callback) : [];
    if (this.#listeners.length === 0) this.#line.unpoll(this.#poller);
  }

  unwatchAll(): void {
    this.unwatch();
  }

  direction(): 'in' | 'out' {
    return this.#line.direction();
  }

  setDirection(direction: string): void {
    this.#line.setDirection(fileText(direction));
  }

  edge(): string {
    return this.#line.edge();
  }

  setEdge(edge: string): void {
    this.#line.setEdge(fileText(edge));
    this.#rising = edge === 'both' || edge === 'rising';
    this.#falling = edge === 'both' || edge === 'falling';
  }

  activeLow(): boolean {
    return this.#line.activeLow();
  }

  setActiveLow(invert: boolean): void {
    this.#line.setActiveLow(Boolean(invert));
  }

  unexport(): void {
    this.unwatchAll();
    this.#descriptor('close');
    this.#open = false;
    this.#line.unexport();
  }

  /** A line that was exported before stays as it is where it cannot be as wanted, as in onoff. */
  #configure(direction: string, edge: string | undefined, options: GpioOptions, before: boolean): void {
    const attempt = (work: () => void): void => {
      try {
        work();
      } catch (error) {
        if (!before) throw error;
      }
    };
    attempt(() => {
      if (typeof options.activeLow === 'boolean') this.setActiveLow(options.activeLow);
    });
    attempt(() => {
      const wanted = direction === 'high' || direction === 'low' ? 'out' : direction;
      if ((options.reconfigureDirection ?? true) || this.direction() !== wanted) this.setDirection(direction);
    });
    // onoff leaves the edge of an output alone.
    attempt(() => {
      if (edge && direction === 'in') this.setEdge(edge);
    });
  }

  #interrupt(fault?: Error): void {
    if (fault !== undefined) for (const listener of [...this.#listeners]) listener(fault);
    else if (this.#debounceMs <= 0) this.#tell();
    else {
      clearTimeout(this.#bouncing);
      this.#bouncing = setTimeout(() => this.#tell(), this.#debounceMs);
    }
  }

  #tell(): void {
    if (this.#listeners.length === 0) return;
    const value = this.readSync();
    if (!(value === HIGH ? this.#rising : this.#falling)) return;
    for (const listener of [...this.#listeners]) listener(null, value);
  }

  /** The descriptor of the line's value. @throws {SystemError} `EBADF` after `unexport`. */
  #descriptor(syscall: 'read' | 'write' | 'close'): void {
    if (!this.#open) throw fsError('EBADF', syscall);
  }
}

async function later<Result>(work: () => Result): Promise<Result> {
  await new Promise(setImmediate);
  return work();
}

/** What a file would hold, written with `data`. @throws {TypeError} as node:fs has it */
function fileText(data: unknown): string {
  if (typeof data === 'string') return data;
  writeFileSync(devNull, data as never);
  const { buffer, byteOffset, byteLength } = data as Uint8Array;
  return Buffer.from(buffer, byteOffset, byteLength).toString();
}
