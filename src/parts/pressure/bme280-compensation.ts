/**
 * Bosch BMP280 (BST-BMP280-DS001) and BME280 (BST-BME280-DS002): the raw values that a sensor with this
 * calibration gives. The data sheets tell how a reader computes °C, Pa and %RH from raw values; the sensor
 * needs the way back, which is found by bisection since each of the formulas is monotonic.
 */
interface Calibration {
  readonly t: readonly [number, number, number];
  readonly p: readonly [number, number, number, number, number, number, number, number, number];
  readonly h: readonly [number, number, number, number, number, number];
}

/** The example of the BMP280 data sheet (3.12); humidity as typical parts have it. */
export const CALIBRATION: Calibration = {
  t: [27504, 26435, -1000],
  p: [36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000],
  h: [75, 370, 0, 313, 50, 30],
};

/** Fine temperature: the formulas' common intermediate, 5120 a degree (8.1). */
export function fineTemperature(raw: number, { t }: Calibration): number {
  const var1 = (raw / 16384 - t[0] / 1024) * t[1];
  const var2 = (raw / 131072 - t[0] / 8192) ** 2 * t[2];
  return var1 + var2;
}

/** Pressure in Pa (8.1). */
function pressure(raw: number, fine: number, { p }: Calibration): number {
  let var1 = fine / 2 - 64000;
  let var2 = (var1 * var1 * p[5]) / 32768;
  var2 += var1 * p[4] * 2;
  var2 = var2 / 4 + p[3] * 65536;
  var1 = ((p[2] * var1 * var1) / 524288 + p[1] * var1) / 524288;
  var1 = (1 + var1 / 32768) * p[0];
  const scaled = ((1048576 - raw - var2 / 4096) * 6250) / var1;
  return scaled + ((p[8] * scaled * scaled) / 2147483648 + (scaled * p[7]) / 32768 + p[6]) / 16;
}

/** Relative humidity in % before it is limited (BME280, 8.1). */
function humidity(raw: number, fine: number, { h }: Calibration): number {
  const base = fine - 76800;
  const slope = (h[1] / 65536) * (1 + (h[5] / 67108864) * base * (1 + (h[2] / 67108864) * base));
  const value = (raw - (h[3] * 64 + (h[4] / 16384) * base)) * slope;
  return value * (1 - (h[0] * value) / 524288);
}

/** The raw value of `bits` bits for which `formula` comes nearest to `wanted`. */
function invert(wanted: number, bits: number, formula: (raw: number) => number): number {
  const rising = formula(1) > formula(0);
  let low = 0;
  let high = 2 ** bits - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (formula(middle) < wanted === rising) low = middle + 1;
    else high = middle;
  }
  const before = Math.max(0, low - 1);
  return Math.abs(formula(before) - wanted) < Math.abs(formula(low) - wanted) ? before : low;
}

export function rawTemperature(celsius: number, calibration: Calibration): number {
  return invert(celsius * 5120, 20, (raw) => fineTemperature(raw, calibration));
}

export function rawPressure(pascal: number, fine: number, calibration: Calibration): number {
  return invert(pascal, 20, (raw) => pressure(raw, fine, calibration));
}

export function rawHumidity(percent: number, fine: number, calibration: Calibration): number {
  return invert(percent, 16, (raw) => humidity(raw, fine, calibration));
}
