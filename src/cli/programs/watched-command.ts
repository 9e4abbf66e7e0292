import type { Board, TracedBus } from '../../board/index.ts';
import { absence } from '../../input/index.ts';
import { type BoardArguments, openNamedBoard } from '../board/named-board.ts';
import { UsageError } from '../terminal/usage-error.ts';
import type { WatchOptions } from '../watch/watcher.ts';

/** Commands whose second word is a command too. */
const GROUPS = ['eeprom', 'flash'];
/** Commands that open a board in a process of their own, which is then watched. */
const WATCHED = [
  ...['i2cdetect', 'i2cget', 'i2cset', 'i2cdump', 'i2ctransfer', 'spi-config', 'spi-pipe'],
  ...['up', 'serve', 'ls', ...GROUPS],
];

/**
 * Runs a script, or a command of ours, that is watched where `options` say so. `verb`: the command that does it.
 * @returns its exit code @throws {UsageError} it is neither
 */
export async function watchCommand(
  verb: 'watch' | 'record' | 'replay',
  args: BoardArguments,
  [name = '', ...rest]: readonly string[],
  options: WatchOptions | undefined,
): Promise<number> {
  const { runScript, runWatchedCommand } = await import('./run-script.ts');
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
  if (absence(name)?.kind === 'absent')
    throw new UsageError(
      `not found: ${name}, neither a script nor one of ${WATCHED.join(', ')}; to ${verb} other programs run \`dtbus ${verb} ${verb === 'watch' ? args.board : `FILE ${args.board}`} up --dev\``,
    );
  const watch = options && { ...options, ...(await checkFilter(args, options)) };
  return runScript(args, name, rest, { watch });
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
