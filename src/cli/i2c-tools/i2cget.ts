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

export const USAGE = `Usage: i2cget [-f] [-y] [-a] I2CBUS CHIP-ADDRESS [DATA-ADDRESS [MODE [LENGTH]]]
  I2CBUS is a number or a bus's name
  CHIP-ADDRESS goes from 0x08 to 0x77, with -a from 0x00 to 0x7f
  MODE is b (byte, default), w (word), c (write byte, read byte),
    s (SMBus block), i (I2C block); a p behind it adds a packet error code
  LENGTH is that of an I2C block, 1 to ${BLOCK_MAX} (default)
  -f  even when a driver owns the chip    -y  do not ask
Example: i2cget -y 1 0x48 0x00 w
`;

/** What a mode letter reads, what the adapter must be able to do, and how the question names it. */
const MODES = {
  b: { name: 'read byte data', needs: [[I2C_FUNC.SMBUS_READ_BYTE_DATA, 'SMBus read byte']] },
  w: { name: 'read word data', needs: [[I2C_FUNC.SMBUS_READ_WORD_DATA, 'SMBus read word']] },
  c: {
    name: 'write byte/read byte',
    needs: [
      [I2C_FUNC.SMBUS_READ_BYTE, 'SMBus receive byte'],
      [I2C_FUNC.SMBUS_WRITE_BYTE, 'SMBus send byte'],
    ],
  },
  s: { name: 'read SMBus block data', needs: [[I2C_FUNC.SMBUS_READ_BLOCK_DATA, 'SMBus block read']] },
  i: { name: 'read I2C block data', needs: [[I2C_FUNC.SMBUS_READ_I2C_BLOCK, 'I2C block read']] },
} as const satisfies Record<string, { name: string; needs: readonly Need[] }>;

type Mode = keyof typeof MODES;

interface Request {
  readonly address: number;
  /** Absent: read without writing a data address first. */
  readonly data: number | undefined;
  readonly mode: Mode;
  readonly pec: boolean;
  readonly length: number;
}

/** i2cget(8): reads a register. */
export async function i2cget(argv: readonly string[], nodes: Nodes, io: ToolIo): Promise<number> {
  const flags = parseFlags(argv, 'Vfya', '', io);
  if (flags === undefined) return usage(io);
  const { given, positional } = flags;
  if (given.has('V')) return printVersion('i2cget', io);
  const [bus, chip, ...rest] = positional;
  if (bus === undefined || chip === undefined) return usage(io);
  const number = lookUpBus(bus, nodes, io);
  if (number === undefined) return usage(io);
  const address = parseAddress(chip, given.has('a'), io);
  if (address === undefined) return usage(io);
  const what = parseRead(rest, io);
  if (what === undefined) return usage(io);
  const request = { ...what, address };

  const i2c = openBus(number, nodes, io);
  if (i2c === undefined) return 1;
  try {
    const needs = request.data === undefined ? MODES.c.needs.slice(0, 1) : MODES[request.mode].needs;
    if (!hasCapabilities(i2c, needs, request.pec, io)) return 1;
    if (!setAddress(i2c, address, given.has('f'), io)) return 1;
    if (!given.has('y') && !(await confirmed(i2c.path, request, io))) return 0;
    i2c.pec = request.pec;
    return await print(i2c, request, io);
  } finally {
    i2c.close();
  }
}

function usage(io: ToolIo, error = ''): number {
  io.stderr.write(error + USAGE);
  return 1;
}

/** `[DATA-ADDRESS [MODE [LENGTH]]]`; reports and gives undefined when it is wrong. */
function parseRead(
  [dataText, modeText, lengthText]: readonly string[],
  io: ToolIo,
): Omit<Request, 'address'> | undefined {
  const wrong = (sentence: string) => {
    io.stderr.write(`Error: ${sentence}\n`);
    return undefined;
  };
  if (dataText === undefined) return { data: undefined, mode: 'c', pec: false, length: BLOCK_MAX };
  const data = wholeNumber(dataText);
  if (data === undefined || data < 0 || data > 0xff) return wrong('Data address invalid!');
  const mode = modeText === undefined ? 'b' : (modeText[0] ?? '');
  if (!(mode in MODES)) return wrong('Invalid mode!');
  const pec = modeText?.[1] === 'p';
  if (mode === 'i' && pec) return wrong('PEC not supported for I2C block data!');
  if (lengthText === undefined) return { data, mode: mode as Mode, pec, length: BLOCK_MAX };
  if (mode !== 'i') return wrong('Length only valid for I2C block data!');
  const length = wholeNumber(lengthText);
  if (length === undefined || length < 1 || length > BLOCK_MAX) return wrong('Length invalid!');
  return { data, mode: 'i', pec, length };
}

async function confirmed(path: string, request: Request, io: ToolIo): Promise<boolean> {
  const { address, data, mode, pec, length } = request;
  io.stderr.write(DANGER);
  if (address >= 0x50 && address <= 0x57 && pec) {
    io.stderr.write(
      'STOP! At these addresses there are EEPROMs, which know no packet error code:\n' +
        'they would take it for data and store it. This is not done.\n',
    );
    return false;
  }
  const dangerous = mode === 'c' && data !== undefined && pec;
  if (dangerous)
    io.stderr.write(
      'WARNING! Most chips take a byte with a packet error code for a register and\n' +
        'its new value, and change that register!\n',
    );
  io.stderr.write(`I will read from device file ${path}, chip address ${hexByte(address)}, `);
  io.stderr.write(data === undefined ? 'current data\naddress' : `data address\n${hexByte(data)}`);
  if (mode === 'i')
    io.stderr.write(`, ${length} ${length > 1 ? 'bytes' : 'byte'} using read I2C block data.\n`);
  else io.stderr.write(`, using ${data === undefined ? 'read byte' : MODES[mode].name}.\n`);
  if (pec) io.stderr.write('PEC checking enabled.\n');
  io.stderr.write(`Continue? [${dangerous ? 'y/N' : 'Y/n'}] `);
  if (await readAnswer(io, !dangerous)) return true;
  io.stderr.write('Aborting on user request.\n');
  return false;
}

async function read(i2c: I2cDev, request: Request, io: ToolIo): Promise<number | Uint8Array> {
  const { address, data = 0, mode, length } = request;
  switch (mode) {
    case 'b':
      return orErrno(i2c.readByteData(address, data));
    case 'w':
      return orErrno(i2c.readWordData(address, data));
    case 's':
      return orErrno(i2c.readBlockData(address, data));
    case 'i':
      return orErrno(i2c.readI2cBlockData(address, data, length));
    case 'c': {
      if (request.data !== undefined && (await status(i2c.writeByte(address, data))) < 0)
        io.stderr.write('Warning - write failed\n');
      return orErrno(i2c.readByte(address));
    }
  }
}

async function print(i2c: I2cDev, request: Request, io: ToolIo): Promise<number> {
  const result = await read(i2c, request, io);
  if (typeof result === 'number') {
    if (result < 0) {
      io.stderr.write('Error: Read failed\n');
      return 2;
    }
    io.stdout.write(`0x${hex(result, request.mode === 'w' ? 4 : 2)}\n`);
  } else {
    io.stdout.write(`${Array.from(result, hexByte).join(' ')}\n`);
  }
  return 0;
}
