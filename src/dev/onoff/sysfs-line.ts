import { BusFault } from '../../bus/index.ts';
import { fsError } from '../dropin/errors.ts';
import type { GpioChip } from '../dropin/nodes.ts';

const SYSFS = '/sys/class/gpio';

/** What `edge` takes. */
const EDGES = ['none', 'rising', 'falling', 'both'] as const;
type SysfsEdge = (typeof EDGES)[number];
/** What `direction` takes; all but the first make an output, with this level. */
const DIRECTIONS = ['in', 'out', 'high', 'low'] as const;

/** Hears of an edge, or why none can be waited for. */
type Poller = (fault?: BusFault) => void;

const OPPOSITE = { rising: 'falling', falling: 'rising', both: 'both' } as const;

/**
 * A GPIO line as Linux's sysfs has it, `/sys/class/gpio/gpioN`: its attributes, with the errors that reading and
 * writing them give (Linux's Documentation/admin-guide/gpio/sysfs.rst).
 */
export class SysfsLine {
  readonly #chip: GpioChip;
  readonly #line: number;
  readonly #path: string;
  readonly #forget: () => void;
  #exported = true;
  #edge: SysfsEdge = 'none';
  #activeLow = false;
  #waiting = false;
  readonly #pollers = new Set<Poller>();

  constructor(chip: GpioChip, line: number, number: number, forget: () => void) {
    this.#chip = chip;
    this.#line = line;
    this.#path = `${SYSFS}/gpio${number}/`;
    this.#forget = forget;
  }

  /** Reads `value` through a descriptor. */
  value(): 0 | 1 {
    if (!this.#exported) throw fsError('ENODEV', 'read');
    return this.#chip.get(this.#line) === this.#activeLow ? 0 : 1;
  }

  /** Writes `value` through a descriptor. */
  setValue(value: 0 | 1): void {
    if (!this.#exported) throw fsError('ENODEV', 'write');
    if (!this.#isOutput()) throw fsError('EPERM', 'write');
    this.#chip.set(this.#line, (value === 1) !== this.#activeLow);
  }

  direction(): 'in' | 'out' {
    this.#attribute('direction');
    return this.#isOutput() ? 'out' : 'in';
  }

  setDirection(written: string): void {
    this.#attribute('direction');
    if (written === '') return;
    const direction = word(DIRECTIONS, written);
    // The level is that of the line itself, inverted or not.
    if (direction !== 'in') this.#chip.set(this.#line, direction === 'high');
    this.#chip.setDirection(this.#line, direction === 'in' ? 'in' : 'out');
    this.#waitAgain();
  }

  edge(): SysfsEdge {
    this.#attribute('edge');
    return this.#edge;
  }

  setEdge(written: string): void {
    this.#attribute('edge');
    if (written === '') return;
    const edge = word(EDGES, written);
    if (edge !== 'none' && this.#isOutput()) throw fsError('EIO', 'write');
    this.#edge = edge;
    this.#waitAgain();
  }

  activeLow(): boolean {
    this.#attribute('active_low');
    return this.#activeLow;
  }

  setActiveLow(invert: boolean): void {
    this.#attribute('active_low');
    this.#activeLow = invert;
    this.#waitAgain();
  }

  /** Calls `poller` at each edge, until `unpoll`. */
  poll(poller: Poller): void {
    this.#pollers.add(poller);
    this.#waitAgain();
  }

  unpoll(poller: Poller): void {
    if (this.#pollers.delete(poller)) this.#waitAgain();
  }

  /** Gives the line up, for all who use it; nothing where it is given up already. */
  unexport(): void {
    if (!this.#exported) return;
    this.#exported = false;
    this.#forget();
    this.#chip.endWait(this.#line);
    this.#chip.setDirection(this.#line, 'none');
  }

  #isOutput(): boolean {
    return this.#chip.direction(this.#line) === 'out';
  }

  /** Opens an attribute. @throws {SystemError} `ENOENT` */
  #attribute(name: string): void {
    if (!this.#exported) throw fsError('ENOENT', 'open', `${this.#path}${name}`);
  }

  /** What is waited for has changed. */
  #waitAgain(): void {
    this.#chip.endWait(this.#line);
    if (!this.#waiting) void this.#wait();
  }

  async #wait(): Promise<void> {
    this.#waiting = true;
    try {
      for (let edge = this.#wanted(); edge !== undefined; edge = this.#wanted()) {
        if (await this.#chip.waitEdge(this.#line, edge)) for (const poller of [...this.#pollers]) poller();
      }
    } catch (thrown) {
      if (!(thrown instanceof BusFault)) throw thrown;
      // Somebody waits for the line's edges through `board.gpio()`. All else means that the board is closed.
      if (thrown.code === 'EBUSY') for (const poller of [...this.#pollers]) poller(thrown);
    } finally {
      this.#waiting = false;
    }
  }

  /** The edge of the line itself to wait for; undefined when there is none. */
  #wanted(): 'rising' | 'falling' | 'both' | undefined {
    if (!this.#exported || this.#pollers.size === 0 || this.#edge === 'none' || this.#isOutput()) return;
    return this.#activeLow ? OPPOSITE[this.#edge] : this.#edge;
  }
}

/** The word that was written, with or without the end of a line. @throws {SystemError} `EINVAL` */
function word<Word extends string>(words: readonly Word[], written: string): Word {
  const found = words.find((each) => written === each || written === `${each}\n`);
  if (found === undefined) throw fsError('EINVAL', 'write');
  return found;
}

const exported = new WeakMap<GpioChip, Map<number, SysfsLine>>();

/**
 * Where Linux begins to number lines itself, since 6.2 (GPIO_DYNAMIC_BASE of drivers/gpio/gpiolib.h): GPIO 17 of a Raspberry Pi
 * is 529 there for `/sys/class/gpio`, and was 17 before.
 */
const DYNAMIC_BASE = 512;

/**
 * The line with a number, exported now or before. Numbers begin with the board's first controller, at 0 and at 512 as well, and
 * go on with the next. @throws {SystemError} `EINVAL` there is no such line.
 */
export function exportLine(chips: readonly GpioChip[], number: number): { line: SysfsLine; before: boolean } {
  const all = chips.reduce((sum, { lineCount }) => sum + lineCount, 0);
  const place = number >= Math.max(DYNAMIC_BASE, all) ? number - DYNAMIC_BASE : number;
  let base = 0;
  for (const chip of chips) {
    if (Number.isInteger(place) && place >= base && place < base + chip.lineCount) {
      const lines = exported.get(chip) ?? new Map<number, SysfsLine>();
      exported.set(chip, lines);
      const there = lines.get(place);
      const line = there ?? new SysfsLine(chip, place - base, number, () => lines.delete(place));
      lines.set(place, line);
      return { line, before: there !== undefined };
    }
    base += chip.lineCount;
  }
  const lines = base === 0 ? 'no GPIO lines' : `GPIO 0 to ${base - 1}, by ngpios of its controllers`;
  throw fsError(
    'EINVAL',
    'write',
    undefined,
    new BusFault('EINVAL', `not found: GPIO ${number}; the board has ${lines}`),
  );
}
