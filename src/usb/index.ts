export type { ControlRequest, UsbConnection, UsbOpener } from './connection.ts';
export type {
  DeviceDescription,
  EndpointDescription,
  InterfaceDescription,
  UsbSpeed,
} from './descriptors.ts';
export { type DevicePort, type UsbDevice, UsbStall } from './device.ts';
export { EmulatedConnection } from './emulated-connection.ts';
export { EmulatedPort, type PortTransfer, type TransferStatus } from './emulated-port.ts';
export { DESCRIPTOR, ENDPOINT_IN, REQUEST, REQUEST_TYPE, type SetupPacket } from './requests.ts';
export { USBIP_PORT, UsbipServer } from './usbip/server.ts';
export { UrbSession } from './usbip/urb-session.ts';
export { plugIntoMachine } from './usbip/vhci.ts';
