export { type Access, accessOf, NODE_KINDS, type NodeKind, nodeFault, type User } from './access.ts';
export { type FoundAdapter, findAdapters, type Look } from './found.ts';
export {
  busNumber,
  gpioChips,
  i2cBuses,
  type LinuxBus,
  type LinuxGpioChip,
  type LinuxSpiDevice,
  spiDevices,
  spiPlace,
} from './linux-buses.ts';
export { linkedName, MACHINE, namesIn, type Places, realPathOf, textOf } from './places.ts';
export { type ListedPort, listedPorts } from './serial-list.ts';
export type { UsbDeviceInfo } from './usb.ts';
export { usbFolder, usbKeptOffBy } from './usb-authorized.ts';
