import { bytesPerWord } from '../../src/bus/index.ts';

/** Words that are whole bytes on the wire. */
export interface WordForm {
  /** 8, 16, 24 or 32. */
  readonly bits: number;
  readonly lsbFirst: boolean;
}

/** The bits of every byte the other way round. */
const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) reversed |= 0x80 >> bit;
  return reversed;
});

/** True when a word looks the same in memory and on the wire. */
export function isPlain({ bits, lsbFirst }: WordForm): boolean {
  return bits === 8 && !lsbFirst;
}

/** How many bytes `length` bytes of words in memory are on the wire. */
export function wireLength(length: number, { bits }: WordForm): number {
  return (length / bytesPerWord(bits)) * (bits / 8);
}

/**
 * Words from memory (little-endian, 1, 2 or 4 bytes each) as the adapter sends them, most significant bit of
 * each byte first.
 */
export function toWire(memory: Uint8Array, form: WordForm): Uint8Array {
  const wire = new Uint8Array(wireLength(memory.length, form));
  eachByte(wire.length, form, (onWire, inMemory) => {
    const byte = memory[inMemory] as number;
    wire[onWire] = form.lsbFirst ? (REVERSED[byte] as number) : byte;
  });
  return wire;
}

/** The inverse of `toWire`. Bits of a memory word beyond its length become 0. */
export function fromWire(wire: Uint8Array, memory: Uint8Array, form: WordForm): void {
  memory.fill(0);
  eachByte(wire.length, form, (onWire, inMemory) => {
    const byte = wire[onWire] as number;
    memory[inMemory] = form.lsbFirst ? (REVERSED[byte] as number) : byte;
  });
}

/** Most significant byte first on the wire, unless the least significant bit goes first. */
function eachByte(
  length: number,
  { bits, lsbFirst }: WordForm,
  visit: (onWire: number, inMemory: number) => void,
): void {
  const size = bits / 8;
  const step = bytesPerWord(bits);
  for (let onWire = 0; onWire < length; onWire++) {
    const place = onWire % size;
    visit(onWire, ((onWire - place) / size) * step + (lsbFirst ? place : size - 1 - place));
  }
}
