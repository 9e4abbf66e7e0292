import { BusFault } from '../../src/bus/index.ts';
import { clockFree, type LineLevels, notFreed } from '../link/index.ts';
import { frame, type UsbIssConnection } from './connection.ts';
import { COMMAND, MODE, PIN, TYPE, withType } from './protocol.ts';

/**
 * Looks at SCL and SDA as pins, which are driven low or let go, and clocks a part free that holds SDA.
 * @returns whether SDA had been low. @throws {BusFault} `ETIMEDOUT` SCL is held low; `EBUSY` SDA stays low
 */
export async function freeBus(connection: UsbIssConnection, signal?: AbortSignal): Promise<boolean> {
  const released = withType(withType(connection.types, PIN.SCL, TYPE.INPUT), PIN.SDA, TYPE.INPUT);
  const drive = (scl: number, sda: number): Promise<void> =>
    connection.setTypes(withType(withType(released, PIN.SCL, scl), PIN.SDA, sda), signal);
  connection.types = released;
  await connection.setMode(MODE.PINS, signal);
  const look = () => linesOf(connection, signal);
  const outcome = await clockFree({
    look,
    pulse: async () => {
      await drive(TYPE.LOW, TYPE.INPUT);
      await drive(TYPE.INPUT, TYPE.INPUT);
      return look();
    },
    stop: async () => {
      await drive(TYPE.LOW, TYPE.INPUT);
      await drive(TYPE.LOW, TYPE.LOW);
      await drive(TYPE.INPUT, TYPE.LOW);
      await drive(TYPE.INPUT, TYPE.INPUT);
    },
  });
  if (outcome === 'SCL low') throw new BusFault('ETIMEDOUT', 'SCL is held low');
  if (outcome === 'SDA low') throw notFreed('a USB-ISS');
  return outcome === 'freed';
}

async function linesOf(connection: UsbIssConnection, signal: AbortSignal | undefined): Promise<LineLevels> {
  let levels = 0;
  const get = frame([COMMAND.GET_PINS], 1, ([all = 0]) => {
    levels = all;
    return undefined;
  });
  await connection.must([get], signal);
  return { scl: (levels & (1 << PIN.SCL)) !== 0, sda: (levels & (1 << PIN.SDA)) !== 0 };
}
