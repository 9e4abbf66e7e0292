import { BusFault, type NodeRegistry, SPI_MODE, type SpiDev, strerror } from '../../board/index.ts';
import { oneLine } from '../../input/index.ts';
import type { ToolIo } from '../i2c-tools/io.ts';
import { getopt, type Option } from '../terminal/getopt.ts';

/** The nodes that the tools work on. */
export type Nodes = Pick<NodeRegistry, 'open'>;

/** spi-tools' version whose arguments and output these tools have. */
const COMPATIBLE_WITH = '0.8.4';

/** What can be set on a device; what is absent stays. */
export interface Settings {
  /** 0 to 3. */
  mode?: number;
  lsbFirst?: number;
  bits?: number;
  speed?: number;
  ready?: number;
}

const COMMON_OPTIONS: readonly Option[] = [
  { letter: 'd', long: 'device', argument: 'device' },
  { letter: 'm', long: 'mode', argument: 'mode' },
  { letter: 'l', long: 'lsb', argument: 'lsb' },
  { letter: 's', long: 'speed', argument: 'speed' },
  { letter: 'r', long: 'spirdy', argument: 'spirdy' },
  { letter: 'h', long: 'help' },
  { letter: 'v', long: 'version' },
];

function printVersion(tool: string, io: ToolIo): number {
  io.stderr.write(`${tool} - ${COMPATIBLE_WITH} (dtbus)\n`);
  return 0;
}

/** scanf's `%d`: a decimal number at the beginning, whatever follows; undefined when there is none. */
export function decimal(text: string): number | undefined {
  const [digits] = /^[\t-\r ]*[+-]?[0-9]+/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

export const WRONG_SPEED = 'wrong speed value (Hz)';

/** Which letter sets what, its range, and what is said of a value outside. */
const RANGES = {
  m: { setting: 'mode', min: 0, max: 3, wrong: 'wrong SPI mode ([0-3])' },
  l: { setting: 'lsbFirst', min: 0, max: 1, wrong: 'wrong LSB first value ([0,1])' },
  b: { setting: 'bits', min: 7, max: Number.POSITIVE_INFINITY, wrong: 'wrong bits per word value [7...]' },
  s: { setting: 'speed', min: 10, max: 100_000_000, wrong: WRONG_SPEED },
  r: { setting: 'ready', min: 0, max: 1, wrong: 'wrong SPI_RDY value ([0,1])' },
} as const;

type SettingLetter = keyof typeof RANGES;

/** Puts an option's value into `settings`; gives a sentence when it is wrong. */
function parseSetting(letter: SettingLetter, text: string, settings: Settings): string | undefined {
  const { setting, min, max, wrong } = RANGES[letter];
  const value = decimal(text);
  if (value === undefined || value < min || value > max) return wrong;
  settings[setting] = value;
  return undefined;
}

/** One of spi-tools: how it is called, and the options that the other has not. */
interface SpiTool {
  readonly name: string;
  readonly usage: string;
  readonly options: readonly Option[];
  /** The letter of `--bits`, and what is said of a wrong `--speed`. */
  readonly bits: 'b' | 'B';
  readonly wrongSpeed: string;
  /** Takes one of `options`. @returns what is wrong with it */
  take(letter: string, value: string): string | undefined;
}

/** Reads a tool's options. @returns the device and its settings; an exit code where there is nothing more to do */
export function readOptions(
  tool: SpiTool,
  argv: readonly string[],
  io: ToolIo,
): { readonly device: string; readonly settings: Settings } | number {
  const settings: Settings = {};
  let device: string | undefined;
  const wrong = (sentence: string) => {
    io.stderr.write(`${tool.name}: ${oneLine(sentence)}\n`);
    return 1;
  };
  const own = tool.options.map(({ letter }) => letter);
  const bits: Option = { letter: tool.bits, long: 'bits', argument: 'bits' };
  for (const found of getopt(argv, [...COMMON_OPTIONS, bits, ...tool.options])) {
    if (found.kind === 'operand') continue;
    if (found.kind === 'wrong') {
      wrong(found.sentence);
      return wrong('wrong option. Use -h for help.');
    }
    const { letter, value } = found;
    if (letter === 'h') {
      io.stderr.write(tool.usage);
      return 0;
    }
    if (letter === 'v') return printVersion(tool.name, io);
    if (letter === 'd') device = value;
    else if (own.includes(letter)) {
      const sentence = tool.take(letter, value);
      if (sentence !== undefined) return wrong(sentence);
    } else {
      const setting = (letter === tool.bits ? 'b' : letter) as SettingLetter;
      const sentence = parseSetting(setting, value, settings);
      if (sentence !== undefined) return wrong(letter === 's' ? tool.wrongSpeed : sentence);
    }
  }
  if (device === undefined) return wrong('no device specified (use option -h for help).');
  return { device, settings };
}

/** perror(3) */
function report(what: string, thrown: unknown, io: ToolIo): void {
  io.stderr.write(`${oneLine(what)}: ${strerror(BusFault.from(thrown).code)}\n`);
}

/** Opens a device; reports and gives undefined when it cannot be. */
export function openDevice(path: string, nodes: Nodes, io: ToolIo): SpiDev | undefined {
  try {
    const node = nodes.open(path);
    if ('chipSelect' in node) return node;
    node.close();
    io.stderr.write(`${oneLine(path)}: Inappropriate ioctl for device\n`);
  } catch (thrown) {
    report(path, thrown, io);
  }
  return undefined;
}

/** Sets what is given and differs; reports the first that the device refuses and gives false. */
export function applySettings(spi: SpiDev, settings: Settings, io: ToolIo): boolean {
  const attempt = (request: string, work: () => void, before = '', after = ''): boolean => {
    try {
      work();
      return true;
    } catch (thrown) {
      io.stderr.write(before);
      report(request, thrown, io);
      io.stderr.write(after);
      return false;
    }
  };
  const { mode, lsbFirst, bits, speed, ready } = settings;
  const withMode = mode === undefined ? spi.mode : (spi.mode & ~3) | mode;
  const withReady =
    ready === undefined ? withMode : ready ? withMode | SPI_MODE.READY : withMode & ~SPI_MODE.READY;
  return (
    (withReady === spi.mode ||
      attempt('SPI_IOC_WR_MODE', () => {
        spi.mode = withReady;
      })) &&
    (lsbFirst === undefined ||
      attempt('SPI_IOC_WR_LSB_FIRST', () => {
        spi.lsbFirst = lsbFirst === 1;
      })) &&
    (bits === undefined ||
      attempt(
        'SPI_IOC_WR_BITS_PER_WORD',
        () => {
          spi.bitsPerWord = bits;
        },
        `Unable to set bits to ${bits}\n`,
      )) &&
    (speed === undefined ||
      attempt(
        'SPI_IOC_WR_MAX_SPEED_HZ',
        () => {
          spi.maxSpeedHz = speed;
        },
        '',
        `Failed to set speed to ${speed}\n`,
      ))
  );
}

/** perror(3) for a transfer. */
export function reportTransfer(thrown: unknown, io: ToolIo): void {
  report('SPI_IOC_MESSAGE', thrown, io);
}
