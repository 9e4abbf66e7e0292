import type { DataSheet, Instruction } from '../data-sheet.ts';
import type { Kit, Model, Part } from '../model.ts';

const PAGE_BYTES = 2048;
const PAGES_PER_BLOCK = 64;

const IN = { data: 'in' } as const;
const OUT = { data: 'out' } as const;
const INSTRUCTIONS: readonly Instruction[] = [
  { opcode: 0x02, name: 'load page', address: 2, ...OUT, does: 'load' },
  { opcode: 0x03, name: 'read cache', address: 2, dummy: 1, ...IN, does: 'read-cache' },
  { opcode: 0x04, name: 'write disable', does: 'write-disable' },
  { opcode: 0x06, name: 'write enable', does: 'write-enable' },
  { opcode: 0x0b, name: 'fast read cache', address: 2, dummy: 1, ...IN, does: 'read-cache' },
  { opcode: 0x0f, name: 'get feature', address: 1, ...IN, does: 'get-feature' },
  { opcode: 0x10, name: 'program page', address: 3, does: 'program' },
  { opcode: 0x13, name: 'read page', address: 3, does: 'read-page' },
  { opcode: 0x1f, name: 'set feature', address: 1, ...OUT, does: 'set-feature' },
  { opcode: 0x32, name: 'load page, 4 lines', address: 2, ...OUT, lines: 4, does: 'load' },
  { opcode: 0x34, name: 'load into page, 4 lines', address: 2, ...OUT, lines: 4, does: 'load-into' },
  { opcode: 0x3b, name: 'read cache, 2 lines', address: 2, dummy: 1, ...IN, lines: 2, does: 'read-cache' },
  { opcode: 0x6b, name: 'read cache, 4 lines', address: 2, dummy: 1, ...IN, lines: 4, does: 'read-cache' },
  { opcode: 0x84, name: 'load into page', address: 2, ...OUT, does: 'load-into' },
  { opcode: 0x9f, name: 'read id', dummy: 1, ...IN, does: 'read-id' },
  { opcode: 0xd8, name: 'erase block', address: 3, does: 'erase' },
  { opcode: 0xff, name: 'reset', does: 'reset' },
];

const sheet = {
  source: 'Winbond W25N01GV data sheet; ids and sizes of the others by their data sheets',
  notModelled: [
    'dtbus,contents: it begins erased',
    'which blocks the protection bits name: any of them protects all',
    'parity in the spare area, and planes',
    'the OTP pages, the parameter page and the bad block table',
    'how often a page is programmed between erases',
  ],
  node: 'flash',
  bus: { spi: { form: 'instructions', modes: 0b1001, addressBytes: [2, 3] } },
  instructions: INSTRUCTIONS,
  senses: {
    timeScale: {
      range: [0, 1000],
      initial: 1,
      doc: 'how long it reads, programs and erases: 1 as its data sheet says, 0 no time',
    },
    badBlocks: {
      kind: 'text',
      doc: 'numbers of blocks that are bad, with blanks between: they bear their mark',
    },
    bitErrors: {
      kind: 'integer',
      range: [0, 2],
      doc: 'bits of a page that are read wrong: 1 is corrected, 2 are too many',
    },
    writeProtect: {
      kind: 'flag',
      doc: 'true while the WP pin is low: the protection register keeps its value',
    },
  },
  shows: {
    erased: {
      kind: 'integer',
      range: [0, Number.MAX_SAFE_INTEGER],
      doc: 'how many blocks were erased since power-on',
    },
  },
} as const satisfies Omit<DataSheet, 'compatible' | 'title'>;
type Sheet = typeof sheet & DataSheet;

interface Kind {
  readonly id: readonly number[];
  readonly blocks: number;
  /** Bytes of the spare area of a page. */
  readonly spare: number;
}

/** Feature registers, and their bits (9.1 to 9.3). */
const [PROTECTION, CONFIGURATION, STATUS] = [0xa0, 0xb0, 0xc0];
const PROTECTION_BITS = 0x7c;
const PROTECTION_LOCKED = 0x82;
const ECC_ENABLED = 0x10;
const BUSY = 0x01;
const WRITE_ENABLED = 0x02;
const ERASE_FAILED = 0x04;
const PROGRAM_FAILED = 0x08;
const [ECC_CORRECTED, ECC_FAILED] = [0x10, 0x20];

/** Typical times in ns (table 11.5). */
const TIMES = { read: 60e3, program: 250e3, erase: 2e6, reset: 500e3 };

function badBlocksOf(text: string, blocks: number): readonly number[] {
  return text
    .split(/[\s,]+/)
    .filter((each) => each !== '')
    .map((each) => {
      const block = Number(each);
      if (Number.isInteger(block) && block >= 0 && block < blocks) return block;
      throw new RangeError(`invalid badBlocks: expected numbers of 0 to ${blocks - 1}, got ${each}`);
    });
}

/** The array: a block has memory once something is programmed there. */
class Blocks {
  readonly #kept: { blocks: (Uint8Array | undefined)[] };
  readonly #pageBytes: number;
  constructor(kept: { blocks: (Uint8Array | undefined)[] }, pageBytes: number) {
    this.#kept = kept;
    this.#pageBytes = pageBytes;
  }

  read(page: number, into: Uint8Array): void {
    const block = this.#kept.blocks[Math.floor(page / PAGES_PER_BLOCK)];
    const at = (page % PAGES_PER_BLOCK) * this.#pageBytes;
    if (block === undefined) into.fill(0xff);
    else into.set(block.subarray(at, at + this.#pageBytes));
  }

  /** Bits only go from 1 to 0. */
  program(page: number, bytes: Uint8Array): void {
    const number = Math.floor(page / PAGES_PER_BLOCK);
    const block = this.#kept.blocks[number] ?? new Uint8Array(PAGES_PER_BLOCK * this.#pageBytes).fill(0xff);
    const at = (page % PAGES_PER_BLOCK) * this.#pageBytes;
    for (const [index, byte] of bytes.entries()) block[at + index] = (block[at + index] as number) & byte;
    this.#kept.blocks[number] = block;
  }

  erase(block: number): void {
    this.#kept.blocks[block] = undefined;
  }
}

const newState = () => ({
  protection: PROTECTION_BITS,
  configuration: ECC_ENABLED | 0x08,
  status: 0,
  feature: 0,
});

/** Reads, programs and erases pages, between the array and the cache. */
function pagesOf({ blocks, spare }: Kind, { sense, keep }: Kit<Sheet>, state: ReturnType<typeof newState>) {
  const pageBytes = PAGE_BYTES + spare;
  const array = new Blocks(keep({ blocks: [] }), pageBytes);
  const counts = keep({ erased: 0 });
  const isBad = (page: number) =>
    badBlocksOf(sense.badBlocks, blocks).includes(Math.floor(page / PAGES_PER_BLOCK));
  const isWhole = (page: number) => page < blocks * PAGES_PER_BLOCK;
  const mayChange = () => (state.status & WRITE_ENABLED) !== 0 && (state.protection & PROTECTION_BITS) === 0;
  return {
    counts,
    pageBytes,
    read(page: number, cache: Uint8Array): void {
      array.read(page % (blocks * PAGES_PER_BLOCK), cache);
      // The maker marks a bad block in the first byte of the spare area of its first page.
      if (page % PAGES_PER_BLOCK === 0 && isBad(page)) cache[PAGE_BYTES] = 0;
      state.status &= ~(ECC_CORRECTED | ECC_FAILED);
      const corrects = (state.configuration & ECC_ENABLED) !== 0;
      if (corrects && sense.bitErrors > 0) state.status |= sense.bitErrors === 1 ? ECC_CORRECTED : ECC_FAILED;
      if (!corrects || sense.bitErrors > 1) cache[0] = (cache[0] as number) ^ ((1 << sense.bitErrors) - 1);
    },
    program(page: number, cache: Uint8Array): void {
      state.status &= ~PROGRAM_FAILED;
      if (!mayChange() || isBad(page) || !isWhole(page)) state.status |= PROGRAM_FAILED;
      else array.program(page, cache);
      state.status &= ~WRITE_ENABLED;
    },
    erase(page: number): void {
      state.status &= ~ERASE_FAILED;
      if (!mayChange() || isBad(page) || !isWhole(page)) state.status |= ERASE_FAILED;
      else {
        array.erase(Math.floor(page / PAGES_PER_BLOCK));
        counts.erased++;
      }
      state.status &= ~WRITE_ENABLED;
    },
  };
}

const modelOf =
  (kind: Kind): Model<Sheet> =>
  (_registers, kit) => {
    const { sense, keep, once, misuse } = kit;
    const state = keep(newState());
    const pages = pagesOf(kind, kit, state);
    /** Made when it is first used: most flashes of a board are never read. */
    const cached = keep({ cache: undefined as Uint8Array | undefined });
    const cache = () => {
      cached.cache ??= new Uint8Array(pages.pageBytes).fill(0xff);
      return cached.cache;
    };
    const busy = once();
    const work = (ns: number) => busy.start(ns * sense.timeScale);
    const hasWriteEnable = (what: string) => {
      if ((state.status & WRITE_ENABLED) === 0) misuse(what, `${what} without write enable: it fails`);
    };

    function feature(register: number): number {
      if (register === PROTECTION) return state.protection;
      if (register === CONFIGURATION) return state.configuration;
      return register === STATUS ? state.status | (busy.pending ? BUSY : 0) : 0;
    }
    function setFeature(register: number, value: number): void {
      if (register === PROTECTION) {
        if (!sense.writeProtect || (state.protection & PROTECTION_LOCKED) !== PROTECTION_LOCKED)
          state.protection = value;
      } else if (register === CONFIGURATION) state.configuration = value;
    }
    function dataOf(does: string | undefined, address: number, index: number): number {
      if (does === 'read-id') return kind.id[index] ?? 0;
      if (does === 'get-feature') return feature(address);
      return cache()[(address + index) % (2 * PAGE_BYTES)] ?? 0xff;
    }

    return {
      reset() {
        busy.cancel();
        Object.assign(state, newState());
        cached.cache = undefined;
        pages.counts.erased = 0;
      },
      sensed(name) {
        if (name === 'badBlocks') badBlocksOf(sense.badBlocks, kind.blocks);
      },
      properties: {
        get erased() {
          return pages.counts.erased;
        },
      },
      instruction: {
        accepts: ({ does }) => !busy.pending || does === 'get-feature' || does === 'reset',
        send({ does }, address, index, rx, from, to) {
          for (let at = from; at < to; at++) rx[at] = dataOf(does, address, index + at - from);
        },
        begin({ does }) {
          if (does === 'load') cache().fill(0xff);
        },
        take({ does }, address, index, byte) {
          if (does === 'set-feature') state.feature = byte;
          else if (address + index < pages.pageBytes) cache()[address + index] = byte;
        },
        execute({ does }, address, count) {
          if (does === 'write-enable') state.status |= WRITE_ENABLED;
          else if (does === 'write-disable') state.status &= ~WRITE_ENABLED;
          else if (does === 'set-feature' && count > 0) setFeature(address, state.feature);
          else if (does === 'read-page') {
            pages.read(address, cache());
            work(TIMES.read);
          } else if (does === 'program') {
            hasWriteEnable('program page');
            pages.program(address, cache());
            work(TIMES.program);
          } else if (does === 'erase') {
            hasWriteEnable('erase block');
            pages.erase(address);
            work(TIMES.erase);
          } else if (does === 'reset') {
            state.status &= ~(WRITE_ENABLED | ERASE_FAILED | PROGRAM_FAILED);
            busy.cancel();
            work(TIMES.reset);
          }
        },
      },
    };
  };

const ROWS: readonly (readonly [compatible: readonly [string, ...string[]], title: string, kind: Kind])[] = [
  [
    ['spi-nand', 'winbond,w25n01gv'],
    'W25N01GV SPI NAND flash, 128 MiB',
    { id: [0xef, 0xaa, 0x21], blocks: 1024, spare: 64 },
  ],
  [
    ['winbond,w25n02kv'],
    'W25N02KV SPI NAND flash, 256 MiB',
    { id: [0xef, 0xaa, 0x22], blocks: 2048, spare: 128 },
  ],
  [
    ['macronix,mx35lf1ge4ab'],
    'MX35LF1GE4AB SPI NAND flash, 128 MiB',
    { id: [0xc2, 0x12], blocks: 1024, spare: 64 },
  ],
  [
    ['micron,mt29f2g01abagd'],
    'MT29F2G01ABAGD SPI NAND flash, 256 MiB',
    { id: [0x2c, 0x24], blocks: 2048, spare: 128 },
  ],
  [
    ['gigadevice,gd5f1gq5ue'],
    'GD5F1GQ5UE SPI NAND flash, 128 MiB',
    { id: [0xc8, 0x51], blocks: 1024, spare: 128 },
  ],
  [
    ['toshiba,tc58cvg0s3'],
    'TC58CVG0S3 SPI NAND flash, 128 MiB',
    { id: [0x98, 0xc2], blocks: 1024, spare: 128 },
  ],
];

export const parts: readonly Part[] = ROWS.map(([compatible, title, kind]) => ({
  ...sheet,
  compatible,
  title,
  model: modelOf(kind),
}));
