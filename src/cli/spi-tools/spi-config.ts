import { once } from 'node:events';
import { SPI_MODE, type SpiDev } from '../../board/index.ts';
import type { ToolIo } from '../i2c-tools/io.ts';
import { applySettings, type Nodes, openDevice, readOptions, WRONG_SPEED } from './device.ts';

const TOOL = 'spi-config';

export const USAGE = `usage: ${TOOL} options...
  -d --device=<dev>  the device: /dev/spidev0.0
  -q --query         print the settings
  -m --mode=[0-3]    clock bit 1 idles high, bit 0 samples at the second edge
  -l --lsb={0,1}     1 sends the lowest bit first
  -b --bits=[7...]   bits of a word
  -s --speed=<int>   clock in Hz
  -r --spirdy={0,1}  1 waits for the ready line
  -w --wait          keep the device open: the settings last until then
  -h --help          print this help
  -v --version       print the version
example: ${TOOL} -d /dev/spidev0.0 -m 3 -s 1000000
`;

/** spi-config(1): shows or changes mode, word and clock of a device. */
export async function spiConfig(argv: readonly string[], nodes: Nodes, io: ToolIo): Promise<number> {
  let query = false;
  let wait = false;
  const given = readOptions(
    {
      name: TOOL,
      usage: USAGE,
      options: [
        { letter: 'q', long: 'query' },
        { letter: 'w', long: 'wait' },
      ],
      bits: 'b',
      wrongSpeed: WRONG_SPEED,
      take: (letter) => {
        query ||= letter === 'q';
        wait ||= letter === 'w';
        return undefined;
      },
    },
    argv,
    io,
  );
  if (typeof given === 'number') return given;
  const { device, settings } = given;
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
