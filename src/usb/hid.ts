import type { EndpointDescription, InterfaceDescription } from './descriptors.ts';
import { REQUEST, type SetupPacket } from './requests.ts';

/** Human interface devices that carry reports of a vendor (HID 1.11). */

export const HID_CLASS = 3;

export const HID_REQUEST = { GET_REPORT: 0x01, SET_REPORT: 0x09, SET_IDLE: 0x0a } as const;
/** In the high byte of `wValue` of a report request; the low byte is the report's number. */
export const HID_REPORT = { INPUT: 1, OUTPUT: 2, FEATURE: 3 } as const;

const DESCRIPTOR_HID = 0x21;
const DESCRIPTOR_REPORT = 0x22;
const MAIN_ITEM = {
  [HID_REPORT.INPUT]: 0x81,
  [HID_REPORT.OUTPUT]: 0x91,
  [HID_REPORT.FEATURE]: 0xb1,
} as const;
const DATA_VARIABLE = 0x02;

/** A report of bytes; `number` is missing where the device has one of each kind only. */
interface HidReport {
  readonly kind: keyof typeof MAIN_ITEM;
  readonly number?: number;
  /** Bytes behind the number. */
  readonly length: number;
}

/** A report descriptor of `reports` on a vendor's usage page (HID 1.11, 6.2.2). */
export function reportDescriptor(usagePage: number, reports: readonly HidReport[]): Uint8Array {
  return Uint8Array.of(
    ...[0x06, usagePage & 0xff, usagePage >> 8, 0x09, 0x01, 0xa1, 0x01],
    ...reports.flatMap(({ kind, number, length }) => [
      ...(number === undefined ? [] : [0x85, number]),
      // Usage, logical minimum and maximum, size, count.
      ...[0x09, 0x01, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, length],
      ...[MAIN_ITEM[kind], DATA_VARIABLE],
    ]),
    0xc0,
  );
}

/** The interface of a device with these reports. */
export function hidInterface(
  report: Uint8Array,
  endpoints: readonly EndpointDescription[],
): InterfaceDescription {
  const extra = Uint8Array.of(
    ...[9, DESCRIPTOR_HID, 0x11, 0x01, 0, 1],
    ...[DESCRIPTOR_REPORT, report.length & 0xff, report.length >> 8],
  );
  return { class: HID_CLASS, endpoints, extra };
}

/** Whether a request asks for the report descriptor. */
export function wantsReportDescriptor({ request, value }: SetupPacket): boolean {
  return request === REQUEST.GET_DESCRIPTOR && value >> 8 === DESCRIPTOR_REPORT;
}
