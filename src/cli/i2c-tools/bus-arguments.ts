import { BusFault, I2C_FUNC, type I2cDev, type NodeRegistry, strerror } from '../../board/index.ts';
import { hexByte } from '../../bus/words.ts';
import type { ToolIo } from './io.ts';
import { strtol } from './numbers.ts';

/** The nodes that the tools work on. */
export type Nodes = Pick<NodeRegistry, 'list' | 'open'>;

/** i2c-tools' version whose arguments and output these tools have. */
const COMPATIBLE_WITH = '4.3';

interface Adapter {
  readonly number: number;
  readonly name: string;
  readonly functionality: number;
}

export function adapters(nodes: Nodes): Adapter[] {
  return nodes.list().flatMap((node) => (node.kind === 'i2c' ? [node.adapter] : []));
}

export function printVersion(tool: string, io: ToolIo): number {
  io.stderr.write(`${tool} version ${COMPATIBLE_WITH} (dtbus)\n`);
  return 0;
}

/** The number of the bus that `text` names by number or name; reports and gives undefined when there is none. */
export function lookUpBus(text: string, nodes: Nodes, io: ToolIo): number | undefined {
  const { value, rest } = strtol(text);
  if (rest === '' && text !== '') {
    if (value >= 0 && value <= 0xfffff) return value;
    io.stderr.write('Error: I2C bus out of range!\n');
    return undefined;
  }
  const [bus, another] = adapters(nodes).filter(({ name }) => name === text);
  if (another !== undefined) io.stderr.write('Error: I2C bus name is not unique!\n');
  else if (bus === undefined) io.stderr.write("Error: I2C bus name doesn't match any bus present!\n");
  else return bus.number;
  return undefined;
}

/** A chip's address; reports and gives undefined when it is none. */
export function parseAddress(text: string, allAddresses: boolean, io: ToolIo): number | undefined {
  const [min, max] = allAddresses ? [0x00, 0x7f] : [0x08, 0x77];
  const { value, rest } = strtol(text);
  if (rest !== '' || text === '') io.stderr.write('Error: Chip address is not a number!\n');
  else if (value < min || value > max)
    io.stderr.write(`Error: Chip address out of range (${hexByte(min)}-${hexByte(max)})!\n`);
  else return value;
  return undefined;
}

/** Opens a bus; reports and gives undefined when it cannot be. */
export function openBus(number: number, nodes: Nodes, io: ToolIo): I2cDev | undefined {
  const path = `/dev/i2c-${number}` as const;
  try {
    return nodes.open(path);
  } catch (thrown) {
    const { code } = BusFault.from(thrown);
    // i2c-tools looks for devfs's name first, and speaks of both.
    const file = code === 'ENOENT' ? `\`${path}' or \`/dev/i2c/${number}'` : `\`${path}'`;
    io.stderr.write(`Error: Could not open file ${file}: ${strerror(code)}\n`);
    if (code === 'EACCES') io.stderr.write('Run as root?\n');
    return undefined;
  }
}

/** Sets the chip's address; reports and gives false when a driver owns it and `force` is not given. */
export function setAddress(i2c: I2cDev, address: number, force: boolean, io: ToolIo): boolean {
  try {
    i2c.setAddress(address, { force });
    return true;
  } catch (thrown) {
    const reason = strerror(BusFault.from(thrown).code);
    io.stderr.write(`Error: Could not set address to ${hexByte(address)}: ${reason}\n`);
    return false;
  }
}

/** A capability that a tool needs, and its name. */
export type Need = readonly [bit: number, name: string];

/** Whether the adapter has all that is needed; reports the first that it lacks. */
export function hasCapabilities(i2c: I2cDev, needs: readonly Need[], pec: boolean, io: ToolIo): boolean {
  for (const [bit, name] of needs) {
    if (i2c.functionality & bit) continue;
    io.stderr.write(`Error: Adapter does not have ${name} capability\n`);
    return false;
  }
  if (pec && !(i2c.functionality & (I2C_FUNC.SMBUS_PEC | I2C_FUNC.I2C)))
    io.stderr.write('Warning: Adapter does not seem to support PEC\n');
  return true;
}

export const DANGER = 'WARNING! This program can confuse your I2C bus, cause data loss and worse!\n';

/** What a read or write gave: its value, or minus errno, as libi2c's functions return it. */
export async function orErrno<Value>(call: Promise<Value>): Promise<Value | number> {
  try {
    return await call;
  } catch (thrown) {
    return -BusFault.from(thrown).errno;
  }
}

/** Minus errno, or 0 where a call has no value. */
export async function status(call: Promise<unknown>): Promise<number> {
  return orErrno(call.then(() => 0));
}
