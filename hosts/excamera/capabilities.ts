import {
  type AdapterSheet,
  I2C_FUNC,
  I2C_FUNC_SMBUS_EMUL,
  type I2cCapabilities,
  SPI_MODE,
  type SpiCapabilities,
} from '../../src/bus/index.ts';
import { BYTES_WITHOUT_DELAYS } from '../link/index.ts';
import { SPI_HZ } from './protocol.ts';

export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC.I2C | I2C_FUNC_SMBUS_EMUL,
  repeatedStart: 'any',
  // Behind the address of a read the part drives SDA, so that no STOP is possible before a byte.
  zeroLength: 'writes',
  clocksHz: [100_000, 400_000],
  stretching: true,
  heldSda: 'clocked free',
  lineFaults: [
    'sda',
    'stretch',
    'scl',
    'lose_arbitration',
    'incomplete_address_phase',
    'incomplete_write_byte',
  ],
  nack: 'each byte',
};

/** Version 1 has mode 0 alone. */
export const SPI_CAPABILITIES: SpiCapabilities = {
  ...BYTES_WITHOUT_DELAYS,
  chipSelects: 1,
  modes: SPI_MODE.CPHA | SPI_MODE.CPOL | SPI_MODE.LSB_FIRST,
  maxSpeedHz: SPI_HZ,
};

const I2C_SHEET = { i2c: I2C_CAPABILITIES, judges: 'by its firmware’s source and 2 clients’' };
const SPI_SHEET = { spi: SPI_CAPABILITIES, judges: 'by its firmware’s source, flashrom’s and 2 clients’' };

export const sheets: readonly AdapterSheet[] = [
  { title: 'I2CDriver', compatible: 'excamera,i2cdriver', ...I2C_SHEET },
  { title: 'I2CDriver, emulated', compatible: 'dtbus,i2cdriver-emulator', ...I2C_SHEET },
  { title: 'SPIDriver', compatible: 'excamera,spidriver', ...SPI_SHEET },
  { title: 'SPIDriver, emulated', compatible: 'dtbus,spidriver-emulator', ...SPI_SHEET },
];
