/**
 * The lines that BeagleLogic's server takes over TCP, as the `beaglelogic` driver of libsigrok asks them: `version`, settings with a
 * value (set: `ok`) or without one (asked: the number), `get` for samples from now on, `close` for no more.
 */

/** Channels by their place: pins of a BeagleBone, whose names libsigrok has fixed. */
export const CHANNELS = [
  ...['P8_45', 'P8_46', 'P8_43', 'P8_44', 'P8_41', 'P8_42', 'P8_39', 'P8_40'],
  ...['P8_27', 'P8_29', 'P8_28', 'P8_30', 'P8_21', 'P8_20'],
] as const;

/** Channels that a sample of one byte holds. */
export const BYTE_CHANNELS = 8;

/** Samples a second: the grid of what is drawn, which is also the most. */
export const RATE = 10_000_000;

/** `sampleunit`: how wide a sample is. */
const UNIT = { BITS_16: 0, BITS_8: 1 } as const;
/** The client ends a capture that it has limited when this is full, so it is large. */
const BUFFER_BYTES = 1 << 30;
/** How much of it comes at once: the client waits for as long as that takes. */
const BUFFER_UNIT_BYTES = 1 << 16;

const OK = 'ok';

/** What a line asks for beside its answer. */
export type Order = 'get' | 'close';

/** One client's settings. */
export class Settings {
  #rate = RATE;
  #unit: number = UNIT.BITS_8;
  #trigger = 1;
  #memory = BUFFER_BYTES;
  #memoryUnit = BUFFER_UNIT_BYTES;

  /** Samples a second. */
  get rate(): number {
    return this.#rate;
  }

  /** Bytes of a sample. */
  get unit(): 1 | 2 {
    return this.#unit === UNIT.BITS_8 ? 1 : 2;
  }

  /** @returns the answer, or what to do */
  answer(line: string): { readonly text: string } | Order {
    const [word = '', value, ...more] = line.trim().split(/\s+/);
    if (word === 'get' || word === 'close') return word;
    if (word === 'version') return { text: 'BeagleLogic 1.0' };
    if (value === undefined) return { text: this.#asked(word) };
    if (!/^\d{1,10}$/.test(value) || more.length > 0) return { text: `invalid ${word}: expected a number` };
    return { text: this.#set(word, Number(value)) };
  }

  #asked(word: string): string {
    switch (word) {
      case 'samplerate':
        return String(this.#rate);
      case 'sampleunit':
        return String(this.#unit);
      case 'triggerflags':
        return String(this.#trigger);
      case 'memalloc':
        return String(this.#memory);
      case 'bufunitsize':
        return String(this.#memoryUnit);
      default:
        return 'unknown command';
    }
  }

  #set(word: string, value: number): string {
    switch (word) {
      case 'samplerate':
        if (value < 1 || value > RATE) return `invalid samplerate: expected 1 to ${RATE}, got ${value}`;
        this.#rate = value;
        return OK;
      case 'sampleunit':
        if (value !== UNIT.BITS_8 && value !== UNIT.BITS_16)
          return `invalid sampleunit: expected 0 or 1, got ${value}`;
        this.#unit = value;
        return OK;
      case 'triggerflags':
        this.#trigger = value;
        return OK;
      case 'memalloc':
        this.#memory = value;
        return OK;
      case 'bufunitsize':
        this.#memoryUnit = value;
        return OK;
      default:
        return 'unknown command';
    }
  }
}
