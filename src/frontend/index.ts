export {
  type BusDescription,
  type BusKind,
  channelsBehind,
  clientsOf,
  DEVICE_KINDS,
  type DeviceKind,
  disabledControllers,
  type FindBusesOptions,
  findDevices,
  type GpioDescription,
  isBus,
  type VirtioNode,
} from './device-nodes.ts';
export { i2cDriver, VirtioI2cDriver } from './i2c-driver.ts';
export { spiDriver, VirtioSpiDriver } from './spi-driver.ts';
export {
  type BoundDriver,
  type DeviceListing,
  VirtioBus,
  type VirtioDriver,
} from './virtio-bus.ts';
export { type DeviceDescription, VirtioDeviceHandle } from './virtio-device.ts';
