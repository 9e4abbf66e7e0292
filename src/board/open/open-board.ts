import { createRequire } from 'node:module';
import { delimiter, dirname } from 'node:path';
import { deniedSentence } from '../../bus/index.ts';
import { isBus } from '../../frontend/index.ts';
import { type FilePath, goneFolder, oneLine } from '../../input/index.ts';
import { LocalFrontEnd, registerBytes } from '../../transport/core.ts';
import { DmaAllocator, GuestMemory } from '../../virtio/index.ts';
import { BoardError } from '../board-error.ts';
import { Board } from '../handles/board.ts';
import type { BoardMakings } from '../handles/board-makings.ts';
import { noteInline } from '../handles/inline-devices.ts';
import { LineWatchers } from '../handles/line-handle.ts';
import { injectTreeFaults } from '../handles/tree-faults.ts';
import { factIn, KnownBoard, type KnownFact, type SingleUse } from '../known/known-board.ts';
import {
  type BackEndHandle,
  type BackEndNews,
  BackEndThread,
  startInline,
} from '../thread/back-end-handle.ts';
import type { BackEndSettings, BackEndStart } from '../thread/protocol.ts';
import type { AttachOptions } from './attach.ts';
import {
  type BoardOptions,
  type BoardRequest,
  boardRequest,
  DEFAULT_MEMORY_BYTES,
  type SyncBoardOptions,
} from './board-options.ts';
import { BoardPage } from './board-page.ts';
import { checkTree } from './check-tree.ts';
import { type ReadBoard, readKept } from './kept-trees.ts';
import { pathsOf } from './load-tree.ts';
import { LostAdapters } from './lost-adapters.ts';
import { tellOpened } from './opened.ts';
import { refusal } from './problems.ts';
import { checkReplay, replayError, replaySettings, reportAtExit } from './replay.ts';
import { tellTrace, traceFor } from './trace.ts';
import { treeSha256 } from './tree-hash.ts';

/** Guest address 0 stays unused, so that a forgotten address is an error. */
const FIRST_ADDRESS = 0x1000;

/** The tree of a board that is given as its source alone, in messages. */
const UNNAMED = '<source>';

/**
 * Brings a board up from its device tree. `board` is the path or `file:` URL of a `.dts` or `.dtb`, relative to the
 * present folder; `new URL('./board.dts', import.meta.url)` is the one beside a module. By default it is the board that
 * DTBUS_BOARD names, with the overlays of DTBUS_OVERLAYS, in the process that serves it where DTBUS_CONNECT says so. The
 * options may stand alone: `openBoard({ source })` takes the tree's own text.
 * @throws {BoardError} when the tree cannot be read. A bus that cannot be brought up is no error: it is in
 * `board.problems`, and the others are there.
 * @throws {TypeError} an option that is not known, or of the wrong type
 */
export async function openBoard(board?: FilePath | BoardOptions, options?: BoardOptions): Promise<Board> {
  return open(opened(boardRequest('openBoard', board, options)));
}

/**
 * `openBoard` for one who uses a single node, with a back-end in this thread: of a board that is known to be good only what
 * that node needs is made, and it is not looked through. @throws {BoardError} @throws {TypeError}
 */
export async function openBoardFor(use: SingleUse, board: FilePath, options: BoardOptions): Promise<Board> {
  let isQuiet = true;
  const onWarning = (sentence: string) => {
    isQuiet = false;
    warnOf(options)(sentence);
  };
  return open(opened(boardRequest('openBoard', board, { ...options, onWarning })), use, () => isQuiet);
}

async function open(request: Opening, use?: SingleUse, isQuiet = () => false): Promise<Board> {
  if (request.connect !== undefined) {
    const { attach } = await import('./attach.ts');
    const makings = attach(request.file, request.connect, attachOptions(request));
    const end: BoardMakings['end'] = async (detach) => {
      await Promise.all([makings.end(detach), request.page?.end()]);
    };
    const attached = tellProblems(new Board({ ...makings, end }), request);
    return toldOf(await withPage(attached, request), request);
  }
  const clock = clockOf(request.options);
  // The thread loads its modules while the tree is read.
  const news = newsFor(request.options);
  const thread = request.options.backEnd === 'inline' ? undefined : backEndThread(news);
  try {
    const plan = planOf(request, use);
    const { replay } = plan.settings;
    if (replay !== undefined && thread !== undefined)
      checkReplay(await import('../../replay/index.ts'), replay);
    const strict = request.options.treeChecks === 'error';
    const known = use && knownBoard(use, plan, request);
    const isGood = known?.isGood ?? false;
    if (strict && !isGood) checkPlan(plan, request, news.warn);
    const settings = { ...inlineSettings(plan, request.options), only: known?.needed };
    const starting =
      thread?.start(startOf(plan, request.options)) ??
      startInline(plan.read.tree, plan.read.devices, settings, news, clock);
    // Meanwhile: the other thread has to do.
    if (!strict && !isGood) checkPlan(plan, request, news.warn);
    const brought = bringUp(plan, await starting, news, request);
    if (!isGood && isQuiet()) await known?.note();
    if (!strict || brought.problems.length === 0) return toldOf(await withPage(brought, request), request);
    await brought.close();
    throw refusal(request.file, brought.tree, brought.problems);
  } catch (thrown) {
    await thread?.abandon();
    throw permitted(thrown);
  }
}

/**
 * `openBoard` without waiting in the event loop: for what must have its board at once. The back-end always
 * runs in a thread of its own. @throws {BoardError} @throws {TypeError}
 */
export function openBoardSync(board?: FilePath | SyncBoardOptions, options?: SyncBoardOptions): Board {
  const request = opened(boardRequest('openBoardSync', board, options));
  if (request.connect !== undefined) {
    // What only few boards need is loaded when it is needed, here too.
    const load = createRequire(import.meta.url);
    const { attach } = load('#built/src/board/open/attach.js') as typeof import('./attach.ts');
    const attached = new Board(attach(request.file, request.connect, attachOptions(request)));
    return toldOf(tellProblems(attached, request), request);
  }
  const news = newsFor(request.options);
  const thread = backEndThread(news);
  try {
    const plan = planOf(request);
    const { replay } = plan.settings;
    const load = createRequire(import.meta.url);
    if (replay !== undefined)
      checkReplay(load('#built/src/replay/index.js') as typeof import('../../replay/index.ts'), replay);
    checkPlan(plan, request, news.warn);
    const brought = bringUp(plan, thread.startSync(startOf(plan, request.options)), news, request);
    if (request.options.treeChecks !== 'error' || brought.problems.length === 0)
      return toldOf(brought, request);
    throw refusal(request.file, brought.tree, brought.problems);
  } catch (thrown) {
    void thread.abandon();
    throw permitted(thrown);
  }
}

/** @throws {BoardError} Node's permission model allows no threads */
function backEndThread(news: News): BackEndThread {
  try {
    return new BackEndThread(news);
  } catch (thrown) {
    throw permitted(thrown);
  }
}

/**
 * What was thrown; where Node's permission model denied something, a sentence with the option that allows it. Node starts no
 * thread in a folder that was removed.
 */
function permitted(thrown: unknown): unknown {
  const denied = deniedSentence(thrown) ?? goneFolder(thrown);
  return denied === undefined ? replayError(thrown) : new BoardError(denied, { cause: thrown });
}

/** Tells who watches of a board that its caller has named. That of the environment is everybody's. */
function toldOf(board: Board, { file, chosen, options }: Opening): Board {
  return chosen.length === 0 && options.connect === undefined ? board : tellOpened(board, file);
}

/** Begins the page that was asked for. @throws {BoardError} */
async function withPage(board: Board, { page, connect }: Opening): Promise<Board> {
  try {
    await page?.begin(connect);
    return board;
  } catch (thrown) {
    await board.close();
    throw thrown;
  }
}

/** The time that a board without a thread of its own follows. @throws {TypeError} it has one */
function clockOf({ clock, backEnd }: BoardOptions): (() => number) | undefined {
  if (typeof clock !== 'function') return undefined;
  if (backEnd === 'inline') return clock;
  throw new TypeError("invalid clock: a function needs backEnd: 'inline'");
}

/** Which board is opened, and how. */
interface Opening {
  /** The tree's file, or `<source>`. */
  readonly file: string;
  /** Other processes find the board by its file. */
  readonly isNamed: boolean;
  readonly options: BoardOptions;
  /** Where another process serves the board. */
  readonly connect: string | undefined;
  /** What the caller has said of the board: its file, `overlays`, … */
  readonly chosen: readonly string[];
  readonly page: BoardPage | undefined;
}

/**
 * Completes a request by the environment, where it names no board. What the caller says wins: with options of how a tree
 * is read, DTBUS_CONNECT is not heeded.
 */
function opened({ file, options }: BoardRequest): Opening {
  const chosen = [file ?? [], TREE_OPTIONS.filter((name) => isSaid(options[name]))].flat();
  const page = (name: string | undefined) => options.monitor && new BoardPage(options.monitor, name);
  if (file === undefined && options.source === undefined) {
    const connect = chosen.length === 0 ? process.env['DTBUS_CONNECT'] || undefined : undefined;
    const name = process.env['DTBUS_BOARD'] ?? 'board.dts';
    return {
      file: name,
      isNamed: true,
      options: { ...environmentOptions(), ...options },
      connect: options.connect ?? connect,
      chosen,
      page: page(name) || undefined,
    };
  }
  const [isNamed, { connect }] = [file !== undefined, options];
  return { file: file ?? UNNAMED, isNamed, options, connect, chosen, page: page(file) || undefined };
}

/** Options of how a tree is read, which the tree of a served board was already. */
const TREE_OPTIONS = ['source', 'overlays', 'includePaths', 'adopt', 'trust'] as const;

/** Whether an option says anything. */
function isSaid(value: BoardOptions[(typeof TREE_OPTIONS)[number]]): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}

/** How the board that needs no name is read: `dtbus run` hands its own options on in the environment. */
function environmentOptions(): BoardOptions {
  const list = (name: string) => (process.env[name] ?? '').split(delimiter).filter((path) => path !== '');
  return {
    overlays: list('DTBUS_OVERLAYS'),
    includePaths: list('DTBUS_INCLUDES'),
    trust: list('DTBUS_TRUST'),
    adopt: process.env['DTBUS_ADOPT'] === '1',
    treeChecks: process.env['DTBUS_STRICT'] === '1' ? 'error' : 'warn',
  };
}

function attachOptions({ options, chosen }: Opening): AttachOptions {
  return { memoryBytes: DEFAULT_MEMORY_BYTES, ...options, chosen };
}

/** A board that is read and laid out, before anything runs. */
interface Plan {
  readonly read: ReadBoard;
  /** What was known before, which may be of another board. */
  readonly fact: KnownFact | undefined;
  readonly settings: BackEndSettings;
}

function planOf({ file, options }: Opening, use?: SingleUse): Plan {
  const fact = use && factIn(use.facts);
  const read = readKept(file, options, fact);
  const { tree, devices } = read;
  const settings: BackEndSettings = {
    directory: dirname(file),
    trust: pathsOf('trust', options.trust),
    look: options.look ?? false,
    steppedClock: options.clock === 'stepped' || typeof options.clock === 'function',
    strict: options.strict ?? false,
    memory: new SharedArrayBuffer(options.memoryBytes ?? DEFAULT_MEMORY_BYTES),
    registers: new SharedArrayBuffer(registerBytes(devices.length)),
    trace: traceFor(tree, devices.filter(isBus)),
    replay: replaySettings(options, tree),
  };
  return { read, fact, settings };
}

/** A board that is only looked at tells nothing: who looks asks for `board.doubts`. @throws {BoardError} */
function checkPlan({ read }: Plan, { file, options }: Opening, warn: (sentence: string) => void): void {
  if (!options.look) checkTree(file, () => read.doubts, options, warn);
}

/** Undefined where what is not made, or not looked for, would be missed. */
function knownBoard(use: SingleUse, { read, fact, settings }: Plan, { options }: Opening) {
  const isPlain = options.backEnd === 'inline' && options.treeChecks !== 'off' && !settings.look;
  return isPlain && (settings.trace ?? settings.replay) === undefined
    ? new KnownBoard(use, read, fact)
    : undefined;
}

/** What goes to the back-end's thread. */
function startOf({ read, settings }: Plan, { poll = false }: BoardOptions): BackEndStart {
  const entries = read.devices.map(({ node, ...device }) => ({ ...device, path: node.path }));
  return { ...settings, blob: read.blob, devices: entries, poll };
}

/** The same for a back-end in this thread. */
function inlineSettings({ read, settings }: Plan, { isolateModels = false }: BoardOptions) {
  return { ...settings, ...(isolateModels && { isolate: () => read.blob }) };
}

function bringUp(
  { read, settings }: Plan,
  backEnd: BackEndHandle,
  { watchers, adapters, warn }: News,
  { file, isNamed, options, page }: Opening,
): Board {
  const { tree, devices } = read;
  const memory = GuestMemory.over(settings.memory);
  const dma = new DmaAllocator(FIRST_ADDRESS, settings.memory.byteLength - FIRST_ADDRESS);
  const board = boardOn(backEnd, {
    tree,
    devices,
    problems: backEnd.problems,
    ...(settings.look || settings.replay?.as === 'parts'
      ? {}
      : { faults: (call) => injectTreeFaults({ tree, buses: devices.filter(isBus), tell: warn }, call) }),
    doubts: () => [...read.doubts],
    frontEnd: (index) => {
      const transport = new LocalFrontEnd(memory, settings.registers, index, backEnd.serve);
      return transport.deviceId === 0 ? undefined : { transport, dma };
    },
    watchers,
    call: backEnd.call,
    end: async (detach) => {
      unshare?.();
      await Promise.all([backEnd.end(detach), page?.end()]);
      endTrace?.();
    },
    look: settings.look,
  });
  noteInline(board, backEnd.devices);
  const endTrace = tellTrace(
    settings.trace,
    devices.filter(isBus),
    () => backEnd.call('ownSheets'),
    () => ({ file, sha256: treeSha256(tree), clock: tracedClock(options) }),
  );
  if (settings.replay !== undefined) reportAtExit(() => board.replayed());
  const isShared = page !== undefined || (isNamed && isControlled());
  const unshare = isShared ? share(board, page?.name ?? file) : undefined;
  // Adapters take their time: transfers wait for them, the board does not.
  if (options.openHosts !== 'first-use') backEnd.call('openHosts');
  tellProblems(board, { options });
  // Of one that a transfer opens, the transfer tells.
  if (options.openHosts !== 'first-use' && !options.look)
    adapters.start(backEnd.unavailable, (problem) => warnOf(options)(board.sentenceOf(problem)));
  return board;
}

/** @throws {FaultUnsupportedError} see `injectTreeFaults` */
function boardOn(backEnd: BackEndHandle, makings: BoardMakings): Board {
  try {
    return new Board(makings);
  } catch (thrown) {
    // A back-end in a thread ends with that.
    void backEnd.devices?.close();
    throw thrown;
  }
}

/** A function has a time that others move. */
function tracedClock({ clock = 'real' }: BoardOptions): 'real' | 'stepped' {
  return clock === 'real' ? clock : 'stepped';
}

/** A bus that did not come up is told of at once. */
function tellProblems(board: Board, { options }: Pick<Opening, 'options'>): Board {
  if (options.look || options.treeChecks === 'error') return board;
  const untold = options.treeChecks === 'off' ? board.problems : board.untoldProblems;
  for (const problem of untold) warnOf(options)(board.sentenceOf(problem));
  return board;
}

/** Whether other processes may touch the boards of this one: `dtbus run` sets 1, `dtbus monitor BOARD -- COMMAND` children. */
const isControlled = (): boolean => ['1', 'children'].includes(process.env['DTBUS_CONTROL'] ?? '');

/** Lets other processes touch the board. */
function share(board: Board, file: string): () => void {
  const load = createRequire(import.meta.url);
  const control = load('#built/src/board/control/board-control.js') as {
    shareBoard(board: Board, file: string): () => void;
  };
  return control.shareBoard(board, file);
}

/** What the back-end tells, and who hears it. */
interface News extends BackEndNews {
  readonly watchers: LineWatchers;
  readonly adapters: LostAdapters;
}

function newsFor(options: BoardOptions): News {
  const [watchers, adapters] = [new LineWatchers(), new LostAdapters()];
  const { told: onLine } = watchers;
  return { watchers, adapters, warn: warnOf(options), onLine, onNotOpened: adapters.notOpened };
}

function warnOf({ onWarning }: BoardOptions): (sentence: string) => void {
  const tell = onWarning ?? ((sentence) => process.emitWarning(sentence));
  // It quotes trees, files and models, and whoever is told writes it to a terminal.
  return (sentence) => tell(oneLine(sentence));
}
