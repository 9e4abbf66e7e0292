import { dirname, join } from 'node:path';
import { Client } from '../../backend/index.ts';
import { toBlob } from '../../devicetree/core.ts';
import type { Tree } from '../../devicetree/index.ts';
import { findDevices, isBus, type VirtioNode } from '../../frontend/index.ts';
import {
  callback,
  checkOptions,
  type FilePath,
  filePath,
  flag,
  group,
  integer,
  type OptionChecks,
  oneLine,
  oneOf,
  option,
  text,
} from '../../input/index.ts';
import type { PartTypes } from '../../parts/index.ts';
import { BackEndServer, EventLoop, type Limits } from '../../transport/index.ts';
import { BoardDevices } from '../assemble/board-devices.ts';
import { ownersOf } from '../assemble/ownership.ts';
import { BoardError } from '../board-error.ts';
import type { Controllable } from '../control/controllable.ts';
import { CONTROL_SOCKET, controlSocketOf } from '../control/place.ts';
import { serveControl } from '../control/server.ts';
import { traceBoard } from '../handles/board-trace.ts';
import { type LineHandle, LineWatchers, lineHandle } from '../handles/line-handle.ts';
import { findPart, type PartHandle, pathOf } from '../handles/part-handle.ts';
import { checkTree, doubtsOf, type TreeCheckOptions } from '../open/check-tree.ts';
import { pathsOf, readBoard, type TreeOptions, treeChecks } from '../open/load-tree.ts';
import { problemText, refusal, untoldProblems } from '../open/problems.ts';
import { tellTrace, traceFor } from '../open/trace.ts';
import { treeSha256 } from '../open/tree-hash.ts';
import { callsInline } from '../thread/calls.ts';
import type { BusReport, DeviceProblem } from '../thread/protocol.ts';
import { metricsText } from './metrics.ts';
import {
  type Offer,
  offerName,
  offersAt,
  publishTree,
  type ServePlace,
  type SocketPermissions,
  takeFrontEnds,
} from './serve-place.ts';

/** How a board is served, wherever that is. */
export interface ServeSettings extends TreeOptions, TreeCheckOptions {
  /** Take over every I2C and SPI controller of a vendor's tree. */
  readonly adopt?: boolean;
  /** What a front-end has used stays its own until it leaves; others get `EBUSY`. */
  readonly exclusive?: boolean;
  /** What each front-end, and all together, may ask: other limits than the defaults. */
  readonly limits?: Partial<Limits>;
  /** Told of what is odd, a sentence each. */
  readonly onWarning: (sentence: string) => void;
  /** Tells front-ends by messages instead of descriptors, and hears of them so: for guests in virtual time. */
  readonly inBand?: boolean;
  /** Told who comes to the sockets, who goes and who is not let in. */
  readonly log?: (sentence: string) => void;
  /** Told of everything that happens at the sockets. */
  readonly trace?: (sentence: string) => void;
}

/** How and where `serveBoard` serves a board. */
export type ServeOptions = ServeSettings &
  ServePlace &
  SocketPermissions & {
    /** Ends the wait for a front-end that listens itself and does not accept. */
    readonly signal?: AbortSignal;
  };

const limit = integer(1, Number.MAX_SAFE_INTEGER);

export const settingChecks: OptionChecks<ServeSettings> = {
  ...treeChecks,
  adopt: flag,
  exclusive: flag,
  limits: group<Limits>({
    memoryBytes: limit,
    requestBytes: limit,
    connectionsPerSocket: limit,
    connections: limit,
    messageMs: limit,
    messageBurst: limit,
    messagesPerSecond: limit,
  }),
  treeChecks: oneOf('warn', 'error', 'off'),
  onWarning: callback,
  inBand: flag,
  log: callback,
  trace: callback,
};

const serveChecks: OptionChecks<ServeOptions> = {
  ...settingChecks,
  signal: option('an AbortSignal', (value) => value instanceof AbortSignal),
  socketDirectory: text,
  socket: text,
  bus: text,
  client: flag,
  fd: integer(0, 2 ** 31 - 1),
  socketMode: integer(0, 0o7777),
  socketGroup: integer(0, 2 ** 32 - 1),
};

/** A bus, or a GPIO controller, that waits for front-ends at a socket. */
export interface ServedBus {
  readonly node: VirtioNode;
  /** Path of the socket; `fd 3` for one that was inherited. */
  readonly socket: string;
  /** Whose socket it is: its front-ends reach what `dtbus,owner` gives this owner, and nothing else. */
  readonly owner: string | undefined;
}

/** How long the thread waits in the kernel between two turns of JavaScript's event loop while guests are busy. */
const HOT_MS = 5;

/** Who is told something writes it to a terminal or a log, and it quotes trees, files, peers and models. */
function withOneLine(options: ServeOptions): ServeOptions {
  const { onWarning, log, trace } = options;
  return {
    ...options,
    onWarning: (sentence) => onWarning(oneLine(sentence)),
    ...(log && { log: (sentence: string) => log(oneLine(sentence)) }),
    ...(trace && { trace: (sentence: string) => trace(oneLine(sentence)) }),
  };
}

/** A board whose buses are served to guests over vhost-user. */
export class ServedBoard {
  readonly tree: Tree;
  /** Resolves when nobody can come any more: the one that was inherited connected has left. */
  readonly over: Promise<void>;
  readonly #backEnd: BoardDevices;
  readonly #watchers: LineWatchers;
  readonly #loop: EventLoop;
  readonly #buses: ServedBus[] = [];
  readonly #servers: BackEndServer[] = [];
  #unpublish: () => void = () => {};
  readonly #unshare: (() => void)[] = [];
  #end: () => void = () => {};

  private constructor(tree: Tree, backEnd: BoardDevices, watchers: LineWatchers, loop: EventLoop) {
    this.tree = tree;
    this.#backEnd = backEnd;
    this.#watchers = watchers;
    this.#loop = loop;
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /**
   * @throws {BoardError} the tree cannot be read, or something is left out where `treeChecks` forbids it, {OsError} a socket cannot be made.
   * @throws {TypeError} an option that is not known, or of the wrong type
   */
  static async open(board: FilePath, options: ServeOptions): Promise<ServedBoard> {
    checkOptions('serveBoard', options, serveChecks);
    callback('onWarning', options.onWarning);
    const places = ['socketDirectory', 'socket', 'fd'].filter((name) => name in options);
    if (places.length !== 1)
      throw new TypeError(
        `invalid options of serveBoard: expected one of socketDirectory, socket and fd, got ${places.join(' and ') || 'none'}`,
      );
    return ServedBoard.#open(filePath('board', board), withOneLine(options));
  }

  static async #open(file: string, options: ServeOptions): Promise<ServedBoard> {
    const read = readBoard(file, { ...options, symbols: true });
    const { tree } = read;
    const watchers = new LineWatchers();
    const devices = findDevices(tree, { adopt: options.adopt ?? false });
    checkTree(file, read, devices, options, options.onWarning);
    const trace = traceFor(tree, devices.filter(isBus));
    const backEnd = await BoardDevices.create(tree, devices, {
      directory: dirname(file),
      trust: pathsOf('trust', options.trust),
      isolate: () => toBlob(tree),
      steppedClock: false,
      trace,
      warn: options.onWarning,
      onNotOpened: (problem) => options.onWarning(problemText(tree, problem)),
      onLine: watchers.told,
    });
    tellTrace(trace, devices.filter(isBus), backEnd.calls.ownSheets, () => ({
      file,
      sha256: treeSha256(tree),
      clock: 'real',
    }));
    backEnd.calls.openHosts();
    const onError = (error: unknown) => options.onWarning(`a fault in dtbus itself: ${sentenceOf(error)}`);
    const loop = new EventLoop({ hotMs: HOT_MS, onError });
    const board = new ServedBoard(tree, backEnd, watchers, loop);
    try {
      if (options.treeChecks === 'error' && board.problems.length > 0)
        throw refusal(file, tree, board.problems);
      await board.#serve(options);
      board.#share(file, options);
    } catch (thrown) {
      await board.close();
      throw thrown;
    }
    const doubts = () => (options.treeChecks === 'off' ? [] : doubtsOf(file, read, devices));
    for (const problem of untoldProblems(board.problems, doubts))
      options.onWarning(problemText(tree, problem));
    void loop.run();
    return board;
  }

  async #serve(options: ServeOptions): Promise<void> {
    process.once('exit', this.#leave);
    if (this.#backEnd.hasOwnCode) process.on('uncaughtException', this.#blame);
    for (const offer of offersAt(options, offersOf(this.#backEnd))) {
      const server = this.#serverFor(offer, options);
      this.#servers.push(server);
      const socket = await takeFrontEnds(server, options, offer, options.signal);
      this.#buses.push({ node: offer.node, owner: offer.owner, socket });
    }
    if ('socketDirectory' in options) {
      this.#unpublish = publishTree(this.tree, options.socketDirectory, this.#buses, options);
    }
  }

  /** Lets `dtbus get`, `set`, `show` and `press` reach the parts: beside the sockets, and by the board's file. */
  #share(file: string, options: ServeOptions): void {
    const board: Controllable = {
      name: file,
      parts: () => this.#backEnd.calls.parts(),
      lines: () => this.#backEnd.calls.lines(),
      part: (name) => this.part(name),
      line: (controller, line) => this.line(controller, line),
      pathOf: (name) => pathOf(this.tree, name),
      drivePin: (path, pin, high) => this.#backEnd.calls.drivePin(path, pin, high),
      trace: (only, begun) => {
        const trace = traceBoard(this.tree, this.#backEnd.devices, only, callsInline(this.#backEnd.calls));
        begun(trace);
        return () => trace.end();
      },
    };
    if ('socketDirectory' in options)
      this.#unshare.push(serveControl(board, join(options.socketDirectory, CONTROL_SOCKET)));
    try {
      this.#unshare.push(serveControl(board, controlSocketOf(file)));
    } catch (thrown) {
      options.onWarning(sentenceOf(thrown));
    }
  }

  get buses(): readonly ServedBus[] {
    return this.#buses;
  }

  get problems(): readonly DeviceProblem[] {
    return this.#backEnd.problems;
  }

  /**
   * The sockets of one owner; undefined: of whoever is none.
   * @throws {BoardError} when no client has that owner
   */
  busesOf(owner: string | undefined): readonly ServedBus[] {
    const owned = this.buses.filter((bus) => bus.owner === owner);
    if (owned.length > 0 || owner === undefined) return owned;
    const owners = [...new Set(this.buses.flatMap((bus) => bus.owner ?? []))];
    throw new BoardError(
      `no client of the board has the owner ${owner} (dtbus,owner); owners: ${owners.join(', ') || 'none'}`,
    );
  }

  /** A simulated part; see `Board.part`. @throws {Error} naming the parts that there are. */
  part<P extends keyof PartTypes | object = PartHandle>(name: string): PartHandle<P> {
    return findPart<P>(this.tree, name, callsInline(this.#backEnd.calls));
  }

  /** A line of a GPIO controller; see `Board.line`. @throws {Error} naming the lines that there are. */
  line(controller: string, line: number | string): LineHandle {
    return lineHandle(this.tree, controller, line, callsInline(this.#backEnd.calls), this.#watchers);
  }

  /** What the back-end knows of its buses. */
  reports(): readonly BusReport[] {
    return this.#backEnd.calls.buses();
  }

  /** What it did so far and how it is, in the text format of Prometheus. */
  metrics(): string {
    const names = new Map(this.#backEnd.devices.map((device) => [device.node.path, device]));
    const buses = this.reports().map((report) => {
      const device = names.get(report.path);
      return { report, name: device === undefined ? report.path : `${device.kind}${device.number}` };
    });
    const frontEnds = this.#servers.map((server, at) => {
      const { node, owner } = this.#buses[at] as ServedBus;
      return { name: offerName({ node, owner }), count: server.connections };
    });
    return metricsText(buses, frontEnds);
  }

  /** Ends all connections, takes the sockets away, frees the adapters. */
  async close(): Promise<void> {
    this.#leave();
    process.off('exit', this.#leave);
    process.off('uncaughtException', this.#blame);
    await this.#loop.close();
    await this.#backEnd.close();
  }

  /** A model that throws outside of a call stops answering; what else nothing caught ends the process. */
  readonly #blame = (error: unknown): void => {
    if (!this.#backEnd.blameModel(error)) throw error;
  };

  /** What is left to do even where a process ends in the middle of something. */
  readonly #leave = (): void => {
    this.#unpublish();
    for (const end of this.#unshare.splice(0)) end();
    for (const server of this.#servers) server.close();
  };

  /** A server whose every front-end is a client of its own. */
  #serverFor(offer: Offer, settings: ServeSettings): BackEndServer {
    const { log, trace, exclusive = false, inBand = false, limits } = settings;
    const { index, owner } = offer;
    const name = offerName(offer);
    const clients = new Map<number, Client>();
    const told = (sentence: string, connection?: { readonly number: number }) =>
      `${name}${connection === undefined ? '' : ` front-end ${connection.number}`}: ${sentence}`;
    const server = new BackEndServer(this.#loop, {
      ...(limits === undefined ? {} : { limits }),
      inBand,
      createDevice: ({ number }) => {
        const client = new Client(`${name} front-end ${number}`, { exclusive });
        this.#backEnd.confine(index, client, owner);
        clients.set(number, client);
        const device = this.#backEnd.deviceFor(index, client);
        if (device === undefined) throw new Error(`bus not found: ${name}`);
        return device;
      },
      onDisconnect: ({ number }) => {
        const client = clients.get(number);
        clients.delete(number);
        if (client !== undefined) this.#backEnd.manager.drop(client);
        if (!server.listening && server.connections === 0) this.#end();
      },
      log: (sentence, connection) => log?.(told(sentence, connection)),
      trace: (sentence, connection) => trace?.(told(sentence, connection)),
    });
    return server;
  }
}

/** Everything that there is to serve: each bus once for each owner of its clients, and once for who is none. */
function offersOf(backEnd: BoardDevices): Offer[] {
  const everybody = new Set(backEnd.devices.flatMap(({ node }) => ownersOf(node)));
  return backEnd.devices.flatMap((node, index) => {
    if (backEnd.deviceFor(index, new Client('nobody')) === undefined) return [];
    // Whoever has parts may have their interrupts.
    const owners = node.kind === 'gpio' ? everybody : ownersOf(node.node);
    return [undefined, ...owners].map((owner) => ({ node, index, owner }));
  });
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
