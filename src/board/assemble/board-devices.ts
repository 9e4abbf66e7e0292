import {
  type Client,
  type ManagedI2cBus,
  type ManagedSpiBus,
  ResourceManager,
  TOLD_BY_DRIVER,
  VirtioI2cDevice,
  VirtioSpiDevice,
} from '../../backend/index.ts';
import { type BusFault, type HostAdapter, messageOf, type NodeProblem } from '../../bus/index.ts';
import type { Node, Tree } from '../../devicetree/index.ts';
import { type GpioDescription, isBus, type VirtioNode } from '../../frontend/index.ts';
import { type DataSheet, loadParts } from '../../parts/index.ts';
import { Following, loadModels, PartRegistry, RealClock, SteppedClock } from '../../sim/index.ts';
import type { VirtioDevice } from '../../virtio/index.ts';
import { Injection } from '../injection/injection.ts';
import type { ModelThreads } from '../models/model-threads.ts';
import type { BackEndCalls, DeviceProblem, ReplaySettings, TraceStart } from '../thread/protocol.ts';
import { type BusBinding, bindBus, hostNodeOf, notOpenedProblem, problemOf, reportOf } from './bind-bus.ts';
import { compatiblesBelow, simulatedBelow } from './compatibles.ts';
import { GpioControllers } from './gpio-controllers.ts';
import { loadHosts } from './hosts.ts';
import { channelPlace, hearersOn, parentsFirst } from './i2c-channels.ts';
import { bindLines, type LineBinding } from './line-hosts.ts';
import { addOwnModels, modelsBehind, type OwnModels, ownModelsOf, withOwnModels } from './own-models.ts';
import { ownSheets } from './own-sheets.ts';
import { unitsOwnedBy } from './ownership.ts';
import { PowerLines } from './power-lines.ts';
import type { Replaying } from './replaying.ts';
import { setReaches } from './set-reaches.ts';
import { spiFramingsOf } from './spi-framings.ts';
import { spiTimeOf, traceTimeOf } from './times.ts';
import { Tracing } from './tracing.ts';
import { WaitingHosts, waitingNodes } from './waiting-hosts.ts';

export interface BoardDevicesOptions {
  /** Folder that relative file names of the tree start from. */
  readonly directory: string;
  /** Folders and files beside it whose models may run. */
  readonly trust?: readonly string[];
  /**
   * The board is only looked at: nothing that the tree names is run or opened, and what is not simulated by a model of
   * ours fails.
   */
  readonly look?: boolean;
  readonly steppedClock: boolean;
  /** See `RealClock`. */
  readonly over?: Int32Array;
  /** Models of the user's own run in threads of their own: given, with the tree as a blob, where this one serves others. */
  readonly isolate?: () => Uint8Array;
  /** Mistakes of drivers are told. */
  readonly strict?: boolean;
  /** What is written down from the first transfer on. */
  readonly trace?: TraceStart | undefined;
  readonly replay?: ReplaySettings | undefined;
  /** Drivers may come that are not ours, which do not tell where their messages end: the parts do, real ones as well. */
  readonly guests?: boolean;
  /** Paths of the buses that are made, with their parts; default: all. */
  readonly only?: readonly string[] | undefined;
  readonly warn: (sentence: string) => void;
  /** Told why an adapter could not be opened: the bus is there, and its next transfer tries again. */
  readonly onNotOpened?: (problem: DeviceProblem) => void;
  /** Told of changes of the GPIO lines that are watched. */
  readonly onLine?: OnLine;
}

/** The trace that a board begins with; those that begin later count from 1. */
const FIRST_TRACE = 0;

type OnLine = (path: string, line: number, high: boolean) => void;

/** The BE app of a board: hosts, parts, resource manager, and device models for whoever drives the buses. */
export class BoardDevices {
  readonly manager: ResourceManager;
  readonly #bindings: readonly BusBinding[];
  readonly #lineBindings: readonly LineBinding[];
  readonly #parts: PartRegistry;
  readonly #clock: RealClock | SteppedClock;
  /** Of the parts that the tree names, simulated or real; undefined where no drivers come but ours. */
  readonly #sheets: readonly DataSheet[] | undefined;
  readonly #devices: readonly VirtioNode[];
  /** Only where the tree has some. */
  readonly #gpio: GpioControllers | undefined;
  readonly #waiting: WaitingHosts;
  /** Of peripherals that are left out, and of settings. */
  readonly #problems: readonly DeviceProblem[];
  readonly #look: boolean;
  readonly #own: OwnModels;
  readonly #hasOwnCode: boolean;
  /** Only where the board is looked at. */
  readonly #ownModels: ReadonlyMap<string, string>;
  /** Only where the tree has models of its own that run in threads. */
  readonly #threads: ModelThreads | undefined;
  readonly #tracing: Tracing;
  readonly #injection: Injection;
  readonly #replaying: Replaying | undefined;
  readonly #following: Following;
  readonly #warn: (sentence: string) => void;

  private constructor(made: {
    readonly manager: ResourceManager;
    readonly devices: readonly VirtioNode[];
    readonly bindings: readonly BusBinding[];
    readonly lineBindings: readonly LineBinding[];
    readonly parts: PartRegistry;
    readonly clock: RealClock | SteppedClock;
    readonly gpio: GpioControllers | undefined;
    readonly problems: readonly DeviceProblem[];
    readonly look: boolean;
    readonly sheets: readonly DataSheet[] | undefined;
    readonly waiting: WaitingHosts;
    readonly own: OwnModels;
    readonly hasOwnCode: boolean;
    readonly ownModels: ReadonlyMap<string, string>;
    readonly threads: ModelThreads | undefined;
    readonly tracing: Tracing;
    readonly injection: Injection;
    readonly replaying: Replaying | undefined;
    readonly warn: (sentence: string) => void;
  }) {
    this.#waiting = made.waiting;
    this.#own = made.own;
    this.#hasOwnCode = made.hasOwnCode;
    this.#ownModels = made.ownModels;
    this.#threads = made.threads;
    this.#tracing = made.tracing;
    this.#injection = made.injection;
    this.#replaying = made.replaying;
    this.#warn = made.warn;
    this.#following = new Following(made.parts, made.clock, made.warn);
    this.manager = made.manager;
    this.#sheets = made.sheets;
    this.#devices = made.devices;
    this.#bindings = made.bindings;
    this.#lineBindings = made.lineBindings;
    this.#parts = made.parts;
    this.#clock = made.clock;
    this.#gpio = made.gpio;
    this.#problems = made.problems;
    this.#look = made.look;
  }

  /** The devices of the board, in the order of `findDevices`: its buses, then its GPIO controllers. */
  get devices(): readonly VirtioNode[] {
    return this.#devices;
  }

  /** Where time goes on only when it is moved. */
  get steppedClock(): SteppedClock | undefined {
    return this.#clock instanceof SteppedClock ? this.#clock : undefined;
  }

  /** The lines of a GPIO controller, for who shares them; undefined: it could not be made. */
  readonly linesAt = (path: string) => this.#gpio?.linesAt(path);

  /** A device model each, all for one client; undefined for a device that could not be made. */
  devicesFor(client: Client): readonly (VirtioDevice | undefined)[] {
    return this.#devices.map((_, index) => this.deviceFor(index, client));
  }

  /** A device model for one device and one client. @param isPatient see `VirtioGpioDevice` */
  deviceFor(index: number, client: Client, isPatient = false): VirtioDevice | undefined {
    if (index >= this.#bindings.length)
      return this.#gpio?.deviceFor(index - this.#bindings.length, client, isPatient);
    const { bus, node } = this.#bindings[index] ?? {};
    if (bus === undefined || node === undefined) return undefined;
    if (bus.kind === 'i2c') return new VirtioI2cDevice(this.manager, bus as ManagedI2cBus, client);
    const framing = this.#sheets ? spiFramingsOf(this.#sheets, node.node) : () => TOLD_BY_DRIVER;
    const time = this.steppedClock && spiTimeOf(this.steppedClock);
    return new VirtioSpiDevice(this.manager, bus as ManagedSpiBus, client, framing, {}, time);
  }

  /**
   * Lets a client reach of a bus or a GPIO controller only what the tree gives `owner`; `undefined` is who is no owner.
   */
  confine(index: number, client: Client, owner: string | undefined): void {
    if (index >= this.#bindings.length) {
      const buses = this.#bindings.map(({ node }) => node.node);
      this.#gpio?.confine(index - this.#bindings.length, client, owner, buses);
      return;
    }
    const { bus, node } = this.#bindings[index] ?? {};
    if (bus === undefined || node === undefined) return;
    const hearers = hearersOn(
      node,
      this.#bindings.map((binding) => binding.node),
    );
    const units = unitsOwnedBy(owner, node.kind, hearers, this.#parts.list());
    if (units !== undefined) client.confine(bus.path, units);
  }

  /** Builds the devices that `findDevices` found in the tree. A bus that cannot be made is a problem, not an error. */
  static async create(
    tree: Tree,
    devices: readonly VirtioNode[],
    options: BoardDevicesOptions,
  ): Promise<BoardDevices> {
    const nodes = devices.filter(isBus);
    const parts = new PartRegistry();
    const clock = options.steppedClock ? new SteppedClock() : new RealClock(options.over);
    // An emulated adapter has parts of its own behind it.
    const onBuses = nodes.map(({ node }) => [node, hostNodeOf(node) ?? []].flat());
    const alone = waitingNodes(tree, onBuses.flat());
    const isMade = (bus?: Node) => bus !== undefined && (options.only?.includes(bus.path) ?? true);
    const described = [...onBuses.filter(([bus]) => isMade(bus)).flat(), ...alone];
    const controllers = devices.filter((device): device is GpioDescription => device.kind === 'gpio');
    // Most of a start is waiting for modules.
    const [catalogue, sheets] = await Promise.all([
      loadModels(simulatedBelow(described)),
      options.guests ? loadParts(compatiblesBelow(described)) : undefined,
      loadHosts([...described, ...controllers.flatMap(({ node }) => hostNodeOf(node) ?? [])]),
    ]);
    const { directory, warn, look = false, strict = false, trust = [], onNotOpened } = options;
    const gpio = controllers.length === 0 ? undefined : new GpioControllers(controllers, options.onLine);
    const problems: DeviceProblem[] = [];
    const complain = ({ path, property, sentence }: NodeProblem) =>
      void problems.push({ path, property, sentence });
    const replaying =
      options.replay &&
      (await (await import('./replaying.ts')).Replaying.start(options.replay, clock, gpio, warn));
    // A recording takes the place of all that is on the buses and lines.
    const isQuiet = look || replaying?.isParts === true;
    const ownNodes = isQuiet ? [] : withOwnModels(described);
    const threads =
      options.isolate !== undefined && ownNodes.length > 0
        ? await modelThreads({ directory, blob: options.isolate(), clock, parts })
        : undefined;
    const owned = { directory, trust, complain, isolate: threads?.load };
    const own: OwnModels = isQuiet ? new Map() : await addOwnModels(catalogue, described, owned);
    const ownModels = look ? ownModelsOf(described, owned) : new Map();
    const simulation = { catalogue, parts, clock, directory, look, strict, warn, complain };
    const hosts = new Map<Node, Promise<HostAdapter>>();
    const bindings: BusBinding[] = [];
    const lineBindings: LineBinding[] = [];
    const notOpened = (fault: BusFault, host: HostAdapter) => {
      const on = ({ host: each }: { host: HostAdapter | undefined }) => each === host;
      const bus = bindings.find(on)?.node.node ?? lineBindings.find(on)?.node;
      if (bus !== undefined) onNotOpened?.(notOpenedProblem(bus, fault));
    };
    const time = traceTimeOf(clock);
    const manager = new ResourceManager({ onNotOpened: notOpened }, time);
    for (const node of parentsFirst(nodes)) {
      const place = isMade(node.node) && channelPlace(node, bindings);
      bindings.push(
        replaying?.bind(node, manager) ?? (await bindBus(node, manager, hosts, simulation, place)),
      );
    }
    bindings.sort((a, b) => nodes.indexOf(a.node) - nodes.indexOf(b.node));
    if (gpio !== undefined && !isQuiet)
      lineBindings.push(...(await bindLines(controllers, gpio, { manager, hosts, simulation, warn })));
    const waiting = new WaitingHosts(warn);
    if (replaying?.isParts !== true) await waiting.create(alone, simulation);
    setReaches(bindings, parts, { warn, complain });
    const tracing = new Tracing({ tree, bindings, gpio, parts, time });
    if (options.trace !== undefined) tracing.start(FIRST_TRACE, options.trace);
    manager.openSynchronous();
    gpio?.wire(tree, parts);
    new PowerLines({ tree, parts, gpio, warn }).connect();
    replaying?.begin();
    return new BoardDevices({
      manager,
      devices,
      bindings,
      lineBindings,
      parts,
      clock,
      gpio,
      problems,
      look,
      sheets,
      waiting,
      own,
      hasOwnCode: ownNodes.length > 0,
      ownModels,
      threads,
      tracing,
      injection: new Injection({ tree, bindings, parts, gpio, clock }),
      replaying,
      warn,
    });
  }

  get problems(): DeviceProblem[] {
    const ofGpio = this.#gpio?.faults.map(({ node, error }) => problemOf(node, error)) ?? [];
    return [
      ...this.#bindings.flatMap(({ problem }) => problem ?? []),
      ...this.#problems,
      ...ofGpio,
      ...this.#waiting.problems,
    ];
  }

  /** The adapters that a look at their ports says cannot be opened now. Nothing is opened. */
  get unavailable(): DeviceProblem[] {
    if (this.#look) return [];
    const buses = this.#bindings.map(({ host, node: { node } }) => ({ host, node }));
    const hosts = new Map([...buses, ...this.#lineBindings].map(({ host, node }) => [host, node] as const));
    return [...hosts].flatMap(([host, bus]) => {
      const fault = host?.unavailable?.();
      return fault === undefined ? [] : notOpenedProblem(bus, fault);
    });
  }

  /** True when a host needs the event loop even while nothing is asked of it. */
  get needsEventLoop(): boolean {
    return (
      this.#waiting.count > 0 ||
      this.#lineBindings.length > 0 ||
      this.#threads !== undefined ||
      this.#bindings.some(({ host }) => host !== undefined && !host.synchronous)
    );
  }

  /** Opens the adapters, one after another begun. @returns when each on a bus is open, or known not to be */
  async openHosts(): Promise<void> {
    if (this.#look) return;
    // Starting to open one takes a while by itself: the answer goes out first.
    await new Promise((resolve) => setImmediate(resolve));
    this.#waiting.open();
    await this.manager.open();
  }

  readonly calls: BackEndCalls = {
    openHosts: () => void this.openHosts(),
    reasonOf: (path, code) => this.#bindings.find(({ node }) => node.node.path === path)?.bus?.reasonOf(code),
    waitingAdapters: () => this.#waiting.reports,
    buses: () => {
      const models = new Map(this.#parts.list().map(({ path, model }) => [path, model]));
      const reaches = (bus: string, channel: string) => this.#parts.reaches(bus, channel);
      return this.#bindings.map((binding) =>
        reportOf(binding, { models, ownModels: this.#ownModels, reaches }),
      );
    },
    parts: () =>
      this.#parts
        .list()
        .map(({ path, model }) => ({ path, title: model.title, properties: model.properties })),
    ownSheets: () => ownSheets(this.#parts),
    getProperty: (path, property) => this.#parts.get(path, property),
    setProperty: (path, property, value) => this.#parts.set(path, property, value),
    follow: (id, path, property, curve) => this.#following.start(id, path, property, curve),
    endFollow: (id) => this.#following.stop(id),
    resetPart: (path) => this.#parts.at(path).reset(),
    registers: (path) => this.#parts.registers(path),
    snapshotPart: (path) => this.#parts.snapshot(path),
    restorePart: (path, snapshot) => this.#parts.restore(path, snapshot),
    lines: () => this.#gpio?.reports() ?? [],
    driveLine: (path, line, high) => this.#gpio?.drive(path, line, high),
    drivePin: (path, pin, high) => this.#parts.drivePin(path, pin, high),
    watchLine: (path, line) => this.#gpio?.watch(path, line),
    startTrace: (id, trace) => this.#tracing.start(id, trace),
    endTrace: (id) => this.#tracing.end(id),
    inject: (id, fault) => this.#injection.inject(id, fault),
    removeFault: (id) => this.#injection.remove(id),
    faultReport: (id) => this.#injection.report(id),
    replayed: () => this.#replaying?.report,
    save: () => this.#parts.save(),
    advance: (ns) => {
      if (this.steppedClock === undefined)
        throw new Error('the board runs on the real clock: open it with clock: "stepped"');
      this.steppedClock.advance(ns);
    },
  };

  /**
   * Whether an error that nothing caught comes from a model of the tree. Then its parts stop answering, and the others
   * go on.
   */
  blameModel(error: unknown): boolean {
    const models = modelsBehind(error, this.#own);
    if (models === undefined || models.length === 0) return false;
    const parts = this.#parts.list().filter(({ model }) => models.includes(model));
    for (const part of parts) part.fail(error);
    return true;
  }

  /** Whether code of the tree runs in this thread. */
  get hasOwnCode(): boolean {
    return this.#hasOwnCode;
  }

  /** Ends parts and adapters. What could not be saved is told. */
  async close(): Promise<void> {
    await this.manager.close();
    await this.#waiting.close();
    try {
      this.#parts.close();
    } catch (error) {
      this.#warn(messageOf(error));
    }
    await this.#threads?.close();
    if (this.#clock instanceof RealClock) this.#clock.stop();
  }
}

/** Loaded where a tree has models of its own only. */
async function modelThreads(options: ConstructorParameters<typeof ModelThreads>[0]): Promise<ModelThreads> {
  const { ModelThreads } = await import('../models/model-threads.ts');
  return new ModelThreads(options);
}
