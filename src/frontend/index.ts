export {
  type BusDescription,
  type BusKind,
  channelsBehind,
  clientsOf,
  DEVICE_KINDS,
  disabledControllers,
  type FindBusesOptions,
  findDevices,
  type GpioDescription,
  isBus,
  switchOf,
  type VirtioNode,
} from './device-nodes.ts';
export { i2cDriver, VirtioI2cDriver } from './i2c-driver.ts';
export { spiDriver, VirtioSpiDriver } from './spi-driver.ts';
export {
  type DeviceListing,
  VirtioBus,
} from './virtio-bus.ts';
export { type DeviceDescription, VirtioDeviceHandle } from './virtio-device.ts';
