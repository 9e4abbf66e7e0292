import {
  type AdapterSheet,
  BYTE_WORDS_MASK,
  I2C_FUNC_ANY_SEQUENCE,
  type I2cCapabilities,
  SPI_MODE,
  type SpiCapabilities,
} from '../../src/bus/index.ts';
import { I2C_SPEEDS, SPI_SPEEDS, SPI_SPEEDS_EVERYWHERE } from './protocol.ts';

/** Single commands make any sequence, so an adapter carries whatever a message may ask for. */
export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC_ANY_SEQUENCE,
  repeatedStart: 'any',
  zeroLength: 'any',
  clocksHz: I2C_SPEEDS,
  stretching: false,
  heldSda: 'clocked free',
  nack: 'each byte',
  lineFaults: ['sda', 'incomplete_address_phase', 'incomplete_write_byte'],
};

export const SPI_CAPABILITIES: SpiCapabilities = {
  chipSelects: 1,
  modes: SPI_MODE.CPHA | SPI_MODE.CPOL | SPI_MODE.CS_HIGH | SPI_MODE.LSB_FIRST | SPI_MODE.NO_CS,
  bitsPerWordMask: BYTE_WORDS_MASK,
  maxSpeedHz: Math.max(...SPI_SPEEDS.slice(0, SPI_SPEEDS_EVERYWHERE)),
  maxWordDelayNs: 0,
  maxCsSetupNs: 1e9,
  maxCsHoldNs: 1e9,
  maxCsInactiveNs: 1e9,
};

const BUS_PIRATE = { i2c: I2C_CAPABILITIES, spi: SPI_CAPABILITIES, judges: 'flashrom (SPI)' };

export const sheets: readonly AdapterSheet[] = [
  { title: 'Bus Pirate v3, v4', compatible: 'dangerousprototypes,bus-pirate', ...BUS_PIRATE },
  { title: 'Bus Pirate v3, v4, emulated on a pty', compatible: 'dtbus,bus-pirate-emulator', ...BUS_PIRATE },
];
