import type { Line } from '../kit/line.ts';
import type { SpiPart } from '../wire/part.ts';
import type { ChipPlace, RegisterChip } from './chip.ts';

/** What the first bytes of an SPI transfer mean to a chip. */
interface SpiHeader {
  readonly register: number;
  readonly read: boolean;
  /** Further bytes go to the registers that follow; else to the same one. */
  readonly increment: boolean;
}

/** How the chips of a data sheet sit on an SPI bus. */
export interface SpiInterface {
  /** Bit n set: works in SPI mode n. */
  readonly spiModes: number;
  readonly maxSpeedHz: number;
  /** Bytes before the data. Default: 1. */
  readonly headerBytes?: 1 | 2 | 3;
  /** What they mean, the first of them in the higher bits; `undefined`: the transfer is not for such a chip. */
  parse(header: number): SpiHeader | undefined;
  /** Each data byte that is written is followed by a new header (Bosch). */
  readonly writesInPairs?: boolean;
}

const NOT_ADDRESSED: SpiHeader = { register: 0, read: true, increment: false };

/**
 * The usual SPI interface: the first byte names register and direction, then comes its value, the most significant byte
 * first.
 */
export class SpiRegisters implements SpiPart {
  readonly spiModes: number;
  readonly maxSpeedHz: number;
  readonly #place: ChipPlace;
  readonly #interface: SpiInterface;
  #header: SpiHeader | undefined;
  #headerDue = 0;
  #headerValue = 0;
  #register = 0;
  /** The register's value as far as it was sent, and how many bytes that are. */
  #value = 0;
  #sent = 0;

  constructor(place: ChipPlace, bus: SpiInterface) {
    this.#place = place;
    this.#interface = bus;
    this.spiModes = bus.spiModes;
    this.maxSpeedHz = bus.maxSpeedHz;
  }

  get subject(): RegisterChip {
    return this.#place.chip;
  }

  get state(): object {
    return { chip: this.subject.state };
  }

  get lines(): readonly Line[] {
    return this.subject.lines ?? [];
  }

  get takesRuns(): boolean {
    return this.subject.takesRuns === true;
  }

  reset(): void {
    this.subject.reset();
  }

  restored(): void {
    this.subject.restored?.();
  }

  close(): void {
    this.#place.close?.();
  }

  select(): void {
    this.#awaitHeader();
  }

  deselect(): void {
    if (this.#header !== undefined && this.#header !== NOT_ADDRESSED) this.subject.end?.();
  }

  transfer(tx: Uint8Array | undefined, rx: Uint8Array | undefined, length: number): void {
    for (let at = 0; at < length; at++) {
      const answer = this.#byte(tx === undefined ? 0 : (tx[at] as number));
      if (rx !== undefined) rx[at] = answer;
    }
  }

  #awaitHeader(): void {
    this.#header = undefined;
    this.#headerDue = this.#interface.headerBytes ?? 1;
    this.#headerValue = 0;
  }

  #byte(byte: number): number {
    if (this.#headerDue > 0) {
      this.#headerValue = this.#headerValue * 256 + byte;
      if (--this.#headerDue === 0) this.#begin();
      return 0xff;
    }
    const header = this.#header;
    if (header === undefined || header === NOT_ADDRESSED) return 0xff;
    const width = this.subject.width?.(this.#register) ?? 1;
    if (this.#sent === 0) this.#value = header.read ? this.subject.readRegister(this.#register) : 0;
    this.#sent++;
    let answer = 0xff;
    if (header.read) answer = (this.#value >>> (8 * (width - this.#sent))) & 0xff;
    else this.#value = this.#value * 256 + byte;
    if (this.#sent === width) this.#end(header);
    return answer;
  }

  /** A whole register has passed. */
  #end(header: SpiHeader): void {
    this.#sent = 0;
    if (!header.read) this.subject.writeRegister(this.#register, this.#value);
    if (!header.read && this.#interface.writesInPairs) this.#awaitHeader();
    else if (header.increment) {
      this.#register = this.subject.nextRegister?.(this.#register) ?? (this.#register + 1) & 0xff;
    }
  }

  #begin(): void {
    const parsed = this.#interface.parse(this.#headerValue);
    const isMeant = parsed !== undefined && this.subject.addressed?.(this.#headerValue) !== false;
    const header = isMeant ? parsed : NOT_ADDRESSED;
    this.#header = header;
    this.#register = header.register;
    this.#sent = 0;
    if (header !== NOT_ADDRESSED) this.subject.begin?.(header.read);
  }
}
