/** I2C's address for all who listen to it. */
export const GENERAL_CALL = 0;

/** Gives a chip the bytes of a general call. @returns how many it acknowledges */
export function takeCall(
  chip: { generalCall?(byte: number, index: number): boolean },
  data: Uint8Array,
): number {
  const refused = data.findIndex((byte, index) => chip.generalCall?.(byte, index) === false);
  return refused < 0 ? data.length : refused;
}
