import type { EmulatedAdapter, EmulatedI2c, EmulatedSpi } from '../../../hosts/link/index.ts';
import type { UsbDevice } from '../../usb/index.ts';

/** The buses behind an emulated adapter. */
export interface EmulatedBuses {
  readonly i2c: EmulatedI2c;
  readonly spi: EmulatedSpi;
}

/** A kind of adapter that can be emulated for other programs: on a pty, or as a USB device; and the buses it carries. */
export type EmulatedKind = { readonly carries: readonly (keyof EmulatedBuses)[] } & (
  | { readonly way: 'pty'; make(buses: EmulatedBuses): Promise<EmulatedAdapter> }
  | { readonly way: 'usb'; make(buses: EmulatedBuses): Promise<UsbDevice> }
);

/** By the name that the command line has for it. */
export const EMULATED_KINDS = {
  'bus-pirate': {
    carries: ['i2c', 'spi'],
    way: 'pty',
    make: async (buses) => {
      const { BusPirateEmulator } = await import('../../../hosts/bus-pirate/index.ts');
      return new BusPirateEmulator(buses);
    },
  },
  serprog: {
    carries: ['spi'],
    way: 'pty',
    make: async ({ spi }) => {
      const { SerprogEmulator } = await import('../../../hosts/serprog/index.ts');
      return new SerprogEmulator({ spi });
    },
  },
  micropython: {
    carries: ['i2c', 'spi'],
    way: 'pty',
    make: async (buses) => {
      const { MicropythonEmulator } = await import('../../../hosts/micropython/index.ts');
      return new MicropythonEmulator(buses);
    },
  },
  'i2c-tiny-usb': {
    carries: ['i2c'],
    way: 'usb',
    make: async (buses) => (await import('../../../hosts/i2c-tiny-usb/index.ts')).makeEmulator(buses),
  },
  ch341a: {
    carries: ['i2c', 'spi'],
    way: 'usb',
    make: async (buses) => (await import('../../../hosts/ch341a/index.ts')).makeEmulator(buses),
  },
  ft232h: {
    carries: ['i2c', 'spi'],
    way: 'usb',
    make: async (buses) => (await import('../../../hosts/ftdi/index.ts')).makeEmulator(buses),
  },
  mcp2221a: {
    carries: ['i2c'],
    way: 'usb',
    make: async (buses) => (await import('../../../hosts/mcp2221/index.ts')).makeEmulator(buses),
  },
  cp2112: {
    carries: ['i2c'],
    way: 'usb',
    make: async (buses) => (await import('../../../hosts/cp2112/index.ts')).makeEmulator(buses),
  },
} as const satisfies Readonly<Record<string, EmulatedKind>>;

export type EmulatedKindName = keyof typeof EMULATED_KINDS;
