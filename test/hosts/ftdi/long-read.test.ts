import { describe, expect, it } from 'vitest';
import { CHIPS, FtdiAdapter, FtdiEmulator } from '../../../hosts/ftdi/index.ts';
import { EmulatedConnection, EmulatedPort, type UsbConnection } from '../../../src/usb/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { RecordingWire } from '../recording-wire.ts';

const READ = Uint8Array.of(0x03, 0, 0, 0);

/** An adapter whose connection is changed by `change`. */
async function open(change: (usb: UsbConnection) => Partial<UsbConnection>) {
  const wire = new RecordingWire();
  const port = new EmulatedPort(new FtdiEmulator(CHIPS.ft232h, wire));
  const usb = new EmulatedConnection(port);
  const rest: UsbConnection = {
    description: 'an FT232H',
    endpoints: usb.endpoints,
    controlIn: (...request) => usb.controlIn(...request),
    controlOut: (...request) => usb.controlOut(...request),
    in: (...request) => usb.in(...request),
    inEach: (...request) => usb.inEach(...request),
    out: (...request) => usb.out(...request),
    close: () => usb.close(),
  };
  const adapter = new FtdiAdapter('', async () => ({ ...rest, ...change(usb) }), {
    chip: CHIPS.ft232h,
    chipSelects: 1,
  });
  await adapter.open();
  const read = (rx: Uint8Array) =>
    adapter.spi.transfer(0, 0, [spiTransfer({ tx: READ }), spiTransfer({ rx })]);
  return { wire, adapter, read };
}

describe('a long read', () => {
  it('is asked for at once, and waited for by two transfers at a time', async () => {
    const sent: number[] = [];
    const waited: number[] = [];
    const { wire, adapter, read } = await open((usb) => ({
      out: (endpoint, data, signal) => {
        sent.push(data.length);
        return usb.out(endpoint, data, signal);
      },
      inEach: (endpoint, length, count, take, signal) => {
        waited.push(count);
        return usb.inEach(endpoint, length, count, take, signal);
      },
    }));
    await read(new Uint8Array(1));
    sent.length = waited.length = 0;
    const rx = new Uint8Array(3 * 0x1_0000 + 1000);
    await read(rx);
    // What the chip has room for until it gets to it (FT232H data sheet: 1 KiB).
    expect(sent).toHaveLength(1);
    expect(sent[0]).toBeLessThanOrEqual(512);
    expect(waited).toEqual([2, 2]);
    const pattern = (at: number) => wire.flash[at & 0xffff];
    expect(rx.every((byte, at) => byte === pattern(at))).toBe(true);
    await adapter.close();
  });

  it('fails where the chip answers more than it was asked for', async () => {
    const { adapter, read } = await open(() => ({
      inEach: async (_endpoint, length, count, take) => {
        for (let place = 0; place < count; place++) take(new Uint8Array(length), length, place);
      },
    }));
    // Two transfers of 129 packets with 510 bytes each.
    await expect(read(new Uint8Array(0x1_0001))).rejects.toMatchObject({
      code: 'EPROTO',
      message: expect.stringContaining('answered 131580 bytes, not 65537'),
    });
    await adapter.close();
  });
});
