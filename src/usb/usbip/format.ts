/**
 * Messages of USB/IP (Linux Documentation/usb/usbip_protocol.rst): all integers big-endian, the setup packet as it is on
 * the bus.
 */
import type { DeviceDescription } from '../descriptors.ts';
import { SETUP_BYTES } from '../requests.ts';

export const USBIP_VERSION = 0x0111;
/** Operations of the first phase: a request, and its reply with the same low bits. */
export const OPERATION = {
  LIST_REQUEST: 0x8005,
  LIST_REPLY: 0x0005,
  IMPORT_REQUEST: 0x8003,
  IMPORT_REPLY: 0x0003,
} as const;
export const OPERATION_BYTES = 8;
export const BUS_ID_BYTES = 32;
export const STATUS = { OK: 0, BUSY: 2, NO_DEVICE: 4 } as const;

/** Commands of the second phase. */
export const COMMAND = { SUBMIT: 1, UNLINK: 2, RET_SUBMIT: 3, RET_UNLINK: 4 } as const;
export const HEAD_BYTES = 48;
/** Linux errno, negative, in replies. */
export const URB_STATUS = { OK: 0, STALL: -32, OVERFLOW: -75, UNLINKED: -104, GONE: -108 } as const;

const SPEED = { low: 1, full: 2, high: 3 } as const;
const DEVICE_BYTES = 312;
const PATH_BYTES = 256;

/** The number of a speed, as vhci and device records have it. */
export function speedCode({ speed }: DeviceDescription): number {
  return SPEED[speed];
}

export interface UrbHead {
  readonly command: number;
  readonly seqnum: number;
  readonly direction: 'in' | 'out';
  readonly endpoint: number;
  /** `SUBMIT`: bytes to send or to receive. */
  readonly length: number;
  /** `SUBMIT`: isochronous packets. */
  readonly packets: number;
  /** `UNLINK`: whom. */
  readonly victim: number;
  readonly setup: Uint8Array;
}

/** @param bytes 48 of them */
export function decodeHead(bytes: Uint8Array): UrbHead {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEAD_BYTES);
  return {
    command: view.getUint32(0),
    seqnum: view.getUint32(4),
    direction: view.getUint32(12) === 0 ? 'out' : 'in',
    endpoint: view.getUint32(16),
    victim: view.getUint32(20),
    length: view.getInt32(24),
    packets: view.getInt32(32),
    setup: bytes.slice(40, 40 + SETUP_BYTES),
  };
}

/** The answer to a `SUBMIT`: its head, and what was received. @param actual bytes that passed, either way */
export function submitReply(seqnum: number, status: number, actual: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, COMMAND.RET_SUBMIT);
  view.setUint32(4, seqnum);
  view.setInt32(20, status);
  view.setInt32(24, actual);
  bytes.set(data, HEAD_BYTES);
  return bytes;
}

/** @param unlinked false: the victim had been answered already */
export function unlinkReply(seqnum: number, unlinked: boolean): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, COMMAND.RET_UNLINK);
  view.setUint32(4, seqnum);
  view.setInt32(20, unlinked ? URB_STATUS.UNLINKED : URB_STATUS.OK);
  return bytes;
}

/** A head of the first phase. */
export function operation(code: number, status: number): Uint8Array {
  const bytes = new Uint8Array(OPERATION_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, USBIP_VERSION);
  view.setUint16(2, code);
  view.setUint32(4, status);
  return bytes;
}

/** Where a device is: `1-2` is the second port of bus 1. */
export interface ExportedPlace {
  readonly busId: string;
  readonly busNumber: number;
  readonly deviceNumber: number;
}

/** The 312 bytes that describe a device. */
export function deviceRecord(place: ExportedPlace, device: DeviceDescription): Uint8Array {
  const bytes = new Uint8Array(DEVICE_BYTES);
  const view = new DataView(bytes.buffer);
  const text = new TextEncoder();
  bytes.set(
    text.encode(`/sys/devices/dtbus/usb${place.busNumber}/${place.busId}`).subarray(0, PATH_BYTES - 1),
  );
  bytes.set(text.encode(place.busId).subarray(0, BUS_ID_BYTES - 1), PATH_BYTES);
  const at = PATH_BYTES + BUS_ID_BYTES;
  view.setUint32(at, place.busNumber);
  view.setUint32(at + 4, place.deviceNumber);
  view.setUint32(at + 8, speedCode(device));
  view.setUint16(at + 12, device.vendorId);
  view.setUint16(at + 14, device.productId);
  view.setUint16(at + 16, device.deviceVersion);
  const rest = [device.class, device.subclass ?? 0, device.protocol ?? 0, 0, 1, device.interfaces.length];
  bytes.set(rest, at + 18);
  return bytes;
}

/** Class, subclass and protocol of each interface: four bytes each in a list. */
export function interfaceRecords({ interfaces }: DeviceDescription): Uint8Array {
  return Uint8Array.from(
    interfaces.flatMap((each) => [each.class, each.subclass ?? 0, each.protocol ?? 0, 0]),
  );
}
