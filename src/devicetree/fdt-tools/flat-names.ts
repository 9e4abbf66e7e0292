import { latin1 } from '../text/source.ts';
import { FdtError } from './fdt-error.ts';

/** Names of properties in a strings block that only grows. They are Latin-1, so that any byte survives. */
export class FlatNames {
  readonly #names = new Map<number, string>();
  readonly #offsets = new Map<string, number>();
  readonly #strings: () => Uint8Array;

  /** `strings` gives the block as it is now. */
  constructor(strings: () => Uint8Array) {
    this.#strings = strings;
  }

  /** The name at `offset`. @throws {FdtError} none begins or ends there */
  at(offset: number): string {
    const known = this.#names.get(offset);
    if (known !== undefined) return known;
    const strings = this.#strings();
    const end = offset < strings.length ? strings.indexOf(0, offset) : -1;
    if (end < 0)
      throw new FdtError('FDT_ERR_BADOFFSET', `no property name at ${offset} of the strings block`);
    const name = latin1(strings.subarray(offset, end));
    this.#names.set(offset, name);
    return name;
  }

  /** Where `name` is, also as the tail of another; undefined where it is not. */
  offsetOf(name: string): number | undefined {
    const known = this.#offsets.get(name);
    if (known !== undefined) return known;
    const offset = latin1(this.#strings()).indexOf(`${name}\0`);
    if (offset < 0) return undefined;
    this.#offsets.set(name, offset);
    return offset;
  }
}
