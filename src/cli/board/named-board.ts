import type { Board, BoardOptions, KeptFacts, SingleUse } from '../../board/index.ts';
import { warn } from '../terminal/warn.ts';

/** What every command that works on a board understands. */
export interface BoardArguments {
  readonly board: string;
  readonly overlay: readonly string[];
  readonly include: readonly string[];
  readonly adopt: boolean;
  readonly trust: readonly string[];
  /** A doubtful tree is an error. */
  readonly strict: boolean;
  readonly connect?: string;
  /** The command line says which board is meant, or how its tree is read. */
  readonly isChosen?: boolean;
  /** Where something is known of boards. */
  readonly facts?: KeptFacts | undefined;
}

/** How to read the tree that the arguments name. */
export function treeOptions({ overlay, include, adopt, trust, strict }: BoardArguments) {
  const treeChecks = strict ? ('error' as const) : ('warn' as const);
  return { overlays: overlay, includePaths: include, adopt, trust, treeChecks };
}

/**
 * Opens the board that the arguments name; warnings go to standard error. @param use where a single node of it is used, and
 * facts are kept
 */
export async function openNamedBoard(
  args: BoardArguments,
  options: BoardOptions = {},
  use?: SingleUse,
): Promise<Board> {
  const { openBoard, openBoardFor } = await import('../../board/index.ts');
  const completed = { ...treeOptions(args), connect: args.connect, onWarning: warn, ...options };
  // Of a served board the tree is the one that lies beside its sockets.
  if (use !== undefined && !args.connect) return openBoardFor(use, args.board, completed);
  return args.connect && !args.isChosen ? openBoard(completed) : openBoard(args.board, completed);
}

/**
 * Says what did not come up, a line each: buses that could not be made, and adapters that are not there. For boards that
 * did not tell it themselves: they open adapters at the first use, are only looked at, or are served elsewhere.
 * @param nodes see `isIncomplete`
 * @returns true when something that counts did not come up
 */
export function printProblems(board: Board, nodes?: ReadonlySet<string>): boolean {
  // Of a board that runs, `onWarning` was told.
  if (board.isLookedAt) for (const problem of board.untoldProblems) warn(board.sentenceOf(problem));
  const lost = new Map<string, string>();
  for (const { state, path, hostPath, fault } of board.buses()) {
    if (state === 'lost') lost.set(hostPath ?? path, fault ?? 'lost');
  }
  for (const [path, sentence] of lost) warn(board.sentenceOf({ path, property: 'port', sentence }));
  return isIncomplete(board, nodes);
}

/**
 * Whether something did not come up.
 * @param nodes the nodes that were used (`/dev/i2c-1`): only their buses count; left out, all do
 */
export function isIncomplete(board: Board, nodes?: ReadonlySet<string>): boolean {
  const buses = board.buses();
  if (nodes === undefined) return board.problems.length > 0 || buses.some(({ state }) => state === 'lost');
  const used = buses.filter((bus) => bus.nodes.some((node) => nodes.has(node)));
  return used.some(
    ({ state, path }) => state === 'lost' || board.problems.some((problem) => problem.path === path),
  );
}
