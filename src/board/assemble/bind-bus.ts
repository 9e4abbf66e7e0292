import {
  createI2cChannel,
  createSimulatedI2c,
  createSimulatedSpi,
  isInRealTime,
  isSimulated,
  mixI2c,
  mixSpi,
  type SimulatedAdapter,
  type SimulatedI2c,
} from '../../../hosts/simulated/index.ts';
import type {
  ManagedBusOptions,
  ManagedI2cBus,
  ManagedSpiBus,
  ResourceManager,
} from '../../backend/index.ts';
import {
  BusFault,
  type DeviceNode,
  type HostAdapter,
  type I2cCapabilities,
  isNodeError,
  NodeError,
  type SpiController,
  wellFormed,
} from '../../bus/index.ts';
import type { Node } from '../../devicetree/index.ts';
import { FaultyI2cController, FaultySpiController } from '../../faults/index.ts';
import { type BusDescription, channelsBehind } from '../../frontend/index.ts';
import {
  type BoundPart,
  type Clock,
  type PartModel,
  RealClock,
  type SimulationOptions,
} from '../../sim/index.ts';
import { ADAPTER_CLOSED } from '../adapter-closed.ts';
import type { AnsweredBy, BusReport, DeviceProblem } from '../thread/protocol.ts';
import { createHost, i2cAbilitiesOf } from './hosts.ts';
import type { BoundChannel } from './i2c-channels.ts';
import { type Answer, peripheralReport } from './peripheral-reports.ts';
import { beyondAdapter } from './spi-wiring.ts';

/** Where a bus of the tree ended up: on a controller, or nowhere with a reason. */
export interface BusBinding {
  readonly node: BusDescription;
  readonly bus: ManagedI2cBus | ManagedSpiBus | undefined;
  readonly host: HostAdapter | undefined;
  readonly physical: boolean;
  readonly boundParts: readonly BoundPart[];
  /** Of a bus that is simulated as a whole: where faults are injected. */
  readonly simulated?: SimulatedAdapter['controller'];
  /** The same of an I2C bus: what its channels hang on. */
  readonly simulatedI2c?: SimulatedI2c | undefined;
  /** Of a bus that an adapter carries: where faults are injected into its answers. */
  readonly adapter?: FaultyI2cController | FaultySpiController;
  /** What that adapter can do on I2C. */
  readonly abilities?: I2cCapabilities | undefined;
  readonly problem: DeviceProblem | undefined;
}

/** How a board simulates parts; the clock is the one of all that do not say otherwise. */
type BoardSimulation = SimulationOptions & { readonly clock: Clock };

/**
 * Puts a bus on its controller. Never throws: a bus that cannot be made is a problem.
 * @param place where it is a channel of a simulated bus, and names no adapter of its own; false: it is left out
 */
export async function bindBus(
  node: BusDescription,
  manager: ResourceManager,
  hosts: Map<Node, Promise<HostAdapter>>,
  simulation: BoardSimulation,
  place?: BoundChannel | false,
): Promise<BusBinding> {
  if (place === false) return notMade(node);
  try {
    const { node: bus } = node;
    const limits = { timeoutMs: bus.u32('dtbus,timeout-ms') ?? 1000 };
    const hostNode = bus.target('dtbus,host');
    if (hostNode === undefined) {
      const made = simulate(node, manager, simulation, limits, place);
      if (node.kind === 'i2c') tellUnreachable(made.boundParts, simulation);
      return { node, ...made, physical: false, problem: undefined };
    }
    const created = hosts.get(hostNode) ?? hostFor(hostNode, simulation);
    hosts.set(hostNode, created);
    const host = await created;
    if (node.kind === 'i2c') {
      if (host.i2c === undefined)
        throw new NodeError(bus, 'dtbus,host', `${host.description} carries no I2C`);
      const clock = bus.u32('clock-frequency');
      if (clock !== undefined) host.i2c.setClockFrequency?.(clock);
      const adapter = new FaultyI2cController(host.i2c);
      const { controller, boundParts } = mixI2c(bus, adapter, simulation);
      const managed = manager.addI2cBus(bus.path, host, controller, limits);
      const abilities = await i2cAbilitiesOf(hostNode);
      return {
        node,
        bus: managed,
        host,
        physical: true,
        adapter,
        abilities,
        boundParts,
        problem: undefined,
      };
    }
    if (host.spi === undefined) throw new NodeError(bus, 'dtbus,host', `${host.description} carries no SPI`);
    for (const child of bus.children) tellBeyond(child, host, host.spi, simulation);
    const adapter = new FaultySpiController(host.spi);
    const { controller, boundParts } = mixSpi(bus, adapter, simulation);
    const managed = manager.addSpiBus(bus.path, host, controller, limits);
    return { node, bus: managed, host, physical: true, adapter, boundParts, problem: undefined };
  } catch (error) {
    const problem = problemOf(node.node, error);
    return { ...notMade(node), problem };
  }
}

/** A bus that is on no controller. */
function notMade(node: BusDescription): BusBinding {
  return { node, bus: undefined, host: undefined, physical: false, boundParts: [], problem: undefined };
}

/** Tells what a child on the wire asks of an adapter that cannot do it. */
function tellBeyond(
  child: DeviceNode,
  { description }: HostAdapter,
  spi: SpiController,
  simulation: BoardSimulation,
): void {
  if (isSimulated(child)) return;
  const { problems, ignored } = beyondAdapter(child, spi, description);
  for (const problem of problems) simulation.complain?.(problem);
  for (const sentence of ignored) simulation.warn?.(sentence);
}

/** Tells of multiplexers and the like without a model: nothing switches, so that what is behind them is silent. */
function tellUnreachable(boundParts: readonly BoundPart[], { warn }: BoardSimulation): void {
  for (const { node, model } of boundParts) {
    const behind = model === undefined ? channelsBehind(node).flatMap(({ children }) => children) : [];
    if (behind.length > 0)
      warn?.(
        `${node.path}: no model of it, so that what is behind it does not answer: ${behind.map(({ path }) => path).join(', ')}`,
      );
  }
}

async function hostFor(node: Node, simulation: SimulationOptions): Promise<HostAdapter> {
  const host = await createHost(node, simulation);
  return simulation.look === true ? unopened(host) : host;
}

/** A host of a board that is only looked at. */
function unopened(host: HostAdapter): HostAdapter {
  const refuse = () => {
    throw new BusFault('ENODEV', 'the board was opened to look at it only; its adapters stay closed');
  };
  const { description, synchronous, i2c, spi } = host;
  return { description, synchronous, ...(i2c && { i2c }), ...(spi && { spi }), open: refuse, close() {} };
}

function simulate(
  { kind, node }: BusDescription,
  manager: ResourceManager,
  simulation: BoardSimulation,
  limits: ManagedBusOptions,
  place: BoundChannel | undefined,
): Pick<BusBinding, 'bus' | 'host' | 'boundParts' | 'simulated' | 'simulatedI2c'> {
  const options = { ...simulation, clock: clockOf(node, simulation.clock) };
  if (kind === 'i2c') {
    const made =
      place === undefined ? createSimulatedI2c(node, options) : createI2cChannel(node, place, options);
    // A channel waits for its turn on the bus that it hangs on.
    const host = place?.host ?? made;
    const bus = manager.addI2cBus(node.path, host, made.i2c, limits);
    return { bus, host, boundParts: made.boundParts, simulated: made.controller, simulatedI2c: made };
  }
  const host = createSimulatedSpi(node, options);
  const { boundParts, controller: simulated } = host;
  return { bus: manager.addSpiBus(node.path, host, host.spi, limits), host, boundParts, simulated };
}

/**
 * The time of a bus's parts: the board's. What is on the wire of a bus in real time moves its clock ahead of the machine's,
 * until that was waited for: with a clock of its own, nobody on another bus waits for it.
 */
function clockOf(bus: DeviceNode, board: Clock): Clock {
  return isInRealTime(bus, board) ? new RealClock() : board;
}

/** The node of a bus's host. That `dtbus,host` names none is told when the bus is bound. */
export function hostNodeOf(bus: Node): Node | undefined {
  return wellFormed(() => bus.target('dtbus,host'));
}

/** What is told of an adapter that could not be opened, at the `port` of its node. */
export function notOpenedProblem(bus: Node, { message }: BusFault): DeviceProblem {
  const { path } = hostNodeOf(bus) ?? bus;
  const sentence = `${ADAPTER_CLOSED}: ${message}; the next transfer tries again`;
  return { path, property: 'port', sentence };
}

export function problemOf(node: DeviceNode, error: unknown): DeviceProblem {
  if (isNodeError(error)) return { path: error.path, property: error.property, sentence: error.sentence };
  const sentence = error instanceof Error ? error.message : String(error);
  return { path: node.path, property: undefined, sentence };
}

/** What a report says of a model. */
type KnownModel = Pick<PartModel, 'title' | 'level'>;

/** What is known of the parts of a board. */
interface KnownAnswers {
  /** The models that run, by the paths of their nodes. */
  readonly models: ReadonlyMap<string, KnownModel>;
  /** On a board that is only looked at: models of the user's own that would run, by the same. */
  readonly ownModels: ReadonlyMap<string, string>;
  /** Whether the bus at the first path reaches the channel at the second now; undefined: nobody knows. */
  reaches(bus: string, channel: string): boolean | undefined;
}

/** The bus as others see it. */
export function reportOf(
  { node, bus, host, physical, boundParts, problem, simulatedI2c }: BusBinding,
  { models, ownModels, reaches }: KnownAnswers,
): BusReport {
  const state = bus?.scheduler.state ?? 'closed';
  const fault = problem?.sentence ?? bus?.scheduler.lastFault?.message;
  const answer = (peripheral: DeviceNode, running: KnownModel | undefined, before: AnsweredBy): Answer => {
    const own = ownModels.get(peripheral.path);
    const model = own === undefined ? running?.title : `dtbus,model ${own}`;
    if (model === undefined)
      return { answeredBy: before === 'wire' ? 'wire' : 'nothing', model, level: undefined };
    return { answeredBy: 'model', model, level: running && (running.level ?? 'behaves') };
  };
  const behind = (peripheral: DeviceNode, before: AnsweredBy): Answer =>
    answer(peripheral, models.get(peripheral.path), before);
  const isConnected = (channel: string) => reaches(node.node.path, channel);
  const steps = simulatedI2c?.controller.route?.steps;
  return {
    path: node.node.path,
    kind: node.kind,
    host: host?.description,
    hostPath: hostNodeOf(node.node)?.path,
    state,
    fault: state === 'open' ? undefined : fault,
    isConnected: steps?.every(({ mux, channel }) => mux.state.connected === channel),
    peripherals: boundParts.map(({ node: peripheral, model }) =>
      peripheralReport(node.kind, peripheral, answer(peripheral, model, physical ? 'wire' : 'nothing'), {
        answer: behind,
        isConnected,
      }),
    ),
    counters: bus?.counters ?? { transfers: 0, bytes: 0, faults: {} },
  };
}
