/** SHA-1 and SHA-256 (FIPS 180-4), for what a model computes over a few bytes. */

const rotl = (value: number, by: number) => (value << by) | (value >>> (32 - by));
const rotr = (value: number, by: number) => (value >>> by) | (value << (32 - by));

/** 5.1.1, 5.2.1: padded to whole blocks, as words of 32 bits. */
function wordsOf(message: readonly number[]): Int32Array {
  const length = (((message.length + 8) >> 6) + 1) << 6;
  const bytes = new Uint8Array(length);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(length - 8, Math.floor(message.length / 0x2000_0000));
  view.setUint32(length - 4, (message.length << 3) >>> 0);
  return Int32Array.from({ length: length / 4 }, (_, index) => view.getInt32(4 * index));
}

const bytesOf = (words: Int32Array): number[] =>
  [...words].flatMap((word) => [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff]);

/** @returns 20 bytes (6.1.2) */
export function sha1(message: readonly number[]): number[] {
  const words = wordsOf(message);
  const hash = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const w = new Int32Array(80);
  for (let block = 0; block < words.length; block += 16) {
    let [a = 0, b = 0, c = 0, d = 0, e = 0] = hash;
    for (let t = 0; t < 80; t++) {
      const at = (back: number) => w[t - back] as number;
      w[t] = t < 16 ? (words[block + t] as number) : rotl(at(3) ^ at(8) ^ at(14) ^ at(16), 1);
      const [mixed, constant] =
        t < 20
          ? [(b & c) | (~b & d), 0x5a827999]
          : t < 40
            ? [b ^ c ^ d, 0x6ed9eba1]
            : t < 60
              ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc]
              : [b ^ c ^ d, 0xca62c1d6];
      const next = (rotl(a, 5) + mixed + e + constant + (w[t] as number)) | 0;
      [e, d, c, b, a] = [d, c, rotl(b, 30), a, next];
    }
    for (const [index, value] of [a, b, c, d, e].entries()) hash[index] = (hash[index] as number) + value;
  }
  return bytesOf(hash);
}

const PRIMES = Array.from({ length: 310 }, (_, number) => number + 2).filter((number) => {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
});
/** 4.2.2, 5.3.3: the first 32 bits of the fractional part. */
const fraction = (value: number) => ((value - Math.floor(value)) * 0x1_0000_0000) | 0;
const K256 = Int32Array.from(PRIMES.slice(0, 64), (prime) => fraction(Math.cbrt(prime)));
const H256 = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

/** @returns 32 bytes (6.2.2) */
export function sha256(message: readonly number[]): number[] {
  const words = wordsOf(message);
  const hash = Int32Array.from(H256);
  const w = new Int32Array(64);
  for (let block = 0; block < words.length; block += 16) {
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
    for (let t = 0; t < 64; t++) {
      const at = (back: number) => w[t - back] as number;
      const small0 = (x: number) => rotr(x, 7) ^ rotr(x, 18) ^ (x >>> 3);
      const small1 = (x: number) => rotr(x, 17) ^ rotr(x, 19) ^ (x >>> 10);
      w[t] = t < 16 ? (words[block + t] as number) : small1(at(2)) + at(7) + small0(at(15)) + at(16);
      const big1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
      const big0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
      const first = (h + big1 + ((e & f) ^ (~e & g)) + (K256[t] as number) + (w[t] as number)) | 0;
      const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
    }
    for (const [index, value] of [a, b, c, d, e, f, g, h].entries())
      hash[index] = (hash[index] as number) + value;
  }
  return bytesOf(hash);
}
