/** i2c-bus's checks: a plain `Error` without a code that quotes the value. */

function isInteger(value: unknown, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;
}

function check(ok: boolean, what: string, value: unknown): void {
  // As the real package: a symbol cannot be quoted and throws its own TypeError.
  if (!ok) throw new Error(`Invalid ${what} ${value as string}`);
}

export function checkBusNumber(value: unknown): void {
  check(isInteger(value, Number.POSITIVE_INFINITY), 'I2C bus number', value);
}

export function checkAddress(value: unknown): void {
  check(isInteger(value, 0x7f), 'I2C address', value);
}

export function checkCommand(value: unknown): void {
  check(isInteger(value, 0xff), 'I2C command', value);
}

export function checkByte(value: unknown): void {
  check(isInteger(value, 0xff), 'byte', value);
}

export function checkWord(value: unknown): void {
  check(isInteger(value, 0xffff), 'word', value);
}

export function checkBit(value: unknown): void {
  check(isInteger(value, 1), 'bit', value);
}

export function checkCallback(value: unknown): void {
  check(typeof value === 'function', 'callback', value);
}

export function checkBuffer(value: unknown): void {
  check(Buffer.isBuffer(value), 'buffer', value);
}

/** A length, and a buffer that has room for it. */
export function checkBufferAndLength(
  length: number,
  buffer: Buffer,
  most: number = Number.POSITIVE_INFINITY,
): void {
  check(isInteger(length, most), 'buffer length', length);
  checkBuffer(buffer);
  if (buffer.length < length) throw new Error(`Buffer must contain at least ${length} bytes`);
}
