/** What an SD card says of itself (SD Physical Layer Simplified Specification 3.01, chapter 5), and its checksums. */

export const BLOCK = 512;
const CSIZE_UNIT = 512 * 1024;

/** CRC7, polynomial x^7 + x^3 + 1 (4.5), with the end bit behind it: the last byte of a command and of CSD and CID. */
export function crc7(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const out = ((crc >> 6) ^ (byte >> bit)) & 1;
      crc = ((crc << 1) & 0x7f) ^ (out === 1 ? 0x09 : 0);
    }
  }
  return (crc << 1) | 1;
}

/** CRC16, polynomial x^16 + x^12 + x^5 + 1 (4.5), of a data block. */
export function crc16(bytes: ArrayLike<number>): number {
  let crc = 0;
  for (let index = 0; index < bytes.length; index++) {
    let mixed = ((crc >> 8) ^ (bytes[index] as number)) & 0xff;
    mixed ^= mixed >> 4;
    crc = ((crc << 8) ^ (mixed << 12) ^ (mixed << 5) ^ mixed) & 0xffff;
  }
  return crc;
}

const withCrc = (bytes: readonly number[]): readonly number[] => [...bytes, crc7(bytes)];

/** Classes 0, 2, 4, 5, 7, 8 and 10, and a block of 512 bytes to read (5.3.3). */
const CLASSES_AND_LENGTH = [0x5b, 0x59] as const;
/** Erased by blocks of 512 bytes in sectors of 64 KiB; R2W_FACTOR 4, WRITE_BL_LEN 512 (5.3.3). */
const ERASE_AND_WRITE = [0x7f, 0x80, 0x0a, 0x40] as const;
/** TAAC 1 ms, NSAC 0, 25 MHz. */
const TIMES_AND_SPEED = [0x0e, 0x00, 0x32] as const;
const TEMPORARY_PROTECTION = 0x10;

/** CSD 2.0 of a high-capacity card (5.3.3): C_SIZE counts 512 KiB. */
function csd2(size: number, isProtected: boolean): readonly number[] {
  const units = size / CSIZE_UNIT - 1;
  return withCrc([
    0x40,
    ...TIMES_AND_SPEED,
    ...CLASSES_AND_LENGTH,
    0x00,
    (units >> 16) & 0x3f,
    (units >> 8) & 0xff,
    units & 0xff,
    ...ERASE_AND_WRITE,
    isProtected ? TEMPORARY_PROTECTION : 0x00,
  ]);
}

/** CSD 1.0 of a standard-capacity card (5.3.2): (C_SIZE + 1) · 512 blocks of 2^READ_BL_LEN bytes. */
function csd1(size: number, isProtected: boolean): readonly number[] {
  const MULT = 7;
  let length = 9;
  while (size / 2 ** (length + MULT + 2) > 4096) length++;
  const count = size / 2 ** (length + MULT + 2) - 1;
  return withCrc([
    0x00,
    ...TIMES_AND_SPEED,
    0x5b,
    0x50 | length,
    // READ_BL_PARTIAL, and the highest two of the twelve bits of C_SIZE.
    0x80 | (count >> 10),
    (count >> 2) & 0xff,
    // The lowest two, and the currents: the highest ranges.
    ((count & 3) << 6) | 0x3f,
    // The last range, and C_SIZE_MULT, whose lowest bit stands in the next byte.
    0xfc | (MULT >> 1),
    ((MULT & 1) << 7) | 0x7f,
    0x80,
    0x08 | (length >> 2),
    (length & 3) << 6,
    isProtected ? TEMPORARY_PROTECTION : 0x00,
  ]);
}

export const csdOf = (size: number, highCapacity: boolean, isProtected: boolean): readonly number[] =>
  highCapacity ? csd2(size, isProtected) : csd1(size, isProtected);

/** CID (5.2): no maker, product `DTBUS`, revision 1.0, serial number 1, January 2024. */
export const CID: readonly number[] = withCrc([
  0x00,
  0x44,
  0x42,
  ...[...'DTBUS'].map((letter) => letter.charCodeAt(0)),
  0x10,
  ...[0x00, 0x00, 0x00, 0x01],
  ...[0x01, 0x81],
]);

/** SCR (5.6): version 2.00, erased bytes are 0, security of its capacity, one line or four. */
export const scrOf = (highCapacity: boolean): readonly number[] => [
  0x02,
  highCapacity ? 0x35 : 0x25,
  ...new Array<number>(6).fill(0),
];

/** OCR (5.1): 2.7 to 3.6 V; the card is ready, its capacity. */
const [VOLTAGES, READY, HIGH_CAPACITY] = [0x00ff8000, 0x80000000, 0x40000000];
export const ocrOf = (isReady: boolean, highCapacity: boolean): number =>
  (VOLTAGES | (isReady ? READY | (highCapacity ? HIGH_CAPACITY : 0) : 0)) >>> 0;

/** What CMD6 answers (4.3.10.4): 100 mA, six groups whose only function is the default. */
export function switchStatus(argument: number): readonly number[] {
  const SUPPORTED = [0x80, 0x01] as const;
  const results = Array.from({ length: 6 }, (_, group) => (argument >> (4 * group)) & 0x0f).map((asked) =>
    asked === 0 || asked === 0x0f ? 0 : 0x0f,
  );
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0] = results;
  const current = results.every((result) => result === 0) ? 100 : 0;
  return [
    0x00,
    current,
    ...new Array<typeof SUPPORTED>(6).fill(SUPPORTED).flat(),
    (sixth << 4) | fifth,
    (fourth << 4) | third,
    (second << 4) | first,
    ...new Array<number>(47).fill(0),
  ];
}
