import { describe, expect, it } from 'vitest';
import { emulatedLink } from '../../../hosts/link/index.ts';
import { EmulatedPins } from '../../../hosts/pins/index.ts';
import { UsbIssAdapter, UsbIssEmulator } from '../../../hosts/usb-iss/index.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import { ABSENT, MEMORY, RecordingWire } from '../recording-wire.ts';
import { SDA_HELD } from '../suite/held-line.ts';

function usbIss() {
  const wire = new RecordingWire();
  const pins = new EmulatedPins();
  const emulator = new UsbIssEmulator({ i2c: wire.i2c, pins });
  const ask = (...bytes: number[]) => [...emulator.feed(Uint8Array.from(bytes))];
  return { wire, pins, ask, adapter: new UsbIssAdapter('the adapter', emulatedLink(emulator)) };
}

describe('the frames of a USB-ISS', () => {
  it('tell the module, the mode and eight characters of a serial number', () => {
    const { ask } = usbIss();
    expect(ask(0x5a, 1)).toEqual([7, 7, 0x60]);
    expect(Buffer.from(ask(0x5a, 3)).toString()).toMatch(/^\d{8}$/);
    expect(ask(0x5a, 2, 0x70, 0xaa)).toEqual([0xff, 0]);
    expect(ask(0x5a, 1)).toEqual([7, 7, 0x70]);
    expect(ask(0x5a, 2, 0xee, 0)).toEqual([0, 5]);
  });

  it('make conditions and bytes one by one, and leave the bus as it is between them', () => {
    const { ask, wire } = usbIss();
    wire.memory.set([0x12, 0x34], 3);
    expect(ask(0x57, 1, 0x31, 0xa0, 3)).toEqual([0xff, 0]);
    expect(ask(0x57, 2, 0x30, 0xa1)).toEqual([0xff, 0]);
    expect(ask(0x57, 0x20, 4, 0x20, 3)).toEqual([0xff, 2, 0x12, 0x34]);
    expect(wire.log).toEqual(['W50', '<03', 'R50', '>12', '>34', 'P']);
    expect(ask(0x57, 1, 0x30, ABSENT << 1)).toEqual([0, 1]);
    // A port brings a frame in pieces.
    expect(ask(0x57, 1, 0x31, 0xa0)).toEqual([]);
    expect(ask(5)).toEqual([0xff, 0]);
    expect(ask(0x57, 0x99)).toEqual([0, 4]);
  });

  it('read and write registers, and test addresses', () => {
    const { ask, wire } = usbIss();
    expect(ask(0x55, 0xa0, 3, 2, 0x12, 0x34)).toEqual([0xff]);
    expect(ask(0x55, 0xa1, 3, 2)).toEqual([0x12, 0x34]);
    expect(wire.log).toEqual([
      ...['W50', '<03', '<12', '<34', 'P'],
      ...['W50', '<03', 'R50', '>12', '>34', 'P'],
    ]);
    expect(ask(0x58, 0xa0)).toEqual([1]);
    expect(ask(0x58, ABSENT << 1)).toEqual([0]);
  });
});

describe('the controller of a USB-ISS', () => {
  const write = { addr: MEMORY, flags: 0, buf: Uint8Array.of(9) };

  it('says that SDA is held low, and works again once it is free', async () => {
    const { adapter, wire } = usbIss();
    await adapter.open();
    await adapter.transfer([write]);
    wire.log = [];
    wire.i2c.injected.faults = SDA_HELD;
    for (let i = 0; i < 2; i++)
      await expect(adapter.transfer([write])).rejects.toThrow(
        'EBUSY: SDA is held low, and a USB-ISS could not free the bus',
      );
    expect(wire.log.filter((event) => event !== 'P')).toEqual([]);
    wire.i2c.injected.faults = undefined;
    await adapter.transfer([write]);
    expect(wire.log.slice(-3)).toEqual(['W50', '<09', 'P']);
    await adapter.close();
  });

  it('tells a refused byte without its place, and reads by 16', async () => {
    const { adapter, wire } = usbIss();
    await adapter.open();
    wire.memory.forEach((_, at) => {
      wire.memory[at] = at;
    });
    const read = { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(50) };
    await adapter.transfer([{ ...write, buf: Uint8Array.of(0) }, read]);
    expect([...read.buf]).toEqual(Array.from({ length: 50 }, (_, at) => at));
    await expect(adapter.transfer([{ addr: 0x51, flags: 0, buf: new Uint8Array(4) }])).rejects.toThrow(
      'EREMOTEIO: address 0x51 did not acknowledge one of 4 bytes',
    );
    await adapter.close();
  });

  it('has two lines, and keeps them while the bus is used; the pins of the bus are none', async () => {
    const { adapter, pins } = usbIss();
    await adapter.open();
    await adapter.lines.drive(0, true);
    await adapter.lines.drive(1, false);
    await adapter.transfer([write]);
    expect([pins.outputs, pins.levels & 3]).toEqual([3, 1]);
    await adapter.lines.input(0);
    pins.outside = 0xfffe;
    expect(await adapter.lines.get(0)).toBe(false);
    expect(() => adapter.lines.get(3)).toThrow('EBUSY: I/O4');
    await adapter.close();
    expect(pins.outputs).toBe(0);
  });
});
