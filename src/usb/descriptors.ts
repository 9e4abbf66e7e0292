import { DESCRIPTOR } from './requests.ts';

/** How fast a device is; low-speed ones have control and interrupt endpoints only. */
type UsbSpeed = 'low' | 'full' | 'high';

export interface EndpointDescription {
  /** Bit 7: from the device to the host. */
  readonly address: number;
  readonly kind: 'bulk' | 'interrupt';
  readonly maxPacketSize: number;
  /** Frames between polls of an interrupt endpoint. */
  readonly interval?: number;
}

export interface InterfaceDescription {
  readonly class: number;
  readonly subclass?: number;
  readonly protocol?: number;
  readonly endpoints: readonly EndpointDescription[];
  /** Descriptors of its class, between its own and those of its endpoints. */
  readonly extra?: Uint8Array;
}

/** What a device says of itself. It has one configuration and no alternate settings. */
export interface DeviceDescription {
  readonly vendorId: number;
  readonly productId: number;
  /** BCD: 0x0210 is 2.10. */
  readonly usbVersion: number;
  readonly deviceVersion: number;
  readonly class: number;
  readonly subclass?: number;
  readonly protocol?: number;
  readonly speed: UsbSpeed;
  readonly maxPacketSize0: 8 | 16 | 32 | 64;
  readonly manufacturer?: string;
  readonly product?: string;
  readonly serialNumber?: string;
  /** In units of 2 mA. */
  readonly maxPower?: number;
  readonly interfaces: readonly InterfaceDescription[];
}

const STRING_INDEX = { manufacturer: 1, product: 2, serialNumber: 3 } as const;
const CONFIGURATION_VALUE = 1;
const BUS_POWERED = 0x80;
const TRANSFER_TYPE = { bulk: 2, interrupt: 3 } as const;
const ENGLISH = 0x0409;

const low = (word: number) => word & 0xff;
const high = (word: number) => word >> 8;

/** 18 bytes (USB 2.0, table 9-8). */
export function deviceDescriptor(device: DeviceDescription): Uint8Array {
  const { usbVersion, vendorId, productId, deviceVersion } = device;
  const index = (name: keyof typeof STRING_INDEX) => (device[name] === undefined ? 0 : STRING_INDEX[name]);
  return Uint8Array.of(
    18,
    DESCRIPTOR.DEVICE,
    low(usbVersion),
    high(usbVersion),
    device.class,
    device.subclass ?? 0,
    device.protocol ?? 0,
    device.maxPacketSize0,
    low(vendorId),
    high(vendorId),
    low(productId),
    high(productId),
    low(deviceVersion),
    high(deviceVersion),
    index('manufacturer'),
    index('product'),
    index('serialNumber'),
    1,
  );
}

/** The configuration with all that belongs to it (USB 2.0, tables 9-10, 9-12, 9-13). */
export function configurationDescriptor({ interfaces, maxPower = 50 }: DeviceDescription): Uint8Array {
  const body = interfaces.flatMap((each, number) => interfaceBytes(each, number));
  const length = 9 + body.length;
  return Uint8Array.of(
    9,
    DESCRIPTOR.CONFIGURATION,
    low(length),
    high(length),
    interfaces.length,
    CONFIGURATION_VALUE,
    0,
    BUS_POWERED,
    maxPower,
    ...body,
  );
}

function interfaceBytes(described: InterfaceDescription, number: number): number[] {
  const { endpoints, extra = [], subclass = 0, protocol = 0 } = described;
  return [
    ...[9, DESCRIPTOR.INTERFACE, number, 0, endpoints.length, described.class, subclass, protocol, 0],
    ...extra,
    ...endpoints.flatMap(({ address, kind, maxPacketSize, interval = 0 }) => [
      ...[7, DESCRIPTOR.ENDPOINT, address, TRANSFER_TYPE[kind]],
      ...[low(maxPacketSize), high(maxPacketSize), interval],
    ]),
  ];
}

/** String `index`; 0 is the list of languages. @returns undefined for one that the device does not have */
export function stringDescriptor(device: DeviceDescription, index: number): Uint8Array | undefined {
  if (index === 0) return Uint8Array.of(4, DESCRIPTOR.STRING, low(ENGLISH), high(ENGLISH));
  const name = (Object.keys(STRING_INDEX) as (keyof typeof STRING_INDEX)[]).find(
    (each) => STRING_INDEX[each] === index,
  );
  const text = name && device[name];
  if (text === undefined) return undefined;
  const utf16 = Buffer.from(text, 'utf16le');
  return Uint8Array.of(2 + utf16.length, DESCRIPTOR.STRING, ...utf16);
}
