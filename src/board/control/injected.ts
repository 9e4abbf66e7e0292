import type { FaultKind } from '../../faults/index.ts';
import type { FaultHandle } from '../handles/fault-handle.ts';
import type { Controllable } from './controllable.ts';

/** Faults that are kept for one board: whoever puts in more has lost count. */
const FAULTS_MAX = 64;
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
}

/** The faults that others have put into a board, by their numbers. */
export class InjectedFaults {
  readonly #board: Controllable;
  readonly #faults = new Map<number, { readonly options: object; readonly handle: FaultHandle }>();
  #last = 0;

  constructor(board: Controllable) {
    this.#board = board;
  }

  /** @throws {TypeError} {BoardError} as `Board.inject` */
  add(kind: string, target: string, options: object): ControlFault {
    if (this.#faults.size >= FAULTS_MAX)
      throw new Error(
        `too many faults: ${FAULTS_MAX} are on this board; take some out (dtbus inject --remove)`,
      );
    const handle = this.#board.inject(kind as FaultKind, target, options);
    const number = ++this.#last;
    this.#faults.set(number, { options, handle });
    return this.#told(number);
  }

  list(): ControlFault[] {
    return [...this.#faults.keys()].map((number) => this.#told(number));
  }

  /** @param which its number; undefined: all @returns what became of them @throws {Error} no such fault */
  remove(which: number | undefined): ControlFault[] {
    const numbers = which === undefined ? [...this.#faults.keys()] : [which];
    return numbers.map((number) => {
      const found = this.#faults.get(number);
      if (found === undefined) {
        const known = [...this.#faults.keys()].join(', ') || 'none';
        throw new Error(`not found: fault ${number}; on the board: ${known}`);
      }
      found.handle.remove();
      const told = this.#told(number);
      this.#faults.delete(number);
      return told;
    });
  }

  #told(number: number): ControlFault {
    const { options, handle } = this.#faults.get(number) as { options: object; handle: FaultHandle };
    const { text, fired, chances, strikes } = handle;
    return {
      number,
      text,
      options,
      fired,
      chances,
      last: strikes.slice(-PLACES_TOLD).map(({ where }) => where),
    };
  }
}

/** One fault on several boards of the same file. */
export function together(handles: readonly FaultHandle[]): FaultHandle {
  const [first] = handles as [FaultHandle];
  const sum = (of: (handle: FaultHandle) => number) => handles.reduce((all, handle) => all + of(handle), 0);
  return {
    text: first.text,
    get fired() {
      return sum(({ fired }) => fired);
    },
    get chances() {
      return sum(({ chances }) => chances);
    },
    get strikes() {
      return handles.flatMap(({ strikes }) => strikes);
    },
    remove: () => {
      for (const handle of handles) handle.remove();
    },
  };
}
