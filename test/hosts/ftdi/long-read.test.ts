import { describe, expect, it, vi } from 'vitest';
import { CHIPS, FtdiAdapter, FtdiEmulator } from '../../../hosts/ftdi/index.ts';
import { EmulatedConnection, EmulatedPort } from '../../../src/usb/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { RecordingWire } from '../recording-wire.ts';

const READ = Uint8Array.of(0x03, 0, 0, 0);

async function open() {
  const wire = new RecordingWire();
  const usb = new EmulatedConnection(new EmulatedPort(new FtdiEmulator(CHIPS.ft232h, wire)));
  const adapter = new FtdiAdapter('', async () => usb, { chip: CHIPS.ft232h, chipSelects: 1 });
  await adapter.open();
  const read = (rx: Uint8Array) =>
    adapter.spi.transfer(0, 0, [spiTransfer({ tx: READ }), spiTransfer({ rx })]);
  return { wire, usb, adapter, read };
}

describe('a long read', () => {
  it('is asked for at once, and waited for by two transfers at a time', async () => {
    const { wire, usb, adapter, read } = await open();
    await read(new Uint8Array(1));
    const [out, inEach] = [vi.spyOn(usb, 'out'), vi.spyOn(usb, 'inEach')];
    const rx = new Uint8Array(3 * 0x1_0000 + 1000);
    await read(rx);
    const sent = out.mock.calls.map(([, data]) => data.length);
    // What the chip has room for until it gets to it (FT232H data sheet: 1 KiB).
    expect(sent).toHaveLength(1);
    expect(sent[0]).toBeLessThanOrEqual(512);
    expect(inEach.mock.calls.map(([, , count]) => count)).toEqual([2, 2]);
    const pattern = (at: number) => wire.flash[at & 0xffff];
    expect(rx.every((byte, at) => byte === pattern(at))).toBe(true);
    await adapter.close();
  });

  it('fails where the chip answers more than it was asked for', async () => {
    const { usb, adapter, read } = await open();
    vi.spyOn(usb, 'inEach').mockImplementation(async (_endpoint, length, count, take) => {
      for (let place = 0; place < count; place++) take(new Uint8Array(length), length, place);
    });
    // Two transfers of 129 packets with 510 bytes each.
    await expect(read(new Uint8Array(0x1_0001))).rejects.toMatchObject({
      code: 'EPROTO',
      message: expect.stringContaining('answered 131580 bytes, not 65537'),
    });
    await adapter.close();
  });
});
