import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createSimulatedI2c,
  createSimulatedSpi,
  mixI2c,
  mixSpi,
  type SimulatedHost,
} from '../../../hosts/simulated/index.ts';
import {
  type Client,
  type ManagedBusOptions,
  type ManagedI2cBus,
  type ManagedSpiBus,
  ResourceManager,
  spiFramingOf,
  TraceWriter,
  VirtioI2cDevice,
  VirtioSpiDevice,
} from '../../backend/index.ts';
import { type DeviceNode, type Host, NodeError } from '../../bus/index.ts';
import type { Node, Tree } from '../../devicetree/index.ts';
import { type BusNode, findDevices, type GpioNode, isBus, type VirtioNode } from '../../frontend/index.ts';
import {
  type Catalogue,
  compatiblesOf,
  loadModels,
  type ModelModule,
  type Occupant,
  PartRegistry,
  RealClock,
  type SimulationOptions,
  SteppedClock,
} from '../../sim/index.ts';
import type { VirtioDevice } from '../../virtio/index.ts';
import type { BackEndCalls, BusReport, DeviceProblem } from '../thread/protocol.ts';
import type { GpioControllers } from './gpio-controllers.ts';
import { createHost, loadHosts } from './hosts.ts';
import { unitsOwnedBy } from './ownership.ts';

export interface BackEndOptions {
  readonly adopt: boolean;
  readonly directory: string;
  readonly steppedClock: boolean;
  /** Where every transfer is written down. */
  readonly trace?: SharedArrayBuffer | undefined;
  readonly warn: (sentence: string) => void;
  /** Told of changes of the GPIO lines that are watched. */
  readonly onLine?: OnLine;
}

type OnLine = (path: string, line: number, high: boolean) => void;

/** Where a bus of the tree ended up: on a controller, or nowhere with a reason. */
interface Carried {
  readonly node: BusNode;
  readonly bus: ManagedI2cBus | ManagedSpiBus | undefined;
  readonly host: Host | undefined;
  readonly physical: boolean;
  readonly occupants: readonly Occupant[];
  readonly problem: DeviceProblem | undefined;
}

/** The BE app of a board: hosts, parts, resource manager, and device models for whoever drives the buses. */
export class BoardBackEnd {
  readonly manager: ResourceManager;
  readonly #carried: readonly Carried[];
  readonly #parts: PartRegistry;
  readonly #clock: RealClock | SteppedClock;
  readonly #devices: readonly VirtioNode[];
  /** Only where the tree has some. */
  readonly #gpio: GpioControllers | undefined;

  private constructor(
    manager: ResourceManager,
    devices: readonly VirtioNode[],
    carried: readonly Carried[],
    parts: PartRegistry,
    clock: RealClock | SteppedClock,
    gpio: GpioControllers | undefined,
  ) {
    this.manager = manager;
    this.#devices = devices;
    this.#carried = carried;
    this.#parts = parts;
    this.#clock = clock;
    this.#gpio = gpio;
  }

  /** The devices of the board, in the order of `findDevices`: its buses, then its GPIO controllers. */
  get devices(): readonly VirtioNode[] {
    return this.#devices;
  }

  /** A device model each, all for one client; undefined for a device that could not be made. */
  devicesFor(client: Client): readonly (VirtioDevice | undefined)[] {
    return this.#devices.map((_, index) => this.deviceFor(index, client));
  }

  /** A device model for one device and one client. */
  deviceFor(index: number, client: Client): VirtioDevice | undefined {
    if (index >= this.#carried.length) return this.#gpio?.deviceFor(index - this.#carried.length, client);
    const { bus, node } = this.#carried[index] ?? {};
    if (bus === undefined || node === undefined) return undefined;
    if (bus.kind === 'i2c') return new VirtioI2cDevice(this.manager, bus as ManagedI2cBus, client);
    const framing = (chipSelect: number) => spiFramingOf(compatibleAt(node.node, chipSelect));
    return new VirtioSpiDevice(this.manager, bus as ManagedSpiBus, client, framing);
  }

  /**
   * Lets a client reach of a bus or a GPIO controller only what the tree gives `owner`; `undefined` is who is no owner.
   * @throws {BoardError} what belongs to two owners
   */
  confine(index: number, client: Client, owner: string | undefined): void {
    if (index >= this.#carried.length) {
      const buses = this.#carried.map(({ node }) => node.node);
      this.#gpio?.confine(index - this.#carried.length, client, owner, buses);
      return;
    }
    const { bus, node } = this.#carried[index] ?? {};
    if (bus === undefined || node === undefined) return;
    const units = unitsOwnedBy(owner, node.kind, node.node, this.#parts.list());
    if (units !== undefined) client.confine(bus.path, units);
  }

  /** Builds everything. A bus that cannot be made is a problem, not an error. */
  static async create(tree: Tree, options: BackEndOptions): Promise<BoardBackEnd> {
    const devices = findDevices(tree, { adopt: options.adopt });
    const nodes = devices.filter(isBus);
    const parts = new PartRegistry();
    const clock = options.steppedClock ? new SteppedClock() : new RealClock();
    // An emulated adapter has parts of its own behind it.
    const described = nodes
      .flatMap(({ node }) => [node, hostNodeOf(node)])
      .filter((node) => node !== undefined);
    // All at once: most of a start is waiting for modules.
    const [catalogue, gpio] = await Promise.all([
      loadModels(compatiblesBelow(described)),
      gpioOf(devices, options.onLine),
      loadHosts(described),
    ]);
    await addOwnModels(catalogue, described, options);
    const simulation = { catalogue, parts, clock, directory: options.directory, warn: options.warn };
    const manager = new ResourceManager();
    const hosts = new Map<Node, Promise<Host>>();
    const carried: Carried[] = [];
    for (const node of nodes) carried.push(await carry(node, manager, hosts, simulation));
    if (options.trace !== undefined) observe(carried, new TraceWriter(options.trace));
    manager.openSynchronous();
    gpio?.wire(tree, parts);
    return new BoardBackEnd(manager, devices, carried, parts, clock, gpio);
  }

  get problems(): DeviceProblem[] {
    const ofGpio = this.#gpio?.faults.map(({ node, thrown }) => problemOf(node, thrown)) ?? [];
    return [...this.#carried.flatMap(({ problem }) => problem ?? []), ...ofGpio];
  }

  /** True when a host needs the event loop even while nothing is asked of it. */
  get needsEventLoop(): boolean {
    return this.#carried.some(({ host }) => host !== undefined && !host.synchronous);
  }

  readonly calls: BackEndCalls = {
    openHosts: () => {
      // Starting to open one takes a while by itself: the answer goes out first.
      setImmediate(() => void this.manager.open());
    },
    buses: () => this.#carried.map(report),
    parts: () =>
      this.#parts
        .list()
        .map(({ path, model }) => ({ path, title: model.title, properties: model.properties })),
    getProperty: (path, property) => this.#parts.get(path, property),
    setProperty: (path, property, value) => this.#parts.set(path, property, value),
    resetPart: (path) => this.#parts.at(path).reset(),
    snapshotPart: (path) => this.#parts.snapshot(path),
    restorePart: (path, snapshot) => this.#parts.restore(path, snapshot),
    lines: () => this.#gpio?.reports() ?? [],
    driveLine: (path, line, high) => this.#gpio?.drive(path, line, high),
    watchLine: (path, line) => this.#gpio?.watch(path, line),
    save: () => this.#parts.close(),
    advance: (ns) => {
      if (!(this.#clock instanceof SteppedClock))
        throw new Error('the board runs on the real clock: open it with clock: "stepped"');
      this.#clock.advance(ns);
    },
  };

  async close(): Promise<void> {
    await this.manager.close();
    this.#parts.close();
  }
}

function observe(carried: readonly Carried[], writer: TraceWriter): void {
  carried.forEach(({ bus }, index) => {
    if (bus !== undefined) bus.observer = (record) => writer.write(index, record);
  });
}

/** The GPIO controllers of the board; what they need is only loaded where there are some. */
async function gpioOf(devices: readonly VirtioNode[], onLine: OnLine = () => {}) {
  const nodes = devices.filter((device): device is GpioNode => device.kind === 'gpio');
  if (nodes.length === 0) return undefined;
  const { GpioControllers } = await import('./gpio-controllers.ts');
  return new GpioControllers(nodes, onLine);
}

async function carry(
  node: BusNode,
  manager: ResourceManager,
  hosts: Map<Node, Promise<Host>>,
  simulation: SimulationOptions,
): Promise<Carried> {
  try {
    const { node: bus } = node;
    const limits = { timeoutMs: bus.u32('dtbus,timeout-ms') ?? 1000 };
    const hostNode = bus.target('dtbus,host');
    if (hostNode === undefined) {
      const [host, managed] = simulate(node, manager, simulation, limits);
      return { node, bus: managed, host, physical: false, occupants: host.occupants, problem: undefined };
    }
    const created = hosts.get(hostNode) ?? createHost(hostNode, simulation);
    hosts.set(hostNode, created);
    const host = await created;
    if (node.kind === 'i2c') {
      if (host.i2c === undefined)
        throw new NodeError(bus, 'dtbus,host', `${host.description} carries no I2C`);
      const clock = bus.u32('clock-frequency');
      if (clock !== undefined) host.i2c.setClockFrequency?.(clock);
      const { controller, occupants } = mixI2c(bus, host.i2c, simulation);
      const managed = manager.addI2cBus(bus.path, host, controller, limits);
      return { node, bus: managed, host, physical: true, occupants, problem: undefined };
    }
    if (host.spi === undefined) throw new NodeError(bus, 'dtbus,host', `${host.description} carries no SPI`);
    const { controller, occupants } = mixSpi(bus, host.spi, simulation);
    const managed = manager.addSpiBus(bus.path, host, controller, limits);
    return { node, bus: managed, host, physical: true, occupants, problem: undefined };
  } catch (thrown) {
    const problem = problemOf(node.node, thrown);
    return { node, bus: undefined, host: undefined, physical: false, occupants: [], problem };
  }
}

function simulate(
  { kind, node }: BusNode,
  manager: ResourceManager,
  simulation: SimulationOptions,
  limits: ManagedBusOptions,
): [SimulatedHost, ManagedI2cBus | ManagedSpiBus] {
  if (kind === 'i2c') {
    const host = createSimulatedI2c(node, simulation);
    return [host, manager.addI2cBus(node.path, host, host.i2c, limits)];
  }
  const host = createSimulatedSpi(node, simulation);
  return [host, manager.addSpiBus(node.path, host, host.spi, limits)];
}

/** What is at a chip select of an SPI bus. */
function compatibleAt(bus: DeviceNode, chipSelect: number): readonly string[] {
  return bus.children.find((child) => child.u32s('reg')?.includes(chipSelect))?.compatible ?? [];
}

/** The node of a bus's host, where the bus names one that is there. */
function hostNodeOf(bus: Node): Node | undefined {
  try {
    return bus.target('dtbus,host');
  } catch {
    // That it is none is told when the bus is made.
    return undefined;
  }
}

function problemOf(bus: DeviceNode, thrown: unknown): DeviceProblem {
  if (isNodeError(thrown)) return { path: thrown.path, property: thrown.property, sentence: thrown.sentence };
  const sentence = thrown instanceof Error ? thrown.message : String(thrown);
  return { path: bus.path, property: undefined, sentence };
}

/** A `NodeError` of a driver, or the tree's own `PropertyError`, which has the same form. */
function isNodeError(thrown: unknown): thrown is NodeError {
  return thrown instanceof Error && 'path' in thrown && 'sentence' in thrown;
}

function report({ node, bus, host, physical, occupants, problem }: Carried): BusReport {
  const state = bus?.slot.state ?? 'closed';
  const fault = problem?.sentence ?? bus?.slot.lastFault?.message;
  return {
    path: node.node.path,
    kind: node.kind,
    host: host?.description,
    hostPath: hostNodeOf(node.node)?.path,
    state,
    fault: state === 'open' ? undefined : fault,
    clients: occupants.map(({ node: client, reg, model }) => ({
      path: client.path,
      compatible: client.compatible,
      reg,
      answeredBy: model !== undefined ? 'model' : physical ? 'wire' : 'nothing',
      model: model?.title,
    })),
    counters: bus?.counters ?? { transfers: 0, bytes: 0, faults: {} },
  };
}

/** Every compatible below these nodes: the models that may be needed. */
function compatiblesBelow(nodes: readonly DeviceNode[]): string[] {
  return nodes.flatMap((node) => [...compatiblesOf(node), ...compatiblesBelow(node.children)]);
}

/** `dtbus,model = "../my-part.js"` of a client: a model of the user's own, in the place of ours. */
async function addOwnModels(
  catalogue: Catalogue,
  described: readonly DeviceNode[],
  options: BackEndOptions,
): Promise<void> {
  const clients = (node: DeviceNode): DeviceNode[] =>
    node.children.flatMap((child) => [child, ...clients(child)]);
  for (const node of described.flatMap(clients)) {
    const file = node.has('dtbus,model') ? node.string('dtbus,model') : undefined;
    if (file === undefined) continue;
    const url = pathToFileURL(resolve(options.directory, file)).href;
    try {
      const module: Partial<ModelModule> = await import(url);
      if (!Array.isArray(module.models)) throw new Error('it exports no list "models"');
      for (const model of module.models) catalogue.add(model);
    } catch (thrown) {
      // Whose module could not be found is said; which of ours looked for it is no news.
      const reason = String(thrown instanceof Error ? thrown.message : thrown).replace(
        / imported from .*/,
        '',
      );
      options.warn(`${node.path}: dtbus,model: ${file} cannot be used: ${reason}`);
    }
  }
}
