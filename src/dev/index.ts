export {
  CuseError,
  type CuseNode,
  type CuseOptions,
  checkCuse,
  exposeNodes,
} from './cuse/cuse-node.ts';
export { type NodeSource, setBoardProvider } from './dropin/nodes.ts';
export { takeOverPackages } from './dropin/take-over.ts';
export { i2cBus } from './i2c-bus/i2c-bus.ts';
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
export { type BusNode, type I2cPath, NodeRegistry, type SpiPath } from './node-registry.ts';
export type { SmbusCall } from './smbus-calls.ts';
export { SpiDev, type SpiResult } from './spi-dev.ts';
export { spiDevice } from './spi-device/spi-device.ts';
export { SpiNode, type SpiNodeOptions, type SpiOpenOptions } from './spi-node.ts';
export type { SpiSegment } from './spi-segments.ts';
export { strerror } from './strerror.ts';
