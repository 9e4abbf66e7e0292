import { addressOf, isTenBit } from './i2c-target.ts';

export { deniedSentence } from './denied.ts';

/** What messages for people are made of. */

/** `0x0c`: a byte, an address, a register; wider numbers keep all of their digits. */
export function hexByte(value: number): string {
  return `0x${hexDigits(value)}`;
}

/** `0c`: at least so many digits. */
export function hexDigits(value: number, least = 2): string {
  return value.toString(16).padStart(least, '0');
}

/** An I2C target: `0x48`, `0x148 (ten-bit)`. */
export function targetName(target: number): string {
  return `${hexByte(addressOf(target))}${isTenBit(target) ? ' (ten-bit)' : ''}`;
}

/** What an error says, or the value itself where something else was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** How `struck` of a transfer says that clock pulses before it made a part let go of SDA: how many comes behind it. */
export const SDA_FREED = 'SDA freed by';
