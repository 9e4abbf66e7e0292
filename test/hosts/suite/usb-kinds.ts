import { I2C_CAPABILITIES as CH341A } from '../../../hosts/ch341a/index.ts';
import { I2C_CAPABILITIES as CH347 } from '../../../hosts/ch347/index.ts';
import { I2C_CAPABILITIES as CP2112 } from '../../../hosts/cp2112/index.ts';
import { I2C_CAPABILITIES as DLN2 } from '../../../hosts/dln2/index.ts';
import { I2C_CAPABILITIES as FT260 } from '../../../hosts/ft260/index.ts';
import { type CHIPS, I2C_CAPABILITIES as FTDI } from '../../../hosts/ftdi/index.ts';
import { I2C_CAPABILITIES as TINY_USB } from '../../../hosts/i2c-tiny-usb/index.ts';
import { I2C_CAPABILITIES as MCP2221 } from '../../../hosts/mcp2221/index.ts';
import type { ControllerTraits } from './controller-bench.ts';

/** An adapter on USB, for the suite that every controller runs. */
export interface UsbKind {
  readonly title: string;
  /** Under `hosts/`. */
  readonly folder: string;
  readonly compatible: string;
  readonly traits: ControllerTraits;
  /** Of the FTDI family: which chip, and the channel with the buses where it is not A. */
  readonly chip?: keyof typeof CHIPS;
  readonly channel?: string;
}

const FTDI_TRAITS: ControllerTraits = { i2c: FTDI, spiModes: [0, 2] };

/** All adapters on USB, HID included. */
export const USB_KINDS = {
  'i2c-tiny-usb': {
    title: 'i2c-tiny-usb',
    folder: 'i2c-tiny-usb',
    compatible: 'harbaum,i2c-tiny-usb',
    traits: { hasSpi: false, i2c: TINY_USB },
  },
  ch341a: {
    title: 'CH341A',
    folder: 'ch341a',
    compatible: 'wch,ch341a',
    traits: { i2c: CH341A, spiModes: [0], spiSpeedHz: 2_000_000 },
  },
  ch347: { title: 'CH347', folder: 'ch347', compatible: 'wch,ch347', traits: { i2c: CH347 } },
  ft232h: { title: 'FT232H', folder: 'ftdi', compatible: 'ftdi,ft232h', chip: 'ft232h', traits: FTDI_TRAITS },
  ft2232h: {
    title: 'FT2232H',
    folder: 'ftdi',
    compatible: 'ftdi,ft2232h',
    chip: 'ft2232h',
    traits: FTDI_TRAITS,
  },
  ft4232h: {
    title: 'FT4232H, channel B',
    folder: 'ftdi',
    compatible: 'ftdi,ft4232h',
    chip: 'ft4232h',
    channel: 'B',
    traits: FTDI_TRAITS,
  },
  dln2: { title: 'DLN-2', folder: 'dln2', compatible: 'diolan,dln2', traits: { i2c: DLN2 } },
  cp2112: {
    title: 'CP2112',
    folder: 'cp2112',
    compatible: 'silabs,cp2112',
    traits: { hasSpi: false, i2c: CP2112 },
  },
  ft260: { title: 'FT260', folder: 'ft260', compatible: 'ftdi,ft260', traits: { hasSpi: false, i2c: FT260 } },
  mcp2210: {
    title: 'MCP2210',
    folder: 'mcp2210',
    compatible: 'microchip,mcp2210',
    traits: { hasI2c: false },
  },
  mcp2221: {
    title: 'MCP2221A',
    folder: 'mcp2221',
    compatible: 'microchip,mcp2221a',
    traits: { hasSpi: false, i2c: MCP2221 },
  },
} as const satisfies Readonly<Record<string, UsbKind>>;
