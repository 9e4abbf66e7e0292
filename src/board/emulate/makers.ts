import type { EmulatedAdapter, EmulatedI2c, EmulatedSpi } from '../../../hosts/link/index.ts';
import type { UsbDevice } from '../../usb/index.ts';
import type { EMULATED_KINDS, EmulatedKindName } from './kinds.ts';

/** The buses behind an emulated adapter. */
export interface EmulatedBuses {
  readonly i2c: EmulatedI2c;
  readonly spi: EmulatedSpi;
}

/** How each kind of one way is made. Its folder is loaded then. */
type Makers<Way, Made> = {
  readonly [Name in EmulatedKindName as (typeof EMULATED_KINDS)[Name]['way'] extends Way ? Name : never]: (
    buses: EmulatedBuses,
  ) => Promise<Made>;
};

export const PTY_ADAPTERS: Makers<'pty', EmulatedAdapter> = {
  'bus-pirate': async (buses) => {
    const { BusPirateEmulator } = await import('../../../hosts/bus-pirate/index.ts');
    return new BusPirateEmulator(buses);
  },
  'bus-pirate-5': async (buses) => {
    const { BusPirate5Emulator } = await import('../../../hosts/bus-pirate-5/index.ts');
    return new BusPirate5Emulator(buses);
  },
  serprog: async ({ spi }) => {
    const { SerprogEmulator } = await import('../../../hosts/serprog/index.ts');
    return new SerprogEmulator({ spi });
  },
  micropython: async (buses) => {
    const { MicropythonEmulator } = await import('../../../hosts/micropython/index.ts');
    return new MicropythonEmulator(buses);
  },
  firmata: async (buses) => {
    const { FirmataEmulator } = await import('../../../hosts/firmata/index.ts');
    return new FirmataEmulator(buses);
  },
  i2cdriver: async (buses) => {
    const { I2cDriverEmulator } = await import('../../../hosts/excamera/index.ts');
    return new I2cDriverEmulator(buses);
  },
  spidriver: async (buses) => {
    const { SpiDriverEmulator } = await import('../../../hosts/excamera/index.ts');
    return new SpiDriverEmulator(buses);
  },
  'usb-iss': async (buses) => {
    const { UsbIssEmulator } = await import('../../../hosts/usb-iss/index.ts');
    return new UsbIssEmulator(buses);
  },
  sc18im700: async ({ i2c }) => {
    const { Sc18im700Emulator } = await import('../../../hosts/sc18im700/index.ts');
    return new Sc18im700Emulator({ i2c });
  },
};

export const USB_DEVICES: Makers<'usb', UsbDevice> = {
  'i2c-tiny-usb': async (buses) => (await import('../../../hosts/i2c-tiny-usb/index.ts')).makeEmulator(buses),
  ch341a: async (buses) => (await import('../../../hosts/ch341a/index.ts')).makeEmulator(buses),
  ft232h: async (buses) => (await import('../../../hosts/ftdi/index.ts')).makeEmulator(buses),
  ft2232h: async (buses) => (await import('../../../hosts/ftdi/index.ts')).makeEmulator(buses, 'ft2232h'),
  ft4232h: async (buses) => (await import('../../../hosts/ftdi/index.ts')).makeEmulator(buses, 'ft4232h'),
  mcp2221a: async (buses) => (await import('../../../hosts/mcp2221/index.ts')).makeEmulator(buses),
  cp2112: async (buses) => (await import('../../../hosts/cp2112/index.ts')).makeEmulator(buses),
  ft260: async (buses) => (await import('../../../hosts/ft260/index.ts')).makeEmulator(buses),
  ch347: async (buses) => (await import('../../../hosts/ch347/index.ts')).makeEmulator(buses),
  mcp2210: async (buses) => (await import('../../../hosts/mcp2210/index.ts')).makeEmulator(buses),
  dln2: async (buses) => (await import('../../../hosts/dln2/index.ts')).makeEmulator(buses),
};
