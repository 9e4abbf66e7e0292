import { Ch341aAdapter, Ch341aEmulator } from '../../../hosts/ch341a/index.ts';
import { Ch347Adapter, Ch347Emulator } from '../../../hosts/ch347/index.ts';
import { Cp2112Adapter, Cp2112Emulator } from '../../../hosts/cp2112/index.ts';
import { DEFAULT_SETTINGS, Dln2Adapter, Dln2Emulator } from '../../../hosts/dln2/index.ts';
import { Ft260Adapter, Ft260Emulator } from '../../../hosts/ft260/index.ts';
import { CHIPS, FtdiAdapter, FtdiEmulator } from '../../../hosts/ftdi/index.ts';
import { I2cTinyUsbAdapter, I2cTinyUsbEmulator } from '../../../hosts/i2c-tiny-usb/index.ts';
import { Mcp2210Adapter, Mcp2210Emulator } from '../../../hosts/mcp2210/index.ts';
import { Mcp2221Adapter, Mcp2221Emulator } from '../../../hosts/mcp2221/index.ts';
import type { HostAdapter } from '../../../src/bus/index.ts';
import type { UsbDevice, UsbOpener } from '../../../src/usb/index.ts';
import type { RecordingWire } from '../recording-wire.ts';

/** All adapters on USB, each channel of the FTDI family that has buses of its own. */
export const USB_ADAPTERS: readonly {
  readonly name: string;
  readonly make: (wire: RecordingWire) => UsbDevice;
  readonly drive: (open: UsbOpener) => HostAdapter;
}[] = [
  {
    name: 'i2c-tiny-usb',
    make: ({ i2c }) => new I2cTinyUsbEmulator(i2c),
    drive: (open) => new I2cTinyUsbAdapter('i2c-tiny-usb', open),
  },
  {
    name: 'CH341A',
    make: (wire) => new Ch341aEmulator(wire),
    drive: (open) => new Ch341aAdapter('CH341A', open),
  },
  {
    name: 'CH347',
    make: (wire) => new Ch347Emulator(wire),
    drive: (open) => new Ch347Adapter('CH347', open),
  },
  {
    name: 'CP2112',
    make: ({ i2c }) => new Cp2112Emulator(i2c),
    drive: (open) => new Cp2112Adapter('CP2112', open),
  },
  {
    name: 'FT260',
    make: ({ i2c }) => new Ft260Emulator(i2c),
    drive: (open) => new Ft260Adapter('FT260', open),
  },
  {
    name: 'MCP2210',
    make: ({ spi }) => new Mcp2210Emulator({ spi }),
    drive: (open) => new Mcp2210Adapter('MCP2210', open),
  },
  {
    name: 'MCP2221A',
    make: ({ i2c }) => new Mcp2221Emulator(i2c),
    drive: (open) => new Mcp2221Adapter('MCP2221A', open),
  },
  {
    name: 'FT232H',
    make: (wire) => new FtdiEmulator(CHIPS.ft232h, wire),
    drive: (open) => new FtdiAdapter('FT232H', open, { chip: CHIPS.ft232h, chipSelects: 1 }),
  },
  {
    name: 'FT2232H',
    make: (wire) => new FtdiEmulator(CHIPS.ft2232h, wire),
    drive: (open) => new FtdiAdapter('FT2232H', open, { chip: CHIPS.ft2232h, chipSelects: 1 }),
  },
  {
    name: 'FT2232H, channel B',
    make: (wire) => new FtdiEmulator(CHIPS.ft2232h, { ...wire, channel: 1 }),
    drive: (open) => new FtdiAdapter('FT2232H', open, { chip: CHIPS.ft2232h, chipSelects: 1 }, 1),
  },
  {
    name: 'FT4232H',
    make: (wire) => new FtdiEmulator(CHIPS.ft4232h, wire),
    drive: (open) => new FtdiAdapter('FT4232H', open, { chip: CHIPS.ft4232h, chipSelects: 1 }),
  },
  {
    name: 'FT4232H, channel B',
    make: (wire) => new FtdiEmulator(CHIPS.ft4232h, { ...wire, channel: 1 }),
    drive: (open) => new FtdiAdapter('FT4232H', open, { chip: CHIPS.ft4232h, chipSelects: 1 }, 1),
  },
  {
    name: 'DLN-2',
    make: (wire) => new Dln2Emulator(wire),
    drive: (open) => new Dln2Adapter('DLN-2', open, DEFAULT_SETTINGS),
  },
];
