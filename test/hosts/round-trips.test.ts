import { describe, expect, it } from 'vitest';
import { Ch341aAdapter, Ch341aEmulator, sheets as ch341a } from '../../hosts/ch341a/index.ts';
import { Ch347Adapter, Ch347Emulator, sheets as ch347 } from '../../hosts/ch347/index.ts';
import { Cp2112Adapter, Cp2112Emulator, sheets as cp2112 } from '../../hosts/cp2112/index.ts';
import { Ft260Adapter, Ft260Emulator, sheets as ft260 } from '../../hosts/ft260/index.ts';
import { CHIPS, FtdiAdapter, FtdiEmulator, sheets as ftdi } from '../../hosts/ftdi/index.ts';
import { I2cTinyUsbAdapter, I2cTinyUsbEmulator, sheets as tinyUsb } from '../../hosts/i2c-tiny-usb/index.ts';
import { Mcp2221Adapter, Mcp2221Emulator, sheets as mcp2221 } from '../../hosts/mcp2221/index.ts';
import type { AdapterSheet, HostAdapter } from '../../src/bus/index.ts';
import { EmulatedConnection, EmulatedPort, type UsbConnection, type UsbOpener } from '../../src/usb/index.ts';
import { MEMORY, RecordingWire } from './recording-wire.ts';

const wire = new RecordingWire();
const ADAPTERS = [
  [tinyUsb, new I2cTinyUsbEmulator(wire.i2c), (open: UsbOpener) => new I2cTinyUsbAdapter('', open)],
  [ch341a, new Ch341aEmulator(wire), (open: UsbOpener) => new Ch341aAdapter('', open)],
  [ch347, new Ch347Emulator(wire), (open: UsbOpener) => new Ch347Adapter('', open)],
  [cp2112, new Cp2112Emulator(wire.i2c), (open: UsbOpener) => new Cp2112Adapter('', open)],
  [ft260, new Ft260Emulator(wire.i2c), (open: UsbOpener) => new Ft260Adapter('', open)],
  [mcp2221, new Mcp2221Emulator(wire.i2c), (open: UsbOpener) => new Mcp2221Adapter('', open)],
  [
    ftdi,
    new FtdiEmulator(CHIPS.ft232h, wire),
    (open: UsbOpener) => new FtdiAdapter('', open, { chip: CHIPS.ft232h, chipSelects: 1 }),
  ],
] as const;

/** Counts what the device is sent one after another: what goes at once is one. Some adapters always wait for its answers. */
class Counting {
  trips = 0;
  #underWay = 0;

  wrap(usb: UsbConnection): UsbConnection {
    const counted = <T>(work: Promise<T>): Promise<T> => {
      if (this.#underWay++ === 0) this.trips++;
      return work.finally(() => {
        this.#underWay--;
      });
    };
    return {
      description: usb.description,
      endpoints: usb.endpoints,
      controlIn: (...request) => counted(usb.controlIn(...request)),
      controlOut: (...request) => counted(usb.controlOut(...request)),
      in: (...request) => usb.in(...request),
      inEach: (...request) => usb.inEach(...request),
      out: (...request) => counted(usb.out(...request)),
      close: () => usb.close(),
    };
  }
}

describe.each(ADAPTERS)('$0.0.title', (sheets: readonly AdapterSheet[], device, drive) => {
  it('makes as many USB round trips for a register of two bytes as it says', async () => {
    const counting = new Counting();
    const port = new EmulatedPort(device);
    const host: HostAdapter = drive(async () => counting.wrap(new EmulatedConnection(port)));
    await host.open();
    const read = { addr: MEMORY, flags: 1, buf: new Uint8Array(2) };
    const transfer = () => host.i2c?.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(3) }, read]);
    // The first one sets the adapter up. Nothing but zeros could be a held SDA, which some look at once more.
    await host.i2c?.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(3, 0xa5, 0x5a) }]);
    await transfer();
    expect([...read.buf]).toEqual([0xa5, 0x5a]);
    counting.trips = 0;
    await transfer();
    expect(counting.trips).toBe(sheets[0]?.roundTrips);
    await host.close();
  });
});
