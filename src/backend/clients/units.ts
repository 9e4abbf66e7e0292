import { I2C_M, type I2cMessage } from '../../bus/index.ts';

/** Marks a ten-bit address among the units of an I2C bus: 0x050 and ten-bit 0x050 are two targets. */
export const TEN_BIT_UNIT = 0x1_0000;

/** What has units that can be owned. */
export type OwnedKind = 'i2c' | 'spi' | 'gpio';

/** What is owned on a bus: an I2C address (ten-bit ones apart) or an SPI chip select, as one number. */
export function i2cUnit(message: Pick<I2cMessage, 'addr' | 'flags'>): number {
  return (message.flags & I2C_M.TEN) === 0 ? message.addr : message.addr | TEN_BIT_UNIT;
}

/** `0x48`, `0x148 (ten-bit)`; chip selects and lines print as they are. */
export function unitName(kind: OwnedKind, unit: number): string {
  if (kind !== 'i2c') return `${kind === 'spi' ? 'chip select' : 'line'} ${unit}`;
  const hex = (unit & 0x3ff).toString(16).padStart(2, '0');
  return `address 0x${hex}${unit >= TEN_BIT_UNIT ? ' (ten-bit)' : ''}`;
}
