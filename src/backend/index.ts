export { Client } from './clients/client.ts';
export type { Reach } from './clients/ownership.ts';
export { unitName } from './clients/units.ts';
export { VirtioI2cDevice } from './devices/i2c-device.ts';
export { type SpiTime, VirtioSpiDevice } from './devices/spi-device.ts';
export { type SpiFraming, type SpiProtocol, spiFramingOf, TOLD_BY_DRIVER } from './devices/spi-framing.ts';
export type {
  ManagedBusOptions,
  ManagedI2cBus,
  ManagedSpiBus,
} from './manager/managed-bus.ts';
export { ResourceManager } from './manager/resource-manager.ts';
export type { TraceTime } from './manager/transfer-watch.ts';
