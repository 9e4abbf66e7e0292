import { BusFault } from '../../src/bus/index.ts';
import { frame, type UsbIssConnection } from './connection.ts';
import { COMMAND, MODE, PIN, TYPE, withType } from './protocol.ts';

/** Clock pulses until a part is at the end of its byte. */
const PULSES_MAX = 9;

/**
 * Looks at SCL and SDA as pins, and clocks a part free that holds SDA: one pulse at a time, as long as SDA is low, then STOP.
 * A line is driven low or let go. @returns whether SDA had been low
 * @throws {BusFault} `ETIMEDOUT` SCL is held low; `EBUSY` SDA stays low
 */
export async function freeBus(connection: UsbIssConnection, signal?: AbortSignal): Promise<boolean> {
  const released = withType(withType(connection.types, PIN.SCL, TYPE.INPUT), PIN.SDA, TYPE.INPUT);
  const drive = (scl: number, sda: number): Promise<void> =>
    connection.setTypes(withType(withType(released, PIN.SCL, scl), PIN.SDA, sda), signal);
  connection.types = released;
  await connection.setMode(MODE.PINS, signal);
  let lines = await linesOf(connection, signal);
  if (lines.scl && lines.sda) return false;
  for (let pulses = 0; pulses < PULSES_MAX && lines.scl && !lines.sda; pulses++) {
    await drive(TYPE.LOW, TYPE.INPUT);
    await drive(TYPE.INPUT, TYPE.INPUT);
    lines = await linesOf(connection, signal);
  }
  if (!lines.scl) throw new BusFault('ETIMEDOUT', 'SCL is held low');
  if (!lines.sda)
    throw new BusFault(
      'EBUSY',
      'SDA is held low, and a USB-ISS could not free the bus: switch its parts off and on',
    );
  await drive(TYPE.LOW, TYPE.INPUT);
  await drive(TYPE.LOW, TYPE.LOW);
  await drive(TYPE.INPUT, TYPE.LOW);
  await drive(TYPE.INPUT, TYPE.INPUT);
  return true;
}

async function linesOf(
  connection: UsbIssConnection,
  signal: AbortSignal | undefined,
): Promise<{ readonly scl: boolean; readonly sda: boolean }> {
  let levels = 0;
  const get = frame([COMMAND.GET_PINS], 1, ([all = 0]) => {
    levels = all;
    return undefined;
  });
  await connection.must([get], signal);
  return { scl: (levels & (1 << PIN.SCL)) !== 0, sda: (levels & (1 << PIN.SDA)) !== 0 };
}
