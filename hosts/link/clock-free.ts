import { BusFault } from '../../src/bus/index.ts';

/** A part that holds SDA low is in the middle of a byte; its acknowledge bit is the ninth (UM10204 3.1.16). */
export const FREEING_PULSES = 9;

/** Which lines of an I2C bus are high. */
export interface LineLevels {
  readonly scl: boolean;
  readonly sda: boolean;
}

/** The lines of an I2C bus as pins: each is pulled low, or let go of. */
export interface PulledLines {
  /** Lets go of both, and looks. */
  look(): Promise<LineLevels>;
  /** Pulls SCL low, lets go of it, and looks. */
  pulse(): Promise<LineLevels>;
  /** SDA goes low while SCL is, and high again while SCL is high: STOP, and no START. */
  stop(): Promise<void>;
}

/**
 * Clocks a part free that holds SDA low: one pulse at a time, as long as SDA is low and SCL is not, and STOP as soon as SDA is high.
 * @returns `free`: neither line was held; `freed`: SDA was; or which one is held still. @throws {BusFault}
 */
export async function clockFree(lines: PulledLines): Promise<'free' | 'freed' | 'SCL low' | 'SDA low'> {
  let { scl, sda } = await lines.look();
  let pulses = 0;
  for (; pulses < FREEING_PULSES && scl && !sda; pulses++) ({ scl, sda } = await lines.pulse());
  if (!scl) return 'SCL low';
  if (!sda) return 'SDA low';
  if (pulses === 0) return 'free';
  await lines.stop();
  return 'freed';
}

/** Of a part that nine pulses did not free. @param adapter that tried it: `a USB-ISS` */
export function notFreed(adapter: string): BusFault {
  return new BusFault(
    'EBUSY',
    `SDA is held low, and ${adapter} could not free the bus: switch its parts off and on`,
  );
}
