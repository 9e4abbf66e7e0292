import { dirname, join } from 'node:path';
import { toBlob } from '../../devicetree/core.ts';
import type { Tree } from '../../devicetree/index.ts';
import { findDevices, isBus } from '../../frontend/index.ts';
import { callback, checkOptions, type FilePath, filePath } from '../../input/index.ts';
import type { PartTypes } from '../../parts/index.ts';
import { EventLoop } from '../../transport/index.ts';
import { BoardDevices } from '../assemble/board-devices.ts';
import type { Controllable } from '../control/controllable.ts';
import { CONTROL_SOCKET, controlSocketOf } from '../control/place.ts';
import { controlBus } from '../control/protocol.ts';
import { realHostOf, realPaths } from '../control/real-hosts.ts';
import { serveControl } from '../control/server.ts';
import { traceBoard } from '../handles/board-trace.ts';
import { injectFault } from '../handles/fault-handle.ts';
import { type LineHandle, LineWatchers, lineHandle } from '../handles/line-handle.ts';
import { findPart, type PartHandle, pathOf } from '../handles/part-handle.ts';
import { injectTreeFaults, NO_FAULTS } from '../handles/tree-faults.ts';
import { checkTree, doubtsOf } from '../open/check-tree.ts';
import { pathsOf, readBoard } from '../open/load-tree.ts';
import { problemText, refusal, untoldProblems } from '../open/problems.ts';
import { tellTrace, traceFor } from '../open/trace.ts';
import { treeSha256 } from '../open/tree-hash.ts';
import { callsInline } from '../thread/calls.ts';
import type { BusReport, DeviceProblem } from '../thread/protocol.ts';
import { BoardSockets, type ServedBus } from './board-sockets.ts';
import { metricsText } from './metrics.ts';
import { type ServeOptions, serveChecks, withOneLine } from './serve-options.ts';
import { publishTree } from './serve-place.ts';

/** How long the thread waits in the kernel between two turns of JavaScript's event loop while guests are busy. */
const HOT_MS = 5;

/** A board whose buses are served to guests over vhost-user. */
export class ServedBoard {
  readonly tree: Tree;
  /** Resolves when nobody can come any more: the one that was inherited connected has left. */
  readonly over: Promise<void>;
  readonly #backEnd: BoardDevices;
  readonly #watchers: LineWatchers;
  readonly #loop: EventLoop;
  readonly #sockets: BoardSockets;
  #faults = NO_FAULTS;
  #unpublish: () => void = () => {};
  readonly #unshare: (() => void)[] = [];

  private constructor(tree: Tree, backEnd: BoardDevices, watchers: LineWatchers, loop: EventLoop) {
    this.tree = tree;
    this.#backEnd = backEnd;
    this.#watchers = watchers;
    this.#loop = loop;
    this.#sockets = new BoardSockets(backEnd, loop);
    this.over = this.#sockets.over;
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
    checkTree(file, () => doubtsOf(file, read, devices), options, options.onWarning);
    const trace = traceFor(tree, devices.filter(isBus));
    const backEnd = await BoardDevices.create(tree, devices, {
      directory: dirname(file),
      trust: pathsOf('trust', options.trust),
      isolate: () => toBlob(tree),
      guests: true,
      steppedClock: options.virtualTime ?? false,
      trace,
      warn: options.onWarning,
      onNotOpened: (problem) => options.onWarning(problemText(tree, problem)),
      onLine: watchers.told,
    });
    tellTrace(trace, devices.filter(isBus), backEnd.calls.ownSheets, () => ({
      file,
      sha256: treeSha256(tree),
      clock: options.virtualTime === true ? 'stepped' : 'real',
    }));
    backEnd.calls.openHosts();
    const onError = (error: unknown) => options.onWarning(`a fault in dtbus itself: ${sentenceOf(error)}`);
    const loop = new EventLoop({ hotMs: HOT_MS, onError });
    const board = new ServedBoard(tree, backEnd, watchers, loop);
    try {
      board.#injectTrees(options);
      if (options.treeChecks === 'error' && board.problems.length > 0)
        throw refusal(file, tree, board.problems);
      await board.#serve(options);
      board.#share(file, options);
    } catch (thrown) {
      await board.close();
      board.#sockets.removeFolders();
      throw thrown;
    }
    const doubts = () => (options.treeChecks === 'off' ? [] : doubtsOf(file, read, devices));
    for (const problem of untoldProblems(board.problems, doubts))
      options.onWarning(problemText(tree, problem));
    void loop.run();
    return board;
  }

  /** @throws {FaultUnsupportedError} what carries a bus cannot carry a fault of the tree */
  #injectTrees({ onWarning }: ServeOptions): void {
    const placing = { tree: this.tree, buses: this.#backEnd.devices.filter(isBus), tell: onWarning };
    this.#faults = injectTreeFaults(placing, callsInline(this.#backEnd.calls));
  }

  async #serve(options: ServeOptions): Promise<void> {
    process.once('exit', this.#leave);
    if (this.#backEnd.hasOwnCode) process.on('uncaughtException', this.#blame);
    await this.#sockets.open(options);
    if ('socketDirectory' in options) {
      const { onFolder } = this.#sockets;
      this.#unpublish = publishTree(this.tree, options.socketDirectory, this.buses, options, onFolder);
    }
  }

  /** Lets `dtbus get`, `set`, `show`, `press` and `inject` reach the parts: beside the sockets, and by the board's file. */
  #share(file: string, options: ServeOptions): void {
    const board: Controllable = {
      name: file,
      parts: () => this.#backEnd.calls.parts(),
      lines: () => this.#backEnd.calls.lines(),
      buses: () => {
        const numbers = new Map(this.#backEnd.devices.map(({ node, number }) => [node.path, number]));
        return this.reports().map((report) => controlBus(report, numbers.get(report.path) ?? 0));
      },
      part: (name) => this.part(name),
      line: (controller, line) => this.line(controller, line),
      pathOf: (name) => pathOf(this.tree, name),
      real: () => realPaths(this.tree),
      realHostOf: (name) => {
        const buses = this.#backEnd.devices
          .filter(isBus)
          .map(({ kind, number, node: { path } }) => ({ kind, number, path }));
        return realHostOf({ tree: this.tree, buses, parts: board.parts() }, name);
      },
      drivePin: (path, pin, high) => this.#backEnd.calls.drivePin(path, pin, high),
      faults: () => this.#faults.handles,
      inject: (kind, target, options) => {
        const calls = callsInline(this.#backEnd.calls);
        return injectFault(this.tree, this.#backEnd.devices.filter(isBus), calls, kind, target, options);
      },
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
    return this.#sockets.buses;
  }

  /** Where a guest in virtual time finds its clock; undefined: guests have the machine's. */
  get timeSocket(): string | undefined {
    return this.#sockets.timeSocket;
  }

  /** Whether a guest has ever asked for its clock. */
  get hadGuestInVirtualTime(): boolean {
    return this.#sockets.time?.hadGuest ?? false;
  }

  get problems(): readonly DeviceProblem[] {
    return [...this.#backEnd.problems, ...this.#faults.problems];
  }

  /**
   * The sockets of one owner; undefined: of whoever is none.
   * @throws {BoardError} when no client has that owner
   */
  busesOf(owner: string | undefined): readonly ServedBus[] {
    return this.#sockets.busesOf(owner);
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
    return metricsText(buses, this.#sockets.counts);
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
    this.#sockets.close();
  };
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
