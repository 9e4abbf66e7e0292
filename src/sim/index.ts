export { TEN_BIT_ADDRESS } from '../bus/index.ts';
export type {
  Contents,
  DataSheet,
  Kit,
  Model,
  Part as DataSheetWithModel,
} from '../parts/index.ts';
export { modelsOf } from './chip/part-models.ts';
export type { Curve } from './curve/curve.ts';
export { Following } from './curve/following.ts';
export { type Cancel, type Clock, MS, RealClock, SECOND, SteppedClock, US } from './kit/clock.ts';
export { fileContents, volatileContents } from './kit/contents.ts';
export { FileLock } from './kit/file-lock.ts';
export { Line } from './kit/line.ts';
export { placeInModel, placeOfSyntaxError } from './own/model-place.ts';
export { StoppedModelError, transferLimited } from './own/time-limit.ts';
export {
  Catalogue,
  compatiblesOf,
  type I2cPartModel,
  type ModelModule,
  type PartModel,
  type SpiPartModel,
} from './populate/catalogue.ts';
export { checkPart } from './populate/check-part.ts';
export type { PartContext } from './populate/context.ts';
export { loadModels } from './populate/load-models.ts';
export { partFiles } from './populate/part-files.ts';
export {
  type BoundPart,
  type FilledI2c,
  type FilledSpi,
  populateI2c,
  populateSpi,
  type SimulationOptions,
} from './populate/populate.ts';
export { PartRegistry, type RunningPart } from './populate/registry.ts';
export { i2cAddress, i2cAddresses } from './wire/i2c-address.ts';
export { I2cWire } from './wire/i2c-wire.ts';
export type {
  I2cPart,
  Part,
  PartAccess,
  PartState,
  PropertyValue,
  SpiPart,
} from './wire/part.ts';
export { declarationOf, PartError, type PropertyDeclaration } from './wire/property.ts';
export type { RegisterField, RegisterReport } from './wire/register-report.ts';
export { DEFAULT_SPI_HZ, SpiWire } from './wire/spi-wire.ts';
