export type { ControlRequest, UsbConnection, UsbOpener } from './connection.ts';
export type { DeviceDescription } from './descriptors.ts';
export { type DevicePort, type UsbDevice, UsbStall } from './device.ts';
export { EmulatedConnection } from './emulated-connection.ts';
export { EmulatedPort } from './emulated-port.ts';
export {
  HID_CLASS,
  HID_REPORT,
  HID_REQUEST,
  hidInterface,
  reportDescriptor,
  wantsReportDescriptor,
} from './hid.ts';
export { usbDevice, type WantedUsb } from './package-device.ts';
export { REQUEST, REQUEST_TYPE, type SetupPacket } from './requests.ts';
export { allOrNone, breakable, inOneByOne, takeBack } from './together.ts';
export { USBIP_PORT, UsbipServer } from './usbip/server.ts';
export { plugIntoMachine } from './usbip/vhci.ts';
