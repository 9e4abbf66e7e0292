/**
 * The small door of the room: nodes and their semantics, without the drop-ins and CUSE, which a board that is
 * only opened does not need.
 */
export { I2cDev } from './i2c-dev.ts';
export { I2cNode, type I2cNodeOptions } from './i2c-node.ts';
export {
  I2C_MAX_LENGTH,
  I2C_MAX_MESSAGES,
  type I2cBlockSegment,
  type I2cReadSegment,
  type I2cSegment,
  type I2cWriteSegment,
} from './i2c-segments.ts';
export { type DevNode, type I2cPath, NodeRegistry, type SpiPath } from './node-registry.ts';
export type { SmbusCall } from './smbus-calls.ts';
export { SpiDev, type SpiResult } from './spi-dev.ts';
export { SpiNode, type SpiNodeOptions } from './spi-node.ts';
export type { SpiSegment } from './spi-segments.ts';
export type { SpiOpenOptions } from './spi-settings.ts';
export { strerror } from './strerror.ts';
