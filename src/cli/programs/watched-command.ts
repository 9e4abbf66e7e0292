import type { Board, TracedBus } from '../../board/index.ts';
import { absence } from '../../input/index.ts';
import { type BoardArguments, openNamedBoard } from '../board/named-board.ts';
import { UsageError } from '../terminal/usage-error.ts';
import type { WatchOptions } from '../watch/watcher.ts';
import type { ProgramWords } from './program-words.ts';
import { isScript } from './script-file.ts';

/** Commands whose second word is a command too. */
const GROUPS = ['eeprom', 'flash'];
/** Commands that open a board in a process of their own, which is then watched. */
const WATCHED = [
  ...['i2cdetect', 'i2cget', 'i2cset', 'i2cdump', 'i2ctransfer', 'spi-config', 'spi-pipe'],
  ...['up', 'serve', 'ls', ...GROUPS],
];

/**
 * Runs a script, a command of ours or any other, watched where `options` say so. `verb`: the command that does it.
 * @returns its exit code @throws {UsageError} it is neither
 */
export async function watchCommand(
  verb: 'watch' | 'record' | 'replay',
  args: BoardArguments,
  { words: given, isCommand }: ProgramWords,
  options: WatchOptions | undefined,
): Promise<number> {
  const { runWatchedCommand, runWords } = await import('./run-script.ts');
  const [name = '', ...rest] = given;
  if (WATCHED.includes(name)) {
    const watch = options && { ...options, ...(await checkFilter(args, options)) };
    const boardArguments = [
      ...['--board', args.board],
      ...args.overlay.flatMap((file) => ['--overlay', file]),
      ...args.include.flatMap((directory) => ['--include', directory]),
      ...(args.adopt ? ['--adopt'] : []),
    ];
    const words = GROUPS.includes(name) ? [name, ...rest.slice(0, 1)] : [name];
    return runWatchedCommand([...words, ...boardArguments, ...rest.slice(words.length - 1)], watch);
  }
  if (name.startsWith('-'))
    throw new UsageError(
      verb === 'watch'
        ? `watch options must come before the board: dtbus watch ${name} … ${args.board} COMMAND`
        : `invalid command ${name}: expected a script or a command after --`,
    );
  const isThere = absence(name)?.kind !== 'absent';
  const isOther = isCommand && verb !== 'replay';
  const other = `dtbus ${verb}${verb === 'record' ? ' FILE' : ''} ${args.board} -- ${name}`;
  if (!isThere && !isOther)
    throw new UsageError(
      `not found: ${name}, neither a script nor one of ${WATCHED.join(', ')}${verb === 'replay' ? '' : `; to ${verb} other programs put -- in front of them: ${other}`}`,
    );
  const watch = options && { ...options, ...(await checkFilter(args, options)) };
  return runWords(args, { words: given, isCommand: isOther }, { watch });
}

/** As people write it: `-- node app.mjs`, `-- dtbus i2cget …`. */
export function withoutOwnName({ words, isCommand }: ProgramWords): ProgramWords {
  const [first, second = ''] = words;
  const isNamed = first === 'dtbus' ? words.length > 1 : first === 'node' && isScript(second);
  return isNamed ? { words: words.slice(1), isCommand: false } : { words, isCommand };
}

/**
 * Before anything runs: what the filter names is on the board. @returns how it is recorded, what is masked by its paths, and
 * the buses that sigrok is shown
 * @throws {BoardError} naming what there is
 */
async function checkFilter(
  args: BoardArguments,
  { parts = [], buses = [], record, sigrok }: WatchOptions,
): Promise<Pick<WatchOptions, 'record' | 'sigrok'>> {
  const mask = record?.mask ?? [];
  if (parts.length === 0 && buses.length === 0 && mask.length === 0 && sigrok === undefined)
    return { record };
  const board = await openNamedBoard(args, { backEnd: 'inline', look: true });
  try {
    const trace = board.trace({ parts, buses });
    trace.end();
    return {
      record: record && mask.length > 0 ? { ...record, mask: pathsOf(board, mask) } : record,
      sigrok: sigrok && { ...sigrok, buses: trace.buses.map(plain), only: trace.only },
    };
  } finally {
    await board.close();
  }
}

function pathsOf(board: Board, parts: readonly string[]): readonly string[] {
  const trace = board.trace({ parts });
  trace.end();
  return trace.only ?? [];
}

/** A bus as another process is told of it, without data sheets. */
function plain({ parts, ...bus }: TracedBus): TracedBus {
  return {
    ...bus,
    parts: parts.map(({ reg, name }) => ({
      ...{ reg, name, compatible: [], addressWidth: undefined, size: undefined },
    })),
  };
}
