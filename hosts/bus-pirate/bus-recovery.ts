import { BusFault } from '../../src/bus/index.ts';
import { PIN } from './protocol.ts';

/** Clock pulses until a part is at the end of its byte. */
const PULSES_MAX = 9;
const SCL = PIN.CLK;
const SDA = PIN.MOSI;

/**
 * Looks at SDA, and clocks a part free that holds it: one pulse at a time, as long as SDA is low, then STOP. A line is driven
 * low or let go.
 * @param pull drives the lines low that it is given, and lets go of the others. @returns the levels of all
 * @throws {BusFault} `EBUSY` SDA stays low
 */
export async function freeBus(pull: (low: number) => Promise<number>): Promise<void> {
  let levels = await pull(0);
  const isHeld = (): boolean => (levels & SCL) !== 0 && (levels & SDA) === 0;
  if (!isHeld()) return;
  for (let pulses = 0; pulses < PULSES_MAX && isHeld(); pulses++) {
    await pull(SCL);
    levels = await pull(0);
  }
  if (isHeld()) throw heldFault();
  for (const low of [SCL, SCL | SDA, SDA, 0]) await pull(low);
}

export function heldFault(): BusFault {
  return new BusFault(
    'EBUSY',
    'SDA is held low, and a Bus Pirate could not free the bus: switch its parts off and on',
  );
}
