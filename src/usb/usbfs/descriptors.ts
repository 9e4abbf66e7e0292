import { DESCRIPTOR } from '../requests.ts';

/** An endpoint of a device (USB 2.0, table 9-13). */
export interface FoundEndpoint {
  readonly address: number;
  /** 0 control, 1 isochronous, 2 bulk, 3 interrupt. */
  readonly type: number;
}

/** An interface of a configuration, in its first setting (table 9-12). */
export interface FoundInterface {
  readonly bInterfaceNumber: number;
  readonly bInterfaceClass: number;
  readonly endpoints: readonly FoundEndpoint[];
}

const DEVICE_BYTES = 18;
const TRANSFER_TYPE_MASK = 3;

/** The ids of a device (table 9-8). @returns undefined: these are no descriptors of a device */
export function idsOf(descriptors: Uint8Array) {
  if (descriptors.length < DEVICE_BYTES) return undefined;
  const view = new DataView(descriptors.buffer, descriptors.byteOffset, DEVICE_BYTES);
  return {
    idVendor: view.getUint16(8, true),
    idProduct: view.getUint16(10, true),
    iSerialNumber: view.getUint8(16),
  };
}

/**
 * The interfaces of a configuration, as Linux keeps all descriptors of a device: its own, and then one configuration behind the
 * other. What a device says wrong of itself ends the list.
 */
export function interfacesOf(descriptors: Uint8Array, configuration: number): FoundInterface[] {
  const found: (FoundInterface & { readonly endpoints: FoundEndpoint[] })[] = [];
  let isMeant = false;
  let setting: (typeof found)[number] | undefined;
  for (let at = 0; at + 2 <= descriptors.length; ) {
    const length = descriptors[at] as number;
    if (length < 2) break;
    const [, type, a = 0, b = 0, , c = 0] = descriptors.subarray(at, at + length);
    if (type === DESCRIPTOR.CONFIGURATION) isMeant = c === configuration;
    else if (type === DESCRIPTOR.INTERFACE) {
      setting = undefined;
      if (isMeant && b === 0) {
        setting = { bInterfaceNumber: a, bInterfaceClass: c, endpoints: [] };
        found.push(setting);
      }
    } else if (type === DESCRIPTOR.ENDPOINT && isMeant)
      setting?.endpoints.push({ address: a, type: b & TRANSFER_TYPE_MASK });
    at += length;
  }
  return found;
}
