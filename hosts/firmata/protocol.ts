/**
 * Firmata: MIDI's bytes between a computer and a board. Data bytes have seven bits; longer messages stand between
 * `SYSEX` and `END`. No input or output here. Sources: firmata/protocol, protocol.md, i2c.md, spi.md; StandardFirmata 2.5,
 * ConfigurableFirmata 2.10.
 */

/** First bytes of messages, without the channel of those that have one. */
export const MESSAGE = {
  DIGITAL: 0x90,
  /** Whether the eight pins of a port are told when they change. */
  REPORT_DIGITAL: 0xd0,
  ANALOG: 0xe0,
  SYSEX: 0xf0,
  SET_PIN_MODE: 0xf4,
  SET_PIN_VALUE: 0xf5,
  END: 0xf7,
  VERSION: 0xf9,
  RESET: 0xff,
} as const;

/** First byte behind `SYSEX`. */
export const SYSEX = {
  SPI: 0x68,
  ANALOG_MAPPING_QUERY: 0x69,
  ANALOG_MAPPING: 0x6a,
  CAPABILITY_QUERY: 0x6b,
  CAPABILITIES: 0x6c,
  PIN_STATE_QUERY: 0x6d,
  PIN_STATE: 0x6e,
  STRING: 0x71,
  I2C_REQUEST: 0x76,
  I2C_REPLY: 0x77,
  I2C_CONFIG: 0x78,
  FIRMWARE: 0x79,
} as const;

/** Second byte of an SPI message. */
export const SPI = { BEGIN: 0, CONFIG: 1, TRANSFER: 2, WRITE: 3, READ: 4, REPLY: 5, END: 6 } as const;

export const PIN_MODE = { INPUT: 0, OUTPUT: 1, I2C: 6, PULL_UP: 0x0b, SPI: 0x0c } as const;

/** Bits of the second byte of an I2C request. */
export const I2C = { WRITE: 0x00, READ: 0x08, RESTART: 0x40 } as const;

/** Behind the last mode of a pin in `CAPABILITIES`; in `ANALOG_MAPPING` a pin without an analog channel. */
export const NO_MORE_MODES = 0x7f;

/** What StandardFirmata says before the answer to a read that was not acknowledged. */
export const TOO_FEW = 'I2C: Too few bytes received';

/** Arduino's Wire has room for 32 bytes, a message for 63 with its head. */
export const I2C_BYTES_MAX = 30;
/** With its head and what follows it, no more than the 64 bytes that the board's UART keeps. */
export const SPI_BYTES_MAX = 24;
/** Mode 0, most significant bit first: what ConfigurableFirmata has. */
export const SPI_MODE_0_MSB = 0x01;
/** The firmware takes the chip's select low. */
export const SPI_CS_CONTROLLED = 0x01;

/** Longest message that a board sends: the capabilities of 128 pins. */
const MESSAGE_BYTES_MAX = 8192;

export interface SysexMessage {
  readonly kind: 'sysex';
  readonly command: number;
  readonly data: Uint8Array;
}

export type Message =
  | SysexMessage
  | { readonly kind: 'version'; readonly major: number; readonly minor: number }
  /** Levels of the inputs among eight pins; bit n is pin 8 x port + n. */
  | { readonly kind: 'digital'; readonly port: number; readonly levels: number };

/** Each byte as two of seven bits, the low one first. */
export function pairs(bytes: Iterable<number>): number[] {
  return [...bytes].flatMap((byte) => [byte & 0x7f, (byte >> 7) & 0x7f]);
}

/** What pairs mean; a lone byte at the end is dropped. */
export function fromPairs(data: Uint8Array): Uint8Array {
  return Uint8Array.from(
    { length: data.length >> 1 },
    (_, i) => ((data[2 * i] as number) | ((data[2 * i + 1] as number) << 7)) & 0xff,
  );
}

/** A message between `SYSEX` and `END`. */
export function sysex(command: number, ...data: readonly number[]): Uint8Array {
  return Uint8Array.of(MESSAGE.SYSEX, command, ...data, MESSAGE.END);
}

/** Writes `data` to an I2C part; nothing answers. */
export function i2cWrite(address: number, data: Uint8Array): Uint8Array {
  return sysex(SYSEX.I2C_REQUEST, address, I2C.WRITE, ...pairs(data));
}

/** Reads `length` bytes, behind the number of a register and a repeated START where there is one. */
export function i2cRead(address: number, register: number | undefined, length: number): Uint8Array {
  return register === undefined
    ? sysex(SYSEX.I2C_REQUEST, address, I2C.READ, ...pairs([length]))
    : sysex(SYSEX.I2C_REQUEST, address, I2C.READ | I2C.RESTART, ...pairs([register, length]));
}

/** Device `device` of SPI channel 0 is at the pin `csPin`. */
export function spiConfig(device: number, speedHz: number, csPin: number): Uint8Array {
  const speed = [0, 7, 14, 21, 28].map((shift) => Math.floor(speedHz / 2 ** shift) & 0x7f);
  const options = [0, SPI_CS_CONTROLLED, csPin];
  return sysex(SYSEX.SPI, SPI.CONFIG, device << 3, SPI_MODE_0_MSB, ...speed, ...options);
}

/** Exchanges `data`, and leaves the chip selected. */
export function spiTransfer(device: number, request: number, data: Uint8Array): Uint8Array {
  return sysex(SYSEX.SPI, SPI.TRANSFER, device << 3, request, 0, data.length, ...pairs(data));
}

/** Where a pin stands in the messages of its port, which has eight. */
export const portOf = (pin: number): { readonly port: number; readonly bit: number } => ({
  port: pin >> 3,
  bit: 1 << (pin & 7),
});

/** Levels of the eight pins of a port. */
export function digitalMessage(port: number, levels: number): Uint8Array {
  return Uint8Array.of(MESSAGE.DIGITAL | port, ...pairs([levels]));
}

/** Cuts what comes in into messages. */
export class MessageReader {
  #message: number[] = [];
  readonly #take: (message: Message) => void;

  constructor(take: (message: Message) => void) {
    this.#take = take;
  }

  read(bytes: Uint8Array): void {
    for (const byte of bytes) this.#byte(byte);
  }

  #byte(byte: number): void {
    if (byte === MESSAGE.END && this.#message[0] === MESSAGE.SYSEX) {
      const [, command, ...data] = this.#message;
      this.#message = [];
      if (command !== undefined) this.#take({ kind: 'sysex', command, data: Uint8Array.from(data) });
      return;
    }
    // Whatever was not ended is over where a message begins; so is one that is longer than any.
    if (byte >= 0x80) this.#message = [byte];
    else if (this.#message.length > 0) this.#message.push(byte);
    if (this.#message.length > MESSAGE_BYTES_MAX) this.#message = [];
    if (this.#message.length !== 3) return;
    const [first = 0, low = 0, high = 0] = this.#message;
    if (first === MESSAGE.VERSION) {
      this.#message = [];
      this.#take({ kind: 'version', major: low, minor: high });
    } else if ((first & 0xf0) === MESSAGE.DIGITAL) {
      this.#message = [];
      this.#take({ kind: 'digital', port: first & 0x0f, levels: (low | (high << 7)) & 0xff });
    }
  }
}

/** The text of a `STRING` or of the name in `FIRMWARE`. */
export function textOf(data: Uint8Array): string {
  return Buffer.from(fromPairs(data))
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, '?');
}

/** The modes that each pin of a board has. */
export function capabilitiesOf(data: Uint8Array): ReadonlySet<number>[] {
  const pins: Set<number>[] = [];
  let modes = new Set<number>();
  for (let at = 0; at < data.length; ) {
    const mode = data[at] as number;
    if (mode === NO_MORE_MODES) {
      pins.push(modes);
      modes = new Set();
      at++;
    } else {
      modes.add(mode);
      // A resolution in bits stands behind each mode.
      at += 2;
    }
  }
  return pins;
}
