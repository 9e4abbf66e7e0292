import type { I2cMove } from '../link/index.ts';

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

/** Commands of the I2C stream; those with a number have it in their lowest bits. */
export const I2C = {
  START: 0x74,
  STOP: 0x75,
  /** Writes so many bytes, and says nothing; with 0 writes one, and answers a byte, bit 7 of which is a NACK. */
  WRITE: 0x80,
  /** Reads so many bytes and acknowledges each; with 0 reads one, and does not. */
  READ: 0xc0,
  SPEED: 0x60,
  WAIT_US: 0x40,
  WAIT_MS: 0x50,
  END: 0x00,
} as const;
export const I2C_COUNT_MASK = 0x3f;
export const I2C_NACK = 0x80;
/** Hz by the number that goes with `I2C.SPEED`. */
export const I2C_CLOCKS_HZ = [20_000, 100_000, 400_000, 750_000] as const;
export const I2C_SPEED_MASK = 0x03;

/** A stream of one packet, and what comes back in one. */
export const I2C_BUDGET = {
  // Behind the stream's code, and in front of its end.
  sent: PACKET_BYTES - 2,
  received: PACKET_BYTES - 1,
  edge: 1,
  writtenByte: 2,
  read: 2,
} as const;

/** The packet of moves that keep to `I2C_BUDGET`. */
export function i2cStream(moves: readonly I2cMove[]): Uint8Array {
  return Uint8Array.of(STREAM.I2C, ...moves.flatMap(commandsOf), I2C.END);
}

function commandsOf(move: I2cMove): number[] {
  switch (move.kind) {
    case 'start':
      return [I2C.START];
    case 'stop':
      return [I2C.STOP];
    case 'write':
      return [...move.bytes].flatMap((byte) => [I2C.WRITE, byte]);
    case 'read': {
      const { acks, into } = move;
      const acked = acks === 'all' ? into.length : into.length - 1;
      return [...(acked > 0 ? [I2C.READ | acked] : []), ...(acks === 'all' ? [] : [I2C.READ])];
    }
  }
}

/** The packet that sets the I2C clock to the number `speed` of `I2C_CLOCKS_HZ`. */
export function speedStream(speed: number): Uint8Array {
  return Uint8Array.of(STREAM.I2C, I2C.SPEED | speed, I2C.END);
}

/** D0 to D2 are chip selects, D3 is SCK, D5 MOSI; D4 is one more output. */
export const CHIP_SELECTS = 3;
/** SCK low, as in mode 0; D4, MOSI and every chip select high. */
export const IDLE_LEVELS = 0x37;
/** D0 to D5 are outputs. */
export const DIRECTIONS = 0x3f;

/** D0 to D7. */
export const PIN_COUNT = 8;
/** D3, D5 and D7: clock and data of SPI. */
export const BUS_PINS = 0xa8;
/** D6 and D7 are no outputs. */
export const INPUT_PINS = 0xc0;

/** Asks for the levels of all pins; D0 to D7 are the first byte of so many. */
export const STATUS_REQUEST = 0xa0;
export const STATUS_BYTES = 6;
/** Where SDA is in that: bit 23. Source: the maker's CH341DLL.H. */
export const STATUS_SDA = { byte: 2, bit: 0x80 } as const;

/** What D0 to D5 are driven to; a bit of `directions` that is set is an output. */
export interface PinState {
  readonly levels: number;
  readonly directions: number;
}

/** The pins while `chipSelect` is selected; undefined: none is. */
export function pinStream({ levels, directions }: PinState, chipSelect: number | undefined): Uint8Array {
  const selected = chipSelect === undefined ? levels : levels & ~(1 << chipSelect);
  return Uint8Array.of(STREAM.PINS, PINS.OUT | selected, PINS.DIRECTION | directions, PINS.END);
}

/** Bits of the first `chipSelects` pins. */
export function chipSelectMask(chipSelects: number): number {
  return (1 << chipSelects) - 1;
}

/** The chip that levels and directions of the pins select; undefined where none is, or more than one. */
export function selectedBy(
  levels: number,
  directions: number,
  chipSelects: number = CHIP_SELECTS,
): number | undefined {
  const low = ~levels & directions & chipSelectMask(chipSelects);
  const first = Math.log2(low);
  return Number.isInteger(first) ? first : undefined;
}

/** Bits of a byte the other way round: the adapter sends the lowest first. */
const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) reversed |= 0x80 >> bit;
  return reversed;
});

/** Copies `length` bytes and reverses the bits of each. */
export function copyReversed(
  from: Uint8Array,
  fromAt: number,
  into: Uint8Array,
  intoAt: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) into[intoAt + i] = REVERSED[from[fromAt + i] as number] as number;
}

export function reverseBits(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => REVERSED[byte] as number);
}
