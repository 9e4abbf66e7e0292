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

/**
 * The 24Cxx family by the number of its name, which is its size in KiBit (Microchip AT24C01 to AT24CM02 data sheets,
 * "Memory organization"): bytes, page, address bits. Pages are the smallest among the makers.
 */
const AT24: Readonly<Record<string, readonly [size: number, pageSize: number, width: number]>> = {
  '24c00': [16, 1, 8],
  '24c01': [128, 8, 8],
  '24c02': [256, 8, 8],
  '24c04': [512, 16, 8],
  '24c08': [1024, 16, 8],
  '24c16': [2048, 16, 8],
  '24c32': [4096, 32, 16],
  '24c64': [8192, 32, 16],
  '24c128': [16384, 64, 16],
  '24c256': [32768, 64, 16],
  '24c512': [65536, 128, 16],
  '24c1024': [131072, 128, 16],
  '24c2048': [262144, 128, 16],
  spd: [256, 16, 8],
};

/** The AT25 family: bytes, page, address bits (Microchip AT25010B to AT25M02 data sheets). */
const AT25: Readonly<Record<string, readonly [size: number, pageSize: number, width: number]>> = {
  '25010': [128, 8, 8],
  '25020': [256, 8, 8],
  '25040': [512, 8, 9],
  '25080': [1024, 32, 16],
  '25160': [2048, 32, 16],
  '25320': [4096, 32, 16],
  '25640': [8192, 32, 16],
  '25128': [16384, 64, 16],
  '25256': [32768, 64, 16],
  '25512': [65536, 128, 16],
  '25m01': [131072, 256, 24],
  '25m02': [262144, 256, 24],
};

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
  const table = target.kind === 'i2c' ? AT24 : AT25;
  const names = target.types.map(familyName);
  const known = names.find((name) => Object.hasOwn(table, name));
  const usual = known === undefined ? undefined : table[known];
  const size = target.property('size') ?? usual?.[0];
  const pageSize = target.property('pagesize') ?? usual?.[1];
  const addressWidth = target.property('address-width') ?? usual?.[2];
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
