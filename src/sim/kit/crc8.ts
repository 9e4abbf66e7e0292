/** CRC-8 with x^8 + x^5 + x^4 + 1, as Sensirion (start 0xff) and Silicon Labs (start 0) append it. */
export function crc8(bytes: Uint8Array, start: number): number {
  let crc = start;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x80) !== 0 ? ((crc << 1) ^ 0x31) & 0xff : crc << 1;
  }
  return crc;
}

/** `words` as big-endian pairs of bytes, each followed by its CRC. */
export function wordsWithCrc(words: readonly number[], start: number): Uint8Array {
  const bytes = new Uint8Array(words.length * 3);
  for (const [index, word] of words.entries()) {
    bytes[3 * index] = word >> 8;
    bytes[3 * index + 1] = word;
    bytes[3 * index + 2] = crc8(bytes.subarray(3 * index, 3 * index + 2), start);
  }
  return bytes;
}
