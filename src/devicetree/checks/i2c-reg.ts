/**
 * Flags in the `reg` of an I2C peripheral (Linux include/dt-bindings/i2c/i2c.h). The room `bus` has the first for
 * targets; it stands here again, as the language knows no buses and imports none.
 */
export const TEN_BIT_ADDRESS = 0x8000_0000;
/** The controller itself is the target. */
export const OWN_ADDRESS = 0x4000_0000;
