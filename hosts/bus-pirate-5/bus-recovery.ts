import { BusFault } from '../../src/bus/index.ts';
import { clockFree, notFreed } from '../link/index.ts';
import type { BusPirate5Connection } from './connection.ts';
import { MODE, PIN } from './protocol.ts';

const SCL = 1 << PIN.SCL;
const SDA = 1 << PIN.SDA;

/**
 * Looks at SCL and SDA, and clocks a part free that holds SDA, with the lines as pins that are driven low or let go.
 * @returns whether SDA had been low. @throws {BusFault} `ETIMEDOUT` SCL is held low; `EBUSY` SDA stays low
 */
export async function freeBus(connection: BusPirate5Connection, signal?: AbortSignal): Promise<boolean> {
  const look = async () => {
    const levels = await connection.levels(signal);
    return { scl: (levels & SCL) !== 0, sda: (levels & SDA) !== 0 };
  };
  const before = await look();
  if (before.scl && before.sda) return false;
  await connection.setMode(MODE.HIGH_Z, {}, signal);
  await connection.configure({ io_value_mask: SCL | SDA, io_value: 0 }, signal);
  const pull = async (...lows: readonly number[]): Promise<void> => {
    for (const low of lows)
      await connection.configure({ io_direction_mask: SCL | SDA, io_direction: low }, signal);
  };
  const outcome = await clockFree({
    look: async () => before,
    pulse: async () => {
      await pull(SCL, 0);
      return look();
    },
    stop: () => pull(SCL, SCL | SDA, SDA, 0),
  });
  if (outcome === 'SCL low') throw new BusFault('ETIMEDOUT', 'SCL is held low');
  if (outcome === 'SDA low') throw notFreed('a Bus Pirate');
  return true;
}
