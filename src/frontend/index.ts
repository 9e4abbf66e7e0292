export {
  type BusDescription,
  type BusKind,
  DEVICE_KINDS,
  type DeviceKind,
  type FindBusesOptions,
  findBuses,
  findDevices,
  type GpioDescription,
  isBus,
  type VirtioNode,
} from './device-nodes.ts';
export {
  type BoundDriver,
  type DeviceListing,
  VirtioBus,
  type VirtioDriver,
} from './virtio-bus.ts';
export { type DeviceDescription, VirtioDeviceHandle } from './virtio-device.ts';
export { VirtioI2c, virtioI2cDriver } from './virtio-i2c.ts';
export { VirtioSpi, virtioSpiDriver } from './virtio-spi.ts';
