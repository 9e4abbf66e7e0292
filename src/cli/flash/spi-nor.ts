import { BusFault, type SpiDev, type SpiSegment } from '../../board/index.ts';
import { DOUBTFUL, inPieces, type Memory, TOO_LONG } from '../memory/memory.ts';
import type { Range } from '../memory/range.ts';
import type { Target } from '../memory/target.ts';
import { hexBytes, isNobody, MAKER, makerOf, sizeOfId } from './identity.ts';
import { loadInstructions, OPCODE } from './instructions.ts';
import {
  hasSecondStatus,
  lockOf,
  lockPlaces,
  locksBlocks,
  type ProtectionBits,
  protectionOf,
} from './protection.ts';
import { type EraseType, type FlashParameters, readSfdp } from './sfdp.ts';

const STATUS_BUSY = 0x01;
const SR2_CMP = 0x40;

/** What three address bytes reach. */
const THREE_BYTES = 1 << 24;

/** Where the chip does not say how long something may take. */
const LIMIT_MS = { program: 50, erase: 5_000, erasePerMib: 10_000, status: 500 };
/** A busy chip is asked again after a part of what it takes, but not more often than this. */
const POLL_MS = { least: 1, most: 50 };
/** A page takes less than the shortest pause of a timer: a chip that programs one is asked at once, for this long. */
const EAGER_MS = 3;

/** Longest read of a transfer; adapters cut it where they must. */
const READ_MAX = 1 << 20;

/** Most pages of a message, and the longest that one should take: who presses Ctrl-C twice waits for its end. */
const RUN = { most: 64, ms: 400 } as const;

const PROGRAMMING = 'programming a page';

/** A page, or a part of one, and what it is to hold. */
export interface Page {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** An SPI NOR flash behind a node. */
export class SpiNor implements Memory {
  readonly title: string;
  readonly size: number;
  readonly pageSize: number;
  readonly readMax = READ_MAX;
  /** The smallest first. */
  readonly eraseTypes: readonly EraseType[];
  readonly id: Uint8Array;
  readonly parameters: FlashParameters | undefined;
  readonly #spi: SpiDev;
  readonly #addressBytes: 3 | 4;
  readonly #read: number;
  readonly #program: number;
  #inMode = false;
  /** Bytes of a page that the adapter takes at a time; undefined: not known yet. */
  #piece: number | undefined;
  /** Pages that the next message may program, and most that the adapter takes. */
  #run = 1;
  #runMax: number = RUN.most;

  private constructor(spi: SpiDev, id: Uint8Array, size: number, parameters: FlashParameters | undefined) {
    this.#spi = spi;
    this.id = id;
    this.size = size;
    this.parameters = parameters;
    this.pageSize = parameters?.pageSize ?? 256;
    this.title = `${makerOf(id)} SPI NOR flash on ${spi.path}`;
    const { fourByte } = parameters ?? {};
    const dedicated = size > THREE_BYTES && fourByte?.kind === 'instructions' ? fourByte : undefined;
    this.#addressBytes = size > THREE_BYTES ? 4 : (parameters?.addressBytes ?? 3);
    this.#read = dedicated?.read ?? OPCODE.READ;
    this.#program = dedicated?.program ?? OPCODE.PROGRAM;
    this.eraseTypes = dedicated?.eraseTypes ?? parameters?.eraseTypes ?? usualErases();
  }

  /**
   * Asks the chip what it is. A target's `size` counts where the chip says nothing.
   * @throws {BusFault} `ENXIO` nobody answers; `EOPNOTSUPP` no size, or no way to its upper half
   */
  static async identify(spi: SpiDev, target: Target): Promise<SpiNor> {
    await loadInstructions();
    const id = await readId(spi);
    const parameters = await readSfdp(async (address, length) => {
      const rx = new Uint8Array(length);
      await inPieces(rx, length, async (at, piece) => {
        const header = [OPCODE.READ_SFDP, ...bytesOf(address + at, 3), 0];
        await spi.transfer([{ tx: Uint8Array.from(header) }, { rx: piece }]);
      });
      return rx;
    });
    const size = parameters?.size ?? target.property('size') ?? sizeOfId(id);
    if (size === undefined)
      throw new BusFault(
        'EOPNOTSUPP',
        `unknown size: the chip with JEDEC id ${hexBytes(id)} has no SFDP table; set size in its node`,
      );
    const flash = new SpiNor(spi, id, size, parameters);
    await flash.wait('the operation in progress', LIMIT_MS.erase, 0);
    await flash.#enterFourByteMode();
    return flash;
  }

  async close(): Promise<void> {
    if (this.#inMode) await this.#spi.transfer({ tx: Uint8Array.of(OPCODE.EXIT_4_BYTE) });
    this.#spi.close();
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    await this.#spi.transfer([{ tx: this.#header(this.#read, offset) }, { rx: into }]);
  }

  /**
   * Reads the first bytes of places that lie apart, in one message.
   * @returns those of each; undefined: the adapter takes no message that long, or its line fails by one. @throws {BusFault}
   */
  async glance(offsets: readonly number[], length: number): Promise<readonly Uint8Array[] | undefined> {
    const message = offsets.flatMap((offset, i): SpiSegment[] => [
      { tx: this.#header(this.#read, offset) },
      { rx: length, csChange: i < offsets.length - 1 },
    ]);
    try {
      const { buffers } = await this.#spi.transfer(message);
      return received(buffers);
    } catch (thrown) {
      const { code } = BusFault.from(thrown);
      if (TOO_LONG.includes(code) || DOUBTFUL.includes(code)) return undefined;
      throw thrown;
    }
  }

  /**
   * Finds out how long a message the adapter sends, before anything is erased: by a read that sends as much as
   * programming a page would. @throws {BusFault} that of an adapter which cannot program a single byte
   */
  async findLimits(): Promise<void> {
    for (let piece = this.pageSize; this.#piece === undefined; piece >>= 1) {
      const message = new Uint8Array(this.#header(this.#read, 0).length + piece);
      message.set(this.#header(this.#read, 0));
      try {
        await this.#spi.transfer({ tx: message });
        this.#piece = piece;
      } catch (thrown) {
        if (!TOO_LONG.includes(BusFault.from(thrown).code) || piece <= 1) throw thrown;
      }
    }
  }

  /** How many pages `program` would like to have. */
  get pagesAtOnce(): number {
    return this.#run;
  }

  /**
   * Programs pages. They go out in one message where the chip was never found busy behind a page: adapters are far away, and each
   * answer is waited for once. A chip that is busy hears no instruction: what came behind a page that kept it busy is looked at, and
   * programmed where it was not heard. @throws {BusFault}
   */
  async program(pages: readonly Page[]): Promise<void> {
    const heard = pages.length > 1 && !this.#isPieced ? await this.#programRun(pages) : undefined;
    if (heard === undefined) {
      for (const page of pages) await this.#programPage(page);
      return;
    }
    if (heard === pages.length) return;
    this.#run = this.#runMax = 1;
    await this.wait(PROGRAMMING, this.#programLimitMs, 0);
    for (const page of pages.slice(heard)) {
      const now = new Uint8Array(page.bytes.length);
      await this.read(page.offset, now);
      if (Buffer.compare(now, page.bytes) !== 0) await this.#programPage(page);
    }
  }

  /**
   * @returns how many the chip has surely heard: none where the line failed, which a shorter message may not
   * overrun; undefined: the adapter takes no message that long, and sent nothing. @throws {BusFault}
   */
  async #programRun(pages: readonly Page[]): Promise<number | undefined> {
    const message = pages.flatMap(({ offset, bytes }, i) =>
      changing(Buffer.concat([this.#header(this.#program, offset), bytes]), i === pages.length - 1),
    );
    const began = performance.now();
    try {
      const { buffers } = await this.#spi.transfer(message);
      this.#adapt(false, performance.now() - began);
      const busy = received(buffers).findIndex(([status = 0]) => (status & STATUS_BUSY) !== 0);
      return busy < 0 ? pages.length : busy + 1;
    } catch (thrown) {
      const { code } = BusFault.from(thrown);
      if (DOUBTFUL.includes(code)) return 0;
      if (!TOO_LONG.includes(code)) throw thrown;
      this.#run = this.#runMax = Math.max(1, this.#run >> 1);
      return undefined;
    }
  }

  /** @param goesSingly nothing may follow a page in its message */
  #adapt(goesSingly: boolean, ms: number): void {
    if (goesSingly) this.#run = this.#runMax = 1;
    else if (2 * ms < RUN.ms) this.#run = Math.min(this.#runMax, this.#run * 2);
    else if (ms > RUN.ms) this.#run = Math.max(1, this.#run >> 1);
  }

  /** In pieces where the adapter takes no more at a time. @throws {BusFault} */
  async #programPage({ offset, bytes }: Page): Promise<void> {
    const began = performance.now();
    let wasBusy = false;
    this.#piece = await inPieces(bytes, this.#piece ?? this.pageSize, async (at, piece) => {
      const message = Uint8Array.from([...this.#header(this.#program, offset + at), ...piece]);
      wasBusy = (await this.#change(message, PROGRAMMING, this.#programLimitMs, 0)) || wasBusy;
    });
    this.#adapt(wasBusy || this.#isPieced, performance.now() - began);
  }

  get #isPieced(): boolean {
    return this.#piece !== undefined && this.#piece < this.pageSize;
  }

  get #programLimitMs(): number {
    return Math.max(this.parameters?.programMs ?? LIMIT_MS.program, 5);
  }

  /** @param waiting is called while the chip is busy */
  async erase(
    offset: number,
    { opcode, size, typicalMs, maximumMs }: EraseType,
    waiting = () => {},
  ): Promise<void> {
    const limit = Math.max(maximumMs ?? LIMIT_MS.erase, LIMIT_MS.status);
    await this.#change(this.#header(opcode, offset), `erasing ${size} bytes`, limit, typicalMs ?? 0, waiting);
  }

  /** @param waiting as `erase` */
  async eraseChip(waiting = () => {}): Promise<void> {
    const limit = this.parameters?.chipEraseMs ?? LIMIT_MS.erasePerMib * Math.max(1, this.size / (1 << 20));
    await this.#change(Uint8Array.of(OPCODE.ERASE_CHIP), 'erasing the chip', limit, limit / 20, waiting);
  }

  async status(): Promise<{ sr1: number; sr2: number | undefined }> {
    const sr1 = await this.#register(OPCODE.READ_STATUS);
    return {
      sr1,
      sr2: hasSecondStatus(this.#maker) ? await this.#register(OPCODE.READ_STATUS_2) : undefined,
    };
  }

  async protection(): Promise<ProtectionBits> {
    const { sr1, sr2 } = await this.status();
    return protectionOf(this.#maker, this.size, sr1, sr2);
  }

  /** Whether a block in `range` is locked by itself (Winbond's WPS), of which the protection bits say nothing. */
  async isLocked(range: Range): Promise<boolean> {
    if (this.#maker !== MAKER.WINBOND || !locksBlocks(await this.#register(OPCODE.READ_STATUS_3)))
      return false;
    for (const at of lockPlaces(range, this.size)) {
      const { rx } = await this.#spi.transfer([{ tx: this.#header(OPCODE.READ_BLOCK_LOCK, at) }, { rx: 1 }]);
      if (rx[0] === 1) return true;
    }
    return false;
  }

  /** Unlocks all blocks, until the chip is without power. */
  async unlock(): Promise<void> {
    await this.#change(Uint8Array.of(OPCODE.UNLOCK_ALL), 'unlocking the blocks', LIMIT_MS.status, 0);
  }

  /** Clears the bits that protect blocks. @throws {BusFault} `EACCES` when they stay set */
  async unprotect(): Promise<void> {
    const { sr1, sr2 } = await this.status();
    const { mask } = protectionOf(this.#maker, this.size, sr1, sr2);
    const first = sr1 & ~mask & 0xfc;
    await this.#writeStatus(OPCODE.WRITE_STATUS, first);
    // Older chips (W25Q32BV data sheet, 7.2.9) have no 31h and clear QE and CMP behind a 01h with one byte: they take both there.
    const second = sr2 === undefined ? undefined : sr2 & ~SR2_CMP;
    for (const instruction of [[OPCODE.WRITE_STATUS_2], [OPCODE.WRITE_STATUS, first]]) {
      if (second === undefined || (await this.#register(OPCODE.READ_STATUS_2)) === second) break;
      await this.#writeStatus(...instruction, second);
    }
    const { names } = await this.protection();
    if (names.length > 0)
      throw new BusFault('EACCES', `protection bits ${names.join(', ')} cannot be cleared: ${lockOf(sr2)}`);
  }

  async #writeStatus(...instruction: number[]): Promise<void> {
    await this.#change(Uint8Array.from(instruction), 'writing the status register', LIMIT_MS.status, 0);
  }

  /**
   * Waits until the chip is not busy.
   * @param typicalMs how long it usually takes; 0: less than a pause
   * @throws {BusFault} `ETIMEDOUT` after `limitMs`
   */
  async wait(what: string, limitMs: number, typicalMs: number, waiting = () => {}): Promise<void> {
    const began = performance.now();
    const pause = Math.min(POLL_MS.most, Math.max(POLL_MS.least, typicalMs / 8));
    for (;;) {
      // Looked at before the status: whoever was not scheduled for long has not waited in vain.
      const waitedMs = performance.now() - began;
      if (((await this.#register(OPCODE.READ_STATUS)) & STATUS_BUSY) === 0) return;
      if (waitedMs > limitMs)
        throw new BusFault(
          'ETIMEDOUT',
          `${what} took more than ${Math.ceil(limitMs)} ms: the chip stays busy`,
        );
      waiting();
      if (typicalMs > 0 || waitedMs > EAGER_MS) await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  get #maker(): number {
    return this.id[0] as number;
  }

  /** @returns whether the chip was busy at the first look. @throws {BusFault} */
  async #change(
    instruction: Uint8Array,
    what: string,
    limitMs: number,
    typicalMs: number,
    waiting?: () => void,
  ): Promise<boolean> {
    const { rx } = await this.#spi.transfer(changing(instruction));
    const isBusy = ((rx[0] as number) & STATUS_BUSY) !== 0;
    if (isBusy) await this.wait(what, limitMs, typicalMs, waiting);
    return isBusy;
  }

  async #register(opcode: number): Promise<number> {
    const { rx } = await this.#spi.transfer([{ tx: Uint8Array.of(opcode) }, { rx: 1 }]);
    return rx[0] as number;
  }

  #header(opcode: number, address: number): Uint8Array {
    return Uint8Array.from([opcode, ...bytesOf(address, this.#addressBytes)]);
  }

  async #enterFourByteMode(): Promise<void> {
    if (this.size <= THREE_BYTES || this.parameters?.addressBytes === 4) return;
    const { fourByte } = this.parameters ?? {};
    if (fourByte?.kind === 'instructions') return;
    if (fourByte === undefined)
      throw new BusFault(
        'EOPNOTSUPP',
        'the chip is larger than 16 MiB but its SFDP table does not tell how to use 4-byte addresses',
      );
    const enable = fourByte.writeEnable ? [{ tx: Uint8Array.of(OPCODE.WRITE_ENABLE), csChange: true }] : [];
    await this.#spi.transfer([...enable, { tx: Uint8Array.of(OPCODE.ENTER_4_BYTE) }]);
    this.#inMode = true;
  }
}

/** Without those of segments that only send. */
const received = (buffers: readonly Uint8Array[]): readonly Uint8Array[] =>
  buffers.filter(({ length }) => length > 0);

/** Write enable, the instruction and a first look at the status, as one message: adapters are far away. */
function changing(instruction: Uint8Array, isLast = true): SpiSegment[] {
  return [
    { tx: Uint8Array.of(OPCODE.WRITE_ENABLE), csChange: true },
    { tx: instruction, csChange: true },
    { tx: Uint8Array.of(OPCODE.READ_STATUS) },
    { rx: 1, csChange: !isLast },
  ];
}

/** The JEDEC id; a chip that sleeps is woken. @throws {BusFault} `ENXIO` */
async function readId(spi: SpiDev): Promise<Uint8Array> {
  const ask = async () => (await spi.transfer([{ tx: Uint8Array.of(OPCODE.READ_ID) }, { rx: 3 }])).rx;
  const id = await ask();
  if (!isNobody(id)) return id;
  await spi.transfer({ tx: Uint8Array.of(OPCODE.RELEASE_POWER_DOWN) });
  const again = await ask();
  if (!isNobody(again)) return again;
  throw new BusFault(
    'ENXIO',
    `no flash answers on ${spi.path}: its JEDEC id reads ${hexBytes(again)}; check chip select, power and wiring`,
  );
}

/** What chips without SFDP have in common. */
function usualErases(): EraseType[] {
  const type = (index: number, opcode: number, size: number) => ({
    index,
    opcode,
    size,
    typicalMs: undefined,
    maximumMs: undefined,
  });
  return [type(0, OPCODE.ERASE_4_KIB, 0x1000), type(1, OPCODE.ERASE_64_KIB, 0x10000)];
}

/** Most significant first. */
function bytesOf(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 2 ** (8 * (count - 1 - i))) & 0xff);
}
