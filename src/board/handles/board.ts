import { createRequire } from 'node:module';
import { BusFault, type Errno, messageOf } from '../../bus/index.ts';
import {
  type I2cDev,
  type I2cPath,
  NodeRegistry,
  type SpiDev,
  type SpiOpenOptions,
  type SpiPath,
} from '../../dev/core.ts';
import type { Node, Tree } from '../../devicetree/index.ts';
import type { FaultKind } from '../../faults/index.ts';
import type { VirtioGpioDriver } from '../../frontend/gpio.ts';
import {
  type BusDescription,
  type DeviceListing,
  i2cDriver,
  isBus,
  spiDriver,
  VirtioBus,
  type VirtioDeviceHandle,
  VirtioI2cDriver,
  type VirtioNode,
  VirtioSpiDriver,
} from '../../frontend/index.ts';
import { invalid } from '../../input/index.ts';
import type { PartTypes } from '../../parts/index.ts';
import type { ReplayReport } from '../../replay/index.ts';
import { BoardError } from '../board-error.ts';
import type { TreeDoubt } from '../open/check-tree.ts';
import { placeOf } from '../open/place-of.ts';
import { problemText, untoldProblems } from '../open/problems.ts';
import type {
  BusReport,
  Call,
  DeviceProblem,
  LineReport,
  PartReport,
  WaitingAdapter,
} from '../thread/protocol.ts';
import type { BoardMakings } from './board-makings.ts';
import { type BoardTrace, traceBoard } from './board-trace.ts';
import { type FaultArguments, type FaultHandle, injectFault } from './fault-handle.ts';
import { type LineHandle, type LineWatchers, lineHandle } from './line-handle.ts';
import { findPart, type PartHandle, pathOf } from './part-handle.ts';
import { reasonOf, reportOf } from './reason-of.ts';
import { refusedFlags, spiNodeOptions } from './spi-node-options.ts';
import type { TraceFilter } from './traced-paths.ts';

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
/** What is said to whoever goes on using a board after `close`. */
const CLOSED = 'the board is closed; open it again with openBoard';
const PENDING: readonly BusReport['state'][] = ['closed', 'opening'];

type GpioRoom = typeof import('../../frontend/gpio.ts');

/** A running board: its buses as nodes, its simulated parts as objects. */
export class Board {
  /** The device tree with its overlays applied; see `dtbus/devicetree`. */
  readonly tree: Tree;
  /** Buses that could not be brought up, peripherals and settings that are left out, and why. */
  readonly problems: readonly DeviceProblem[];
  /** The faults that the tree names (`dtbus,faults`). */
  readonly faults: readonly FaultHandle[];
  readonly #doubts: () => readonly TreeDoubt[];
  /** Devices and drivers, as /sys/bus/virtio lists them. */
  readonly virtio: VirtioBus;
  readonly #nodes: NodeRegistry;
  /** Of SPI devices that have no node: why. */
  readonly #refused = new Map<string, string>();
  readonly #buses: readonly {
    readonly node: BusDescription;
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
  /** Loaded when it is used first. */
  #gpioRoom: GpioRoom | undefined;
  readonly #devices: readonly VirtioNode[];
  readonly #look: boolean;
  readonly #isElsewhere: boolean;
  readonly #call: Call;
  readonly #end: (detach: () => void) => Promise<void>;
  #closed: Promise<void> | undefined;
  #replayed: ReplayReport | undefined;

  constructor(parts: BoardMakings) {
    this.#isElsewhere = parts.isElsewhere ?? false;
    this.#devices = parts.devices;
    this.#look = parts.look ?? false;
    this.tree = parts.tree;
    const problems = [...parts.problems];
    this.problems = problems;
    this.#doubts = parts.doubts;
    this.#watchers = parts.watchers;
    this.#call = (name, ...args) => {
      if (this.#closed !== undefined) throw new BoardError(CLOSED);
      return parts.call(name, ...args);
    };
    this.#end = parts.end;
    const { handles = [], problems: unplaced = [] } = parts.faults?.(this.#call) ?? {};
    this.faults = handles;
    problems.push(...unplaced);
    this.#nodes = new NodeRegistry((path) => this.#whyMissing(path));
    this.virtio = new VirtioBus();
    this.virtio.register(i2cDriver);
    this.virtio.register(spiDriver);
    const reason =
      ({ path }: Node) =>
      (code: Errno) =>
        reasonOf(parts.call, path, code);
    const added = parts.devices.map((device, index) => {
      const frontEnd = parts.frontEnd(index);
      const { node, compatible, number } = device;
      const handle =
        frontEnd && this.virtio.add({ node, compatible, number, ...frontEnd, reasonOf: reason(node) });
      return { device, handle };
    });
    this.#buses = added.flatMap(({ device: node, handle }) => {
      if (!isBus(node)) return [];
      let paths: readonly string[] = [];
      try {
        if (handle !== undefined) paths = this.#addNodes(node, handle);
      } catch (error) {
        // Another bus has its number: this one is left out, as in Linux.
        problems.push({ path: node.node.path, property: undefined, sentence: messageOf(error) });
      }
      return { node, handle, paths };
    });
    this.#gpio = added.flatMap(({ device: { kind, node, number }, handle }) =>
      kind === 'gpio' && handle !== undefined ? { node, handle, path: `/dev/gpiochip${number}` } : [],
    );
  }

  /**
   * Opens `/dev/i2c-N` or `/dev/spidevB.C`.
   * @throws {BusFault} `ENOENT` with the names that there are, `ENODEV` after `close`.
   */
  open(path: I2cPath): I2cDev;
  open(path: SpiPath, options?: SpiOpenOptions): SpiDev;
  open(path: string): I2cDev | SpiDev;
  open(path: string, options?: SpiOpenOptions): I2cDev | SpiDev {
    if (this.#closed !== undefined) throw new BusFault('ENODEV', CLOSED);
    return options === undefined ? this.#nodes.open(path) : this.#nodes.open(path as SpiPath, options);
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Whether the board is only looked at; see the option `look`. */
  get isLookedAt(): boolean {
    return this.#look;
  }

  /** What is doubtful about the tree as a board, with places and remedies; see the option `treeChecks`. */
  get doubts(): readonly TreeDoubt[] {
    return this.#doubts();
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

  /** The GPIO controllers, each with its lines; without them where another process serves the board. */
  gpioChips(): GpioListing[] {
    const lines = this.#gpio.length === 0 || this.#isElsewhere ? [] : this.#call('lines');
    return this.#gpio.map(({ path: node, node: { path } }) => ({
      node,
      path,
      lines: lines.filter((line) => line.path === path),
    }));
  }

  /** Emulated adapters that carry no bus of the board, and wait at a port for other programs while it is up. */
  waitingAdapters(): readonly WaitingAdapter[] {
    return this.#call('waitingAdapters');
  }

  /** Opens the adapters that are not open yet, and waits until each is open or known to be lost. */
  async settled(): Promise<void> {
    if (this.#look) return;
    this.#call('openHosts');
    const pending = () =>
      this.#call('buses').some(({ state, host }) => host !== undefined && PENDING.includes(state));
    const giveUp = performance.now() + SETTLE_LIMIT_MS;
    while (pending() && performance.now() < giveUp) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** The simulated parts. @throws {BoardError} another process serves the board: they are there */
  parts(): PartReport[] {
    return this.#call('parts');
  }

  /**
   * A simulated part by path, alias or `&label`, to look at and to set what it senses. In TypeScript
   * `board.part<'national,lm75'>('&temp')` has the properties of that part, each with its unit and range; see `PartHandle`.
   * @throws {Error} naming the parts that there are, {BoardError} another process serves the board: they are there.
   */
  part<P extends keyof PartTypes | object = PartHandle>(name: string): PartHandle<P> {
    return findPart<P>(this.tree, name, this.#call);
  }

  /**
   * Drives one pin of a simulated GPIO expander (path, alias or `&label`) from outside, as `line` does for the lines of
   * a controller; undefined lets go of it. To set all pins at once, set the part's `inputs`.
   * @throws {Error} naming the parts that there are, or the pins. @throws {TypeError} for what is no level
   */
  drivePin(expander: string, pin: number, high: boolean | undefined): void {
    if (high !== undefined && typeof high !== 'boolean')
      throw invalid('level', 'true (high), false (low) or undefined (let go)', high);
    this.#call('drivePin', this.part(expander).path, pin, high);
  }

  /**
   * A line of a GPIO controller (path, alias or `&label`) by number or name, seen from outside the board: to
   * press a button, to look at an output.
   * @throws {Error} naming the lines that there are, {BoardError} another process serves the board: its outside is there.
   */
  line(controller: string, line: number | string): LineHandle {
    return lineHandle(this.tree, controller, line, this.#call, this.#watchers);
  }

  /**
   * The lines of `/dev/gpiochipN`, or of a controller by path, alias or `&label`, as a driver has them: values,
   * directions, interrupts. The driver is loaded when this is called first.
   * @throws {BusFault} `ENOENT` with the controllers that there are.
   */
  async gpio(name = this.#gpio[0]?.path ?? '/dev/gpiochip0'): Promise<VirtioGpioDriver> {
    if (this.#closed !== undefined) throw new BusFault('ENODEV', CLOSED);
    this.#gpioRoom ??= await import('../../frontend/gpio.ts');
    const { VirtioGpioDriver } = this.#withGpioDriver(this.#gpioRoom);
    const path = pathOf(this.tree, name);
    const found = this.#gpio.find((each) => each.path === name || each.node.path === path);
    const bound = found && this.virtio.bound(found.handle);
    if (bound instanceof VirtioGpioDriver) return bound;
    const known = this.#gpio.map((each) => each.path).join(', ') || 'no GPIO controller';
    throw new BusFault('ENOENT', `not found: ${name}; the board has ${known}`);
  }

  /** The drivers of all GPIO controllers, in the order of their numbers, for those who cannot wait. */
  gpioDrivers(): VirtioGpioDriver[] {
    this.#gpioRoom ??= createRequire(import.meta.url)('#built/src/frontend/gpio.js') as GpioRoom;
    const { VirtioGpioDriver } = this.#withGpioDriver(this.#gpioRoom);
    return this.#gpio
      .map(({ handle }) => this.virtio.bound(handle))
      .filter((bound) => bound instanceof VirtioGpioDriver);
  }

  #withGpioDriver(room: GpioRoom): GpioRoom {
    if (!this.virtio.drivers.includes(room.gpioDriver)) this.virtio.register(room.gpioDriver);
    return room;
  }

  /**
   * From now on every transfer is written down, and every edge of a GPIO line where `only` names nothing, for `reader`,
   * until `end` is called: in a ring of 1 MiB, from which a reader that is too slow loses events (`dropped`). The board never waits.
   * @throws {BoardError} the board does not have what `only` names
   */
  trace(only: TraceFilter = {}): BoardTrace {
    return traceBoard(this.tree, this.#devices, only, this.#call);
  }

  /**
   * Injects a fault into a simulated bus (`i2c-1`, path, alias or `&label`) or at a part on it: transfers fail with the
   * errno that it has in life. It is there until it is removed. @throws {BoardError} it cannot be there
   * @throws {TypeError} no such fault, or options that it does not take
   */
  inject<Kind extends FaultKind>(kind: Kind, target: string, ...options: FaultArguments<Kind>): FaultHandle {
    return injectFault(this.tree, this.#devices.filter(isBus), this.#call, kind, target, ...options);
  }

  /** How far the recording was replayed that is the board's parts, also behind `close`; undefined: none is. */
  replayed(): ReplayReport | undefined {
    return this.#closed === undefined ? this.#call('replayed') : this.#replayed;
  }

  /** `file:line:column` of a property or node, where its source is known. @throws {TypeError} for what is no path */
  placeOf(path: string, property?: string): string | undefined {
    if (typeof path !== 'string') throw invalid('path', 'the path of a node', path);
    return placeOf(this.tree, path, property);
  }

  /** A problem as a warning tells it: `board.dts:7:3: /i2c: no driver for …`. */
  sentenceOf(problem: DeviceProblem): string {
    return problemText(this.tree, problem);
  }

  /** `problems` without those that `doubts` tells of, with a remedy. */
  get untoldProblems(): readonly DeviceProblem[] {
    return untoldProblems(this.problems, () => this.doubts);
  }

  /**
   * Writes the contents of simulated parts to their files (`dtbus,contents`) now; `close` does it too, but only warns.
   * Where another process serves the board, it writes them: nothing is done here.
   * @throws {Error} what could not be written
   */
  save(): void {
    this.#call('save');
  }

  /** Lets `ns` pass on a stepped clock. @throws {Error} on a real one. @throws {TypeError} for what is no time */
  advance(ns: number): void {
    if (!(typeof ns === 'number' && ns >= 0 && ns < Number.POSITIVE_INFINITY))
      throw invalid('time to advance by', 'a number of ns, 0 or more', ns);
    this.#call('advance', ns);
  }

  /**
   * Ends the board: what is in flight fails, adapters are freed, contents of parts are written. What is asked of it
   * later fails, and says that it is closed; the same file can be opened again.
   */
  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async #shutDown(): Promise<void> {
    await this.#end(() => {
      if (!this.#isElsewhere) this.#replayed = reportOf(this.#call);
      this.virtio.removeAll(CLOSED);
      for (const { path } of this.#nodes.list()) this.#nodes.remove(path);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Why what the tree describes has no node of this path. */
  #whyMissing(path: string): string | undefined {
    if (this.#closed !== undefined) return CLOSED;
    const refused = this.#refused.get(path);
    if (refused !== undefined) return refused;
    const [, kind, number] = /^\/dev\/(i2c-|spidev)(\d+)/.exec(path) ?? [];
    const bus = this.#buses.find(
      ({ node, paths }) =>
        paths.length === 0 &&
        node.number === Number(number) &&
        node.kind === (kind === 'i2c-' ? 'i2c' : 'spi'),
    );
    if (bus === undefined) return undefined;
    return this.#call('buses').find((report) => report.path === bus.node.node.path)?.fault;
  }

  #addNodes(bus: BusDescription, handle: VirtioDeviceHandle): readonly string[] {
    const bound = this.virtio.bound(handle);
    if (bound instanceof VirtioI2cDriver) return [this.#nodes.addI2c(bound).path];
    if (!(bound instanceof VirtioSpiDriver)) return [];
    const options = spiNodeOptions(bus.node);
    const { chipSelects, modes } = bound.capabilities;
    return Array.from({ length: chipSelects }, (_, chipSelect) => chipSelect).flatMap((chipSelect) => {
      const asked = options.get(chipSelect);
      const refused = refusedFlags(asked?.mode ?? 0, modes);
      if (refused === undefined) return [this.#nodes.addSpi(bound, chipSelect, asked).path];
      this.#refused.set(`/dev/spidev${bound.number}.${chipSelect}`, refused);
      return [];
    });
  }
}
