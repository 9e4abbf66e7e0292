import { GrowingBytes } from '../text/growing-bytes.ts';

/** So many names may end alike before they are told apart by one more letter. */
const CROWDED = 16;

/** Names that end alike: a few in a list, many by the letter in front of what they have in common. */
interface Ending {
  /** The name that came first. */
  readonly first: string;
  names: string[];
  longer: Map<number, Ending> | undefined;
}

/**
 * The strings block. A string that ends in a wanted one is used for it (`reg` inside `foo-reg`); of several,
 * the first, as dtc's linear search finds it.
 */
export class StringTable {
  readonly #offsets = new Map<string, number>();
  #names: Ending | undefined;
  readonly #buffer = new GrowingBytes(1024);

  offset(name: string): number {
    let at = this.#offsets.get(name);
    if (at !== undefined) return at;
    const longer = this.#endingIn(name);
    if (longer !== undefined) at = (this.#offsets.get(longer) as number) + longer.length - name.length;
    else {
      at = this.#buffer.length;
      this.#buffer.string(name);
      this.#add(name);
    }
    this.#offsets.set(name, at);
    return at;
  }

  bytes(): Uint8Array {
    return this.#buffer.written();
  }

  /** The first name that ends in `name`. */
  #endingIn(name: string): string | undefined {
    let ending = this.#names;
    for (let common = 0; ending?.longer !== undefined; common++) {
      if (common === name.length) return ending.first;
      ending = ending.longer.get(letterBefore(name, common));
    }
    return ending?.names.find((other) => other.endsWith(name));
  }

  /** Adds a name in which no earlier one ends. */
  #add(name: string): void {
    if (this.#names === undefined) {
      this.#names = endingOf(name);
      return;
    }
    let ending = this.#names;
    let common = 0;
    for (; ending.longer !== undefined; common++) {
      const next = ending.longer.get(letterBefore(name, common));
      if (next === undefined) {
        ending.longer.set(letterBefore(name, common), endingOf(name));
        return;
      }
      ending = next;
    }
    ending.names.push(name);
    let crowded: Ending | undefined = ending;
    while (crowded !== undefined) crowded = spread(crowded, common++);
  }
}

function endingOf(name: string): Ending {
  return { first: name, names: [name], longer: undefined };
}

/** The letter in front of the last `common` ones; NaN, which no name has, where there is none. */
function letterBefore(name: string, common: number): number {
  return name.charCodeAt(name.length - 1 - common);
}

/** Tells crowded names apart by one more letter. @returns the ending that is crowded still */
function spread(ending: Ending, common: number): Ending | undefined {
  if (ending.names.length <= CROWDED) return undefined;
  ending.longer = new Map();
  let crowded: Ending | undefined;
  for (const name of ending.names) {
    const letter = letterBefore(name, common);
    const next = ending.longer.get(letter);
    if (next === undefined) ending.longer.set(letter, endingOf(name));
    else {
      next.names.push(name);
      if (next.names.length > CROWDED) crowded = next;
    }
  }
  ending.names = [];
  return crowded;
}
