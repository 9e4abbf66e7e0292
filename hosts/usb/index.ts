export { type Buses, busesOf, createUsbAdapter, i2cOf, type UsbAdapterKind } from './adapter-kind.ts';
export { InputReports } from './input-reports.ts';
export { type EndpointPair, exchange, isQuiet, UsbSession, untilQuiet } from './session.ts';
export { type UsbAdapterNames, usbSheets } from './sheets.ts';
export { allOrNone, breakable } from './together.ts';
