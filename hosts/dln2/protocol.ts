/**
 * DLN-2: messages on two bulk endpoints, little-endian. Each has a size, a command, a number that its answer repeats, and a
 * handle: who is asked. An answer has a result before its data. Sources: Linux drivers/mfd/dln2.c, i2c-dln2.c, spi-dln2.c,
 * gpio-dln2.c; Diolan's user manual; the firmware of notro/pico-usb-io-board.
 */

/** Diolan's, and a Raspberry Pi Pico with the firmware above. */
export const USB_ID = { vendorId: 0xa257, productId: 0x2013 } as const;
export const PICO_ID = { vendorId: 0x1d50, productId: 0x6170 } as const;

/** Who a message is for. Events come unasked. */
export const HANDLE = { EVENT: 0, CONTROL: 1, GPIO: 2, I2C: 3, SPI: 4 } as const;

const GPIO = 0x0100;
const SPI = 0x0200;
const I2C = 0x0300;

export const COMMAND = {
  VERSION: 0x0030,
  SERIAL_NUMBER: 0x0031,
  GPIO_COUNT: GPIO | 0x01,
  GPIO_GET: GPIO | 0x0b,
  GPIO_SET: GPIO | 0x0c,
  GPIO_GET_SET: GPIO | 0x0d,
  /** An event: count, type, pin and level. */
  GPIO_CHANGED: GPIO | 0x0f,
  GPIO_ENABLE: GPIO | 0x10,
  GPIO_DISABLE: GPIO | 0x11,
  GPIO_SET_DIRECTION: GPIO | 0x13,
  GPIO_GET_DIRECTION: GPIO | 0x14,
  GPIO_SET_EVENT: GPIO | 0x1e,
  SPI_ENABLE: SPI | 0x11,
  SPI_DISABLE: SPI | 0x12,
  SPI_SET_MODE: SPI | 0x14,
  SPI_SET_FRAME: SPI | 0x16,
  SPI_SET_FREQUENCY: SPI | 0x18,
  SPI_EXCHANGE: SPI | 0x1a,
  SPI_READ: SPI | 0x1b,
  SPI_WRITE: SPI | 0x1c,
  SPI_SET_SS: SPI | 0x26,
  SPI_SS_ENABLE: SPI | 0x38,
  SPI_SS_DISABLE: SPI | 0x39,
  SPI_FRAMES: SPI | 0x43,
  SPI_SS_COUNT: SPI | 0x44,
  SPI_MIN_FREQUENCY: SPI | 0x45,
  SPI_MAX_FREQUENCY: SPI | 0x46,
  I2C_ENABLE: I2C | 0x01,
  I2C_DISABLE: I2C | 0x02,
  I2C_WRITE: I2C | 0x06,
  I2C_READ: I2C | 0x07,
} as const;

export const RESULT = {
  OK: 0,
  /** From here on a result is a fault. */
  FAULT: 0x81,
  BAD_PARAMETER: 0x85,
  COMMAND_SIZE: 0x88,
  NOT_SUPPORTED: 0x91,
  PIN_IN_USE: 0xa5,
  PORT: 0xa8,
  PIN: 0xab,
  ADDRESS_NACK: 0xba,
  DATA_NACK: 0xbb,
  SS_VALUE: 0xb9,
  MODE: 0xc7,
  VALUE: 0xe2,
} as const;

/** What `COMMAND.VERSION` answers: of anything else Linux lets go. */
export const HARDWARE = 0x0200;

export const HEAD_BYTES = 8;
/** The head and the result. */
export const ANSWER_HEAD_BYTES = 10;
/** More than any message. */
export const MESSAGE_BYTES_MAX = 512;

export const I2C_READ_MAX = 256;
/** A Pico has room for a message of 266 bytes. */
export const I2C_WRITE_MAX = 249;
/** Bytes of a register, in front of a read behind a repeated START. */
export const MEMORY_ADDRESS_MAX = 4;
export const SPI_BYTES_MAX = 256;
/** Of an SPI message: the chip stays selected behind it. */
export const KEEP_SELECTED = 1;

/** `GPIO_SET_DIRECTION`, and the types of `GPIO_SET_EVENT`. */
export const DIRECTION = { IN: 0, OUT: 1 } as const;
export const EVENT = { NONE: 0, CHANGE: 1 } as const;

export interface Message {
  readonly command: number;
  readonly echo: number;
  readonly handle: number;
  /** Behind the head. */
  readonly data: Uint8Array;
}

export function messageBytes({ command, echo, handle, data }: Message): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + data.length);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of [bytes.length, command, echo, handle].entries()) view.setUint16(2 * i, word, true);
  bytes.set(data, HEAD_BYTES);
  return bytes;
}

/** @returns undefined where it is none */
export function readMessage(bytes: Uint8Array): Message | undefined {
  if (bytes.length < HEAD_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [size, command, echo, handle] = [0, 2, 4, 6].map((at) => view.getUint16(at, true)) as [
    number,
    number,
    number,
    number,
  ];
  return size === bytes.length ? { command, echo, handle, data: bytes.subarray(HEAD_BYTES) } : undefined;
}

/** An answer with its result. */
export function answerBytes(asked: Message, result: number, data: Uint8Array): Uint8Array {
  return messageBytes({ ...asked, data: Uint8Array.of(result & 0xff, result >> 8, ...data) });
}

export const u16 = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff];
export const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(Math.floor(value / 0x10000))];

export function readU16(bytes: Uint8Array, at = 0): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

export function readU32(bytes: Uint8Array, at = 0): number {
  return readU16(bytes, at) + readU16(bytes, at + 2) * 0x10000;
}

/** The head of an I2C message: port 0, the address, and a register where one is sent before a read. */
export function i2cHead(address: number, register: Uint8Array, length: number): number[] {
  const memory = register.reduce((value, byte) => value * 256 + byte, 0);
  return [0, address, register.length, ...u32(memory), ...u16(length)];
}
