import { BusFault } from './errno.ts';
import { bytesPerWord, type SpiTransfer } from './spi.ts';

/** Word lengths in bits that fill whole bytes on the wire: what adapters carry that only know bytes. */
export const BYTE_WORDS: readonly number[] = [8, 16, 24, 32];

/** The same for `SpiCapabilities.bitsPerWordMask`. */
export const BYTE_WORDS_MASK = BYTE_WORDS.reduce((mask, bits) => mask | (1 << (bits - 1)), 0) >>> 0;

/**
 * Checks the data of a transfer: both ways of one length, in whole words.
 * @param who the adapter, for people
 * @param wordBits word lengths that it has; without them any from 1 to 32
 * @throws {BusFault} `EINVAL`, `EOPNOTSUPP` another word length than those
 */
export function checkSpiData(
  { tx, rx, bitsPerWord }: SpiTransfer,
  who: string,
  wordBits?: readonly number[],
): void {
  if (tx !== undefined && rx !== undefined && tx.length !== rx.length)
    throw new BusFault('EINVAL', `tx has ${tx.length} bytes but rx ${rx.length}: they must be equally long`);
  const bits = bitsPerWord || 8;
  if (wordBits === undefined && !(bits >= 1 && bits <= 32))
    throw new BusFault('EINVAL', `invalid word size ${bits}: expected 1 to 32 bits`);
  if (wordBits !== undefined && !wordBits.includes(bits))
    throw new BusFault('EOPNOTSUPP', `${who} has words of ${wordBits.join(', ')} bits, not ${bits}`);
  const length = (tx ?? rx)?.length ?? 0;
  if (length % bytesPerWord(bits) !== 0)
    throw new BusFault('EINVAL', `${length} bytes are not a whole number of ${bits}-bit words`);
}

/** @throws {BusFault} `EINVAL` a delay of more than `mostNs` */
export function checkDelays(mostNs: number, ...delaysNs: readonly number[]): void {
  const longest = Math.max(...delaysNs);
  if (longest > mostNs)
    throw new BusFault('EINVAL', `invalid delay ${longest} ns: expected at most ${mostNs} ns`);
}

/** How the words of a transfer stand in memory and on the wire. */
export interface WordForm {
  /** Bits of a word, 1 to 32. */
  readonly bits: number;
  /** The least significant bit goes first. */
  readonly lsbFirst: boolean;
}

/** True when a word is the same in memory and on the wire. */
export function isPlain({ bits, lsbFirst }: WordForm): boolean {
  return bits === 8 && !lsbFirst;
}

function reverseBits(word: number, bits: number): number {
  let reversed = 0;
  for (let bit = 0; bit < bits; bit++) reversed = reversed * 2 + (Math.floor(word / 2 ** bit) & 1);
  return reversed;
}

/** Bytes on the wire of `words` words, the last one filled up. */
export function wireLength(words: number, { bits }: WordForm): number {
  return Math.ceil((words * bits) / 8);
}

/**
 * Puts `words` words from `memory` (little-endian, 1, 2 or 4 bytes each) onto `wire` as the bytes in which
 * they pass, first bit first; a last partial byte is filled with zeros.
 */
export function packWords(memory: Uint8Array, words: number, form: WordForm, wire: Uint8Array): void {
  const { bits, lsbFirst } = form;
  const step = bytesPerWord(bits);
  const mask = 2 ** bits;
  // Up to 7 bits wait for a full byte: with a word of 32 that is still an exact number.
  let waiting = 0;
  let waitingBits = 0;
  let at = 0;
  for (let index = 0; index < words; index++) {
    let word = 0;
    for (let byte = step - 1; byte >= 0; byte--) word = word * 256 + (memory[index * step + byte] as number);
    word %= mask;
    waiting = waiting * mask + (lsbFirst ? reverseBits(word, bits) : word);
    waitingBits += bits;
    while (waitingBits >= 8) {
      waitingBits -= 8;
      wire[at++] = Math.floor(waiting / 2 ** waitingBits);
      waiting %= 2 ** waitingBits;
    }
  }
  if (waitingBits > 0) wire[at] = waiting << (8 - waitingBits);
}

/** The other way: words from the bytes that came in. */
export function unpackWords(wire: Uint8Array, words: number, form: WordForm, memory: Uint8Array): void {
  const { bits, lsbFirst } = form;
  const step = bytesPerWord(bits);
  let waiting = 0;
  let waitingBits = 0;
  let at = 0;
  for (let index = 0; index < words; index++) {
    while (waitingBits < bits) {
      waiting = waiting * 256 + (wire[at++] as number);
      waitingBits += 8;
    }
    waitingBits -= bits;
    let word = Math.floor(waiting / 2 ** waitingBits);
    waiting %= 2 ** waitingBits;
    if (lsbFirst) word = reverseBits(word, bits);
    for (let byte = 0; byte < step; byte++) {
      memory[index * step + byte] = word % 256;
      word = Math.floor(word / 256);
    }
  }
}

/** All words of `memory`, packed; see `packWords`. */
export function toWire(memory: Uint8Array, form: WordForm): Uint8Array {
  const words = memory.length / bytesPerWord(form.bits);
  const wire = new Uint8Array(wireLength(words, form));
  packWords(memory, words, form, wire);
  return wire;
}

/** The inverse of `toWire`: fills `memory`. */
export function fromWire(wire: Uint8Array, memory: Uint8Array, form: WordForm): void {
  unpackWords(wire, memory.length / bytesPerWord(form.bits), form, memory);
}
