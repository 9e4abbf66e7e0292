import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Ch341aAdapter, Ch341aEmulator } from '../../hosts/ch341a/index.ts';
import { Ch347Adapter, Ch347Emulator } from '../../hosts/ch347/index.ts';
import { Cp2112Adapter, Cp2112Emulator } from '../../hosts/cp2112/index.ts';
import { Ft260Adapter, Ft260Emulator } from '../../hosts/ft260/index.ts';
import { CHIPS, FtdiAdapter, FtdiEmulator } from '../../hosts/ftdi/index.ts';
import { Mcp2210Adapter, Mcp2210Emulator } from '../../hosts/mcp2210/index.ts';
import { Mcp2221Adapter, Mcp2221Emulator } from '../../hosts/mcp2221/index.ts';
import { EmulatedPins } from '../../hosts/pins/index.ts';
import { openBoard } from '../../src/board/index.ts';
import type { HostAdapter, LineController, LineEdge } from '../../src/bus/index.ts';
import { EmulatedConnection, EmulatedPort, type UsbDevice, type UsbOpener } from '../../src/usb/index.ts';
import { spiTransfer } from '../support/spi.ts';
import { MEMORY, RecordingWire } from './recording-wire.ts';

interface Kind {
  readonly name: string;
  readonly make: (wire: RecordingWire, pins: EmulatedPins) => UsbDevice;
  readonly drive: (open: UsbOpener) => HostAdapter;
  readonly count: number;
  /** Two lines that can be both. */
  readonly one: number;
  readonly other: number;
  /** Lines of the bus, with the reason why they are refused. */
  readonly refused: Readonly<Record<number, string>>;
  readonly inputs?: readonly number[];
}

const KINDS: readonly Kind[] = [
  {
    name: 'CP2112',
    make: ({ i2c }, pins) => new Cp2112Emulator(i2c, undefined, pins),
    drive: (open) => new Cp2112Adapter('CP2112', open),
    count: 8,
    one: 0,
    other: 7,
    refused: {},
  },
  {
    name: 'FT260',
    make: ({ i2c }, pins) => new Ft260Emulator(i2c, undefined, pins),
    drive: (open) => new Ft260Adapter('FT260', open),
    count: 14,
    one: 2,
    other: 13,
    refused: { 0: 'GPIO0', 1: 'GPIO1' },
  },
  {
    name: 'CH347',
    make: (wire, pins) => new Ch347Emulator({ i2c: wire.i2c, spi: wire.spi, pins }),
    drive: (open) => new Ch347Adapter('CH347', open),
    count: 8,
    one: 4,
    other: 6,
    refused: { 3: 'GPIO3' },
  },
  {
    name: 'MCP2210',
    make: ({ spi }, pins) => new Mcp2210Emulator({ spi, pins }),
    drive: (open) => new Mcp2210Adapter('MCP2210', open),
    count: 9,
    one: 1,
    other: 7,
    refused: { 0: 'GP0' },
    inputs: [8],
  },
  {
    name: 'MCP2221A',
    make: ({ i2c }, pins) => new Mcp2221Emulator(i2c, undefined, pins),
    drive: (open) => new Mcp2221Adapter('MCP2221A', open),
    count: 4,
    one: 3,
    other: 0,
    refused: {},
  },
  {
    name: 'FT232H',
    make: (wire, pins) => new FtdiEmulator(CHIPS.ft232h, { i2c: wire.i2c, spi: wire.spi, pins }),
    drive: (open) => new FtdiAdapter('FT232H', open, { chip: CHIPS.ft232h, chipSelects: 1 }),
    count: 16,
    one: 4,
    other: 15,
    refused: { 0: 'AD0', 2: 'AD2', 3: 'AD3' },
  },
  {
    name: 'FT4232H',
    make: (wire, pins) => new FtdiEmulator(CHIPS.ft4232h, { i2c: wire.i2c, spi: wire.spi, pins }),
    drive: (open) => new FtdiAdapter('FT4232H', open, { chip: CHIPS.ft4232h, chipSelects: 1 }),
    count: 8,
    one: 7,
    other: 5,
    refused: { 1: 'AD1' },
  },
  {
    name: 'CH341A with one chip select',
    make: (wire, pins) => new Ch341aEmulator({ i2c: wire.i2c, spi: wire.spi, pins, chipSelects: 1 }),
    drive: (open) => new Ch341aAdapter('CH341A', open, 1),
    count: 8,
    one: 4,
    other: 1,
    refused: { 0: 'D0', 3: 'D3', 5: 'D5', 7: 'D7' },
    inputs: [6],
  },
  {
    name: 'CH341A without SPI',
    make: ({ i2c }, pins) => new Ch341aEmulator({ i2c, pins }),
    drive: (open) => new Ch341aAdapter('CH341A', open, 0),
    count: 8,
    one: 3,
    other: 0,
    refused: {},
    inputs: [6, 7],
  },
];

describe.each(KINDS)('lines of a $name', ({ make, drive, count, one, other, refused, inputs = [] }) => {
  let wire: RecordingWire;
  let pins: EmulatedPins;
  let port: EmulatedPort;
  let host: HostAdapter;
  let lines: LineController;
  /** Bits of the two lines that are outputs, and their levels. */
  const outputs = () => [one, other].map((line) => (pins.outputs >> line) & 1);
  const level = (line: number) => ((pins.levels >> line) & 1) === 1;

  beforeEach(async () => {
    wire = new RecordingWire();
    pins = new EmulatedPins();
    port = new EmulatedPort(make(wire, pins));
    host = drive(async () => new EmulatedConnection(port));
    await host.open();
    lines = host.lines as LineController;
  });
  afterEach(() => host.close());

  it('reads what is on its pins', async () => {
    pins.outside = 0xffff & ~(1 << one);
    expect(await lines.get(one)).toBe(false);
    expect(await lines.get(other)).toBe(true);
    for (const line of inputs) expect(await lines.get(line)).toBe(true);
  });

  it('drives a pin until it is let go, and leaves the others alone', async () => {
    await lines.input(other);
    await lines.drive(one, false);
    expect([level(one), ...outputs()]).toEqual([false, 1, 0]);
    expect(await lines.get(one)).toBe(false);
    await lines.drive(one, true);
    expect([level(one), ...outputs()]).toEqual([true, 1, 0]);
    await lines.drive(other, false);
    expect([level(one), level(other), ...outputs()]).toEqual([true, false, 1, 1]);
    await lines.release(one);
    pins.outside = 0;
    expect(await lines.get(one)).toBe(false);
    expect(outputs()).toEqual([0, 1]);
  });

  it('keeps what it drives through transfers, which lines do not disturb', async () => {
    await lines.drive(one, false);
    const read = { addr: MEMORY, flags: 1, buf: new Uint8Array(2) };
    wire.memory.set([0xa5, 0x5a], 9);
    const both = host.i2c?.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(9) }, read]);
    await Promise.all([both, lines.drive(other, false), lines.get(one)]);
    if (host.i2c !== undefined) {
      expect([...read.buf]).toEqual([0xa5, 0x5a]);
      expect(wire.log).toEqual(['W50', '<09', 'R50', '>a5', '>5a', 'P']);
    }
    expect([level(one), level(other), ...outputs()]).toEqual([false, false, 1, 1]);
    const chips = host.spi?.capabilities.chipSelects ?? 0;
    if (chips > 0) {
      const rx = new Uint8Array(4);
      const message = spiTransfer({ tx: Uint8Array.of(0x9f, 0, 0, 0), rx, csChange: true });
      await Promise.all([host.spi?.transfer(0, 0, [message]), lines.drive(other, true)]);
      await lines.drive(one, true);
      // The chip stays selected.
      expect(wire.log.filter((event) => /[[\]]/.test(event))).toEqual(['[0']);
      await host.spi?.deselect();
      expect([...rx.subarray(1)]).toEqual([0xef, 0x40, 0x14]);
      expect([level(one), level(other), ...outputs()]).toEqual([true, true, 1, 1]);
    }
    await host.i2c?.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(9) }]);
    expect(outputs()).toEqual([1, 1]);
  });

  it('tells of edges of the lines that are watched', async () => {
    const edges: Omit<LineEdge, 'atNs'>[] = [];
    lines.onEdge = ({ line, high }) => edges.push({ line, high });
    await lines.watch(one, true);
    pins.outside = 0;
    await vi.waitFor(() => expect(edges).toEqual([{ line: one, high: false }]), { timeout: 20_000 });
    pins.outside = 0xffff;
    await vi.waitFor(() => expect(edges.at(-1)).toEqual({ line: one, high: true }), { timeout: 20_000 });
    expect(edges).toHaveLength(2);
    await lines.watch(one, false);
    pins.outside = 0;
    expect(await lines.get(one)).toBe(false);
    expect(edges).toHaveLength(2);
  });

  it('refuses what is none', async () => {
    const refusal = (line: number) => Promise.resolve(line).then((each) => lines.drive(each, true));
    await expect(refusal(count)).rejects.toThrow(`lines 0 to ${count - 1}`);
    for (const [line, name] of Object.entries(refused))
      await expect(refusal(Number(line))).rejects.toThrow(new RegExp(`^EBUSY: ${name} of .* its bus`));
    for (const line of inputs)
      await expect(refusal(line)).rejects.toThrow(/^EOPNOTSUPP: \S+ of .* is an input only$/);
  });

  it('is ENODEV while it is not there, and drives what it drove when it is back', async () => {
    await lines.drive(one, false);
    port.unplug();
    await expect(lines.get(one)).rejects.toThrow(/^ENODEV/);
    port.plug();
    expect(outputs()).toEqual([0, 0]);
    await host.open();
    expect([level(one), ...outputs()]).toEqual([false, 1, 0]);
    await host.close();
    await expect(lines.get(one)).rejects.toThrow(/^ENODEV: .* is not open$/);
  });
});

describe('an MCP2221A', () => {
  it('takes a pin from its function when it is asked for', async () => {
    const wire = new RecordingWire();
    const pins = new EmulatedPins();
    const port = new EmulatedPort(new Mcp2221Emulator(wire.i2c, undefined, pins));
    const connection = new EmulatedConnection(port);
    // GP1 is a clock output, GP2 an analog input (DS20005565, table 3-43).
    const report = new Uint8Array(64);
    report.set([0x60, 0, 0, 0, 0, 0, 0, 0x80, 0x08, 0x01, 0x02, 0x08]);
    await connection.out(0x03, report);
    await connection.in(0x83, 64);
    const host = new Mcp2221Adapter('MCP2221A', async () => connection);
    await host.open();
    await host.lines.drive(1, false);
    expect([pins.outputs, pins.levels & 0x0f]).toEqual([0b0010, 0b1101]);
    await connection.out(0x03, Uint8Array.of(0x61));
    const memory = await connection.in(0x83, 64);
    expect([...memory.subarray(22, 26)]).toEqual([0x08, 0x00, 0x02, 0x08]);
    await host.close();
  });
});

describe('lines of a board on a USB adapter', () => {
  it('are moved and seen beside its bus', async () => {
    const board = await openBoard({
      source: `/dts-v1/; / {
        hosts { ch341: ch341a { compatible = "dtbus,ch341a-emulator"; num-cs = <0>;
          i2c { #address-cells = <1>; #size-cells = <0>; temp@48 { compatible = "national,lm75"; reg = <0x48>; }; }; }; };
        i2c { compatible = "platform,virtio-i2c"; dtbus,host = <&ch341>; };
        gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; gpio-line-names = "led"; dtbus,host = <&ch341>; };
      };`,
    });
    const gpio = await board.gpio();
    gpio.set(0, false);
    gpio.setDirection(0, 'out');
    const i2c = board.open('/dev/i2c-0');
    const [bytes] = await i2c.transfer([
      { addr: 0x48, write: Uint8Array.of(3) },
      { addr: 0x48, read: 2 },
    ]);
    expect([...(bytes ?? [])]).toEqual([0x50, 0x00]);
    expect(gpio.get(0)).toBe(false);
    gpio.setDirection(0, 'in');
    await vi.waitFor(() => expect(gpio.get(0)).toBe(true), { timeout: 20_000 });
    await board.close();
  });
});
