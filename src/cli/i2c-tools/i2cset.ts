import { I2C_FUNC, type I2cDev } from '../../board/index.ts';
import {
  DANGER,
  hasCapabilities,
  lookUpBus,
  type Need,
  type Nodes,
  openBus,
  orErrno,
  parseAddress,
  printVersion,
  setAddress,
  status,
} from './bus-arguments.ts';
import { parseFlags } from './flags.ts';
import { readAnswer, type ToolIo } from './io.ts';
import { hex, hexByte, wholeNumber } from './numbers.ts';

const BLOCK_MAX = 32;

export const USAGE = `Usage: i2cset [-f] [-y] [-m MASK] [-r] [-a]
              I2CBUS CHIP-ADDRESS DATA-ADDRESS [VALUE]... [MODE]
  I2CBUS is a number or a bus's name
  CHIP-ADDRESS goes from 0x08 to 0x77, with -a from 0x00 to 0x7f
  MODE is c (a byte without a value), b (byte, default), w (word),
    i (I2C block), s (SMBus block); a p behind it adds a packet error code
  -m  change only the bits of MASK    -r  read the value back
  -f  even when a driver owns the chip    -y  do not ask
Example: i2cset -y -r 1 0x20 0x06 0xf0
`;

type Mode = 'c' | 'b' | 'w' | 's' | 'i';

const NEEDS: Record<Mode, Need> = {
  c: [I2C_FUNC.SMBUS_WRITE_BYTE, 'SMBus send byte'],
  b: [I2C_FUNC.SMBUS_WRITE_BYTE_DATA, 'SMBus write byte'],
  w: [I2C_FUNC.SMBUS_WRITE_WORD_DATA, 'SMBus write word'],
  s: [I2C_FUNC.SMBUS_WRITE_BLOCK_DATA, 'SMBus block write'],
  i: [I2C_FUNC.SMBUS_WRITE_I2C_BLOCK, 'I2C block write'],
};

interface Request {
  readonly address: number;
  readonly data: number;
  readonly mode: Mode;
  readonly pec: boolean;
  /** What to write; in mode c the data address, in the block modes unused. */
  readonly value: number;
  readonly block: Uint8Array;
  /** 0: no mask. */
  readonly mask: number;
}

/** i2cset(8): writes a register. */
export async function i2cset(argv: readonly string[], nodes: Nodes, io: ToolIo): Promise<number> {
  const flags = parseFlags(argv, 'Vfymra', 'm', io);
  if (flags === undefined) return usage(io);
  const { given, values, positional } = flags;
  if (given.has('V')) return printVersion('i2cset', io);
  const [bus, chip, dataText, ...rest] = positional;
  if (bus === undefined || chip === undefined || dataText === undefined) return usage(io);
  const number = lookUpBus(bus, nodes, io);
  if (number === undefined) return usage(io);
  const address = parseAddress(chip, given.has('a'), io);
  if (address === undefined) return usage(io);
  const what = parseWrite(dataText, rest, values.get('m'), io);
  if (what === undefined) return usage(io);
  const request = { ...what, address };

  const i2c = openBus(number, nodes, io);
  if (i2c === undefined) return 1;
  try {
    if (!hasCapabilities(i2c, [NEEDS[request.mode]], request.pec, io)) return 1;
    if (!setAddress(i2c, address, given.has('f'), io)) return 1;
    const ask = !given.has('y');
    if (ask && !(await confirmed(i2c.path, request, io))) return 0;
    return await set(i2c, request, { ask, readBack: given.has('r') }, io);
  } finally {
    i2c.close();
  }
}

function usage(io: ToolIo, error = ''): number {
  io.stderr.write(error + USAGE);
  return 1;
}

/** `DATA-ADDRESS [VALUE] ... [MODE]` and the mask; reports and gives undefined when they are wrong. */
function parseWrite(
  dataText: string,
  rest: readonly string[],
  maskText: string | undefined,
  io: ToolIo,
): Omit<Request, 'address'> | undefined {
  const wrong = (sentence: string) => {
    io.stderr.write(`Error: ${sentence}\n`);
    return undefined;
  };
  const data = wholeNumber(dataText);
  if (data === undefined || data < 0 || data > 0xff) return wrong('Data address invalid!');

  const [mode, pec, texts] = splitMode(rest);
  if (mode === undefined) return wrong(`Invalid mode '${rest[rest.length - 1]}'!`);
  const isBlock = mode === 's' || mode === 'i';
  if (isBlock && pec && mode === 'i') return wrong('PEC not supported for I2C block writes!');
  if (isBlock && maskText !== undefined) return wrong('Mask not supported for block writes!');
  if (texts.length > (isBlock ? BLOCK_MAX : 1)) return wrong('Too many arguments!');

  const most = mode === 'w' ? 0xffff : 0xff;
  const numbers: number[] = [];
  for (const text of texts) {
    const number = wholeNumber(text);
    if (number === undefined || number < 0) return wrong('Data value invalid!');
    if (number > most) return wrong('Data value out of range!');
    numbers.push(number);
  }
  let mask = 0;
  if (maskText !== undefined) {
    const parsed = wholeNumber(maskText);
    if (parsed === undefined || parsed === 0) return wrong('Data value mask invalid!');
    if (parsed > most) return wrong('Data value mask out of range!');
    mask = parsed;
  }
  const value = mode === 'c' ? data : (numbers[0] ?? 0);
  return { data, mode, pec, value, block: isBlock ? Uint8Array.from(numbers) : new Uint8Array(0), mask };
}

/** What follows the data address: the mode, with or without a packet error code, and the values. */
function splitMode(
  rest: readonly string[],
): readonly [mode: Mode | undefined, pec: boolean, values: readonly string[]] {
  const [only, second] = rest;
  if (only === undefined) return ['c', false, []];
  if (second === undefined) {
    if (only === 'c' || only === 'cp') return ['c', only === 'cp', []];
    return ['b', false, rest];
  }
  const last = rest[rest.length - 1] ?? '';
  const [, mode, pec] = /^([bwsi])(p?)$/.exec(last) ?? [];
  return [mode as Mode | undefined, pec === 'p', rest.slice(0, -1)];
}

async function confirmed(path: string, request: Request, io: ToolIo): Promise<boolean> {
  const { address, data, mode, pec, value, block, mask } = request;
  io.stderr.write(DANGER);
  const dangerous = address >= 0x50 && address <= 0x57;
  if (dangerous)
    io.stderr.write(
      'DANGEROUS! At these addresses memory modules keep their description:\n' +
        'what is overwritten there may keep the machine from starting again!\n',
    );
  io.stderr.write(`I will write to device file ${path}, chip address ${hexByte(address)},\n`);
  if (mode !== 'c') io.stderr.write(`data address ${hexByte(data)}, `);
  if (mode === 's' || mode === 'i') {
    const bytes = Array.from(block, (byte) => ` ${hexByte(byte)}`).join('');
    io.stderr.write(`data${bytes}, mode ${mode === 's' ? 'smbus' : 'i2c'} block.\n`);
  } else {
    const masked = mask === 0 ? '' : ' (masked)';
    io.stderr.write(`data ${hexByte(value)}${masked}, mode ${mode === 'w' ? 'word' : 'byte'}.\n`);
  }
  if (pec) io.stderr.write('PEC checking enabled.\n');
  return agreed(`Continue? [${dangerous ? 'y/N' : 'Y/n'}] `, !dangerous, io);
}

async function agreed(question: string, preset: boolean, io: ToolIo): Promise<boolean> {
  io.stderr.write(question);
  if (await readAnswer(io, preset)) return true;
  io.stderr.write('Aborting on user request.\n');
  return false;
}

async function set(
  i2c: I2cDev,
  request: Request,
  { ask, readBack }: { readonly ask: boolean; readonly readBack: boolean },
  io: ToolIo,
): Promise<number> {
  const { mode, mask } = request;
  const shown = (value: number) => `0x${hex(value, mode === 'w' ? 4 : 2)}`;
  let { value } = request;
  if (mask !== 0) {
    const old = await readValue(i2c, request);
    if (old < 0) {
      io.stderr.write('Error: Failed to read old value\n');
      return 1;
    }
    value = (value & mask) | (old & ~mask);
    if (ask) {
      io.stderr.write(`Old value ${shown(old)}, write mask ${shown(mask)}, will write ${shown(value)}\n`);
      if (!(await agreed('Continue? [Y/n] ', true, io))) return 0;
    }
  }

  i2c.pec = request.pec;
  const written = await status(write(i2c, request, value));
  i2c.pec = false;
  if (written < 0) {
    io.stderr.write('Error: Write failed\n');
    return 1;
  }
  if (!readBack) return 0;

  const found = await readValue(i2c, request);
  // i2c-tools compares a block with no value at all, and so do we.
  const expected = mode === 's' || mode === 'i' ? -1 : value;
  if (found < 0) io.stdout.write('Warning - readback failed\n');
  else if (found === expected) io.stdout.write(`Value ${shown(value)} written, readback matched\n`);
  else {
    const wrote = expected < 0 ? '0xffffffff' : shown(value);
    io.stdout.write(`Warning - data mismatch - wrote ${wrote}, read back ${shown(found)}\n`);
  }
  return 0;
}

function write(i2c: I2cDev, { address, data, mode, block }: Request, value: number): Promise<void> {
  switch (mode) {
    case 'c':
      return i2c.writeByte(address, value);
    case 'b':
      return i2c.writeByteData(address, data, value);
    case 'w':
      return i2c.writeWordData(address, data, value);
    case 's':
      return i2c.writeBlockData(address, data, block);
    case 'i':
      return i2c.writeI2cBlockData(address, data, block);
  }
}

/** What the register holds, or minus errno. */
function readValue(i2c: I2cDev, { address, data, mode }: Request): Promise<number> {
  if (mode === 'c') return orErrno(i2c.readByte(address));
  if (mode === 'w') return orErrno(i2c.readWordData(address, data));
  return orErrno(i2c.readByteData(address, data));
}
