import { BusFault } from '../../src/bus/index.ts';
import type { BusPirate5Connection } from './connection.ts';
import { MODE, PIN } from './protocol.ts';

/** Clock pulses until a part is at the end of its byte. */
const PULSES_MAX = 9;
const SCL = 1 << PIN.SCL;
const SDA = 1 << PIN.SDA;

/**
 * Looks at SCL and SDA, and clocks a part free that holds SDA: one pulse at a time, as long as SDA is low, then STOP. A line is
 * driven low or let go. @returns whether SDA had been low
 * @throws {BusFault} `ETIMEDOUT` SCL is held low; `EBUSY` SDA stays low
 */
export async function freeBus(connection: BusPirate5Connection, signal?: AbortSignal): Promise<boolean> {
  let levels = await connection.levels(signal);
  if ((levels & SCL) !== 0 && (levels & SDA) !== 0) return false;
  await connection.setMode(MODE.HIGH_Z, {}, signal);
  await connection.configure({ io_value_mask: SCL | SDA, io_value: 0 }, signal);
  const pull = (low: number): Promise<void> =>
    connection.configure({ io_direction_mask: SCL | SDA, io_direction: low }, signal);
  for (let pulses = 0; pulses < PULSES_MAX && (levels & SCL) !== 0 && (levels & SDA) === 0; pulses++) {
    await pull(SCL);
    await pull(0);
    levels = await connection.levels(signal);
  }
  if ((levels & SCL) === 0) throw new BusFault('ETIMEDOUT', 'SCL is held low');
  if ((levels & SDA) === 0)
    throw new BusFault(
      'EBUSY',
      'SDA is held low, and a Bus Pirate could not free the bus: switch its parts off and on',
    );
  for (const low of [SCL, SCL | SDA, SDA, 0]) await pull(low);
  return true;
}
