import { I2C_FUNC, type I2cDev } from '../../board/index.ts';
import { SMBUS_BLOCK_MAX } from '../../bus/index.ts';
import { hexByte, hexDigits } from '../../bus/words.ts';
import { DANGER, type Need, type Nodes, orErrno, status } from './bus-arguments.ts';
import { type Addressed, agreed, type ChipTool, goOn, refuse, runChipTool } from './chip-tool.ts';
import type { Flags } from './flags.ts';
import type { ToolIo } from './io.ts';
import { wholeNumber } from './numbers.ts';

export const USAGE = `Usage: i2cset [-f] [-y] [-m MASK] [-r] [-a]
              I2CBUS CHIP-ADDRESS DATA-ADDRESS [VALUE]... [MODE]
  I2CBUS is the number or the name of a bus
  CHIP-ADDRESS is 0x08 to 0x77, with -a 0x00 to 0x7f
  MODE is c (a byte without a value), b (byte, default), w (word),
    i (I2C block), s (SMBus block); append p for a packet error code (PEC)
  -m  change only the bits of MASK    -r  read the value back
  -f  even if a driver owns the chip    -y  do not ask for confirmation
Example: i2cset -y -r 1 0x20 0x06 0xf0
`;

type Mode = 'c' | 'b' | 'w' | 's' | 'i';

/** What a mode writes: what the adapter must be able to do, the largest value, how many values, what it refuses. */
interface ModeForm {
  readonly need: Need;
  readonly largest: number;
  readonly valuesMax: number;
  readonly block: boolean;
  readonly pec: boolean;
}

const MODES: Record<Mode, ModeForm> = {
  c: form([I2C_FUNC.SMBUS_WRITE_BYTE, 'SMBus send byte'], {}),
  b: form([I2C_FUNC.SMBUS_WRITE_BYTE_DATA, 'SMBus write byte'], {}),
  w: form([I2C_FUNC.SMBUS_WRITE_WORD_DATA, 'SMBus write word'], { largest: 0xffff }),
  s: form([I2C_FUNC.SMBUS_WRITE_BLOCK_DATA, 'SMBus block write'], {
    block: true,
    valuesMax: SMBUS_BLOCK_MAX,
  }),
  i: form([I2C_FUNC.SMBUS_WRITE_I2C_BLOCK, 'I2C block write'], {
    block: true,
    valuesMax: SMBUS_BLOCK_MAX,
    pec: false,
  }),
};

function form(need: Need, special: Partial<ModeForm>): ModeForm {
  return { need, largest: 0xff, valuesMax: 1, block: false, pec: true, ...special };
}

interface Request {
  readonly data: number;
  readonly mode: Mode;
  readonly pec: boolean;
  /** What to write; in mode c the data address, in the block modes unused. */
  readonly value: number;
  readonly block: Uint8Array;
  /** 0: no mask. */
  readonly mask: number;
}

const TOOL: ChipTool<Request> = {
  name: 'i2cset',
  usage: USAGE,
  letters: 'Vfymra',
  lettersWithValue: 'm',
  least: 3,
  missing: ['', ''],
  parse: parseWrite,
  needs: ({ mode }) => [MODES[mode].need],
  confirmed,
  run: (i2c, request, { given }, io) =>
    set(i2c, request, { ask: !given.has('y'), readBack: given.has('r') }, io),
};

/** i2cset(8): writes a register. */
export const i2cset = (argv: readonly string[], nodes: Nodes, io: ToolIo): Promise<number> =>
  runChipTool(TOOL, argv, nodes, io);

/** `DATA-ADDRESS [VALUE] ... [MODE]` and the mask; reports what is wrong. */
function parseWrite(
  [dataText = '', ...rest]: readonly string[],
  { values }: Flags,
  io: ToolIo,
): Request | 'show usage' {
  const wrong = (sentence: string) => refuse(sentence, io);
  const maskText = values.get('m');
  const data = wholeNumber(dataText);
  if (data === undefined || data < 0 || data > 0xff) return wrong('Data address invalid!');

  const [mode, pec, texts] = splitMode(rest);
  if (mode === undefined) return wrong(`Invalid mode '${rest[rest.length - 1]}'!`);
  const { block, largest, valuesMax, ...may } = MODES[mode];
  if (pec && !may.pec) return wrong('PEC not supported for I2C block writes!');
  if (block && maskText !== undefined) return wrong('Mask not supported for block writes!');
  if (texts.length > valuesMax) return wrong('Too many arguments!');

  const numbers = parseValues(texts, largest);
  if (typeof numbers === 'string') return wrong(numbers);
  const mask = parseMask(maskText, largest);
  if (typeof mask === 'string') return wrong(mask);
  const value = mode === 'c' ? data : (numbers[0] ?? 0);
  return { data, mode, pec, value, block: Uint8Array.from(block ? numbers : []), mask };
}

/** The values to write, or what is wrong with them. */
function parseValues(texts: readonly string[], largest: number): number[] | string {
  const numbers: number[] = [];
  for (const text of texts) {
    const number = wholeNumber(text);
    if (number === undefined || number < 0) return 'Data value invalid!';
    if (number > largest) return 'Data value out of range!';
    numbers.push(number);
  }
  return numbers;
}

/** The mask, 0 for none, or what is wrong with it. */
function parseMask(text: string | undefined, largest: number): number | string {
  if (text === undefined) return 0;
  const mask = wholeNumber(text);
  if (mask === undefined || mask === 0) return 'Data value mask invalid!';
  return mask > largest ? 'Data value mask out of range!' : mask;
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

async function confirmed(path: string, request: Addressed<Request>, io: ToolIo): Promise<boolean> {
  const { address, data, mode, pec, value, block, mask } = request;
  io.stderr.write(DANGER);
  const dangerous = address >= 0x50 && address <= 0x57;
  if (dangerous)
    io.stderr.write(
      'DANGEROUS! Memory modules keep their configuration at these addresses:\n' +
        'writing there may make the machine unbootable!\n',
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
  return goOn(dangerous, io);
}

async function set(
  i2c: I2cDev,
  request: Addressed<Request>,
  { ask, readBack }: { readonly ask: boolean; readonly readBack: boolean },
  io: ToolIo,
): Promise<number> {
  const { mode, mask } = request;
  const shown = (value: number) => `0x${hexDigits(value, mode === 'w' ? 4 : 2)}`;
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

function write(
  i2c: I2cDev,
  { address, data, mode, block }: Addressed<Request>,
  value: number,
): Promise<void> {
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
function readValue(i2c: I2cDev, { address, data, mode }: Addressed<Request>): Promise<number> {
  if (mode === 'c') return orErrno(i2c.readByte(address));
  if (mode === 'w') return orErrno(i2c.readWordData(address, data));
  return orErrno(i2c.readByteData(address, data));
}
