import { describe, expect, it } from 'vitest';
import { emulatedLink } from '../../../hosts/link/index.ts';
import { EmulatedPins } from '../../../hosts/pins/index.ts';
import { UsbIssAdapter, UsbIssEmulator } from '../../../hosts/usb-iss/index.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { ABSENT, FLASH_ID, MEMORY, RecordingWire } from '../recording-wire.ts';
import { SDA_HELD } from '../suite/held-line.ts';

function usbIss() {
  const wire = new RecordingWire();
  const pins = new EmulatedPins();
  const emulator = new UsbIssEmulator({ i2c: wire.i2c, spi: wire.spi, pins });
  const ask = (...bytes: number[]) => [...emulator.feed(Uint8Array.from(bytes))];
  return { wire, pins, ask, adapter: new UsbIssAdapter('the adapter', emulatedLink(emulator)) };
}

/** One whose frames are seen. */
function watchedUsbIss() {
  const emulator = new UsbIssEmulator({ spi: new RecordingWire().spi });
  const sent: number[][] = [];
  const feed = (bytes: Uint8Array): Uint8Array => {
    sent.push([...bytes]);
    return emulator.feed(bytes);
  };
  return { sent, adapter: new UsbIssAdapter('the adapter', emulatedLink({ feed })) };
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

describe('SPI of a USB-ISS', () => {
  // The table of the clients: mode 1 is 0x92, mode 2 is 0x91, since the module counts the edge in front of the level.
  it.each([
    [0, 0x90],
    [1, 0x92],
    [2, 0x91],
    [3, 0x93],
  ])('exchanges a frame in mode %i, which it calls 0x%s, while the chip is selected', (mode, byte) => {
    const { ask, wire } = usbIss();
    expect(ask(0x61, 0x9f)).toEqual([0, 4]);
    expect(ask(0x5a, 2, byte, 5)).toEqual([0xff, 0]);
    expect(ask(0x5a, 1)).toEqual([7, 7, byte]);
    expect(ask(0x61, 0x9f, 0, 0, 0).slice(2)).toEqual(FLASH_ID);
    expect(wire.log).toEqual([`[${mode}`, '9f', '00', '00', '00', ']']);
    // 63 bytes with the command; I2C is off.
    expect(ask(0x61, ...new Array(62).fill(0))).toHaveLength(63);
    expect(ask(0x61, ...new Array(63).fill(0))).toEqual([0, 2]);
    expect(ask(0x57, 1, 0x30, 0xa0)).toEqual([0, 4]);
  });

  // 6 MHz divided by what is sent plus 1, which is 1 to 255.
  it.each([
    [10_000_000, 1],
    [3_000_000, 1],
    [2_500_000, 2],
    [1_000_000, 5],
    [0, 5],
    [23_438, 255],
  ])('has %i Hz at most', async (speedHz, divisor) => {
    const { adapter, sent } = watchedUsbIss();
    await adapter.open();
    await adapter.spi.transfer(0, 3, [spiTransfer({ tx: Uint8Array.of(1), speedHz })]);
    expect(sent.filter(([command, what]) => command === 0x5a && what === 2)).toEqual([
      [0x5a, 2, 0x93, divisor],
    ]);
    await adapter.close();
  });

  it('says from which clock on, and that its pins are lines', async () => {
    const { adapter } = usbIss();
    const send = (speedHz = 0) =>
      adapter.spi.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(1), speedHz })]);
    await adapter.open();
    await expect(send(23_437)).rejects.toThrow(
      'EINVAL: invalid SPI clock 23437 Hz: a USB-ISS supports 23438 Hz',
    );
    await adapter.lines.drive(1, true);
    await expect(send()).rejects.toThrow('EBUSY: pins of USB-ISS 00060147 on');
    await adapter.lines.input(1);
    await send();
    await expect(adapter.lines.drive(0, true)).rejects.toThrow(
      'is a pin of its bus: its SPI uses all four, until the I2C bus is used',
    );
    await adapter.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(9) }]);
    await adapter.lines.drive(0, true);
    await adapter.close();
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
