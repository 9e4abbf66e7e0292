import { BusFault } from '../../src/bus/index.ts';
import type { PullPins } from './connection.ts';
import { PIN } from './protocol.ts';

/** Clock pulses until a part is at the end of its byte. */
const PULSES_MAX = 9;
const SCL = PIN.CLK;
const SDA = PIN.MOSI;

/**
 * Looks at SDA, and clocks a part free that holds it: one pulse at a time, as long as SDA is low, then STOP.
 * @returns false where SDA stays low. Where SCL is low too, as without pull-ups, nothing can be told of SDA. @throws {BusFault}
 */
export async function freeBus(pull: PullPins): Promise<boolean> {
  let levels = await pull(0);
  const isHeld = (): boolean => (levels & SCL) !== 0 && (levels & SDA) === 0;
  if (!isHeld()) return true;
  for (let pulses = 0; pulses < PULSES_MAX && isHeld(); pulses++) levels = await pull(SCL, 0);
  if (isHeld()) return false;
  await pull(SCL, SCL | SDA, SDA, 0);
  return true;
}

export function heldFault(): BusFault {
  return new BusFault(
    'EBUSY',
    'SDA is held low, and a Bus Pirate could not free the bus: switch its parts off and on',
  );
}
