/** Control requests and descriptors (USB 2.0, 9.3 to 9.6). */

/** The eight bytes that begin a control transfer. */
export interface SetupPacket {
  readonly requestType: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  readonly length: number;
}

/** Parts of `requestType` (USB 2.0, table 9-2). */
export const REQUEST_TYPE = {
  IN: 0x80,
  TYPE_MASK: 0x60,
  STANDARD: 0x00,
  CLASS: 0x20,
  VENDOR: 0x40,
  RECIPIENT_MASK: 0x1f,
  DEVICE: 0x00,
  INTERFACE: 0x01,
  ENDPOINT: 0x02,
} as const;

/** Standard requests (USB 2.0, table 9-4). */
export const REQUEST = {
  GET_STATUS: 0,
  CLEAR_FEATURE: 1,
  SET_FEATURE: 3,
  SET_ADDRESS: 5,
  GET_DESCRIPTOR: 6,
  GET_CONFIGURATION: 8,
  SET_CONFIGURATION: 9,
  GET_INTERFACE: 10,
  SET_INTERFACE: 11,
} as const;

/** Descriptor types (USB 2.0, table 9-5). */
export const DESCRIPTOR = { DEVICE: 1, CONFIGURATION: 2, STRING: 3, INTERFACE: 4, ENDPOINT: 5 } as const;

export const SETUP_BYTES = 8;
/** The direction bit of an endpoint's address. */
export const ENDPOINT_IN = 0x80;

/** @param bytes the eight bytes of a setup packet */
export function decodeSetup(bytes: Uint8Array): SetupPacket {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SETUP_BYTES);
  return {
    requestType: view.getUint8(0),
    request: view.getUint8(1),
    value: view.getUint16(2, true),
    index: view.getUint16(4, true),
    length: view.getUint16(6, true),
  };
}
