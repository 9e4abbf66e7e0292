import { I2C_FUNC, type I2cDev } from '../../board/index.ts';
import { SMBUS_BLOCK_MAX } from '../../bus/index.ts';
import { hexByte } from '../../bus/words.ts';
import { DANGER, type Need, type Nodes, orErrno, status } from './bus-arguments.ts';
import { type Addressed, type ChipTool, goOn, refuse, runChipTool } from './chip-tool.ts';
import { printBytes, printWords } from './dump-table.ts';
import type { Flags } from './flags.ts';
import type { ToolIo } from './io.ts';
import { strtol, wholeNumber } from './numbers.ts';

export const USAGE = `Usage: i2cdump [-f] [-y] [-r FIRST-LAST] [-a] I2CBUS ADDRESS
               [MODE [BANK [BANKREG]]]
  I2CBUS is the number or the name of a bus
  ADDRESS is 0x08 to 0x77, with -a 0x00 to 0x7f
  MODE is b (byte, default), w (word), W (word at even addresses),
    s (SMBus block, BANK is the command), i (I2C block),
    c (consecutive bytes); append p for a packet error code (PEC)
  -r  only these registers
  -f  even if a driver owns the chip    -y  do not ask for confirmation
Example: i2cdump -y -r 0x00-0x3f 1 0x50 b
`;

/** Where Winbond's W83781D family switches banks. */
const DEFAULT_BANK_REGISTER = 0x4e;

/** Block, I2C block, consecutive, byte, word. */
const MODES = {
  s: { name: 'smbus block', needs: [[I2C_FUNC.SMBUS_READ_BLOCK_DATA, 'SMBus block read']] },
  i: { name: 'i2c block', needs: [[I2C_FUNC.SMBUS_READ_I2C_BLOCK, 'I2C block read']] },
  c: {
    name: 'byte consecutive read',
    needs: [
      [I2C_FUNC.SMBUS_READ_BYTE, 'SMBus receive byte'],
      [I2C_FUNC.SMBUS_WRITE_BYTE, 'SMBus send byte'],
    ],
  },
  b: { name: 'byte', needs: [[I2C_FUNC.SMBUS_READ_BYTE_DATA, 'SMBus read byte']] },
  w: { name: 'word', needs: [[I2C_FUNC.SMBUS_READ_WORD_DATA, 'SMBus read word']] },
  W: { name: 'word', needs: [[I2C_FUNC.SMBUS_READ_WORD_DATA, 'SMBus read word']] },
} as const satisfies Record<string, { name: string; needs: readonly Need[] }>;

type Mode = keyof typeof MODES;

interface Request {
  readonly mode: Mode;
  readonly pec: boolean;
  /** A bank of registers; in mode s the command. 0: as it is. */
  readonly bank: number;
  readonly bankRegister: number;
  readonly first: number;
  readonly last: number;
  readonly limited: boolean;
}

const TOOL: ChipTool<Request> = {
  name: 'i2cdump',
  usage: USAGE,
  letters: 'Vfrya',
  lettersWithValue: 'r',
  least: 1,
  missing: ['Error: No i2c-bus specified!\n', 'Error: No address specified!\n'],
  parse: parseDump,
  needs: ({ mode }) => MODES[mode].needs,
  confirmed,
  run: (i2c, request, _flags, io) => {
    i2c.pec = request.pec;
    return dumpBank(i2c, request, io);
  },
};

/** i2cdump(8): shows a chip's registers. */
export const i2cdump = (argv: readonly string[], nodes: Nodes, io: ToolIo): Promise<number> =>
  runChipTool(TOOL, argv, nodes, io);

function parseDump(
  [modeText, bankText, registerText]: readonly string[],
  { given, values }: Flags,
  io: ToolIo,
): Request | 'show usage' | 'fail' {
  const mode = parseMode(modeText, io);
  if (mode === undefined) return 'show usage';
  const bank = parseBank(mode, bankText, registerText, io);
  if (bank === 'show usage') return bank;
  const range = parseRange(mode, given.has('r'), values.get('r'), io);
  if (range === undefined) return 'fail';
  return { mode, pec: modeText?.[1] === 'p' && mode !== 'W', ...bank, ...range };
}

function parseMode(text: string | undefined, io: ToolIo): Mode | undefined {
  if (text === undefined) {
    io.stderr.write('No size specified (using byte-data access)\n');
    return 'b';
  }
  const letter = text[0] ?? '';
  if (!(letter in MODES) || (letter === 'i' && text !== 'i')) {
    io.stderr.write('Error: Invalid mode!\n');
    return undefined;
  }
  if (letter === 's') io.stderr.write('SMBus block mode is deprecated, please use i2cget instead\n');
  return letter as Mode;
}

function parseBank(
  mode: Mode,
  bankText: string | undefined,
  registerText: string | undefined,
  io: ToolIo,
): Pick<Request, 'bank' | 'bankRegister'> | 'show usage' {
  const wrong = (sentence: string) => refuse(sentence, io);
  if (bankText === undefined) return { bank: 0, bankRegister: DEFAULT_BANK_REGISTER };
  const bank = wholeNumber(bankText);
  if (bank === undefined || mode === 'i') return wrong('Invalid bank number!');
  if ((mode === 'b' || mode === 'w' || mode === 'W') && (bank < 0 || bank > 15))
    return wrong('bank out of range!');
  if (mode === 's' && (bank < 0 || bank > 0xff)) return wrong('block command out of range!');
  if (registerText === undefined) return { bank, bankRegister: DEFAULT_BANK_REGISTER };
  const bankRegister = wholeNumber(registerText);
  if (bankRegister === undefined || mode === 's') return wrong('Invalid bank register number!');
  if (bankRegister < 0 || bankRegister > 0xff) return wrong('bank out of range (0-0xff)!');
  return { bank, bankRegister };
}

function parseRange(
  mode: Mode,
  limited: boolean,
  text: string | undefined,
  io: ToolIo,
): Pick<Request, 'first' | 'last' | 'limited'> | undefined {
  if (!limited) return { first: 0x00, last: 0xff, limited };
  const from = strtol(text ?? '');
  const to = strtol(from.rest.slice(1));
  const [first, last] = [from.value, to.value];
  const malformed = from.rest === text || !from.rest.startsWith('-') || from.rest === '-' || to.rest !== '';
  if (malformed || first < 0 || first > 0xff || last < first || last > 0xff) {
    io.stderr.write('Error: Invalid range parameter!\n');
    return undefined;
  }
  if (mode === 's' || (mode === 'W' && (first % 2 === 1 || last % 2 === 0))) {
    io.stderr.write('Error: Range parameter not compatible with selected mode!\n');
    return undefined;
  }
  return { first, last, limited };
}

async function confirmed(path: string, request: Addressed<Request>, io: ToolIo): Promise<boolean> {
  const { address, mode, pec, bank, bankRegister, first, last, limited } = request;
  io.stderr.write(DANGER);
  io.stderr.write(`I will probe file ${path}, address 0x${address.toString(16)}, mode ${MODES[mode].name}\n`);
  if (pec) io.stderr.write('PEC checking enabled.\n');
  if (mode === 'W') io.stderr.write('Only probing even register addresses.\n');
  if (bank !== 0 && mode === 's') io.stderr.write(`Using command ${hexByte(bank)}.\n`);
  else if (bank !== 0)
    io.stderr.write(`Probing bank ${bank} using bank register ${hexByte(bankRegister)}.\n`);
  if (limited) io.stderr.write(`Probe range limited to ${hexByte(first)}-${hexByte(last)}.\n`);
  return goOn(false, io);
}

/** Dumps in the bank asked for and goes back to the one that was set. */
async function dumpBank(i2c: I2cDev, request: Addressed<Request>, io: ToolIo): Promise<number> {
  const { address, mode, bank, bankRegister } = request;
  if (bank === 0 || mode === 's') return dump(i2c, request, io);
  const old = await orErrno(i2c.readByteData(address, bankRegister));
  const chosen = (bank | (old & 0xf0)) & 0xff;
  if (old < 0 || (await status(i2c.writeByteData(address, bankRegister, chosen))) < 0) {
    io.stderr.write('Error: Bank switching failed\n');
    return 1;
  }
  const code = await dump(i2c, request, io);
  if (code === 0) await status(i2c.writeByteData(address, bankRegister, old));
  return code;
}

async function dump(i2c: I2cDev, request: Addressed<Request>, io: ToolIo): Promise<number> {
  const { address, mode, bank, first, last } = request;
  const failed = (what: string, code: number) => {
    io.stderr.write(`Error: ${what} failed, return code ${code}\n`);
    return 1;
  };
  const code = (isComplete: boolean) => (isComplete ? 0 : 1);
  switch (mode) {
    case 'w':
      return code(
        await printWords((register) => orErrno(i2c.readWordData(address, register)), first, last, io),
      );
    case 's': {
      const block = await orErrno(i2c.readBlockData(address, bank));
      if (typeof block === 'number') return failed('Block read', block);
      if (block.length === 0) return failed('Block read', 0);
      return code(
        await printBytes(async (register) => [block[register] ?? 0], 0, block.length - 1, io, block.length),
      );
    }
    case 'i': {
      const registers = await readI2cBlocks(i2c, request);
      if (typeof registers === 'number') return failed('Block read', registers);
      return code(await printBytes(async (register) => [registers[register] ?? 0], first, last, io));
    }
    case 'c': {
      const refused = await status(i2c.writeByte(address, first));
      if (refused !== 0) return failed('Write start address', refused);
      return code(await printBytes(async () => [await orErrno(i2c.readByte(address))], first, last, io));
    }
    case 'W':
      return code(
        await printBytes(
          async (register) => {
            const word = await orErrno(i2c.readWordData(address, register));
            return word < 0 ? [word, word] : [word & 0xff, word >> 8];
          },
          first,
          last,
          io,
        ),
      );
    case 'b':
      return code(
        await printBytes(
          async (register) => [await orErrno(i2c.readByteData(address, register))],
          first,
          last,
          io,
        ),
      );
  }
}

/** All registers from `first` to `last`, 32 at a time, or minus errno. */
async function readI2cBlocks(
  i2c: I2cDev,
  { address, first, last }: Addressed<Request>,
): Promise<Uint8Array | number> {
  const registers = new Uint8Array(256 + SMBUS_BLOCK_MAX);
  for (let at = first; at <= last; at += SMBUS_BLOCK_MAX) {
    const block = await orErrno(i2c.readI2cBlockData(address, at, SMBUS_BLOCK_MAX));
    if (typeof block === 'number') return block;
    registers.set(block, at);
  }
  return registers;
}
