import { BusFault, type I2cDev, type I2cSegment } from '../../board/index.ts';
import { inPieces } from '../memory/memory.ts';
import type { Eeprom } from './eeprom.ts';
import type { Geometry } from './geometry.ts';

/**
 * How long a part may stay silent: the write cycle of the slowest is 10 ms, Linux waits 25 ms
 * (drivers/misc/eeprom/at24.c, `at24_write_timeout`).
 */
const WRITE_LIMIT_MS = 25;
/** An adapter on a slow line may need that for a single try. */
const LEAST_TRIES = 4;
const READ_MAX = 8192;

/**
 * A 24Cxx EEPROM. While it writes it does not acknowledge its address, so each transfer is tried again until it does
 * ("acknowledge polling").
 */
export class At24 implements Eeprom {
  readonly title: string;
  readonly size: number;
  readonly pageSize: number;
  readonly readMax: number;
  readonly #i2c: I2cDev;
  readonly #address: number;
  readonly #geometry: Geometry;
  /** Bytes that one device address reaches; the higher address bits are in the device address. */
  readonly #window: number;
  /** Bytes of a page that the adapter takes at a time. */
  #piece: number;

  constructor(i2c: I2cDev, address: number, geometry: Geometry) {
    this.#i2c = i2c;
    this.#address = address;
    this.#geometry = geometry;
    this.#window = 2 ** geometry.addressWidth;
    this.title = `${geometry.type} at 0x${address.toString(16)} on ${i2c.path}`;
    this.size = geometry.size;
    this.pageSize = geometry.pageSize;
    this.#piece = geometry.pageSize;
    this.readMax = Math.min(READ_MAX, this.#window);
  }

  layout(): readonly (readonly [string, string])[] {
    const last = this.#address + Math.ceil(this.size / this.#window) - 1;
    const addresses = last > this.#address ? ` (answers up to 0x${last.toString(16)})` : '';
    return [
      ['bus', `${this.#i2c.path}, address 0x${this.#address.toString(16)}${addresses}`],
      ['addressing', `${this.#geometry.addressWidth} bits`],
    ];
  }

  async state(): Promise<readonly (readonly [string, string])[]> {
    await this.#settled(() => this.#i2c.transfer([...this.#place(0), { addr: this.#address, read: 1 }]));
    return [['answers', 'yes']];
  }

  /** The level of its WP pin cannot be read. */
  async protection(): Promise<string | undefined> {
    return undefined;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    for (let at = 0; at < into.length; ) {
      const left = this.#window - ((offset + at) % this.#window);
      const part = into.subarray(at, at + left);
      const segments = [...this.#place(offset + at), { addr: this.#addressOf(offset + at), read: part }];
      await this.#settled(() => this.#i2c.transfer(segments));
      at += part.length;
    }
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#piece = await inPieces(bytes, this.#piece, async (at, piece) => {
      const [place] = this.#place(offset + at);
      const message = new Uint8Array([...place.write, ...piece]);
      await this.#settled(() => this.#i2c.transfer([{ addr: place.addr, write: message }]));
    });
  }

  async settle(): Promise<void> {
    await this.#settled(() => this.#i2c.transfer(this.#place(0)));
  }

  close(): void {
    this.#i2c.close();
  }

  #addressOf(offset: number): number {
    return this.#address + Math.floor(offset / this.#window);
  }

  #place(offset: number): [Extract<I2cSegment, { write: Uint8Array }>] {
    const within = offset % this.#window;
    const bytes = this.#geometry.addressWidth === 8 ? [within] : [within >> 8, within & 0xff];
    return [{ addr: this.#addressOf(offset), write: Uint8Array.from(bytes) }];
  }

  /** Tries until the part acknowledges. @throws {BusFault} `ENXIO` when it does not within the limit */
  async #settled(transfer: () => Promise<unknown>): Promise<void> {
    const began = performance.now();
    for (let tries = 1; ; tries++) {
      // Looked at before the try: whoever was not scheduled for long has not waited in vain.
      const late = tries >= LEAST_TRIES && performance.now() - began > WRITE_LIMIT_MS;
      try {
        await transfer();
        return;
      } catch (thrown) {
        const fault = BusFault.from(thrown);
        const busy = fault.code === 'ENXIO' || fault.code === 'EREMOTEIO';
        if (!busy || late) throw explained(fault, this.title);
      }
    }
  }
}

function explained(fault: BusFault, title: string): BusFault {
  if (fault.code === 'ENXIO')
    return new BusFault('ENXIO', `the ${title} does not answer: check its address, its power and the wiring`);
  if (fault.code === 'EREMOTEIO')
    return new BusFault('EREMOTEIO', `the ${title} refuses data: it may be write-protected (WP pin)`);
  return fault;
}
