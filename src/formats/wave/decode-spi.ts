import { type FoundTransfer, wholeBytes } from '../captured.ts';

export interface FoundSpi {
  readonly atNs: number;
  readonly transfer: FoundTransfer;
}

/** The levels of the wires of one chip select. A wire that is not there is undefined. */
export interface SpiLevels {
  readonly cs: boolean;
  readonly sck: boolean;
  readonly mosi: boolean | undefined;
  readonly miso: boolean | undefined;
}

/** Which chip select of which bus, and how its bits are sampled. */
export interface SpiPlace {
  readonly bus: number;
  readonly chipSelect: number;
  /** 0 to 3: clock polarity and phase. */
  readonly mode: number;
}

/** Finds the messages of one chip select, active low, eight bits a word, most significant first. */
export class SpiDecoder {
  readonly #place: SpiPlace;
  readonly #found: (found: FoundSpi) => void;
  /** Whether bits are sampled where SCK rises. */
  readonly #onRise: boolean;
  #sck: boolean;
  #beganNs: number | undefined;
  #out: number[] = [];
  #into: number[] = [];
  #bits = 0;
  #byte = { out: 0, into: 0 };
  #has = { mosi: false, miso: false };
  #isSelected: boolean;
  /** Messages that end within a byte. */
  broken = 0;

  constructor(place: SpiPlace, found: (found: FoundSpi) => void, idle: SpiLevels) {
    this.#place = place;
    this.#found = found;
    this.#onRise = place.mode === 0 || place.mode === 3;
    this.#sck = idle.sck;
    // What was selected when the capture began has no beginning.
    this.#isSelected = !idle.cs;
  }

  step(atNs: number, { cs, sck, mosi, miso }: SpiLevels): void {
    const rose = !this.#sck && sck;
    const fell = this.#sck && !sck;
    this.#sck = sck;
    if (cs) {
      if (this.#isSelected) this.#end(atNs);
      this.#isSelected = false;
      return;
    }
    if (!this.#isSelected) {
      this.#isSelected = true;
      this.#beganNs = atNs;
      [this.#out, this.#into, this.#bits] = [[], [], 0];
    }
    if (this.#beganNs === undefined || !(this.#onRise ? rose : fell)) return;
    this.#has = { mosi: mosi !== undefined, miso: miso !== undefined };
    this.#byte.out = (this.#byte.out << 1) | (mosi ? 1 : 0);
    this.#byte.into = (this.#byte.into << 1) | (miso ? 1 : 0);
    if (++this.#bits < 8) return;
    this.#out.push(this.#byte.out & 0xff);
    this.#into.push(this.#byte.into & 0xff);
    this.#bits = 0;
  }

  #end(atNs: number): void {
    const beganNs = this.#beganNs;
    this.#beganNs = undefined;
    if (this.#bits > 0) this.broken++;
    if (beganNs === undefined || this.#out.length === 0) return;
    const { bus, chipSelect } = this.#place;
    const sent = this.#has.mosi ? wholeBytes(this.#out) : undefined;
    const received = this.#has.miso ? wholeBytes(this.#into) : undefined;
    const segments = [{ target: chipSelect, tenBit: false, sent, received }];
    this.#found({ atNs: beganNs, transfer: { bus, segments, wireNs: atNs - beganNs } });
  }
}
