import { SPI_MODE, type SpiDev } from '../../board/index.ts';
import type { ToolIo } from '../i2c-tools/io.ts';
import {
  applySettings,
  decimal,
  type Nodes,
  openDevice,
  readOptions,
  reportTransfer,
  type Settings,
} from './device.ts';

const TOOL = 'spi-pipe';

export const USAGE = `usage: ${TOOL} options...
  -d --device=<dev>    the device: /dev/spidev0.0
  -s --speed=<speed>   clock in Hz
  -m --mode=[0-3]      clock polarity and phase
  -l --lsb={0,1}       1 sends the lowest bit first
  -B --bits=[7...]     bits of a word
  -b --blocksize=<int> bytes of a transfer (default 1)
  -n --number=<int>    number of transfers (default -1: until end of input)
  -h --help            print this help
  -v --version         print the version
example: printf '\\237\\0\\0\\0' | ${TOOL} -d /dev/spidev0.0 -b 4 -n 1 | xxd
`;

/** spi-pipe(1): sends standard input to a device and prints what comes back. */
export async function spiPipe(argv: readonly string[], nodes: Nodes, io: ToolIo): Promise<number> {
  let blockSize = 1;
  let blocks = -1;
  const given = readOptions(
    {
      name: TOOL,
      usage: USAGE,
      options: [
        { letter: 'b', long: 'blocksize', argument: 'blocksize' },
        { letter: 'n', long: 'number', argument: 'number' },
      ],
      bits: 'B',
      wrongSpeed: 'Invalid speed',
      take: (letter, value) => {
        if (letter === 'b') blockSize = decimal(value) ?? 0;
        else blocks = decimal(value) ?? -2;
        if (blockSize <= 0) return 'wrong blocksize';
        return blocks < -1 ? 'wrong block number' : undefined;
      },
    },
    argv,
    io,
  );
  if (typeof given === 'number') return given;
  const { device, settings } = given;
  const spi = openDevice(device, nodes, io);
  if (spi === undefined) return 1;
  const before: Settings = {
    mode: spi.mode & 3,
    lsbFirst: spi.lsbFirst ? 1 : 0,
    bits: spi.bitsPerWord,
    ready: spi.mode & SPI_MODE.READY ? 1 : 0,
    ...(spi.maxSpeedHz === 0 ? {} : { speed: spi.maxSpeedHz }),
  };
  try {
    if (!applySettings(spi, settings, io)) return 1;
    const code = await pipe(spi, blockSize, blocks, io);
    return applySettings(spi, before, io) ? code : 1;
  } finally {
    spi.close();
  }
}

/** spi-pipe calls the end of its input a failure even where no number of blocks was asked for; we do not. */
async function pipe(spi: SpiDev, blockSize: number, blocks: number, io: ToolIo): Promise<number> {
  for (let done = 0; blocks < 0 || done < blocks; done++) {
    if (io.signal?.aborted) return 1;
    const tx = await readBlock(blockSize, io);
    if (tx.length === 0) return blocks < 0 ? 0 : 1;
    try {
      const { rx } = await spi.transfer({ tx, rx: tx.length });
      await io.stdout.write(rx);
    } catch (thrown) {
      reportTransfer(thrown, io);
      return 1;
    }
  }
  return 0;
}

/** A block; a shorter one when the input ends in it. */
async function readBlock(size: number, io: ToolIo): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let length = 0; length < size; ) {
    const piece = await io.readBytes(size - length);
    if (piece.length === 0) break;
    pieces.push(piece);
    length += piece.length;
  }
  return Buffer.concat(pieces);
}
