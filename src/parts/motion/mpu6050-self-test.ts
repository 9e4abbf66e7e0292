/**
 * What the self test adds to accelerometer and gyroscope: exactly the factory trim of the part, so that the change from
 * it is 0 %. Axes count from 0.
 */
export interface SelfTest {
  /** g */
  accel(axis: number): number;
  /** °/s */
  gyro(axis: number): number;
}

/**
 * RM-MPU-6000A, 4.1: codes of five bits. FT[XA] = 4096 * 0.34 * (0.92 / 0.34)^((code - 1) / 30) counts at ±8 g (4096 a
 * g), FT[XG] = 25 * 131 * 1.046^(code - 1) counts at ±250 °/s (131 for 1 °/s), and the opposite about Y; code 0 is 0.
 */
export function selfTestOf60X0(peek: (register: number) => number): SelfTest {
  const coarse = (axis: number) => peek(0x0d + axis);
  return {
    accel(axis) {
      const code = ((coarse(axis) >> 3) & 0x1c) | ((peek(0x10) >> (4 - 2 * axis)) & 3);
      return code === 0 ? 0 : 0.34 * (0.92 / 0.34) ** ((code - 1) / 30);
    },
    gyro(axis) {
      const code = coarse(axis) & 0x1f;
      return code === 0 ? 0 : (axis === 1 ? -25 : 25) * 1.046 ** (code - 1);
    },
  };
}

/** "MPU-6500 accelerometer and gyroscope self-test": 2620 * 1.01^(code - 1) counts at ±2 g and at ±250 °/s. */
export function selfTestOf6500(peek: (register: number) => number): SelfTest {
  const counts = (code: number) => (code === 0 ? 0 : 2620 * 1.01 ** (code - 1));
  return {
    accel: (axis) => counts(peek(0x0d + axis)) / 16384,
    gyro: (axis) => counts(peek(axis)) / 131,
  };
}
