import { BusFault, I2C_FUNC, type I2cDev, strerror } from '../../board/index.ts';
import { hexByte, hexDigits } from '../../bus/words.ts';
import { oneLine, plainJson } from '../../input/index.ts';
import { adapters, DANGER, lookUpBus, type Nodes, openBus, printVersion } from './bus-arguments.ts';
import { parseFlags } from './flags.ts';
import type { ToolIo } from './io.ts';
import { wholeNumber } from './numbers.ts';
import { TableOutput } from './table-output.ts';

type Mode = 'auto' | 'quick' | 'read' | 'functionality';

export const USAGE = `Usage: i2cdetect [-y] [-a] [-q|-r] I2CBUS [FIRST LAST]
       i2cdetect -F I2CBUS
       i2cdetect -l
  I2CBUS is the number or the name of a bus; FIRST and LAST limit the scan
  -y  skip confirmation    -a  all addresses, 0x00 to 0x7f
  -q  quick write only     -r  receive byte only
  -F  what the bus can do  -l  list the buses
  --json  the same facts as JSON
Example: i2cdetect -y 1
`;

const FUNCTIONS = [
  ['I2C', I2C_FUNC.I2C],
  ['SMBus Quick Command', I2C_FUNC.SMBUS_QUICK],
  ['SMBus Send Byte', I2C_FUNC.SMBUS_WRITE_BYTE],
  ['SMBus Receive Byte', I2C_FUNC.SMBUS_READ_BYTE],
  ['SMBus Write Byte', I2C_FUNC.SMBUS_WRITE_BYTE_DATA],
  ['SMBus Read Byte', I2C_FUNC.SMBUS_READ_BYTE_DATA],
  ['SMBus Write Word', I2C_FUNC.SMBUS_WRITE_WORD_DATA],
  ['SMBus Read Word', I2C_FUNC.SMBUS_READ_WORD_DATA],
  ['SMBus Process Call', I2C_FUNC.SMBUS_PROC_CALL],
  ['SMBus Block Write', I2C_FUNC.SMBUS_WRITE_BLOCK_DATA],
  ['SMBus Block Read', I2C_FUNC.SMBUS_READ_BLOCK_DATA],
  ['SMBus Block Process Call', I2C_FUNC.SMBUS_BLOCK_PROC_CALL],
  ['SMBus PEC', I2C_FUNC.SMBUS_PEC],
  ['I2C Block Write', I2C_FUNC.SMBUS_WRITE_I2C_BLOCK],
  ['I2C Block Read', I2C_FUNC.SMBUS_READ_I2C_BLOCK],
] as const;

const SMBUS_ANY =
  I2C_FUNC.SMBUS_READ_BYTE |
  I2C_FUNC.SMBUS_WRITE_BYTE |
  I2C_FUNC.SMBUS_READ_BYTE_DATA |
  I2C_FUNC.SMBUS_WRITE_BYTE_DATA |
  I2C_FUNC.SMBUS_READ_WORD_DATA |
  I2C_FUNC.SMBUS_WRITE_WORD_DATA;

/** i2cdetect(8): scans a bus, or lists buses or what one can do; `--json` is ours. */
export async function i2cdetect(given: readonly string[], nodes: Nodes, io: ToolIo): Promise<number> {
  const json = given.includes('--json');
  const argv = given.filter((word) => word !== '--json');
  return detect(argv, nodes, io, json);
}

async function detect(argv: readonly string[], nodes: Nodes, io: ToolIo, json: boolean): Promise<number> {
  const flags = parseFlags(argv, 'VylFrqa', '', io);
  if (flags === undefined) return usage(io);
  const { given, positional } = flags;
  if ((given.has('q') ? 1 : 0) + (given.has('r') ? 1 : 0) + (given.has('F') ? 1 : 0) > 1) {
    io.stderr.write('Error: Different modes specified!\n');
    return 1;
  }
  if (given.has('V')) return printVersion('i2cdetect', io);
  if (given.has('l')) return listBuses(nodes, io, json);
  const mode: Mode = given.has('q')
    ? 'quick'
    : given.has('r')
      ? 'read'
      : given.has('F')
        ? 'functionality'
        : 'auto';

  const [bus, ...limits] = positional;
  if (bus === undefined) return usage(io, 'Error: No i2c-bus specified!\n');
  const number = lookUpBus(bus, nodes, io);
  if (number === undefined) return usage(io);
  const range = rangeOf(limits, given.has('a'), mode, io);
  if (range === undefined) return usage(io);

  const i2c = openBus(number, nodes, io);
  if (i2c === undefined) return 1;
  try {
    if (mode === 'functionality') return printFunctionality(i2c, io, json);
    if (!canScan(i2c.functionality, mode, io)) return 1;
    if (!given.has('y') && !(await confirmed(i2c.path, mode, range, io))) return 0;
    return await scan(i2c, mode, range, io, json ? jsonReport(i2c, io) : tableReport(io));
  } finally {
    i2c.close();
  }
}

type Range = readonly [first: number, last: number];

function usage(io: ToolIo, error = ''): number {
  io.stderr.write(error + USAGE);
  return 1;
}

function rangeOf(limits: readonly string[], all: boolean, mode: Mode, io: ToolIo): Range | undefined {
  let [first, last] = all ? [0x00, 0x7f] : [0x08, 0x77];
  if (limits.length === 0) return [first, last];
  const [firstText, lastText, surplus] = limits;
  if (firstText === undefined || lastText === undefined || surplus !== undefined || mode === 'functionality')
    return undefined;
  const limit = (what: string, text: string): number | undefined => {
    const value = wholeNumber(text);
    // The misspelling is i2c-tools' own.
    if (value === undefined) io.stderr.write(`Error: ${what} argment not a number!\n`);
    else if (value < first || value > last)
      io.stderr.write(`Error: ${what} argument out of range (${hexByte(first)}-${hexByte(last)})!\n`);
    else return value;
    return undefined;
  };
  const from = limit('FIRST', firstText);
  if (from === undefined) return undefined;
  first = from;
  const to = limit('LAST', lastText);
  if (to === undefined) return undefined;
  last = to;
  return [first, last];
}

function listBuses(nodes: Nodes, io: ToolIo, json: boolean): number {
  const buses = adapters(nodes).map(({ number, name, functionality }) => {
    const [kind, algorithm] =
      functionality & I2C_FUNC.I2C
        ? ['i2c', 'I2C adapter']
        : functionality & SMBUS_ANY
          ? ['smbus', 'SMBus adapter']
          : ['dummy', 'Dummy bus'];
    return { number, kind, name, algorithm };
  });
  if (json) {
    const facts = buses.map(({ number, kind, name }) => ({ bus: `/dev/i2c-${number}`, kind, name }));
    io.stdout.write(`${plainJson(facts)}\n`);
    return 0;
  }
  for (const { number, kind, name, algorithm } of buses)
    io.stdout.write(`i2c-${number}\t${kind.padEnd(10)}\t${oneLine(name).padEnd(32)}\t${algorithm}\n`);
  return 0;
}

function printFunctionality(i2c: I2cDev, io: ToolIo, json: boolean): number {
  if (json) {
    const functions = Object.fromEntries(
      FUNCTIONS.map(([name, bit]) => [name, (i2c.functionality & bit) !== 0]),
    );
    io.stdout.write(`${plainJson({ bus: i2c.path, functions })}\n`);
    return 0;
  }
  io.stdout.write(`Functionalities implemented by ${i2c.path}:\n`);
  for (const [name, bit] of FUNCTIONS)
    io.stdout.write(`${name.padEnd(32)} ${i2c.functionality & bit ? 'yes' : 'no'}\n`);
  return 0;
}

function canScan(functionality: number, mode: Mode, io: ToolIo): boolean {
  const quick = (functionality & I2C_FUNC.SMBUS_QUICK) !== 0;
  const read = (functionality & I2C_FUNC.SMBUS_READ_BYTE) !== 0;
  if (!quick && !read) io.stderr.write("Error: Bus doesn't support detection commands\n");
  else if (mode === 'quick' && !quick)
    io.stderr.write("Error: Can't use SMBus Quick Write command on this bus\n");
  else if (mode === 'read' && !read)
    io.stderr.write("Error: Can't use SMBus Receive Byte command on this bus\n");
  else {
    const warn = (command: string) =>
      io.stderr.write(`Warning: Can't use SMBus ${command} command, will skip some addresses\n`);
    if (mode === 'auto' && !quick) warn('Quick Write');
    if (mode === 'auto' && !read) warn('Receive Byte');
    return true;
  }
  return false;
}

async function confirmed(path: string, mode: Mode, [first, last]: Range, io: ToolIo): Promise<boolean> {
  const how = { quick: ' using quick write commands', read: ' using receive byte commands', auto: '' };
  io.stderr.write(DANGER);
  io.stderr.write(`I will probe file ${path}${mode === 'functionality' ? '' : how[mode]}.\n`);
  io.stderr.write(`I will probe address range ${hexByte(first)}-${hexByte(last)}.\n`);
  io.stderr.write('Continue? [Y/n] ');
  const letter = (await io.readLine())?.[0];
  if (letter === '\n' || letter === 'y' || letter === 'Y') return true;
  io.stderr.write('Aborting on user request.\n');
  return false;
}

/**
 * Which probe does no harm: a quick write may corrupt some EEPROMs (0x50 to 0x5f) and write-protect others
 * (0x30 to 0x37), a read may lock up some write-only clock chips.
 */
function probeFor(mode: Mode, address: number): 'quick' | 'read' {
  if (mode === 'quick' || mode === 'read') return mode;
  return (address >= 0x30 && address <= 0x37) || (address >= 0x50 && address <= 0x5f) ? 'read' : 'quick';
}

/** What a scan finds at an address: who answers, a driver's, nobody; undefined where it was not looked. */
type Cell = 'answers' | 'driver' | 'nobody' | undefined;

/** Where a scan tells what it finds, address by address from 0 to 0x7f. */
interface ScanReport {
  cell(address: number, cell: Cell): void;
  end(): void;
  /** The adapter is gone. */
  breakOff(): void;
}

/** The table of i2c-tools, which grows as the scan goes on. */
function tableReport(io: ToolIo): ScanReport {
  const table = new TableOutput(io);
  table.frame('     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f\n');
  return {
    cell: (address, cell) => {
      if (address % 16 === 0) table.frame(`${hexDigits(address, 2)}: `);
      const text = cell === 'answers' ? hexDigits(address, 2) : cell === 'driver' ? 'UU' : '--';
      if (cell === undefined) table.frame('   ');
      else table.cell(`${text} `);
      if (address % 16 === 15) table.frame('\n');
    },
    end: () => {},
    breakOff: () => table.breakOff(),
  };
}

/** One object at the end, with the addresses as numbers. */
function jsonReport({ path }: I2cDev, { stdout }: ToolIo): ScanReport {
  const found = { answers: [] as number[], driver: [] as number[] };
  return {
    cell: (address, cell) => {
      if (cell === 'answers' || cell === 'driver') found[cell].push(address);
    },
    end: () => {
      stdout.write(`${plainJson({ bus: path, ...found })}\n`);
    },
    breakOff: () => {},
  };
}

async function scan(
  i2c: I2cDev,
  mode: Mode,
  [first, last]: Range,
  io: ToolIo,
  report: ScanReport,
): Promise<number> {
  const can = {
    quick: i2c.functionality & I2C_FUNC.SMBUS_QUICK,
    read: i2c.functionality & I2C_FUNC.SMBUS_READ_BYTE,
  };
  for (let address = 0; address < 128; address++) {
    const how = probeFor(mode, address);
    const looks = address >= first && address <= last && can[how];
    const found = looks ? await probe(i2c, how, address, io) : undefined;
    if (looks && found === undefined) {
      report.breakOff();
      return 1;
    }
    report.cell(address, found);
  }
  report.end();
  return 0;
}

/** @returns undefined: the scan is over. */
async function probe(i2c: I2cDev, how: 'quick' | 'read', address: number, io: ToolIo): Promise<Cell> {
  try {
    i2c.setAddress(address);
  } catch (thrown) {
    const { code } = BusFault.from(thrown);
    if (code === 'EBUSY') return 'driver';
    io.stderr.write(`Error: Could not set address to ${hexByte(address)}: ${strerror(code)}\n`);
    return undefined;
  }
  try {
    await (how === 'quick' ? i2c.writeQuick(address, 0) : i2c.readByte(address));
    return 'answers';
  } catch (thrown) {
    // Of an adapter that is gone an empty table would say that nobody is on the bus.
    return BusFault.from(thrown).code === 'ENODEV' ? undefined : 'nobody';
  }
}
