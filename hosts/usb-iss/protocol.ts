/**
 * USB-ISS of Devantech: frames on a serial port, each with an answer. A frame ends where its bytes have a gap. Sources: the maker's
 * technical pages (usb_iss_tech, usb_iss_i2c_tech, usb_iss_spi_tech), the clients andkae/usbiss, DancingQuanta/pyusbiss, sneakypete81/usb_iss, waggle's usbiss.
 */

/** Baud; USB has none. */
export const BAUD = 115_200;
/** Bytes of a frame at most: the adapter has a buffer of 60. */
export const FRAME_MAX = 59;

export const COMMAND = {
  /** Reads or writes one byte. */
  SINGLE: 0x53,
  /** Address, count, data. */
  NO_REGISTER: 0x54,
  /** Address, register, count, data. */
  REGISTER: 0x55,
  /** Address, two bytes of a register, count, data. */
  LONG_REGISTER: 0x56,
  /** Conditions and bytes one by one: see `DIRECT`. The bus stays as it is left from one frame to the next. */
  DIRECT: 0x57,
  /** Address; the answer is 0 where nobody acknowledges it. */
  TEST: 0x58,
  ADAPTER: 0x5a,
  /** Bytes to exchange while the chip is selected: it is selected in front of a frame and deselected behind it. */
  SPI: 0x61,
  SET_PINS: 0x63,
  GET_PINS: 0x64,
} as const;

/** Behind `COMMAND.ADAPTER`. */
export const ADAPTER = { VERSION: 0x01, MODE: 0x02, SERIAL: 0x03 } as const;
/** What the answer to `ADAPTER.VERSION` begins with; the version of the firmware and the mode follow. */
export const MODULE_ID = 0x07;
export const SERIAL_DIGITS = 8;

/** Behind `ADAPTER.MODE`; a byte with the types of the pins follows. */
export const MODE = {
  PINS: 0x00,
  /** Changes the types of the pins, and nothing else. */
  PIN_TYPES: 0x10,
  I2C_20K: 0x20,
  I2C_50K: 0x30,
  I2C_100K: 0x60,
  I2C_400K: 0x70,
  I2C_1000K: 0x80,
} as const;

/** I2C clocks in Hz, and the modes that have them: the two lowest are made by software. */
export const CLOCKS: readonly (readonly [hz: number, mode: number])[] = [
  [20_000, MODE.I2C_20K],
  [50_000, MODE.I2C_50K],
  [100_000, MODE.I2C_100K],
  [400_000, MODE.I2C_400K],
  [1_000_000, MODE.I2C_1000K],
];

/** Modes of SPI by their number, CPOL its upper bit: the module counts the edge in front of the level. The divisor follows. */
export const SPI_MODES: readonly number[] = [0x90, 0x92, 0x91, 0x93];
const SPI_BASE_HZ = 6_000_000;
export const SPI_DIVISOR = { MIN: 1, MAX: 255 } as const;
/** Bytes of a frame of SPI at most, its command included. */
export const SPI_FRAME_MAX = 63;
export const SPI_DATA_MAX = SPI_FRAME_MAX - 1;

/** The clock of SPI with that divisor. */
export function spiHz(divisor: number): number {
  return SPI_BASE_HZ / (divisor + 1);
}

/** Inside of `COMMAND.DIRECT`. The answer is `ACK`, how many bytes were read, and these; or `NACK` and a reason. */
export const DIRECT = {
  START: 0x01,
  RESTART: 0x02,
  STOP: 0x03,
  /** The next byte that is read is not acknowledged. */
  REFUSE: 0x04,
  /** Reads one byte more than the lowest bits say. */
  READ: 0x20,
  /** Writes one byte more than the lowest bits say, which follow. */
  WRITE: 0x30,
} as const;
export const DIRECT_MAX = 16;

export const ACK = 0xff;
export const NACK = 0x00;
export const REASON = {
  NO_ACK: 0x01,
  OVERFLOW: 0x02,
  UNKNOWN: 0x04,
  BAD_MODE: 0x05,
} as const;

/** Pins, counted from 0: I/O1 is 0. */
export const PIN = { SCL: 2, SDA: 3 } as const;
export const PIN_COUNT = 4;

/** What a pin does: two bits a pin, I/O1 lowest. */
export const TYPE = { LOW: 0, HIGH: 1, INPUT: 2 } as const;
const TYPE_BITS = 2;
export const ALL_INPUTS = 0xaa;

/** The types of all pins, with that of `pin` changed. */
export function withType(types: number, pin: number, type: number): number {
  return (types & ~(0x03 << (pin * TYPE_BITS))) | (type << (pin * TYPE_BITS));
}

export function typeOf(types: number, pin: number): number {
  return (types >> (pin * TYPE_BITS)) & 0x03;
}
