/**
 * CH341A in its bus mode: streams of commands in bulk packets of 32 bytes, the first byte of each says which stream it
 * is. Source: flashrom ch341a_spi.c; frank-zago/ch341-i2c-spi-gpio.
 */

export const USB_ID = { vendorId: 0x1a86, productId: 0x5512 } as const;

export const ENDPOINT = { OUT: 0x02, IN: 0x82, INTERRUPT: 0x81 } as const;
export const PACKET_BYTES = 32;
/** Behind the stream's code. */
export const SPI_BYTES_MAX = PACKET_BYTES - 1;

export const STREAM = { SPI: 0xa8, I2C: 0xaa, PINS: 0xab } as const;

/** Commands of the pin stream: two bits, and in the others levels, directions or a time in µs. */
export const PINS = {
  OUT: 0x80,
  DIRECTION: 0x40,
  WAIT_US: 0xc0,
  END: 0x20,
  COMMAND_MASK: 0xc0,
  VALUE_MASK: 0x3f,
} as const;

/** D0 to D2 are chip selects, D3 is SCK, D5 MOSI; D4 is one more output. */
export const CHIP_SELECTS = 3;
const CHIP_SELECT_MASK = (1 << CHIP_SELECTS) - 1;
/** SCK low, as in mode 0; D4, MOSI and every chip select high. */
export const IDLE_LEVELS = 0x37;
/** D0 to D5 are outputs. */
export const DIRECTIONS = 0x3f;

/** What the pins are while `chipSelect` is selected; undefined: none is. */
export function pinStream(chipSelect: number | undefined): Uint8Array {
  const levels = chipSelect === undefined ? IDLE_LEVELS : IDLE_LEVELS & ~(1 << chipSelect);
  return Uint8Array.of(STREAM.PINS, PINS.OUT | levels, PINS.DIRECTION | DIRECTIONS, PINS.END);
}

/** The chip that levels and directions of the pins select; undefined where none is, or more than one. */
export function selectedBy(levels: number, directions: number): number | undefined {
  const low = ~levels & directions & CHIP_SELECT_MASK;
  const first = Math.log2(low);
  return Number.isInteger(first) ? first : undefined;
}

/** Bits of a byte the other way round: the adapter sends the lowest first. */
const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) reversed |= 0x80 >> bit;
  return reversed;
});

export function reverseBits(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => REVERSED[byte] as number);
}
