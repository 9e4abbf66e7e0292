import { hostname } from 'node:os';
import { Client, type ManagedI2cBus, type ManagedSpiBus } from '../../backend/index.ts';
import { BusFault } from '../../bus/index.ts';
import { isBus } from '../../frontend/index.ts';
import type { FilePath } from '../../input/index.ts';
import { type LeasedBuses, runName, type SharedBus, type ShareSource } from '../../remote/index.ts';
import type { BoardDevices } from '../assemble/board-devices.ts';
import { BoardError } from '../board-error.ts';
import type { Board } from '../handles/board.ts';
import { inlineDevices } from '../handles/inline-devices.ts';
import type { BoardOptions } from '../open/board-options.ts';
import { openBoard } from '../open/open-board.ts';
import { LeasedLines } from './leased-lines.ts';
import { sharedTrace } from './shared-trace.ts';

type ManagedBus = ManagedI2cBus | ManagedSpiBus;

/** A board whose buses and lines are to be shared. */
export interface BoardShare {
  readonly board: Board;
  readonly source: ShareSource;
}

/** Brings a board up in this thread, for a host that shares its buses. @throws {BoardError} as `openBoard` */
export async function openShare(file: FilePath, options: BoardOptions): Promise<BoardShare> {
  const board = await openBoard(file, { ...options, backEnd: 'inline' });
  const devices = inlineDevices(board);
  if (devices === undefined) throw new BoardError('a board that another process serves cannot be shared');
  const managed = new Map<string, ManagedBus>(devices.manager.buses.map((bus) => [bus.path, bus]));
  const buses = devices.devices.flatMap((device): SharedBus[] => {
    const { kind, number, node } = device;
    const name = `${kind}-${number}`;
    if (!isBus(device)) {
      const lines = devices.linesAt(node.path)?.names;
      return lines === undefined ? [] : [{ name, number, path: node.path, host: '', startupMs: 0, lines }];
    }
    const bus = managed.get(node.path);
    return bus === undefined ? [] : [sharedBus(name, number, bus)];
  });
  const name = `${String(file)} on ${hostname()}`;
  const source: ShareSource = {
    name,
    buses,
    run: runName(),
    open: (who) => new BoardUser(who, devices, managed),
    trace: (parts, only) => sharedTrace(board, String(file), { parts, buses: only }),
  };
  return { board, source };
}

/** What a bus can do is asked each time: adapters say it when they are open. */
function sharedBus(name: string, number: number, bus: ManagedBus): SharedBus {
  const { path, controller } = bus;
  return {
    name,
    number,
    path,
    get host() {
      return controller.description;
    },
    get startupMs() {
      return controller.startupMs ?? 0;
    },
    ...('capabilities' in controller
      ? {
          get spi() {
            return controller.capabilities;
          },
        }
      : {
          get i2c() {
            const { functionality, maxMessageLength } = controller;
            return { functionality, maxMessageLength };
          },
        }),
  };
}

/** One lease on the board: a client of its own, of which nothing is left at its end. */
class BoardUser implements LeasedBuses {
  readonly #client: Client;
  readonly #devices: BoardDevices;
  readonly #buses: ReadonlyMap<string, ManagedBus>;
  /** By the paths of controllers that it has used. */
  readonly #lines = new Map<string, LeasedLines>();

  constructor(who: string, devices: BoardDevices, buses: ReadonlyMap<string, ManagedBus>) {
    this.#client = new Client(`remote ${who}`);
    this.#devices = devices;
    this.#buses = buses;
  }

  i2c(...[{ path }, messages, admit]: Parameters<LeasedBuses['i2c']>) {
    const bus = this.#buses.get(path) as ManagedI2cBus;
    return this.#devices.manager.transferI2c(this.#client, bus, messages, { admit });
  }

  spi(...[{ path }, chipSelect, mode, transfers, continues, admit]: Parameters<LeasedBuses['spi']>) {
    const bus = this.#buses.get(path) as ManagedSpiBus;
    const { manager } = this.#devices;
    return manager.transferSpi(this.#client, bus, chipSelect, mode, transfers, continues, undefined, admit);
  }

  deselect(...[{ path }, admit]: Parameters<LeasedBuses['deselect']>) {
    return this.#devices.manager.deselect(this.#client, this.#buses.get(path) as ManagedSpiBus, admit);
  }

  line(...[bus, line, action, watcher, admit]: Parameters<LeasedBuses['line']>) {
    admit();
    return this.#linesOf(bus).do(line, action, watcher);
  }

  /** @throws {BusFault} `ENODEV` */
  #linesOf(bus: SharedBus): LeasedLines {
    const known = this.#lines.get(bus.path);
    if (known !== undefined) return known;
    const lines = this.#devices.linesAt(bus.path);
    if (lines === undefined) throw new BusFault('ENODEV', `not found: the lines of ${bus.name}`);
    const leased = new LeasedLines(bus, lines, this.#client);
    this.#lines.set(bus.path, leased);
    return leased;
  }

  drop(): void {
    for (const lines of this.#lines.values()) lines.end();
    this.#lines.clear();
    this.#devices.manager.drop(this.#client);
  }

  /** Simulated parts are as after power-on; one on the wire is as its users left it. */
  restore(buses: readonly SharedBus[]): void {
    const { calls } = this.#devices;
    const folders = calls
      .buses()
      .filter(({ path }) => buses.some((bus) => bus.path === path))
      .flatMap(({ path, hostPath }) => (hostPath === undefined ? [path] : [path, hostPath]));
    for (const { path } of calls.parts())
      if (folders.some((folder) => path.startsWith(`${folder}/`))) calls.resetPart(path);
  }
}
