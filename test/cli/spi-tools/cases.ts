/** Calls on one device, one after the other: what one sets, the next sees. */
export interface SpiCase {
  readonly tool: 'spi-config' | 'spi-pipe';
  readonly args: readonly string[];
  readonly stdin?: string;
}

/** What the real tool did; its output in hexadecimal digits. */
export interface RecordedSpi extends SpiCase {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

const DEVICE = '/dev/spidev0.0';

function call(line: string, stdin?: string): SpiCase {
  const [tool, ...args] = line.replace('DEV', DEVICE).split(' ');
  return { tool: tool as SpiCase['tool'], args, ...(stdin === undefined ? {} : { stdin }) };
}

export const SPI_CASES: readonly SpiCase[] = [
  call('spi-config -d DEV -q'),
  call('spi-config --device=DEV --query'),
  call('spi-config -qd DEV'),
  call('spi-config --quer --dev DEV'),
  call('spi-config -d DEV -m 3'),
  call('spi-config -d DEV -q'),
  call('spi-config -d DEV --mode=1 --bits 16'),
  call('spi-config -d DEV -q'),
  call('spi-config -d DEV -m 0 -b 8 -s 1000000 -l 0 -r 0'),
  call('spi-config -d DEV -q'),
  call('spi-config -d DEV -b 40'),
  call('spi-config -d DEV -r 1'),
  call('spi-config -d DEV -m 4'),
  call('spi-config -d DEV -m x'),
  call('spi-config -d DEV -m 1x'),
  call('spi-config -d DEV -m 0'),
  call('spi-config -d DEV -b 6'),
  call('spi-config -d DEV -s 9'),
  call('spi-config -d DEV -s 100000001'),
  call('spi-config -d DEV -l 2'),
  call('spi-config -d DEV -r 2'),
  call('spi-config -q'),
  call('spi-config -d'),
  call('spi-config -x'),
  call('spi-config --wrong'),
  call('spi-config --query=1 -d DEV'),
  call('spi-config --device'),
  call('spi-config -d /dev/spidev7.7 -q'),

  call('spi-pipe -d DEV -n 1', 'a'),
  call('spi-pipe -d DEV -b 4 -n 1', 'abcdefgh'),
  call('spi-pipe -d DEV -b 4 -n 2', 'abcdefgh'),
  call('spi-pipe --device=DEV --blocksize=2 --number=3 --speed=500000', 'abcdef'),
  call('spi-config -d DEV -q'),
  call('spi-pipe -d DEV -b 4 -n 2', 'abcd'),
  call('spi-pipe -d DEV -n 0', 'abcd'),
  call('spi-pipe -d DEV -b 5000 -n 1', 'x'.repeat(5000)),
  call('spi-pipe -d DEV -b 4096 -n 1', 'x'.repeat(4096)),
  call('spi-pipe -d DEV -b 0'),
  call('spi-pipe -d DEV -n -2'),
  call('spi-pipe -d DEV -s 9'),
  call('spi-pipe -n 1'),
  call('spi-pipe -y'),
  call('spi-pipe -d /dev/spidev7.7'),
];
