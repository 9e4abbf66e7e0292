import { BusFault, type SpiDev } from '../../board/index.ts';
import { hexByte } from '../../bus/words.ts';
import { type DataSheet, loadParts, opcodeOf, partFor } from '../../parts/index.ts';
import { inPieces } from '../memory/memory.ts';
import type { Eeprom } from './eeprom.ts';
import type { Geometry } from './geometry.ts';

const NAME = ['atmel,at25'];
const at25 = partFor(await loadParts(NAME), 'spi', NAME) as DataSheet;
const OPCODE = {
  WRITE: opcodeOf(at25, 'write'),
  READ: opcodeOf(at25, 'read'),
  RDSR: opcodeOf(at25, 'read status'),
  WREN: opcodeOf(at25, 'write enable'),
} as const;
/** A8 of 512-byte parts, in READ and WRITE. */
const A8 = opcodeOf(at25, 'read at 0x1..') ^ OPCODE.READ;
const STATUS = { WIP: 0x01, WEL: 0x02, BP0: 0x04, BP1: 0x08, WPEN: 0x80 } as const;

/** What BP1 and BP0 keep from being written. */
const PROTECTED = ['nothing', 'the upper quarter', 'the upper half', 'the whole array'] as const;

/** The longest write cycle is 10 ms; Linux waits 25 ms (drivers/misc/eeprom/at25.c, `EE_TIMEOUT`). */
const WRITE_LIMIT_MS = 25;
const LEAST_TRIES = 4;

/** An AT25 SPI EEPROM. */
export class At25 implements Eeprom {
  readonly title: string;
  readonly size: number;
  readonly pageSize: number;
  readonly readMax: number;
  readonly #spi: SpiDev;
  readonly #geometry: Geometry;
  /** Bytes of a page that the adapter takes at a time. */
  #piece: number;

  constructor(spi: SpiDev, geometry: Geometry) {
    this.#spi = spi;
    this.#geometry = geometry;
    this.title = `${geometry.type} on ${spi.path}`;
    this.size = geometry.size;
    this.pageSize = geometry.pageSize;
    this.#piece = geometry.pageSize;
    this.readMax = geometry.size;
  }

  layout(): readonly (readonly [string, string])[] {
    return [
      ['bus', this.#spi.path],
      ['addressing', `${this.#geometry.addressWidth} bits`],
    ];
  }

  async state(): Promise<readonly (readonly [string, string])[]> {
    const status = await this.#status();
    return [['status', `${hexByte(status)}: protects ${PROTECTED[(status >> 2) & 3]}`]];
  }

  async protection(): Promise<string | undefined> {
    const status = await this.#status();
    const bits = [status & STATUS.BP1 ? 'BP1' : '', status & STATUS.BP0 ? 'BP0' : ''].filter(
      (bit) => bit !== '',
    );
    if (bits.length === 0) return undefined;
    return `${bits.join(' and ')} of its status register ${bits.length > 1 ? 'are' : 'is'} set, which protects ${PROTECTED[(status >> 2) & 3]}`;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    await this.settle();
    await this.#spi.transfer([{ tx: this.#header(OPCODE.READ, offset) }, { rx: into }]);
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#piece = await inPieces(bytes, this.#piece, async (at, piece) => {
      await this.settle();
      await this.#spi.transfer([
        { tx: Uint8Array.of(OPCODE.WREN), csChange: true },
        { tx: Uint8Array.from([...this.#header(OPCODE.WRITE, offset + at), ...piece]) },
      ]);
    });
  }

  async settle(): Promise<void> {
    const began = performance.now();
    for (let tries = 1; ; tries++) {
      // Looked at before the status: whoever was not scheduled for long has not waited in vain.
      const late = tries >= LEAST_TRIES && performance.now() - began > WRITE_LIMIT_MS;
      if (((await this.#status()) & STATUS.WIP) === 0) return;
      if (late)
        throw new BusFault('ETIMEDOUT', `the ${this.title} is still writing after ${WRITE_LIMIT_MS} ms`);
    }
  }

  close(): void {
    this.#spi.close();
  }

  #header(opcode: number, offset: number): Uint8Array {
    const { addressWidth } = this.#geometry;
    const high = addressWidth === 9 && offset > 0xff ? A8 : 0;
    const bytes = [opcode | high];
    for (let shift = (addressWidth & ~7) - 8; shift >= 0; shift -= 8) bytes.push((offset >> shift) & 0xff);
    return Uint8Array.from(bytes);
  }

  /** @throws {BusFault} `ENXIO` when nothing drives the line */
  async #status(): Promise<number> {
    const { rx } = await this.#spi.transfer([{ tx: Uint8Array.of(OPCODE.RDSR) }, { rx: 1 }]);
    const status = rx[0] as number;
    if (status === 0xff)
      throw new BusFault(
        'ENXIO',
        `nothing answers on ${this.#spi.path}: check chip select, power and wiring`,
      );
    return status;
  }
}
