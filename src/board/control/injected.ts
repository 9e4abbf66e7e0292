import { FAULTS_MAX, type FaultKind } from '../../faults/index.ts';
import type { FaultHandle } from '../handles/fault-handle.ts';
import type { Controllable } from './controllable.ts';

/** Places of strikes that are told. */
const PLACES_TOLD = 3;

/** A fault that was put in from outside. */
export interface ControlFault {
  /** By which it is taken out. */
  readonly number: number;
  /** `nack on &temp` */
  readonly text: string;
  readonly options: object;
  readonly fired: number;
  readonly chances: number;
  /** Where it struck last. */
  readonly last: readonly string[];
  /** Path of the real adapter, or of what is on it, where the fault is; absent: the target is simulated. */
  readonly real?: string;
}

interface Kept {
  readonly handle: FaultHandle;
  /** As `ControlFault.real`. */
  readonly real: string | undefined;
}

/** The faults of a board by their numbers: those that its tree names, and those that others have put in. */
export class InjectedFaults {
  readonly #board: Controllable;
  readonly #faults = new Map<number, Kept>();
  #last = 0;
  #hasTrees = false;

  constructor(board: Controllable) {
    this.#board = board;
  }

  /** The tree's own are there as soon as anybody asks. */
  get #all(): Map<number, Kept> {
    if (!this.#hasTrees) for (const handle of this.#board.faults()) this.#keep(handle);
    this.#hasTrees = true;
    return this.#faults;
  }

  #keep(handle: FaultHandle): number {
    this.#faults.set(++this.#last, { handle, real: this.#board.realHostOf(handle.target) });
    return this.#last;
  }

  /** @throws {TypeError} {BoardError} as `Board.inject` */
  add(kind: string, target: string, options: object): ControlFault {
    if (this.#all.size >= FAULTS_MAX)
      throw new Error(
        `too many faults: ${FAULTS_MAX} are on this board; take some out (dtbus inject --remove)`,
      );
    const handle = this.#board.inject(kind as FaultKind, target, options);
    return this.#told(this.#keep(handle));
  }

  list(): ControlFault[] {
    return [...this.#all.keys()].map((number) => this.#told(number));
  }

  /** The targets on real hardware of what `remove` would take out. @throws {Error} no such fault */
  onReal(which: number | undefined): string[] {
    const found = this.#numbers(which).map((number) => this.#found(number));
    return found.flatMap(({ handle, real }) => (real === undefined ? [] : handle.target));
  }

  /** @param which its number; undefined: all @returns what became of them @throws {Error} no such fault */
  remove(which: number | undefined): ControlFault[] {
    return this.#numbers(which).map((number) => {
      this.#found(number).handle.remove();
      const told = this.#told(number);
      this.#faults.delete(number);
      return told;
    });
  }

  #numbers(which: number | undefined): readonly number[] {
    return which === undefined ? [...this.#all.keys()] : [which];
  }

  /** @throws {Error} no such fault */
  #found(number: number): Kept {
    const found = this.#all.get(number);
    if (found !== undefined) return found;
    const known = [...this.#faults.keys()].join(', ') || 'none';
    throw new Error(`not found: fault ${number}; on the board: ${known}`);
  }

  #told(number: number): ControlFault {
    const { handle, real } = this.#found(number);
    const { text, options, fired, chances, strikes } = handle;
    return {
      number,
      text,
      options,
      fired,
      chances,
      last: strikes.slice(-PLACES_TOLD).map(({ where }) => where),
      ...(real !== undefined && { real }),
    };
  }
}

/** One fault on several boards of the same file. @param all its handles there, of which `first` is one */
export function together(
  { text, target, options }: FaultHandle,
  all: () => readonly FaultHandle[],
): FaultHandle {
  const sum = (of: (handle: FaultHandle) => number) => all().reduce((total, handle) => total + of(handle), 0);
  return {
    text,
    target,
    options,
    get fired() {
      return sum(({ fired }) => fired);
    },
    get chances() {
      return sum(({ chances }) => chances);
    },
    get strikes() {
      return all().flatMap(({ strikes }) => strikes);
    },
    remove: () => {
      for (const handle of all()) handle.remove();
    },
  };
}
