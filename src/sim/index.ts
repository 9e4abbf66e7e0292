export {
  Catalogue,
  compatiblesOf,
  type I2cPartModel,
  type ModelModule,
  type PartModel,
  type SpiPartModel,
} from './catalogue.ts';
export { type Cancel, type Clock, MS, RealClock, SECOND, SteppedClock, US } from './clock.ts';
export { type Contents, fileContents, volatileContents } from './contents.ts';
export type { PartContext } from './context.ts';
export { i2cAddress, i2cAddresses } from './i2c-address.ts';
export { I2cWire } from './i2c-wire.ts';
export { Line } from './line.ts';
export {
  type I2cPart,
  type Part,
  type PartState,
  type PropertyDeclaration,
  type PropertyValue,
  type SpiPart,
  TEN_BIT_ADDRESS,
} from './part.ts';
export { loadModels } from './parts/index.ts';
export {
  type FilledI2c,
  type FilledSpi,
  type Occupant,
  populateI2c,
  populateSpi,
  type SimulationOptions,
} from './populate.ts';
export { PartError, PartRegistry, type RunningPart } from './registry.ts';
export { SpiWire } from './spi-wire.ts';
