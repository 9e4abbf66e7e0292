import { loadParts, type Memory } from '../../parts/index.ts';
import type { Target } from '../memory/target.ts';
import { UsageError } from '../terminal/usage-error.ts';

/** How an EEPROM is organised and addressed. */
export interface Geometry {
  /** `24C32`, `AT25` */
  readonly type: string;
  readonly size: number;
  readonly pageSize: number;
  /** 8, 9 (AT25040: the ninth in the instruction), 16 or 24. */
  readonly addressWidth: number;
}

/** EEPROMs by what people call them: `24c32`, `25256`. */
type Table = Readonly<Record<string, Memory>>;

const EEPROMS = await loadParts(['atmel,24c02', 'atmel,at25']);

function tableOf(bus: 'i2c' | 'spi'): Table {
  const parts = EEPROMS.filter((part) => part.bus[bus] !== undefined);
  return Object.fromEntries(
    parts.flatMap(({ memory, partNumbers = [] }) =>
      memory === undefined ? [] : partNumbers.map((name) => [name, memory]),
    ),
  );
}

const TABLES = { i2c: tableOf('i2c'), spi: tableOf('spi') };

/** `atmel,24c32`, `24lc32a`, `AT24C32` -> `24c32`. */
function familyName(type: string): string {
  const name = type.slice(type.indexOf(',') + 1).toLowerCase();
  const [, digits] = /^(?:at|m|cat|br|s)?24(?:lc|aa|fc|cs|mac|c|w)(\d+)/.exec(name) ?? [];
  if (digits !== undefined) return `24c${digits}`;
  const [, spi] = /^(?:at|m|cat|br)?25(?:lc|aa|c)?(m?\d+)/.exec(name) ?? [];
  return spi !== undefined ? `25${spi}` : name;
}

/**
 * The geometry of the part at a target: by its type, as `size`, `pagesize` and `address-width` of its node (the at24 and
 * at25 bindings) change it. @throws {UsageError} for a type that is not known or is no EEPROM
 */
export function geometryOf(target: Target): Geometry {
  const table = TABLES[target.kind];
  const names = target.types.map(familyName);
  const known = names.find((name) => Object.hasOwn(table, name));
  const usual = known === undefined ? undefined : table[known];
  const size = target.property('size') ?? usual?.size;
  const pageSize = target.property('pagesize') ?? usual?.smallestPage ?? usual?.pageSize;
  const addressWidth = target.property('address-width') ?? usual?.addressWidth;
  const generic = target.kind === 'spi' && names.includes('at25');
  if (size === undefined || pageSize === undefined || addressWidth === undefined) {
    if (!generic) throw unknown(target, Object.keys(table));
    throw new UsageError(
      `${target.path ?? target.nodePath}: an at25 node needs size, pagesize and address-width`,
    );
  }
  const widths = target.kind === 'i2c' ? [8, 16] : [8, 9, 16, 24];
  if (!widths.includes(addressWidth))
    throw new UsageError(`invalid address-width: expected one of ${widths.join(', ')}, got ${addressWidth}`);
  if (pageSize === 0 || size === 0 || size % pageSize !== 0)
    throw new UsageError(
      `invalid size: expected a multiple of the page size (${pageSize} bytes), got ${size}`,
    );
  const type = known ?? (target.kind === 'spi' ? 'AT25' : names[0]);
  return { type: (type ?? '').toUpperCase(), size, pageSize, addressWidth };
}

function unknown(target: Target, known: readonly string[]): UsageError {
  const place = target.path ?? target.nodePath;
  const types = known.join(', ');
  if (target.types.length === 0) {
    const form =
      target.kind === 'i2c'
        ? `${target.nodePath.slice(9)}:0x${target.unit.toString(16)}:24c32`
        : `${target.nodePath}:25256`;
    return new UsageError(`unknown EEPROM type at ${place}; use ${form} with one of: ${types}`);
  }
  return new UsageError(
    `${target.types[0]} at ${place} is not a known EEPROM type; use one of: ${types}; or set size, pagesize and address-width in its node`,
  );
}
