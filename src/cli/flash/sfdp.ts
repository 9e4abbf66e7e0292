import { loadInstructions, OPCODE } from './instructions.ts';

/**
 * Serial Flash Discoverable Parameters (JEDEC JESD216F): what a flash says of itself by command 5Ah. Everything in here
 * comes from the chip, so all of it is checked before it is used.
 */

export interface EraseType {
  /** Its number in the basic table, from 0. */
  readonly index: number;
  readonly opcode: number;
  readonly size: number;
  /** ms; undefined where the chip does not say. */
  readonly typicalMs: number | undefined;
  readonly maximumMs: number | undefined;
}

/** What the Basic Flash Parameter Table and the 4-byte Address Instruction Table say. */
export interface FlashParameters {
  /** `1.6` */
  readonly revision: string;
  readonly size: number;
  readonly pageSize: number;
  /** The smallest first. */
  readonly eraseTypes: readonly EraseType[];
  readonly programMs: number | undefined;
  readonly chipEraseMs: number | undefined;
  /** Address bytes of the classic instructions after power-on. */
  readonly addressBytes: 3 | 4;
  /** How the bytes above 16 MiB are reached; undefined where the chip does not say or does not need it. */
  readonly fourByte: FourByte | undefined;
}

/** Instructions with four address bytes of their own, or a mode in which the classic ones have four. */
type FourByte =
  | {
      readonly kind: 'instructions';
      readonly read: number;
      readonly program: number;
      readonly eraseTypes: readonly EraseType[];
    }
  | { readonly kind: 'mode'; readonly writeEnable: boolean };

/** Reads `length` bytes of the table space. */
export type ReadSfdp = (address: number, length: number) => Promise<Uint8Array>;

const SIGNATURE = 0x5044_4653;
const HEADER_BYTES = 8;
/** What most chips have all their tables in: a question takes longer than so many bytes. */
const FIRST_BYTES = 256;
const TABLE = { BASIC: 0xff00, FOUR_BYTE: 0xff84 } as const;
/** Words of the two tables that are looked at, and the least that the first must have (JESD216, 2011). */
const BASIC_WORDS = 16;
const BASIC_LEAST = 9;
const FOUR_BYTE_WORDS = 2;
/** What the space can hold at most: addresses have three bytes. */
const SPACE = 1 << 24;
const LARGEST = 2 ** 32;

interface TableHeader {
  readonly id: number;
  readonly words: number;
  readonly at: number;
}

/** @returns what the chip says; undefined where it says nothing or nothing that makes sense */
export async function readSfdp(readSpace: ReadSfdp): Promise<FlashParameters | undefined> {
  await loadInstructions();
  const first = await readSpace(0, FIRST_BYTES);
  const read: ReadSfdp = async (address, length) =>
    address + length <= FIRST_BYTES ? first.subarray(address, address + length) : readSpace(address, length);
  const header = viewOf(await read(0, HEADER_BYTES));
  if (header.getUint32(0, true) !== SIGNATURE) return undefined;
  const count = header.getUint8(6) + 1;
  const headers = tableHeaders(viewOf(await read(HEADER_BYTES, HEADER_BYTES * count)), count);
  const basic = headers.find(({ id }) => id === TABLE.BASIC);
  if (basic === undefined || basic.words < BASIC_LEAST) return undefined;
  const words = await tableWords(read, basic, BASIC_WORDS);
  const fourByte = headers.find(
    ({ id, words: length }) => id === TABLE.FOUR_BYTE && length >= FOUR_BYTE_WORDS,
  );
  const fourByteWords =
    fourByte === undefined ? undefined : await tableWords(read, fourByte, FOUR_BYTE_WORDS);
  const revision = `${header.getUint8(5)}.${header.getUint8(4)}`;
  return parametersOf(revision, words, fourByteWords);
}

function tableHeaders(view: DataView, count: number): TableHeader[] {
  return Array.from({ length: count }, (_, index) => {
    const base = index * HEADER_BYTES;
    return {
      id: (view.getUint8(base + 7) << 8) | view.getUint8(base),
      words: view.getUint8(base + 3),
      at: view.getUint32(base + 4, true) & 0xff_ffff,
    };
  });
}

async function tableWords(read: ReadSfdp, { at, words }: TableHeader, most: number): Promise<number[]> {
  const count = Math.min(words, most, Math.floor((SPACE - at) / 4));
  const view = viewOf(await read(at, count * 4));
  return Array.from({ length: count }, (_, index) => view.getUint32(index * 4, true));
}

/** Words are counted from 1, as the standard does. */
function parametersOf(
  revision: string,
  words: readonly number[],
  fourByteWords: readonly number[] | undefined,
): FlashParameters | undefined {
  const word = (number: number) => words[number - 1] ?? 0;
  const size = density(word(2));
  const eraseTypes = eraseTypesOf(words);
  if (size === undefined || size < 256 || size > LARGEST || eraseTypes.length === 0) return undefined;
  const known = words.length >= 11;
  // Bits 7:4 of word 11; chips of before JESD216A have pages of 256 bytes.
  const pageSize = known ? 2 ** ((word(11) >>> 4) & 0xf) : 256;
  const addressing = (word(1) >>> 17) & 3;
  return {
    revision,
    size,
    pageSize,
    eraseTypes: eraseTypes.filter((type) => type.size <= size),
    programMs: known ? programTime(word(11)) : undefined,
    chipEraseMs: known ? chipEraseTime(word(10), word(11)) : undefined,
    addressBytes: addressing === 2 ? 4 : 3,
    fourByte: fourByteOf(word(16), eraseTypes, fourByteWords),
  };
}

/** Word 2: bits less one, or with bit 31 the exponent of the number of bits. */
function density(word: number): number | undefined {
  if (word < 0x8000_0000) return (word + 1) / 8;
  const exponent = word - 0x8000_0000;
  return exponent >= 11 && exponent <= 35 ? 2 ** (exponent - 3) : undefined;
}

/** Words 8 and 9: four pairs of exponent and opcode; word 10 has their times. */
function eraseTypesOf(words: readonly number[]): EraseType[] {
  const timing = words.length >= 10 ? words[9] : undefined;
  const types: EraseType[] = [];
  for (let index = 0; index < 4; index++) {
    const pair = ((words[7 + (index >> 1)] ?? 0) >>> (16 * (index & 1))) & 0xffff;
    const exponent = pair & 0xff;
    if (exponent < 8 || exponent > 30) continue;
    const typicalMs = timing === undefined ? undefined : eraseTime(timing, index);
    const maximumMs =
      timing === undefined || typicalMs === undefined ? undefined : typicalMs * 2 * ((timing & 0xf) + 1);
    types.push({ index, opcode: pair >>> 8, size: 2 ** exponent, typicalMs, maximumMs });
  }
  return types.sort((a, b) => a.size - b.size);
}

/** Seven bits a type from bit 4 on: five of a count less one, two of its unit. */
function eraseTime(word: number, index: number): number {
  const field = (word >>> (4 + 7 * index)) & 0x7f;
  return ((field & 0x1f) + 1) * ([1, 16, 128, 1000][field >> 5] as number);
}

/** The longest that a page may take. */
function programTime(word11: number): number {
  const typical = (((word11 >>> 8) & 0x1f) + 1) * ((word11 & 0x2000) !== 0 ? 0.064 : 0.008);
  return typical * 2 * ((word11 & 0xf) + 1);
}

/** The longest that erasing the chip may take: its multiplier is that of the erase types. */
function chipEraseTime(word10: number, word11: number): number {
  const unit = [16, 256, 4000, 64000][(word11 >>> 29) & 3] as number;
  return (((word11 >>> 24) & 0x1f) + 1) * unit * 2 * ((word10 & 0xf) + 1);
}

/** The 4-byte table's instructions where it has them all, else the mode that word 16 names. */
function fourByteOf(
  word16: number,
  eraseTypes: readonly EraseType[],
  words: readonly number[] | undefined,
): FourByte | undefined {
  const [supported = 0, opcodes = 0] = words ?? [];
  const reads = (supported & 0x01) !== 0;
  const programs = (supported & 0x40) !== 0;
  if (reads && programs) {
    // Bits 12:9: erase types 1 to 4, in the order of the basic table; their opcodes, lowest byte first.
    const types = fourByteErases(eraseTypes, supported, opcodes);
    if (types.length > 0)
      return {
        kind: 'instructions',
        read: OPCODE.READ_4_BYTE,
        program: OPCODE.PROGRAM_4_BYTE,
        eraseTypes: types,
      };
  }
  // Bits 31:24 of word 16: 24 by B7h, 25 by 06h and B7h.
  if ((word16 & 0x0100_0000) !== 0) return { kind: 'mode', writeEnable: false };
  if ((word16 & 0x0200_0000) !== 0) return { kind: 'mode', writeEnable: true };
  return undefined;
}

function fourByteErases(eraseTypes: readonly EraseType[], supported: number, opcodes: number): EraseType[] {
  return eraseTypes.flatMap((type) => {
    if ((supported & (0x200 << type.index)) === 0) return [];
    return [{ ...type, opcode: (opcodes >>> (8 * type.index)) & 0xff }];
  });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
