import { createRequire } from 'node:module';
import { delimiter, dirname } from 'node:path';
import type { Tree } from '../../devicetree/index.ts';
import { findDevices, isBus, type VirtioNode } from '../../frontend/index.ts';
import { LocalFrontEnd, registerBytes } from '../../transport/core.ts';
import { DmaAllocator, GuestMemory } from '../../virtio/index.ts';
import { Board } from '../handles/board.ts';
import { LineWatchers } from '../handles/line-handle.ts';
import type { BackEndSettings, BackEndStart } from '../thread/protocol.ts';
import {
  type BackEndNews,
  BackEndThread,
  type RunningBackEnd,
  startInline,
} from '../thread/running-back-end.ts';
import { readBoard, type TreeOptions, toBlob } from './load-tree.ts';
import { traceFor } from './trace.ts';

/** How `openBoard` brings a board up; nothing of it is needed. */
export interface BoardOptions extends TreeOptions {
  /** Take over every I2C and SPI controller of a vendor's tree. */
  readonly adopt?: boolean;
  /**
   * Where the back-end runs. `worker` (default): in a thread of its own, so that synchronous calls work over
   * every adapter. `inline`: in this thread; synchronous calls work on simulated buses only.
   */
  readonly backEnd?: 'worker' | 'inline';
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
  /** `stepped`: simulated parts live in a time that stands still until `board.advance`. */
  readonly clock?: 'real' | 'stepped';
  /**
   * Warns of what a driver does that a simulated part's data sheet forbids, once for each place: reserved bits, read-only
   * registers, registers that do not exist, commands too early. For one part or bus: `dtbus,strict` in the tree.
   */
  readonly strict?: boolean;
  /** Lets the back-end poll for ever: lowest latency, one core busy. */
  readonly poll?: boolean;
  /** Bytes of guest memory for rings and buffers. Default 16 MiB; a transfer needs twice its length. */
  readonly memoryBytes?: number;
  /**
   * Reaches the board in the process that serves it: the folder of its sockets, one socket, or `i2c1=SOCKET`. Its
   * parts are simulated there: they cannot be set from here.
   */
  readonly connect?: string | undefined;
  /** Called with one sentence when something is odd but the board goes on. Default: `process.emitWarning`. */
  readonly onWarning?: (sentence: string) => void;
}

const DEFAULT_MEMORY_BYTES = 16 << 20;
/** Guest address 0 stays unused, so that a forgotten address is an error. */
const FIRST_ADDRESS = 0x1000;

/**
 * Brings a board up from its device tree: `.dts` or `.dtb`; by default the one that DTBUS_BOARD names, with the
 * overlays of DTBUS_OVERLAYS, in the process that serves it where DTBUS_CONNECT says so.
 * @throws {BoardError} when the tree cannot be read. A bus that cannot be brought up is no error: it is in
 * `board.problems`, and the others are there.
 */
export async function openBoard(file?: string, given: BoardOptions = {}): Promise<Board> {
  const options = file === undefined ? { ...environmentOptions(), ...given } : given;
  const connect = connectionOf(file, options);
  if (connect !== undefined) {
    const { attach } = await import('./attach.ts');
    return new Board(
      attach(file ?? defaultFile(), connect, { memoryBytes: DEFAULT_MEMORY_BYTES, ...options }),
    );
  }
  // The thread loads its modules while the tree is read.
  const watchers = new LineWatchers();
  const told = toldBy(watchers, options);
  const thread = options.backEnd === 'inline' ? undefined : new BackEndThread(told);
  try {
    const plan = planOf(file ?? defaultFile(), options);
    const backEnd = await (thread?.start(startOf(plan, options)) ??
      startInline(plan.tree, plan.devices, plan.settings, told));
    return bringUp(plan, backEnd, watchers, options);
  } catch (thrown) {
    await thread?.abandon();
    throw thrown;
  }
}

/**
 * `openBoard` without waiting in the event loop: for what must have its board at once. The back-end always
 * runs in a thread of its own. @throws {BoardError}
 */
export function openBoardSync(file?: string, given: Omit<BoardOptions, 'backEnd'> = {}): Board {
  const options = file === undefined ? { ...environmentOptions(), ...given } : given;
  const connect = connectionOf(file, options);
  if (connect !== undefined) {
    // What only few boards need is loaded when it is needed, here too.
    const load = createRequire(import.meta.url);
    const { attach } = load('#built/src/board/open/attach.js') as typeof import('./attach.ts');
    return new Board(
      attach(file ?? defaultFile(), connect, { memoryBytes: DEFAULT_MEMORY_BYTES, ...options }),
    );
  }
  const watchers = new LineWatchers();
  const thread = new BackEndThread(toldBy(watchers, options));
  try {
    const plan = planOf(file ?? defaultFile(), options);
    return bringUp(plan, thread.startSync(startOf(plan, options)), watchers, options);
  } catch (thrown) {
    void thread.abandon();
    throw thrown;
  }
}

const defaultFile = (): string => process.env['DTBUS_BOARD'] ?? 'board.dts';

/** How the board that needs no name is read: `dtbus run` hands its own options on in the environment. */
function environmentOptions(): Pick<BoardOptions, 'overlays' | 'includePaths' | 'adopt' | 'trust'> {
  const list = (name: string) => (process.env[name] ?? '').split(delimiter).filter((path) => path !== '');
  return {
    overlays: list('DTBUS_OVERLAYS'),
    includePaths: list('DTBUS_INCLUDES'),
    trust: list('DTBUS_TRUST'),
    adopt: process.env['DTBUS_ADOPT'] === '1',
  };
}

/** Where another process serves the board; `dtbus run --connect` says so for the board that needs no name. */
function connectionOf(file: string | undefined, { connect }: BoardOptions): string | undefined {
  return connect ?? (file === undefined ? process.env['DTBUS_CONNECT'] || undefined : undefined);
}

/** A board that is read and laid out, before anything runs. */
interface Plan {
  readonly file: string;
  readonly tree: Tree;
  readonly devices: readonly VirtioNode[];
  readonly settings: BackEndSettings;
  /** The tree as a blob, where it is one already. */
  readonly blob: Uint8Array | undefined;
}

function planOf(file: string, options: BoardOptions): Plan {
  const { tree, blob } = readBoard(file, options);
  const devices = findDevices(tree, { adopt: options.adopt ?? false });
  const settings: BackEndSettings = {
    directory: dirname(file),
    trust: options.trust ?? [],
    look: options.look ?? false,
    steppedClock: options.clock === 'stepped',
    strict: options.strict ?? false,
    memory: new SharedArrayBuffer(options.memoryBytes ?? DEFAULT_MEMORY_BYTES),
    registers: new SharedArrayBuffer(registerBytes(devices.length)),
    trace: traceFor(devices.filter(isBus)),
  };
  return { file, tree, devices, settings, blob };
}

/** What goes to the back-end's thread. */
function startOf(
  { tree, devices, settings, blob = toBlob(tree) }: Plan,
  { poll = false }: BoardOptions,
): BackEndStart {
  const entries = devices.map(({ node, ...device }) => ({ ...device, path: node.path }));
  return { ...settings, blob, devices: entries, poll };
}

function bringUp(
  { file, tree, devices, settings }: Plan,
  backEnd: RunningBackEnd,
  watchers: LineWatchers,
  options: BoardOptions,
): Board {
  const memory = GuestMemory.over(settings.memory);
  const dma = new DmaAllocator(FIRST_ADDRESS, settings.memory.byteLength - FIRST_ADDRESS);
  const board = new Board({
    tree,
    devices,
    problems: backEnd.problems,
    frontEnd: (index) => {
      const transport = new LocalFrontEnd(memory, settings.registers, index, backEnd.serve);
      return transport.deviceId === 0 ? undefined : { transport, dma };
    },
    watchers,
    call: backEnd.call,
    end: async (detach) => {
      unshare?.();
      await backEnd.end(detach);
    },
    look: settings.look,
  });
  const unshare = process.env['DTBUS_CONTROL'] === '1' ? share(board, file) : undefined;
  // Adapters take their time: transfers wait for them, the board does not.
  if (options.openHosts !== 'first-use') backEnd.call('openHosts');
  return board;
}

/** Where DTBUS_CONTROL is 1, as `dtbus run` sets it, other processes may touch the board. */
function share(board: Board, file: string): () => void {
  const load = createRequire(import.meta.url);
  const control = load('#built/src/board/control/board-control.js') as {
    shareBoard(board: Board, file: string): () => void;
  };
  return control.shareBoard(board, file);
}

function toldBy(watchers: LineWatchers, options: BoardOptions): BackEndNews {
  const warn = options.onWarning ?? ((sentence) => process.emitWarning(sentence));
  return { warn, onLine: watchers.told };
}
