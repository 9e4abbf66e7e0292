/** What messages for people are made of. */

/** `0x0c`: a byte, an address, a register; wider numbers keep all of their digits. */
export function hexByte(value: number): string {
  return `0x${hexDigits(value)}`;
}

/** `0c`: at least so many digits. */
export function hexDigits(value: number, least = 2): string {
  return value.toString(16).padStart(least, '0');
}

/** What an error says, or the value itself where something else was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
