/**
 * Marks a ten-bit address where one number names a target: bit 31, as in `reg` of the device tree
 * (Linux include/dt-bindings/i2c/i2c.h, `I2C_TEN_BIT_ADDRESS`). 0x050 and ten-bit 0x050 are two targets.
 */
export const TEN_BIT_ADDRESS = 0x8000_0000;

/** Whether a target's address has ten bits. */
export function isTenBit(target: number): boolean {
  return target >= TEN_BIT_ADDRESS;
}

/** The address of a target, without the mark. */
export function addressOf(target: number): number {
  return isTenBit(target) ? target - TEN_BIT_ADDRESS : target;
}
