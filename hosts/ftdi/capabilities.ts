import {
  type AdapterSheet,
  I2C_FUNC_ANY_SEQUENCE,
  type I2cCapabilities,
  SPI_MODE,
  type SpiCapabilities,
} from '../../src/bus/index.ts';
import { BYTES_WITHOUT_DELAYS } from '../link/index.ts';
import { PIN_CAPABILITIES } from '../pins/index.ts';
import { type UsbAdapterNames, usbSheets } from '../usb/index.ts';
import { CHIPS, FASTEST_SPI_HZ, SLOWEST_I2C_HZ } from './protocol.ts';

export const FASTEST_I2C_HZ = 1_000_000;

export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC_ANY_SEQUENCE,
  repeatedStart: 'any',
  // Behind the address of a read the part drives SDA, so that no STOP is possible before a byte.
  zeroLength: 'writes',
  clocksHz: { min: SLOWEST_I2C_HZ, max: FASTEST_I2C_HZ },
  // Only with adaptive clocks, for which SCL would have to be wired to GPIOL3 too.
  stretching: false,
  heldSda: 'clocked free',
  nack: 'each byte',
  lineFaults: ['sda', 'scl', 'incomplete_address_phase', 'incomplete_write_byte'],
};

/** Modes 1 and 3, where data leave at the first edge, the engine does not do cleanly. */
export function spiCapabilities(chipSelects: number): SpiCapabilities {
  return {
    ...BYTES_WITHOUT_DELAYS,
    chipSelects,
    modes: SPI_MODE.CPOL | SPI_MODE.LSB_FIRST,
    maxSpeedHz: FASTEST_SPI_HZ,
  };
}

/** What the adapters with `chip` are called. */
export function namesOf(chip: keyof typeof CHIPS): UsbAdapterNames {
  const { title } = CHIPS[chip];
  return { title, article: 'an', compatible: `ftdi,${chip}`, emulated: `dtbus,${chip}-emulator` };
}

export const CHIP_NAMES = Object.keys(CHIPS) as (keyof typeof CHIPS)[];

export const sheets: readonly AdapterSheet[] = CHIP_NAMES.flatMap((chip) =>
  usbSheets(namesOf(chip), {
    i2c: I2C_CAPABILITIES,
    spi: spiCapabilities(1),
    lines: CHIPS[chip].linesOfChannel,
    gpio: PIN_CAPABILITIES,
    roundTrips: 1,
    judges: CHIPS[chip].hasOpenDrain ? 'flashrom (SPI), pyftdi (I2C, SPI, GPIO)' : 'as FT232H',
  }),
);
