export {
  BUS_KINDS,
  type BusKind,
  type BusNode,
  type DeviceKind,
  type FindBusesOptions,
  findBuses,
  findDevices,
  type GpioNode,
  isBus,
  type VirtioNode,
} from './bus-nodes.ts';
export {
  type BoundDriver,
  type DeviceListing,
  VirtioBus,
  type VirtioDriver,
} from './virtio-bus.ts';
export { type DeviceDescription, VirtioDeviceHandle } from './virtio-device.ts';
export { VirtioI2c, virtioI2cDriver } from './virtio-i2c.ts';
export { VirtioSpi, virtioSpiDriver } from './virtio-spi.ts';
