import type { BlobOptions, CheckSwitch, PhandleFormat } from '../../devicetree/index.ts';
import type { GivenOption } from '../terminal/getopt.ts';
import type { OptionSpec } from './arguments.ts';
import { Failure } from './command.ts';
import { INPUT_OPTIONS, type InputSettings, takeInputOption } from './input-options.ts';

export const DTC_OPTIONS: readonly OptionSpec[] = [
  { letter: 'q', long: 'quiet', help: 'no warnings; -qq: no errors of checks either; -qqq: nothing' },
  {
    letter: 'I',
    long: 'in-format',
    argument: 'format',
    help: 'format of the input: dts source, dtb blob, fs directory',
  },
  { letter: 'o', long: 'out', argument: 'file', help: 'output file' },
  {
    letter: 'O',
    long: 'out-format',
    argument: 'format',
    help: 'format of the output: dts, dtb, yaml, asm, null',
  },
  {
    letter: 'V',
    long: 'out-version',
    argument: 'number',
    help: 'version of the blob: 1, 2, 3, 16, 17 (default)',
  },
  { letter: 'd', long: 'out-dependency', argument: 'file', help: 'write a dependency file for make' },
  { letter: 'R', long: 'reserve', argument: 'number', help: 'empty entries in the memory reserve map' },
  { letter: 'S', long: 'space', argument: 'bytes', help: 'make the blob at least this long' },
  { letter: 'p', long: 'pad', argument: 'bytes', help: 'add padding to the end of the blob' },
  { letter: 'a', long: 'align', argument: 'bytes', help: 'make the size of the blob a multiple of this' },
  { letter: 'b', long: 'boot-cpu', argument: 'number', help: 'physical ID of the boot CPU' },
  { letter: 'f', long: 'force', help: 'write the output even if checks fail' },
  { letter: 's', long: 'sort', help: 'sort nodes and properties by name' },
  { letter: 'H', long: 'phandle', argument: 'format', help: 'epapr: phandle; legacy: linux,phandle; both' },
  { letter: 'W', long: 'warning', argument: '[no-]check', help: 'switch the warnings of a check on or off' },
  { letter: 'E', long: 'error', argument: '[no-]check', help: 'switch the errors of a check on or off' },
  { letter: '@', long: 'symbols', help: 'write labels into /__symbols__, for overlays' },
  { letter: 'L', long: 'local-fixups', help: 'write references into /__fixups__ and /__local_fixups__' },
  { letter: 'A', long: 'auto-alias', help: 'write labels into /aliases' },
  { letter: 'T', long: 'annotate', help: 'annotate the output with source places; -TT: with columns' },
  ...INPUT_OPTIONS,
];

/** What dtc's options say. Throws `Failure` for a value that cannot be. */
export class DtcSettings implements InputSettings {
  readonly includePaths: string[] = [];
  readonly defines: Record<string, string> = {};
  preprocess: boolean | undefined;
  json = false;
  quiet = 0;
  inFormat: string | undefined;
  outFormat: string | undefined;
  output = '-';
  dependencies: string | undefined;
  blob: { -readonly [key in keyof BlobOptions]: BlobOptions[key] } = {};
  bootCpu: number | undefined;
  force = false;
  sort = false;
  phandleFormat: PhandleFormat = 'epapr';
  readonly switches: CheckSwitch[] = [];
  symbols = false;
  fixups = false;
  aliases = false;
  annotate = 0;

  constructor(options: readonly GivenOption[]) {
    for (const option of options)
      if (!takeInputOption(this, option)) TAKE[option.letter]?.(this, option.value);
    if ((this.blob.space ?? 0) > 0 && (this.blob.pad ?? 0) > 0)
      throw new Failure("FATAL ERROR: Can't set both -p and -S");
  }
}

/** What each option does, by its letter. */
const TAKE: Readonly<Record<string, (settings: DtcSettings, value: string) => void>> = {
  q: (settings) => settings.quiet++,
  I: (settings, value) => {
    settings.inFormat = value;
  },
  O: (settings, value) => {
    settings.outFormat = value;
  },
  o: (settings, value) => {
    settings.output = value;
  },
  d: (settings, value) => {
    settings.dependencies = value;
  },
  V: ({ blob }, value) => {
    blob.version = numberOf('V', value);
  },
  R: ({ blob }, value) => {
    blob.reserve = numberOf('R', value);
  },
  S: ({ blob }, value) => {
    blob.space = numberOf('S', value);
  },
  p: ({ blob }, value) => {
    blob.pad = numberOf('p', value);
  },
  a: ({ blob }, value) => {
    blob.align = alignmentOf(value);
  },
  b: (settings, value) => {
    settings.bootCpu = numberOf('b', value);
  },
  f: (settings) => {
    settings.force = true;
  },
  s: (settings) => {
    settings.sort = true;
  },
  H: (settings, value) => {
    settings.phandleFormat = phandleFormatOf(value);
  },
  W: ({ switches }, name) => switches.push({ level: 'warning', name }),
  E: ({ switches }, name) => switches.push({ level: 'error', name }),
  '@': (settings) => {
    settings.symbols = true;
  },
  L: (settings) => {
    settings.fixups = true;
  },
  A: (settings) => {
    settings.aliases = true;
  },
  T: (settings) => settings.annotate++,
};

function alignmentOf(text: string): number {
  const align = numberOf('a', text);
  if (!Number.isInteger(Math.log2(align)))
    throw new Failure(`FATAL ERROR: Invalid argument "${text}" to -a option: expected a power of 2`);
  return align;
}

function phandleFormatOf(text: string): PhandleFormat {
  if (text !== 'legacy' && text !== 'epapr' && text !== 'both')
    throw new Failure(`FATAL ERROR: Invalid argument "${text}" to -H option: expected epapr, legacy or both`);
  return text;
}

/** A number as C reads it: decimal, `0x…`, or octal with a leading 0. */
function numberOf(letter: string, text: string): number {
  const [, sign, digits = ''] = /^\s*([+-]?)(0x[0-9a-f]+|\d+)$/i.exec(text) ?? [];
  const number = /^0[0-7]+$/.test(digits)
    ? Number.parseInt(digits, 8)
    : digits === ''
      ? Number.NaN
      : Number(digits);
  if (!Number.isSafeInteger(number))
    throw new Failure(`FATAL ERROR: Invalid argument "${text}" to -${letter} option: expected a number`);
  return sign === '-' ? -number : number;
}
