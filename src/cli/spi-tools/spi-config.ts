import { once } from 'node:events';
import { SPI_MODE, type SpiDev } from '../../board/index.ts';
import type { ToolIo } from '../i2c-tools/io.ts';
import { getopt } from '../terminal/getopt.ts';
import {
  applySettings,
  COMMON_OPTIONS,
  type Nodes,
  openDevice,
  parseSetting,
  printVersion,
  type SettingLetter,
  type Settings,
} from './device.ts';

const TOOL = 'spi-config';

export const USAGE = `usage: ${TOOL} options...
  -d --device=<dev>  the device: /dev/spidev0.0
  -q --query         print how it is set
  -m --mode=[0-3]    clock bit 1 idles high, bit 0 samples at the second edge
  -l --lsb={0,1}     1 sends the lowest bit first
  -b --bits=[7...]   bits of a word
  -s --speed=<int>   clock in Hz
  -r --spirdy={0,1}  1 heeds the ready line
  -w --wait          stay, for the clock is forgotten when the device is closed
  -h --help          this text
  -v --version       the version
example: ${TOOL} -d /dev/spidev0.0 -m 3 -s 1000000
`;

const OPTIONS = [
  ...COMMON_OPTIONS,
  { letter: 'b', long: 'bits', argument: 'bits' },
  { letter: 'q', long: 'query' },
  { letter: 'w', long: 'wait' },
];

/** spi-config(1): shows or changes mode, word and clock of a device. */
export async function spiConfig(argv: readonly string[], nodes: Nodes, io: ToolIo): Promise<number> {
  const settings: Settings = {};
  let device: string | undefined;
  let query = false;
  let wait = false;
  const wrong = (sentence: string) => {
    io.stderr.write(`${TOOL}: ${sentence}\n`);
    return 1;
  };
  for (const found of getopt(argv, OPTIONS)) {
    if (found.kind === 'operand') continue;
    if (found.kind === 'wrong') {
      wrong(found.sentence);
      return wrong('wrong option. Use -h for help.');
    }
    const { letter, value } = found;
    switch (letter) {
      case 'h':
        io.stderr.write(USAGE);
        return 0;
      case 'v':
        return printVersion(TOOL, io);
      case 'd':
        device = value;
        break;
      case 'q':
        query = true;
        break;
      case 'w':
        wait = true;
        break;
      default: {
        const sentence = parseSetting(letter as SettingLetter, value, settings);
        if (sentence !== undefined) return wrong(sentence);
      }
    }
  }
  if (device === undefined) return wrong('no device specified (use option -h for help).');
  const spi = openDevice(device, nodes, io);
  if (spi === undefined) return 1;
  try {
    if (query) return print(device, spi, io);
    if (!applySettings(spi, settings, io)) return 1;
    if (wait && !io.signal?.aborted) await (io.signal ? once(io.signal, 'abort') : new Promise(() => {}));
    return 0;
  } finally {
    spi.close();
  }
}

function print(device: string, spi: SpiDev, io: ToolIo): number {
  const { mode, lsbFirst, bitsPerWord, maxSpeedHz } = spi;
  const ready = mode & SPI_MODE.READY ? 1 : 0;
  io.stdout.write(
    `${device}: mode=${mode & 3}, lsb=${lsbFirst ? 1 : 0}, bits=${bitsPerWord}, speed=${maxSpeedHz}, spiready=${ready}\n`,
  );
  return 0;
}
