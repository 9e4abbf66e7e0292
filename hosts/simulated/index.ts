import type { DeviceNode, Host, I2cController, SpiController } from '../../src/bus/index.ts';
import { type Occupant, populateI2c, populateSpi, type SimulationOptions } from '../../src/sim/index.ts';
import { SimulatedI2cController } from './i2c-controller.ts';
import { MixedI2cController, MixedSpiController } from './mixed.ts';
import { SimulatedSpiController } from './spi-controller.ts';
import { TimedI2cController, TimedSpiController } from './wire-time.ts';

export { SimulatedI2cController } from './i2c-controller.ts';
export { SimulatedSpiController } from './spi-controller.ts';

/** On a bus with a host, the children that are answered by their model. */
const SIMULATE = 'dtbus,simulate';
/** On a simulated bus: transfers take as long as they would on a wire. */
const REAL_TIME = 'dtbus,real-time';

/** A bus without hardware. `occupants` says of each child of the bus node what answers for it. */
export interface SimulatedHost extends Host {
  readonly occupants: readonly Occupant[];
}

/** What carries a bus that is partly real; the host itself stays the physical one. */
export interface MixedBus<C> {
  readonly controller: C;
  readonly occupants: readonly Occupant[];
}

/** The I2C bus that `bus` describes, all of it simulated. @throws {NodeError} */
export function createSimulatedI2c(
  bus: DeviceNode,
  options: SimulationOptions,
): SimulatedHost & { readonly i2c: I2cController } {
  const { wire, occupants } = populateI2c(bus, options);
  const timed = bus.has(REAL_TIME);
  const simulated = new SimulatedI2cController(wire);
  const i2c = timed ? new TimedI2cController(simulated, bus.u32('clock-frequency')) : simulated;
  return { description: i2c.description, synchronous: !timed, i2c, occupants, open() {}, close() {} };
}

/** The SPI bus that `bus` describes, all of it simulated. @throws {NodeError} */
export function createSimulatedSpi(
  bus: DeviceNode,
  options: SimulationOptions,
): SimulatedHost & { readonly spi: SpiController } {
  const { wire, occupants } = populateSpi(bus, options);
  const timed = bus.has(REAL_TIME);
  const simulated = new SimulatedSpiController(wire, chipSelectCount(bus, occupants));
  const spi = timed ? new TimedSpiController(simulated) : simulated;
  return { description: spi.description, synchronous: !timed, spi, occupants, open() {}, close() {} };
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
  const { wire, occupants } = populateI2c(bus, options, isSimulated);
  if (!bus.children.some(isSimulated)) return { controller: physical, occupants };
  return { controller: new MixedI2cController(physical, new SimulatedI2cController(wire)), occupants };
}

/** The SPI bus that `physical` carries; see `mixI2c`. @throws {NodeError} */
export function mixSpi(
  bus: DeviceNode,
  physical: SpiController,
  options: SimulationOptions,
): MixedBus<SpiController> {
  const { wire, occupants } = populateSpi(bus, options, isSimulated);
  if (!bus.children.some(isSimulated)) return { controller: physical, occupants };
  const simulated = new SimulatedSpiController(wire, chipSelectCount(bus, occupants));
  return { controller: new MixedSpiController(physical, simulated), occupants };
}

function isSimulated(child: DeviceNode): boolean {
  return child.has(SIMULATE);
}

/** `num-cs`, and at least as many as the children use. */
function chipSelectCount(bus: DeviceNode, occupants: readonly Occupant[]): number {
  return Math.max(bus.u32('num-cs') ?? 1, ...occupants.flatMap(({ reg }) => reg.map((cs) => cs + 1)));
}
