import type { Command, Option } from 'commander';
import { FORMATS, formatsThat } from '../../formats/index.ts';
import { type BoardChoices, boardChoices } from './board-choices.ts';
import type { Candidate } from './candidate.ts';

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Files with these endings may stand there too; `*`: any. */
  readonly files: readonly string[];
}

const NOTHING: Completion = { candidates: [], files: [] };
const ANY_FILE: Completion = { candidates: [], files: ['*'] };
const BOARDS: Completion = { candidates: [], files: ['dts', 'dtb'] };
const OVERLAYS: Completion = { candidates: [], files: ['dts', 'dtso', 'dtbo'] };
const SCRIPTS: Completion = { candidates: [], files: ['js', 'mjs', 'cjs', 'ts'] };

/** Letters that the tools read by themselves: the program does not know them. */
const TOOL_OPTIONS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  i2cdetect: [
    ['-y', 'do not ask for confirmation'],
    ['-a', 'all addresses'],
    ['-q', 'quick write only'],
    ['-r', 'receive byte only'],
    ['-F', 'what the bus can do'],
    ['-l', 'list the buses'],
  ],
  i2cget: [
    ['-y', 'do not ask for confirmation'],
    ['-f', 'even if a driver owns the chip'],
    ['-a', 'all addresses'],
  ],
  i2cset: [
    ['-y', 'do not ask for confirmation'],
    ['-f', 'even if a driver owns the chip'],
    ['-a', 'all addresses'],
    ['-m', 'change these bits only'],
    ['-r', 'read back'],
  ],
  i2cdump: [
    ['-y', 'do not ask for confirmation'],
    ['-f', 'even if a driver owns the chip'],
    ['-a', 'all addresses'],
    ['-r', 'first and last register'],
  ],
  i2ctransfer: [
    ['-y', 'do not ask for confirmation'],
    ['-f', 'even if a driver owns a chip'],
    ['-a', 'all addresses'],
    ['-v', 'print what was sent'],
  ],
  'spi-config': [
    ['--device=', 'the device'],
    ['-q', 'print the settings'],
  ],
  'spi-pipe': [
    ['--device=', 'the device'],
    ['--blocksize=', 'bytes of a message'],
    ['--number=', 'how many messages'],
  ],
};
/** Letters of theirs that are followed by a value. */
const TOOL_VALUES = ['-m', '-d'];

/** What may stand in the place of the last of `words`, which come behind the program's name. */
export async function complete(program: Command, words: readonly string[]): Promise<Completion> {
  // Bash cuts words at `=`.
  const given = words.slice(0, -1).filter((word) => word !== '=');
  const current = words.at(-1) === '=' ? '' : (words.at(-1) ?? '');
  const place = placeOf(program, given);
  const completion = await completionAt(place, current, given);
  const fits = completion.candidates.filter(({ value }) => value.startsWith(current));
  return { candidates: fits, files: completion.files };
}

/** How far the words before the cursor got. */
interface Place {
  readonly command: Command;
  /** Arguments that were given already, options and their values left out. */
  readonly operands: readonly string[];
  /** The option whose value stands at the cursor. */
  readonly option: string | undefined;
}

function placeOf(program: Command, words: readonly string[]): Place {
  let command = program;
  const operands: string[] = [];
  let option: string | undefined;
  for (const word of words) {
    if (option !== undefined) {
      option = undefined;
      continue;
    }
    if (word.startsWith('-')) {
      if (!word.includes('=') && takesValue(command, word)) option = word;
      continue;
    }
    const next = operands.length === 0 ? command.commands.find((child) => child.name() === word) : undefined;
    if (next === undefined) operands.push(word);
    else command = next;
  }
  return { command, operands, option };
}

function takesValue(command: Command, word: string): boolean {
  const option = optionOf(command, word);
  return option === undefined ? TOOL_VALUES.includes(word) : option.required || option.optional;
}

function optionOf(command: Command, word: string): Option | undefined {
  return command.options.find(({ short, long }) => short === word || long === word);
}

async function completionAt(
  { command, operands, option }: Place,
  current: string,
  words: readonly string[],
): Promise<Completion> {
  if (option !== undefined) return optionValue(command, option, words);
  if (current.startsWith('-')) return { candidates: optionsOf(command), files: [] };
  if (command.commands.length > 0 && operands.length === 0) {
    const more = command.registeredArguments.length > 0 ? await argument(command, operands, words) : NOTHING;
    return { ...more, candidates: [...commandsOf(command), ...more.candidates] };
  }
  return argument(command, operands, words);
}

async function optionValue(command: Command, word: string, words: readonly string[]): Promise<Completion> {
  const long = optionOf(command, word)?.long ?? word;
  if (long === '--board') return BOARDS;
  if (long === '--overlay') return OVERLAYS;
  if (word === '-d' || long === '--device') return only((await choices(words)).spiDevices);
  if (long === '--from' || long === '--to')
    return only(
      formatsThat(long === '--from' ? 'read' : 'write').map((value) => ({
        value,
        what: FORMATS[value].title,
      })),
    );
  if (['--offset', '--length', '--mode', '--group', '--timeout', '-m'].includes(long)) return NOTHING;
  return ANY_FILE;
}

async function argument(
  command: Command,
  operands: readonly string[],
  words: readonly string[],
): Promise<Completion> {
  const name = command.name();
  const index = operands.length;
  if (name.startsWith('i2c')) return i2cArgument(index, operands, words);
  if (name.startsWith('spi-')) return NOTHING;
  if (name === 'parts') return only(await partNames());
  // A name that is not there yet.
  if (name === 'new') return NOTHING;
  if (name === 'convert')
    return { candidates: [], files: index === 0 ? traceEndings('read') : traceEndings('write') };
  if (name === 'diff') return { candidates: [], files: traceEndings('read') };
  if (name === 'replay' && index === 0) return { candidates: [], files: ['bus'] };
  if (name === 'completion') return only(['bash', 'zsh', 'fish'].map((value) => ({ value, what: '' })));
  if (name === 'run' && index === 1) return SCRIPTS;
  if (name === 'watch' && index === 1)
    return { candidates: commandsOf(command.parent as Command), files: SCRIPTS.files };
  const argumentName = command.registeredArguments[index]?.name();
  if (argumentName === 'board') return BOARDS;
  if (argumentName === 'device') {
    const { eeproms, flashes } = await choices(words);
    return only(command.parent?.name() === 'flash' ? flashes : eeproms);
  }
  return argumentName === undefined ? NOTHING : ANY_FILE;
}

/** A bus, then an address on it. */
async function i2cArgument(
  index: number,
  operands: readonly string[],
  words: readonly string[],
): Promise<Completion> {
  if (index > 1) return NOTHING;
  const { i2cBuses, addresses } = await choices(words);
  return only(index === 0 ? i2cBuses : (addresses.get(operands[0] as string) ?? []));
}

/** Endings of traces, without their dots. */
function traceEndings(can: 'read' | 'write'): readonly string[] {
  return formatsThat(can).flatMap((name) => FORMATS[name].endings.map((ending) => ending.slice(1)));
}

function only(candidates: readonly Candidate[]): Completion {
  return { candidates, files: [] };
}

function optionsOf(command: Command): Candidate[] {
  const own = command.options
    .filter(({ hidden }) => !hidden)
    .map(({ short, long, description }) => ({ value: long ?? short ?? '', what: description }));
  const tool = (TOOL_OPTIONS[command.name()] ?? []).map(([value, what]) => ({ value, what }));
  return [...own, ...tool, { value: '--help', what: 'show the help' }];
}

function commandsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((child) => ({ value: child.name(), what: child.summary() || child.description() }));
}

/** What the board that the words name has to offer. */
function choices(words: readonly string[]): Promise<BoardChoices> {
  const lastValue = (...names: string[]) => {
    const at = words.findLastIndex((word) => names.includes(word));
    return at < 0 ? undefined : words[at + 1];
  };
  return boardChoices(
    lastValue('-b', '--board') ?? process.env['DTBUS_BOARD'] ?? 'board.dts',
    words.includes('--adopt'),
  );
}

async function partNames(): Promise<Candidate[]> {
  const { loadCatalogue } = await import('../../board/index.ts');
  const { listParts } = await import('../parts/part-listing.ts');
  return listParts((await loadCatalogue()).models).map(({ name, title }) => ({ value: name, what: title }));
}
