import {
  callback,
  checkOptions,
  type FilePath,
  filePath,
  flag,
  integer,
  type OptionCheck,
  type OptionChecks,
  oneOf,
  path,
  shown,
  text,
} from '../../input/index.ts';
import type { TreeCheckOptions } from './check-tree.ts';
import { type TreeOptions, treeChecks } from './load-tree.ts';
import { type PageOptions, pageOption } from './page-option.ts';

/** How `openBoard` brings a board up; nothing of it is needed. */
export interface BoardOptions extends TreeOptions, TreeCheckOptions {
  /** Take over every I2C and SPI controller of a vendor's tree. */
  readonly adopt?: boolean;
  /**
   * Where the back-end runs. `worker` (default): in a thread of its own, so that synchronous calls work over
   * every adapter. `inline`: in this thread; synchronous calls work on simulated buses only.
   */
  readonly backEnd?: 'worker' | 'inline';
  /**
   * Models of the tree (`dtbus,model`) run in threads of their own, which are ended where one does not return. Always so with
   * a back-end in a thread. Default with `inline`: they run in this thread, where a breakpoint finds them and one that
   * loops in a timer of its own holds up the program: nothing in the thread can end it. Set it for trees of strangers.
   */
  readonly isolateModels?: boolean;
  /**
   * `now` (default): adapters are opened while the board comes up, in the background. `first-use`: each is
   * opened by the first transfer that needs it.
   */
  readonly openHosts?: 'now' | 'first-use';
  /**
   * Only looks at the board: no code that the tree names runs, no file or device of it is opened. Simulated parts have
   * the contents that they leave the factory with; models of the tree and adapters do not answer.
   */
  readonly look?: boolean;
  /**
   * `stepped`: simulated parts live in a time that only `board.advance` moves, and transfers: each as long as its bits take
   * on the wire. A function that gives ms: a stepped clock that goes on by as much as the function has since the board was
   * used last (`() => Date.now()` of a runner's fake timers); only with `backEnd: 'inline'`.
   */
  readonly clock?: 'real' | 'stepped' | (() => number);
  /**
   * Warns of what a driver does that a simulated part's data sheet forbids, once for each place: reserved bits, read-only
   * registers, registers that do not exist, commands too early. For one part or bus: `dtbus,strict` in the tree.
   */
  readonly strict?: boolean;
  /**
   * A recording (`.bus`) in the place of all parts and adapters: they answer as they did, and no model runs. A request that
   * is not the next one of its part fails with `EIO` and says both; `board.replayed()` says how far it came. With
   * `{ file, as: 'stimulus' }` the parts are those of the tree, and only the recorded edges of lines come, at their times.
   */
  readonly replay?: FilePath | { readonly file: FilePath; readonly as?: 'parts' | 'stimulus' };
  /** Lets the back-end poll for ever: lowest latency, one core busy. */
  readonly poll?: boolean;
  /** Bytes of guest memory for rings and buffers. Default 32 MiB; a transfer needs twice its length. */
  readonly memoryBytes?: number;
  /**
   * Reaches the board in the process that serves it: the folder of its sockets, one socket, or `i2c1=SOCKET`. Its
   * parts are simulated there: they are touched in that process, or by `dtbus get` and `set` with `--connect`.
   */
  readonly connect?: string | undefined;
  /**
   * Serves the live page of the board, as `dtbus monitor` does, until the board is closed or the process ends: `true` writes its
   * address to standard error. The page has a thread of its own and does not keep the process alive.
   */
  readonly monitor?: boolean | PageOptions;
  /** Called with one sentence when something is odd but the board goes on. Default: `process.emitWarning`. */
  readonly onWarning?: (sentence: string) => void;
}

/** `openBoardSync` waits for its back-end, so that has a thread of its own, its clock follows no function, and it has no page. */
export type SyncBoardOptions = Omit<BoardOptions, 'backEnd' | 'isolateModels' | 'monitor'>;

/**
 * More than most boards touch. It costs nothing: from this size on the C library maps fresh pages for each board and gives
 * them back, where it would keep a smaller piece and clear all of it for the next board.
 */
export const DEFAULT_MEMORY_BYTES = 32 << 20;
const LEAST_MEMORY_BYTES = 64 << 10;
const GREATEST_MEMORY_BYTES = 2 ** 31;

/** A path, or a file with what it is to be. */
const replayOption: OptionCheck = (name, value) => {
  if (typeof value !== 'object' || value === null || 'href' in value) {
    filePath(name, value);
    return;
  }
  checkOptions<{ file: FilePath; as?: string }>(name, value, { file: path, as: oneOf('parts', 'stimulus') });
};

const syncChecks: OptionChecks<SyncBoardOptions> = {
  ...treeChecks,
  adopt: flag,
  openHosts: oneOf('now', 'first-use'),
  look: flag,
  clock: oneOf('real', 'stepped'),
  strict: flag,
  replay: replayOption,
  poll: flag,
  treeChecks: oneOf('warn', 'error', 'off'),
  memoryBytes: integer(LEAST_MEMORY_BYTES, GREATEST_MEMORY_BYTES, 'bytes'),
  connect: text,
  onWarning: callback,
};

const clock: OptionCheck = (name, value) => {
  if (typeof value !== 'function') syncChecks.clock(name, value);
};
const checks: OptionChecks<BoardOptions> = {
  ...syncChecks,
  backEnd: oneOf('worker', 'inline'),
  isolateModels: flag,
  monitor: pageOption,
  clock,
};

/** What a caller asked for, without options that are undefined. */
export interface BoardRequest {
  /** Undefined: the board of the environment, or one of source text alone. */
  readonly file: string | undefined;
  readonly options: BoardOptions;
}

/**
 * What the arguments of `openBoard` or `openBoardSync` say: a file, options, or both.
 * @throws {TypeError} an option that is not known or of the wrong type, or no path
 */
export function boardRequest(
  caller: 'openBoard' | 'openBoardSync',
  board: FilePath | BoardOptions | undefined,
  given: BoardOptions | undefined,
): BoardRequest {
  const alone = isOptions(board);
  if (alone && given !== undefined)
    throw new TypeError(
      `invalid board: expected a path or a file: URL before the options, got ${shown(board)}`,
    );
  const options = alone ? board : (given ?? {});
  checkOptions<BoardOptions>(caller, options, caller === 'openBoard' ? checks : syncChecks);
  if (typeof board === 'string' && /\/dts-v1\/|\n/.test(board))
    throw new TypeError(
      `invalid board: expected a path or a file: URL, got the source of a tree; use ${caller}({ source })`,
    );
  const defined = Object.entries(options).filter(([, value]) => value !== undefined);
  const file = alone || board === undefined ? undefined : filePath('board', board);
  return { file, options: Object.fromEntries(defined) };
}

function isOptions(board: unknown): board is BoardOptions {
  return typeof board === 'object' && board !== null && !('href' in board) && !ArrayBuffer.isView(board);
}
