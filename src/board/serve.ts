import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from '../backend/index.ts';
import type { Tree } from '../devicetree/index.ts';
import { findBuses, type VirtioNode } from '../frontend/index.ts';
import { BackEndServer, EventLoop } from '../transport/index.ts';
import { BoardBackEnd } from './back-end.ts';
import { BoardError } from './board-error.ts';
import { callsInline } from './calls.ts';
import { type LineHandle, LineWatchers, lineHandle } from './line-handle.ts';
import { loadTree } from './load-tree.ts';
import { ownersOf } from './ownership.ts';
import { findPart, type PartHandle } from './part-handle.ts';
import type { BusReport, DeviceProblem } from './protocol.ts';
import { traceFor } from './trace.ts';

export interface ServeOptions {
  readonly overlays?: readonly string[];
  readonly adopt?: boolean;
  /** Folder for the sockets: `i2c1.sock`, `spi0.sock`. Made where there is none. */
  readonly socketDirectory: string;
  /** Told of what is odd, a sentence each. */
  readonly onWarning: (sentence: string) => void;
  /** Told of everything that happens at the sockets. */
  readonly trace?: (sentence: string) => void;
}

/** A bus, or a GPIO controller, that waits for front-ends at a socket. */
export interface ServedBus {
  readonly node: VirtioNode;
  readonly socket: string;
  /** Whose socket it is: its front-ends reach what `dtbus,owner` gives this owner, and nothing else. */
  readonly owner: string | undefined;
}

/** How long the thread waits in the kernel between two turns of JavaScript's event loop while guests are busy. */
const HOT_MS = 5;

/** A board whose buses are served to guests over vhost-user. */
export class ServedBoard {
  readonly tree: Tree;
  readonly buses: readonly ServedBus[];
  readonly #backEnd: BoardBackEnd;
  readonly #watchers: LineWatchers;
  readonly #loop: EventLoop;
  readonly #servers: readonly BackEndServer[];

  private constructor(
    tree: Tree,
    backEnd: BoardBackEnd,
    watchers: LineWatchers,
    loop: EventLoop,
    served: Map<ServedBus, BackEndServer>,
  ) {
    this.tree = tree;
    this.buses = [...served.keys()];
    this.#backEnd = backEnd;
    this.#watchers = watchers;
    this.#loop = loop;
    this.#servers = [...served.values()];
  }

  /** @throws {BoardError} the tree cannot be read, {OsError} a socket cannot be made. */
  static async open(file: string, options: ServeOptions): Promise<ServedBoard> {
    const tree = loadTree(file, options.overlays ?? []);
    const watchers = new LineWatchers();
    const backEnd = await BoardBackEnd.create(tree, {
      adopt: options.adopt ?? false,
      directory: dirname(file),
      steppedClock: false,
      trace: traceFor(findBuses(tree, { adopt: options.adopt ?? false })),
      warn: options.onWarning,
      onLine: watchers.told,
    });
    backEnd.calls.openHosts();
    const loop = new EventLoop({ hotMs: HOT_MS });
    const served = new Map<ServedBus, BackEndServer>();
    try {
      backEnd.devices.forEach((node, index) => {
        const bus = `${node.kind}${node.number}`;
        if (backEnd.deviceFor(index, new Client(bus)) === undefined) return;
        for (const owner of [undefined, ...ownersOf(node.node)]) {
          const folder = join(options.socketDirectory, owner ?? '');
          mkdirSync(folder, { recursive: true, mode: 0o700 });
          const name = owner === undefined ? bus : `${owner}/${bus}`;
          const server = serverFor({ name, index, owner }, backEnd, loop, options.trace);
          const socket = join(folder, `${bus}.sock`);
          served.set({ node, socket, owner }, server);
          server.listen(socket);
        }
      });
    } catch (thrown) {
      for (const server of served.values()) server.close();
      await loop.close();
      await backEnd.close();
      throw thrown;
    }
    void loop.run();
    return new ServedBoard(tree, backEnd, watchers, loop, served);
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
  part(name: string): PartHandle {
    return findPart(this.tree, name, callsInline(this.#backEnd.calls));
  }

  /** A line of a GPIO controller; see `Board.line`. @throws {Error} naming the lines that there are. */
  line(controller: string, line: number | string): LineHandle {
    return lineHandle(this.tree, controller, line, callsInline(this.#backEnd.calls), this.#watchers);
  }

  /** What the back-end knows of its buses. */
  reports(): readonly BusReport[] {
    return this.#backEnd.calls.buses();
  }

  /** Ends all connections, takes the sockets away, frees the adapters. */
  async close(): Promise<void> {
    for (const server of this.#servers) server.close();
    await this.#loop.close();
    await this.#backEnd.close();
  }
}

/** A server whose every front-end is a client of its own. @throws {BoardError} what belongs to two owners */
function serverFor(
  { name, index, owner }: { name: string; index: number; owner: string | undefined },
  backEnd: BoardBackEnd,
  loop: EventLoop,
  trace: ServeOptions['trace'],
): BackEndServer {
  const clients = new Map<number, Client>();
  backEnd.confine(index, new Client(name), owner);
  return new BackEndServer(loop, {
    createDevice: ({ number }) => {
      const client = new Client(`${name} front-end ${number}`);
      backEnd.confine(index, client, owner);
      clients.set(number, client);
      const device = backEnd.deviceFor(index, client);
      if (device === undefined) throw new Error(`there is no bus ${name}`);
      return device;
    },
    onDisconnect: ({ number }) => {
      const client = clients.get(number);
      clients.delete(number);
      if (client !== undefined) backEnd.manager.drop(client);
    },
    trace: (sentence, connection) =>
      trace?.(`${name}${connection === undefined ? '' : ` front-end ${connection.number}`}: ${sentence}`),
  });
}
