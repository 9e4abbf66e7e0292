import { dirname } from 'node:path';
import { BusFault } from '../bus/index.ts';
import {
  type I2cDev,
  type I2cPath,
  NodeRegistry,
  type SpiDev,
  type SpiOpenOptions,
  type SpiPath,
} from '../dev/core.ts';
import type { Node, Tree } from '../devicetree/index.ts';
import type { VirtioGpio } from '../frontend/gpio.ts';
import {
  type BusNode,
  type DeviceListing,
  findDevices,
  isBus,
  VirtioBus,
  type VirtioDeviceHandle,
  VirtioI2c,
  type VirtioNode,
  VirtioSpi,
  virtioI2cDriver,
  virtioSpiDriver,
} from '../frontend/index.ts';
import { LocalFrontEnd, registerBytes } from '../transport/core.ts';
import { DmaAllocator, GuestMemory } from '../virtio/index.ts';
import { type LineHandle, LineWatchers, lineHandle } from './line-handle.ts';
import { loadTree, type TreeOptions, toBlob } from './load-tree.ts';
import { findPart, type PartHandle, pathOf } from './part-handle.ts';
import type { BackEndStart, BusReport, Call, DeviceProblem, LineReport, PartReport } from './protocol.ts';
import { type BackEndNews, BackEndThread, type RunningBackEnd, startInline } from './running-back-end.ts';
import { spiNodeOptions } from './spi-node-options.ts';
import { traceFor } from './trace.ts';

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
  /** `stepped`: simulated parts live in a time that stands still until `board.advance`. */
  readonly clock?: 'real' | 'stepped';
  /** Lets the back-end poll for ever: lowest latency, one core busy. */
  readonly poll?: boolean;
  /** Bytes of guest memory for rings and buffers. Default 16 MiB; a transfer needs twice its length. */
  readonly memoryBytes?: number;
  /** Called with one sentence when something is odd but the board goes on. Default: `process.emitWarning`. */
  readonly onWarning?: (sentence: string) => void;
}

/** A bus of a board, as `up` and `ls` show it. */
export interface BusListing extends BusReport {
  readonly number: number;
  /** Names of its nodes: `/dev/i2c-1`. */
  readonly nodes: readonly string[];
  /** The FE driver and its device, where the bus came up. */
  readonly device: DeviceListing | undefined;
}

/** A GPIO controller of a board. */
export interface GpioListing {
  /** `/dev/gpiochip0` */
  readonly node: string;
  /** Path of the node in the tree. */
  readonly path: string;
  readonly lines: readonly LineReport[];
}

/** Opening an adapter that is not the one it should be takes a few seconds to find out. */
const SETTLE_LIMIT_MS = 15_000;
const PENDING: readonly BusReport['state'][] = ['closed', 'opening'];

const DEFAULT_MEMORY_BYTES = 16 << 20;
/** Guest address 0 stays unused, so that a forgotten address is an error. */
const FIRST_ADDRESS = 0x1000;

/** A running board: its buses as nodes, its simulated parts as objects. */
export class Board {
  readonly tree: Tree;
  /** Buses that could not be brought up, and why. */
  readonly problems: readonly DeviceProblem[];
  readonly virtio: VirtioBus;
  readonly #nodes: NodeRegistry;
  readonly #buses: readonly {
    readonly node: BusNode;
    readonly handle: VirtioDeviceHandle | undefined;
    readonly paths: readonly string[];
  }[];
  readonly #gpio: readonly {
    readonly node: Node;
    readonly handle: VirtioDeviceHandle;
    /** `/dev/gpiochip0` */
    readonly path: string;
  }[];
  readonly #watchers: LineWatchers;
  readonly #call: Call;
  readonly #end: () => Promise<void>;
  #closed: Promise<void> | undefined;

  constructor(parts: {
    readonly tree: Tree;
    readonly devices: readonly VirtioNode[];
    readonly problems: readonly DeviceProblem[];
    readonly dma: DmaAllocator;
    readonly frontEnd: (index: number) => LocalFrontEnd;
    readonly watchers: LineWatchers;
    readonly call: Call;
    readonly end: () => Promise<void>;
  }) {
    this.tree = parts.tree;
    this.problems = parts.problems;
    this.#watchers = parts.watchers;
    this.#call = parts.call;
    this.#end = parts.end;
    this.#nodes = new NodeRegistry();
    this.virtio = new VirtioBus();
    this.virtio.register(virtioI2cDriver);
    this.virtio.register(virtioSpiDriver);
    const added = parts.devices.map((device, index) => {
      const transport = parts.frontEnd(index);
      const { node, compatible, number } = device;
      const there = transport.deviceId !== 0;
      const handle = there
        ? this.virtio.add({ node, compatible, number, transport, dma: parts.dma })
        : undefined;
      return { device, handle };
    });
    this.#buses = added.flatMap(({ device: node, handle }) =>
      isBus(node) ? { node, handle, paths: handle === undefined ? [] : this.#addNodes(node, handle) } : [],
    );
    this.#gpio = added.flatMap(({ device: { kind, node, number }, handle }) =>
      kind === 'gpio' && handle !== undefined ? { node, handle, path: `/dev/gpiochip${number}` } : [],
    );
  }

  /**
   * Opens `/dev/i2c-N` or `/dev/spidevB.C`.
   * @throws {BusFault} `ENOENT` with the names that there are.
   */
  open(path: I2cPath): I2cDev;
  open(path: SpiPath, options?: SpiOpenOptions): SpiDev;
  open(path: string): I2cDev | SpiDev;
  open(path: string, options?: SpiOpenOptions): I2cDev | SpiDev {
    return options === undefined ? this.#nodes.open(path) : this.#nodes.open(path as SpiPath, options);
  }

  /** The node registry: what `/dev` of this board holds. */
  get nodes(): NodeRegistry {
    return this.#nodes;
  }

  /** Everything about each bus. */
  buses(): BusListing[] {
    const reports = new Map(this.#call('buses').map((report) => [report.path, report]));
    const devices = new Map(this.virtio.listing().map((listing) => [listing.path, listing]));
    return this.#buses.map(({ node, paths }) => {
      const report = reports.get(node.node.path) as BusReport;
      return { ...report, number: node.number, nodes: paths, device: devices.get(node.node.path) };
    });
  }

  /** The lines of each GPIO controller. */
  gpioChips(): GpioListing[] {
    const lines = this.#gpio.length === 0 ? [] : this.#call('lines');
    return this.#gpio.map(({ path: node, node: { path } }) => ({
      node,
      path,
      lines: lines.filter((line) => line.path === path),
    }));
  }

  /** Opens the adapters that are not open yet, and waits until each is open or known to be lost. */
  async settled(): Promise<void> {
    this.#call('openHosts');
    const pending = () =>
      this.#call('buses').some(({ state, host }) => host !== undefined && PENDING.includes(state));
    const giveUp = performance.now() + SETTLE_LIMIT_MS;
    while (pending() && performance.now() < giveUp) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** The simulated parts. */
  parts(): PartReport[] {
    return this.#call('parts');
  }

  /**
   * A simulated part by path, alias or `&label`, to look at and to set what it senses.
   * @throws {Error} naming the parts that there are.
   */
  part(name: string): PartHandle {
    return findPart(this.tree, name, this.#call);
  }

  /**
   * A line of a GPIO controller (path, alias or `&label`) by number or name, seen from outside the board: to
   * press a button, to look at an output. @throws {Error} naming the lines that there are.
   */
  line(controller: string, line: number | string): LineHandle {
    return lineHandle(this.tree, controller, line, this.#call, this.#watchers);
  }

  /**
   * The lines of `/dev/gpiochipN`, or of a controller by path, alias or `&label`, as a driver has them: values,
   * directions, interrupts. The driver is loaded when this is called first.
   * @throws {BusFault} `ENOENT` with the controllers that there are.
   */
  async gpio(name = this.#gpio[0]?.path ?? '/dev/gpiochip0'): Promise<VirtioGpio> {
    const { VirtioGpio, virtioGpioDriver } = await import('../frontend/gpio.ts');
    if (!this.virtio.drivers.includes(virtioGpioDriver)) this.virtio.register(virtioGpioDriver);
    const path = pathOf(this.tree, name);
    const found = this.#gpio.find((each) => each.path === name || each.node.path === path);
    const bound = found && this.virtio.bound(found.handle);
    if (bound instanceof VirtioGpio) return bound;
    const known = this.#gpio.map((each) => each.path).join(', ') || 'no GPIO controller';
    throw new BusFault('ENOENT', `there is no ${name}; the board has ${known}`);
  }

  /** `file:line:column` of a property or node, where its source is known. */
  placeOf(path: string, property?: string): string | undefined {
    const node = this.tree.byPath(path);
    const span = (property === undefined ? undefined : node?.property(property)?.span) ?? node?.span;
    return span && `${span.file}:${span.line}:${span.column}`;
  }

  /** Lets `ns` pass on a stepped clock. @throws {Error} on a real one. */
  advance(ns: number): void {
    this.#call('advance', ns);
  }

  /** Ends the board: what is in flight fails, adapters are freed, contents of parts are written. */
  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async #shutDown(): Promise<void> {
    this.virtio.removeAll();
    for (const { path } of this.#nodes.list()) this.#nodes.remove(path);
    await this.#end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #addNodes(bus: BusNode, handle: VirtioDeviceHandle): readonly string[] {
    const bound = this.virtio.bound(handle);
    if (bound instanceof VirtioI2c) return [this.#nodes.addI2c(bound).path];
    if (!(bound instanceof VirtioSpi)) return [];
    const options = spiNodeOptions(bus.node);
    return Array.from(
      { length: bound.capabilities.chipSelects },
      (_, chipSelect) => this.#nodes.addSpi(bound, chipSelect, options.get(chipSelect)).path,
    );
  }
}

/**
 * Brings a board up from its device tree: `.dts` or `.dtb`; by default the one that DTBUS_BOARD names.
 * @throws {BoardError} when the tree cannot be read. A bus that cannot be brought up is no error: it is in
 * `board.problems`, and the others are there.
 */
export async function openBoard(
  file: string = process.env['DTBUS_BOARD'] ?? 'board.dts',
  options: BoardOptions = {},
): Promise<Board> {
  // The thread loads its modules while the tree is read.
  const watchers = new LineWatchers();
  const told = toldBy(watchers, options);
  const thread = options.backEnd === 'inline' ? undefined : new BackEndThread(told);
  try {
    const plan = planOf(file, options);
    const backEnd = await (thread?.start(plan.start) ?? startInline(plan.tree, plan.start, told));
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
export function openBoardSync(
  file: string = process.env['DTBUS_BOARD'] ?? 'board.dts',
  options: Omit<BoardOptions, 'backEnd'> = {},
): Board {
  const watchers = new LineWatchers();
  const thread = new BackEndThread(toldBy(watchers, options));
  try {
    const plan = planOf(file, options);
    return bringUp(plan, thread.startSync(plan.start), watchers, options);
  } catch (thrown) {
    void thread.abandon();
    throw thrown;
  }
}

/** A board that is read and laid out, before anything runs. */
interface Plan {
  readonly tree: Tree;
  readonly devices: readonly VirtioNode[];
  readonly start: BackEndStart;
}

function planOf(file: string, options: BoardOptions): Plan {
  const tree = loadTree(file, options);
  const adopt = options.adopt ?? false;
  const devices = findDevices(tree, { adopt });
  const start: BackEndStart = {
    blob: toBlob(tree),
    adopt,
    directory: dirname(file),
    steppedClock: options.clock === 'stepped',
    memory: new SharedArrayBuffer(options.memoryBytes ?? DEFAULT_MEMORY_BYTES),
    registers: new SharedArrayBuffer(registerBytes(devices.length)),
    poll: options.poll ?? false,
    trace: traceFor(devices.filter(isBus)),
  };
  return { tree, devices, start };
}

function bringUp(
  { tree, devices, start }: Plan,
  backEnd: RunningBackEnd,
  watchers: LineWatchers,
  options: BoardOptions,
): Board {
  const memory = GuestMemory.over(start.memory);
  const board = new Board({
    tree,
    devices,
    dma: new DmaAllocator(FIRST_ADDRESS, start.memory.byteLength - FIRST_ADDRESS),
    problems: backEnd.problems,
    frontEnd: (index) => new LocalFrontEnd(memory, start.registers, index, backEnd.serve),
    watchers,
    call: backEnd.call,
    end: backEnd.end,
  });
  // Adapters take their time: transfers wait for them, the board does not.
  if (options.openHosts !== 'first-use') backEnd.call('openHosts');
  return board;
}

function toldBy(watchers: LineWatchers, options: BoardOptions): BackEndNews {
  const warn = options.onWarning ?? ((sentence) => process.emitWarning(sentence));
  return { warn, onLine: watchers.told };
}
