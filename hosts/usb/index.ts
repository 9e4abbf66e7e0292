export { type Buses, busesOf, createUsbAdapter, i2cOf, type UsbAdapterKind } from './adapter-kind.ts';
export { InputReports } from './input-reports.ts';
export { answersOn, type EndpointPair, exchange, UsbSession } from './session.ts';
export { type UsbAdapterNames, usbSheets } from './sheets.ts';
export { Mark, untilQuiet } from './until-quiet.ts';
