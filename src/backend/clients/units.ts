import { targetName } from '../../bus/index.ts';

/** What has units that can be owned. */
export type OwnedKind = 'i2c' | 'spi' | 'gpio';

/** A unit for people: an I2C target as `0x48` or `0x148 (ten-bit)`; chip selects and lines print as they are. */
export function unitName(kind: OwnedKind, unit: number): string {
  if (kind !== 'i2c') return `${kind === 'spi' ? 'chip select' : 'line'} ${unit}`;
  return `address ${targetName(unit)}`;
}
