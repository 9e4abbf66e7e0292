/**
 * How long a VL53L0X measures, as ST's API computes it from the sequence and its time-outs (STSW-IMG005,
 * `get_measurement_timing_budget`). Registers of page 0.
 */
const R = {
  SEQUENCE_CONFIG: 0x01,
  MSRC_TIMEOUT: 0x46,
  PRE_RANGE_VCSEL_PERIOD: 0x50,
  PRE_RANGE_TIMEOUT: 0x51,
  FINAL_RANGE_VCSEL_PERIOD: 0x70,
  FINAL_RANGE_TIMEOUT: 0x71,
} as const;

const STEP = { TCC: 0x10, DSS: 0x08, MSRC: 0x04, PRE_RANGE: 0x40, FINAL_RANGE: 0x80 } as const;
/** What each step takes beside its time-out, in µs. */
const OVERHEAD = {
  start: 1910,
  end: 960,
  msrc: 660,
  tcc: 590,
  dss: 690,
  preRange: 660,
  finalRange: 550,
} as const;

/** "(LSByte * 2^MSByte) + 1" macro periods. */
export const macroPeriods = (encoded: number): number => (encoded & 0xff) * 2 ** (encoded >> 8) + 1;

/** µs: 2304 PLL clocks of 1.655 ns for each clock of the VCSEL, whose register has half of them less one. */
const macroPeriod = (vcselRegister: number): number => (2304 * ((vcselRegister + 1) << 1) * 1.655) / 1000;

/** ns */
export function timingBudget(bytes: Uint8Array): number {
  const byte = (register: number) => bytes[register] as number;
  const word = (register: number) => (byte(register) << 8) | byte(register + 1);
  const steps = byte(R.SEQUENCE_CONFIG);
  const on = (step: number) => (steps & step) !== 0;
  const preMacro = macroPeriod(byte(R.PRE_RANGE_VCSEL_PERIOD));
  const msrc = (byte(R.MSRC_TIMEOUT) + 1) * preMacro;
  const prePeriods = macroPeriods(word(R.PRE_RANGE_TIMEOUT));
  let us = OVERHEAD.start + OVERHEAD.end;
  if (on(STEP.TCC)) us += msrc + OVERHEAD.tcc;
  if (on(STEP.DSS)) us += 2 * (msrc + OVERHEAD.dss);
  else if (on(STEP.MSRC)) us += msrc + OVERHEAD.msrc;
  if (on(STEP.PRE_RANGE)) us += prePeriods * preMacro + OVERHEAD.preRange;
  if (on(STEP.FINAL_RANGE)) {
    // Its time-out includes that of the pre-range.
    const periods = macroPeriods(word(R.FINAL_RANGE_TIMEOUT)) - (on(STEP.PRE_RANGE) ? prePeriods : 0);
    us += Math.max(0, periods) * macroPeriod(byte(R.FINAL_RANGE_VCSEL_PERIOD)) + OVERHEAD.finalRange;
  }
  return us * 1000;
}
