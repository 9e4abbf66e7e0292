import { describe, expect, it } from 'vitest';
import type { PortTransfer, TransferStatus } from '../../src/usb/emulated-port.ts';
import {
  type DeviceDescription,
  type DevicePort,
  EmulatedConnection,
  EmulatedPort,
  REQUEST,
  REQUEST_TYPE,
  type SetupPacket,
  type UsbDevice,
  UsbStall,
} from '../../src/usb/index.ts';
import { faultOf } from '../hosts/controller-suite.ts';

const DESCRIPTION: DeviceDescription = {
  vendorId: 0x1234,
  productId: 0xabcd,
  usbVersion: 0x0200,
  deviceVersion: 0x0102,
  class: 0,
  speed: 'full',
  maxPacketSize0: 64,
  product: 'tést',
  serialNumber: '42',
  interfaces: [
    {
      class: 0xff,
      endpoints: [
        { address: 0x02, kind: 'bulk', maxPacketSize: 8 },
        { address: 0x82, kind: 'bulk', maxPacketSize: 8 },
        { address: 0x81, kind: 'interrupt', maxPacketSize: 8, interval: 1 },
      ],
    },
  ],
};

/** Sends back what it gets; a first byte of 0xee halts its endpoint. */
class Echo implements UsbDevice {
  readonly description = DESCRIPTION;
  port: DevicePort | undefined;
  readonly seen: SetupPacket[] = [];
  echoes = true;

  plugged(port: DevicePort): void {
    this.port = port;
  }

  control(setup: SetupPacket, data: Uint8Array): Uint8Array | undefined {
    if (setup.request === 99) throw new UsbStall();
    this.seen.push(setup);
    return data.length > 0 ? undefined : Uint8Array.of(1, 2, 3, 4);
  }

  received(endpoint: number, data: Uint8Array): void {
    if (data[0] === 0xee) throw new UsbStall();
    if (this.echoes) this.port?.send(endpoint | 0x80, data);
  }
}

function stage(): { device: Echo; port: EmulatedPort; usb: EmulatedConnection } {
  const device = new Echo();
  const port = new EmulatedPort(device);
  return { device, port, usb: new EmulatedConnection(port) };
}

const standard = (request: number, value = 0, index = 0, recipient = 0) => ({
  requestType: REQUEST_TYPE.STANDARD | recipient,
  request,
  value,
  index,
});
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('standard requests (USB 2.0, 9.4) are answered from the description', () => {
  it.each([
    ['device', 0x0100, 64, '1201000200000040' + '3412cdab' + '0201' + '00020301'],
    [
      'configuration',
      0x0200,
      255,
      '09022700010100' +
        '8032' +
        '0904000003ff000000' +
        '07050202080000' +
        '07058202080000' +
        '07058103080001',
    ],
    ['configuration, its head', 0x0200, 9, '0902270001010080' + '32'],
    ['languages', 0x0300, 255, '04030904'],
    ['string in UTF-16', 0x0302, 255, '0a03' + '7400e90073007400'],
  ])('%s', async (_, value, length, bytes) => {
    expect(hex(await stage().usb.controlIn(standard(REQUEST.GET_DESCRIPTOR, value), length))).toBe(bytes);
  });

  it('stall for what the device does not have', async () => {
    const { usb } = stage();
    expect(await faultOf(() => usb.controlIn(standard(REQUEST.GET_DESCRIPTOR, 0x0301), 255))).toBe('EPROTO');
    expect(await faultOf(() => usb.controlIn(standard(REQUEST.GET_DESCRIPTOR, 0x0600), 10))).toBe('EPROTO');
    expect(await faultOf(() => usb.controlIn(standard(77), 10))).toBe('EPROTO');
  });

  it('remember the configuration', async () => {
    const { usb } = stage();
    await usb.controlOut(standard(REQUEST.SET_CONFIGURATION, 1), new Uint8Array(0));
    expect([...(await usb.controlIn(standard(REQUEST.GET_CONFIGURATION), 1))]).toEqual([1]);
  });
});

describe('requests of a vendor', () => {
  const vendor = (request: number) => ({
    requestType: REQUEST_TYPE.VENDOR,
    request,
    value: 0x1122,
    index: 0x3344,
  });

  it('reach the device, and answers are cut to what was asked for', async () => {
    const { device, usb } = stage();
    expect([...(await usb.controlIn(vendor(5), 3))]).toEqual([1, 2, 3]);
    expect(device.seen).toEqual([{ requestType: 0xc0, request: 5, value: 0x1122, index: 0x3344, length: 3 }]);
    await usb.controlOut(vendor(6), Uint8Array.of(9));
    expect(device.seen[1]).toEqual({
      requestType: 0x40,
      request: 6,
      value: 0x1122,
      index: 0x3344,
      length: 1,
    });
  });

  it('that the device does not know stall', async () => {
    expect(await faultOf(() => stage().usb.controlIn(vendor(99), 3))).toBe('EPROTO');
  });
});

describe('bulk and interrupt endpoints', () => {
  it('end a transfer by a short packet, or when it is full', async () => {
    const { usb } = stage();
    await usb.out(
      2,
      Uint8Array.from({ length: 20 }, (_, i) => i),
    );
    expect([...(await usb.in(0x82, 16))]).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect([...(await usb.in(0x82, 16))]).toEqual([16, 17, 18, 19]);
  });

  it('end one by an empty packet', async () => {
    const { device, usb } = stage();
    device.port?.send(0x82, new Uint8Array(8).fill(7));
    device.port?.send(0x82, new Uint8Array(0));
    expect([...(await usb.in(0x82, 64))]).toEqual(new Array(8).fill(7));
  });

  it('keep several transfers in order', async () => {
    const { device, usb } = stage();
    const reads = Promise.all([usb.in(0x81, 8), usb.in(0x81, 8)]);
    device.port?.send(0x81, Uint8Array.of(1));
    device.port?.send(0x81, Uint8Array.of(2));
    expect((await reads).map((each) => [...each])).toEqual([[1], [2]]);
  });

  it('refuse a packet that is larger than what was asked for', async () => {
    const { device, usb } = stage();
    device.port?.send(0x81, new Uint8Array(6));
    expect(await faultOf(() => usb.in(0x81, 4))).toBe('EPROTO');
  });

  it('are halted by a stall until it is cleared', async () => {
    const { port } = stage();
    const ask = (fields: Partial<PortTransfer>): Promise<[TransferStatus, number[]]> =>
      new Promise((resolve) =>
        port.submit({
          endpoint: 2,
          data: new Uint8Array(0),
          length: 0,
          ...fields,
          done: (status, data) => resolve([status, [...data]]),
        }),
      );
    const control = (request: number, length: number) =>
      ask({ endpoint: 0, length, setup: { requestType: 0x82, request, value: 0, index: 2, length } });
    expect(await ask({ data: Uint8Array.of(0xee) })).toEqual(['stall', []]);
    expect(await ask({ data: Uint8Array.of(1) })).toEqual(['stall', []]);
    expect(await control(REQUEST.GET_STATUS, 2)).toEqual(['ok', [1, 0]]);
    expect(await control(REQUEST.CLEAR_FEATURE, 0)).toEqual(['ok', []]);
    expect(await ask({ data: Uint8Array.of(1) })).toEqual(['ok', []]);
  });

  it('take many transfers of one deadline, which Node does not warn of', async () => {
    const { usb } = stage();
    const { signal } = new AbortController();
    const warnings: unknown[] = [];
    const hear = (warning: unknown): void => void warnings.push(warning);
    process.on('warning', hear);
    const reads = Array.from({ length: 32 }, () => usb.in(0x82, 8, signal));
    for (let i = 0; i < reads.length; i++) await usb.out(2, Uint8Array.of(i));
    expect((await Promise.all(reads)).map(([byte]) => byte)).toEqual(reads.map((_, i) => i));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', hear);
    expect(warnings).toEqual([]);
  });

  it('are cleared by the connection that was told of the stall', async () => {
    const { usb } = stage();
    expect(await faultOf(() => usb.out(2, Uint8Array.of(0xee)))).toBe('EPROTO');
    await usb.out(2, Uint8Array.of(1));
    expect([...(await usb.in(0x82, 8))]).toEqual([1]);
  });

  it('that the device does not have stall', async () => {
    expect(await faultOf(() => stage().usb.in(0x83, 8))).toBe('EPROTO');
  });

  it('make a host wait that sends without reading', async () => {
    const { usb } = stage();
    await usb.out(2, new Uint8Array(1 << 20));
    let sent = false;
    const more = usb.out(2, Uint8Array.of(1)).then(() => {
      sent = true;
    });
    await Promise.resolve();
    expect(sent).toBe(false);
    await usb.in(0x82, 1 << 20);
    await more;
  });
});

describe('the end of a connection', () => {
  it('is an abort for one transfer: the next one gets the data', async () => {
    const { device, usb } = stage();
    const abort = new AbortController();
    const waiting = faultOf(() => usb.in(0x81, 8, abort.signal));
    abort.abort();
    expect(await waiting).toBe('ETIMEDOUT');
    device.port?.send(0x81, Uint8Array.of(1));
    expect([...(await usb.in(0x81, 8))]).toEqual([1]);
  });

  it.each([
    ['unplugging', ({ port }: ReturnType<typeof stage>) => port.unplug(), 'it was unplugged'],
    ['closing', ({ usb }: ReturnType<typeof stage>) => void usb.close(), 'it was closed'],
  ])('%s fails what is under way, and all that comes', async (_, end, reason) => {
    const made = stage();
    const waiting = made.usb.in(0x81, 8).catch((error: Error) => error.message);
    end(made);
    expect(await waiting).toBe(`ENODEV: tést 1234:abcd (emulated) is gone: ${reason}`);
    expect(await faultOf(() => made.usb.out(2, Uint8Array.of(1)))).toBe('ENODEV');
  });

  it('is not the end of the device', async () => {
    const { port } = stage();
    port.unplug();
    expect(() => new EmulatedConnection(port)).toThrow('ENODEV');
    port.plug();
    const usb = new EmulatedConnection(port);
    await usb.out(2, Uint8Array.of(5));
    expect([...(await usb.in(0x82, 8))]).toEqual([5]);
  });

  it('stays the end when the device is plugged in again', async () => {
    const { port, usb } = stage();
    port.unplug();
    port.plug();
    await expect(usb.out(2, Uint8Array.of(5))).rejects.toThrow('is gone: it was unplugged');
  });
});
