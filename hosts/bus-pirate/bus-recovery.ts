import type { BusFault } from '../../src/bus/index.ts';
import { clockFree, notFreed } from '../link/index.ts';
import type { PullPins } from './connection.ts';
import { PIN } from './protocol.ts';

const SCL = PIN.CLK;
const SDA = PIN.MOSI;

/**
 * Looks at SDA, and clocks a part free that holds it.
 * @returns false where SDA stays low. Where SCL is low too, as without pull-ups, nothing can be told of SDA. @throws {BusFault}
 */
export async function freeBus(pull: PullPins): Promise<boolean> {
  const look = async (...lows: readonly number[]) => {
    const levels = await pull(...lows);
    return { scl: (levels & SCL) !== 0, sda: (levels & SDA) !== 0 };
  };
  const outcome = await clockFree({
    look: () => look(0),
    pulse: () => look(SCL, 0),
    stop: async () => void (await pull(SCL, SCL | SDA, SDA, 0)),
  });
  return outcome !== 'SDA low';
}

export function heldFault(): BusFault {
  return notFreed('a Bus Pirate');
}
