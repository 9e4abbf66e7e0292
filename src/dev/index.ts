export * from './core.ts';
export {
  CuseError,
  type CuseNode,
  type CuseOptions,
  checkCuse,
  exposeNodes,
} from './cuse/cuse-node.ts';
export { CuseHub } from './cuse/hub.ts';
export { type NodeSource, setBoardProvider } from './dropin/nodes.ts';
export { takeOverPackages } from './dropin/take-over.ts';
export { i2cBus } from './i2c-bus/i2c-bus.ts';
export { spiDevice } from './spi-device/spi-device.ts';
