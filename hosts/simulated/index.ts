import {
  type DeviceNode,
  type HostAdapter,
  type I2cController,
  NodeError,
  type SpiController,
} from '../../src/bus/index.ts';
import {
  type BoundPart,
  type Clock,
  type I2cWire,
  populateI2c,
  populateSpi,
  type SimulationOptions,
  type SpiWire,
} from '../../src/sim/index.ts';
import { BusSwitch, ChannelRoute, type SwitchRest } from './bus-switch.ts';
import { SimulatedI2cController } from './i2c-controller.ts';
import { MixedI2cController, MixedSpiController } from './mixed.ts';
import { TimedI2cController, TimedSpiController } from './real-time.ts';
import { SimulatedSpiController } from './spi-controller.ts';

export type { SwitchRest } from './bus-switch.ts';
export { sheets } from './capabilities.ts';
export { SimulatedI2cController } from './i2c-controller.ts';
export { SimulatedSpiController } from './spi-controller.ts';

/** On a bus with a host, the children that are answered by their model. */
const SIMULATE = 'dtbus,simulate';
/** On a simulated bus: transfers take as long as they would on a wire, and who asks waits for it. */
const REAL_TIME = 'dtbus,real-time';

/** A bus without hardware. `boundParts` says of each child of the bus node what answers for it. */
export interface SimulatedAdapter extends HostAdapter {
  readonly boundParts: readonly BoundPart[];
  /** Where faults can be injected. */
  readonly controller: SimulatedI2cController | SimulatedSpiController;
}

/** An I2C bus without hardware, or a channel of one. */
export interface SimulatedI2c extends SimulatedAdapter {
  readonly i2c: I2cController;
  readonly controller: SimulatedI2cController;
  /** The parts of this bus, or channel, alone. */
  readonly segment: I2cWire;
  /** The multiplexers that switch it, by the paths of their nodes. */
  readonly switches: Map<string, BusSwitch>;
}

/** A channel of a bus, and how its multiplexer rests. */
export interface ChannelPlace {
  readonly parent: SimulatedI2c;
  /** Path of the multiplexer's node. */
  readonly mux: string;
  readonly channel: number;
  readonly rest: SwitchRest;
}

/** What carries a bus that is partly real; the host itself stays the physical one. */
interface MixedBus<C> {
  readonly controller: C;
  readonly boundParts: readonly BoundPart[];
}

/** The I2C bus that `bus` describes, all of it simulated. @throws {NodeError} */
export function createSimulatedI2c(bus: DeviceNode, options: SimulationOptions): SimulatedI2c {
  const { wire, boundParts } = populateI2c(bus, options);
  const controller = new SimulatedI2cController(wire);
  return simulatedI2c({ controller, boundParts, segment: wire, synchronous: !waitsFor(bus, wire) });
}

/**
 * A channel of a simulated bus: a transfer reaches its parts, and those of the bus that it hangs on, in that bus's time.
 * @throws {NodeError}
 */
export function createI2cChannel(
  channel: DeviceNode,
  { parent, mux, channel: number, rest }: ChannelPlace,
  options: SimulationOptions,
): SimulatedI2c {
  const { wire } = parent.controller;
  const { wire: segment, boundParts } = populateI2c(channel, { ...options, clock: wire.clock });
  if (segment.limited) wire.limited = true;
  let through = parent.switches.get(mux);
  if (through === undefined) {
    through = new BusSwitch(rest);
    parent.switches.set(mux, through);
    parent.segment.attach(through, mux);
  }
  through.add(number, segment);
  const steps = [...(parent.controller.route?.steps ?? []), { mux: through, channel: number }];
  const controller = new SimulatedI2cController(wire, new ChannelRoute(steps));
  return simulatedI2c({ controller, boundParts, segment, synchronous: parent.synchronous });
}

function simulatedI2c(
  made: Pick<SimulatedI2c, 'controller' | 'boundParts' | 'segment' | 'synchronous'>,
): SimulatedI2c {
  const i2c = made.synchronous ? made.controller : new TimedI2cController(made.controller);
  const { description } = i2c;
  return { ...made, description, i2c, switches: new Map(), open() {}, close() {} };
}

/** The SPI bus that `bus` describes, all of it simulated. @throws {NodeError} */
export function createSimulatedSpi(
  bus: DeviceNode,
  options: SimulationOptions,
): SimulatedAdapter & { readonly spi: SpiController } {
  const { wire, boundParts } = populateSpi(bus, options);
  const waits = waitsFor(bus, wire);
  const simulated = new SimulatedSpiController(wire, chipSelectCount(bus, boundParts));
  const spi = waits ? new TimedSpiController(simulated) : simulated;
  const { description } = spi;
  return { description, synchronous: !waits, spi, controller: simulated, boundParts, open() {}, close() {} };
}

/**
 * The I2C bus that `physical` carries, with the children that say `dtbus,simulate` answered by models.
 * @throws {NodeError}
 */
export function mixI2c(
  bus: DeviceNode,
  physical: I2cController,
  options: SimulationOptions,
): MixedBus<I2cController> {
  const { wire, boundParts } = populateI2c(bus, options, isSimulated);
  if (!bus.children.some(isSimulated)) return { controller: physical, boundParts };
  return { controller: new MixedI2cController(physical, new SimulatedI2cController(wire)), boundParts };
}

/** The SPI bus that `physical` carries; see `mixI2c`. @throws {NodeError} */
export function mixSpi(
  bus: DeviceNode,
  physical: SpiController,
  options: SimulationOptions,
): MixedBus<SpiController> {
  const { wire, boundParts } = populateSpi(bus, options, isSimulated);
  if (!bus.children.some(isSimulated)) return { controller: physical, boundParts };
  const simulated = new SimulatedSpiController(wire, chipSelectCount(bus, boundParts));
  return { controller: new MixedSpiController(physical, simulated), boundParts };
}

/** Whether who asks waits for what a transfer takes. On a clock that a test moves that is nothing to wait for. */
export function isInRealTime(bus: DeviceNode, clock: Clock): boolean {
  return !clock.timesTransfers && bus.has(REAL_TIME);
}

function waitsFor(bus: DeviceNode, wire: I2cWire | SpiWire): boolean {
  const waits = isInRealTime(bus, wire.clock);
  if (waits) wire.timed = true;
  return waits;
}

/** Whether a child of a bus with a host is answered by its model. */
export function isSimulated(child: DeviceNode): boolean {
  return child.has(SIMULATE);
}

/** `num-cs`, and at least as many as the children use. @throws {NodeError} */
function chipSelectCount(bus: DeviceNode, boundParts: readonly BoundPart[]): number {
  const count = bus.u32('num-cs') ?? 1;
  if (count < 1 || count > 256)
    throw new NodeError(bus, 'num-cs', `invalid num-cs: expected 1 to 256, got ${count}`);
  return Math.max(count, ...boundParts.flatMap(({ reg }) => reg.map((cs) => cs + 1)));
}
