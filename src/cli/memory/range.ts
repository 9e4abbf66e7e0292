import { hexDigits } from '../../bus/words.ts';
import { InvalidValue, UsageError } from '../terminal/usage-error.ts';

/** Bytes of a memory: from `from` up to, not including, `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const UNIT: Readonly<Record<string, number>> = { '': 1, k: 1 << 10, m: 1 << 20 };

/** `4096`, `0x1000`, `4k`, `1M`. @throws {UsageError} */
export function parseCount(option: string, text: string): number {
  const [, hex, decimal, unit = ''] = /^(?:(0x[0-9a-f]+)|(\d+)([km]?)(?:ib)?)$/i.exec(text) ?? [];
  const count = hex !== undefined ? Number(hex) : Number(decimal) * (UNIT[unit.toLowerCase()] ?? Number.NaN);
  if (Number.isSafeInteger(count)) return count;
  throw new InvalidValue(option, 'a number such as 4096, 0x1000 or 4k', text);
}

/** The part of a memory that `--offset` and `--length` name; without a length, up to its end. @throws {UsageError} */
export function rangeOf(size: number, offset: string | undefined, length: string | undefined): Range {
  const from = offset === undefined ? 0 : parseCount('--offset', offset);
  const bytes = length === undefined ? size - from : parseCount('--length', length);
  const to = from + bytes;
  if (from >= size || to > size || bytes === 0)
    throw new UsageError(
      `invalid range: ${bytes <= 0 ? 'no bytes' : bytes === 1 ? '1 byte' : `${bytes} bytes`} at ${hexAddress(from, size)}, but the part has ${size} bytes (${hexAddress(0, size)} to ${hexAddress(size - 1, size)})`,
    );
  return { from, to };
}

/** An address with as many digits as the part's last one has. */
export function hexAddress(address: number, size: number): string {
  const digits = Math.max(2, (size - 1).toString(16).length);
  return `0x${hexDigits(address, digits)}`;
}

/** `0x0000-0x003f` */
export function rangeText({ from, to }: Range, size: number): string {
  return `${hexAddress(from, size)}-${hexAddress(to - 1, size)}`;
}

/** Ranges that do not touch, in order. */
export class RangeSet {
  #ranges: Range[] = [];

  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  get bytes(): number {
    return this.#ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  add({ from, to }: Range): void {
    if (from >= to) return;
    const apart = this.#ranges.filter((range) => range.to < from || range.from > to);
    const touching = this.#ranges.filter((range) => range.to >= from && range.from <= to);
    const merged = {
      from: Math.min(from, ...touching.map((range) => range.from)),
      to: Math.max(to, ...touching.map((range) => range.to)),
    };
    this.#ranges = [...apart, merged].sort((a, b) => a.from - b.from);
  }

  remove({ from, to }: Range): void {
    this.#ranges = this.#ranges.flatMap((range) =>
      [
        { from: range.from, to: Math.min(range.to, from) },
        { from: Math.max(range.from, to), to: range.to },
      ].filter((rest) => rest.from < rest.to),
    );
  }

  text(size: number): string {
    return this.#ranges.map((range) => rangeText(range, size)).join(', ');
  }
}
