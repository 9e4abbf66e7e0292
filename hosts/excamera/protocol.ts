/**
 * I2CDriver and SPIDriver of Excamera Labs: commands of a byte on a serial port, some with an answer. Sources: the firmware
 * and the clients of jamesbowman/i2cdriver and jamesbowman/spidriver; flashrom spidriver.c.
 */

const code = (character: string): number => character.charCodeAt(0);

/** Baud; the adapters have no other. */
export const I2C_BAUD = 1_000_000;
export const SPI_BAUD = 460_800;

/** Of both. */
export const COMMON = {
  /** Answers the byte behind it. */
  ECHO: code('e'),
  /** Answers `INFO_BYTES` of text. */
  INFO: code('?'),
  /** Does nothing, and ends what waits for more. */
  NOTHING: code('@'),
} as const;
export const INFO_BYTES = 80;

/** A command with a count has it, less 1, in its lowest bits. */
export const COUNT_MAX = 64;
export const READ = 0x80;
export const WRITE = 0xc0;

/** Of an I2CDriver. Writing, and a start with the address byte behind it, answer a status; a stop answers nothing. */
export const I2C = {
  START: code('s'),
  STOP: code('p'),
  /** Reads as many bytes as the byte behind it says, and acknowledges all. `READ` refuses its last one. */
  READ_ON: code('a'),
  SPEED_100: code('1'),
  SPEED_400: code('4'),
  /** Frees the bus; answers how the lines are then. */
  RESET: code('x'),
} as const;
export const STATUS = { MARK: 0x30, MARK_MASK: 0xf8, ACK: 0x01, TIMEOUT: 0x02, ARBITRATION: 0x04 } as const;
export const LINES = { SCL: 0x01, SDA: 0x02 } as const;

/** Of an SPIDriver: `READ` goes both ways and answers what came, the others answer nothing. */
export const SPI = { SELECT: code('s'), DESELECT: code('u'), MODE: code('m') } as const;
/** Hz; there is no other. */
export const SPI_HZ = 500_000;

export const I2C_NAME = 'i2cdriver';
export const SPI_NAME = 'spidriver';

/** The name and the version in the answer to `COMMON.INFO`: `[i2cdriver1 DO01JENM ...]`. */
export function readInfo(
  text: string,
): { readonly name: string; readonly version: number; readonly serial: string } | undefined {
  const [, name = '', version = '', serial = ''] = /^\[([a-z0-9]*[a-z])(\d+) +(\w+) /.exec(text) ?? [];
  return name === '' ? undefined : { name, version: Number(version), serial };
}
