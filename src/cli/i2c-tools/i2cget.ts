import { I2C_FUNC, type I2cDev } from '../../board/index.ts';
import { SMBUS_BLOCK_MAX } from '../../bus/index.ts';
import { hexByte, hexDigits } from '../../bus/words.ts';
import { DANGER, type Need, type Nodes, orErrno, status } from './bus-arguments.ts';
import { type Addressed, type ChipTool, goOn, refuse, runChipTool } from './chip-tool.ts';
import type { ToolIo } from './io.ts';
import { wholeNumber } from './numbers.ts';

export const USAGE = `Usage: i2cget [-f] [-y] [-a] I2CBUS CHIP-ADDRESS
              [DATA-ADDRESS [MODE [LENGTH]]]
  I2CBUS is the number or the name of a bus
  CHIP-ADDRESS is 0x08 to 0x77, with -a 0x00 to 0x7f
  MODE is b (byte, default), w (word), c (write byte, read byte),
    s (SMBus block), i (I2C block); append p for a packet error code (PEC)
  LENGTH is that of an I2C block, 1 to ${SMBUS_BLOCK_MAX} (default)
  -f  even if a driver owns the chip    -y  do not ask for confirmation
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
  /** Absent: read without writing a data address first. */
  readonly data: number | undefined;
  readonly mode: Mode;
  readonly pec: boolean;
  readonly length: number;
}

const TOOL: ChipTool<Request> = {
  name: 'i2cget',
  usage: USAGE,
  letters: 'Vfya',
  lettersWithValue: '',
  least: 2,
  missing: ['', ''],
  parse: (rest, _flags, io) => parseRead(rest, io),
  needs: ({ data, mode }) => (data === undefined ? MODES.c.needs.slice(0, 1) : MODES[mode].needs),
  confirmed,
  run: (i2c, request, _flags, io) => {
    i2c.pec = request.pec;
    return print(i2c, request, io);
  },
};

/** i2cget(8): reads a register. */
export const i2cget = (argv: readonly string[], nodes: Nodes, io: ToolIo): Promise<number> =>
  runChipTool(TOOL, argv, nodes, io);

/** `[DATA-ADDRESS [MODE [LENGTH]]]`; reports what is wrong. */
function parseRead([dataText, modeText, lengthText]: readonly string[], io: ToolIo): Request | 'show usage' {
  const wrong = (sentence: string) => refuse(sentence, io);
  if (dataText === undefined) return { data: undefined, mode: 'c', pec: false, length: SMBUS_BLOCK_MAX };
  const data = wholeNumber(dataText);
  if (data === undefined || data < 0 || data > 0xff) return wrong('Data address invalid!');
  const mode = modeText === undefined ? 'b' : (modeText[0] ?? '');
  if (!(mode in MODES)) return wrong('Invalid mode!');
  const pec = modeText?.[1] === 'p';
  if (mode === 'i' && pec) return wrong('PEC not supported for I2C block data!');
  if (lengthText === undefined) return { data, mode: mode as Mode, pec, length: SMBUS_BLOCK_MAX };
  if (mode !== 'i') return wrong('Length only valid for I2C block data!');
  const length = wholeNumber(lengthText);
  if (length === undefined || length < 1 || length > SMBUS_BLOCK_MAX) return wrong('Length invalid!');
  return { data, mode: 'i', pec, length };
}

async function confirmed(path: string, request: Addressed<Request>, io: ToolIo): Promise<boolean> {
  const { address, data, mode, pec, length } = request;
  io.stderr.write(DANGER);
  if (address >= 0x50 && address <= 0x57 && pec) {
    io.stderr.write(
      'STOP! EEPROMs use these addresses and do not support PEC:\n' +
        'they would store the PEC byte as data. Nothing was done.\n',
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
  return goOn(dangerous, io);
}

async function read(i2c: I2cDev, request: Addressed<Request>, io: ToolIo): Promise<number | Uint8Array> {
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

async function print(i2c: I2cDev, request: Addressed<Request>, io: ToolIo): Promise<number> {
  const result = await read(i2c, request, io);
  if (typeof result === 'number') {
    if (result < 0) {
      io.stderr.write('Error: Read failed\n');
      return 2;
    }
    io.stdout.write(`0x${hexDigits(result, request.mode === 'w' ? 4 : 2)}\n`);
  } else {
    io.stdout.write(`${Array.from(result, hexByte).join(' ')}\n`);
  }
  return 0;
}
