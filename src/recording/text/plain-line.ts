import type { RecordedBytes, RecordedSegment, RecordedTransfer } from '../recorded.ts';

/** A transfer as a line without anything special has it, and the time before it. */
export interface PlainTransfer {
  readonly afterNs: number;
  readonly what: RecordedTransfer;
}

interface Place {
  readonly text: Uint8Array;
  readonly bus: string;
  /** Undefined: it is an I2C bus. */
  readonly chipSelect: number | undefined;
}

/** Places that are known by their bytes. */
const PLACES_KEPT = 32;
/** Characters of a time that is read here: more may not be exact. */
const TIME_LENGTH = 7;
/** Seven bits. */
const ADDRESS_MAX = 0x7f;
/** In front of the characters that end lines in text, as UTF-8 has them. */
const SEPARATORS = 0xe2;

/** In the place of a time. */
const UNSAID = -1;
const BROKEN = -2;

/** Characters that the grammar has, by their codes. */
const BLANK = 0x20;
const PLUS = 0x2b;
const COMMA = 0x2c;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COMMENT = 0x3b;
const MORE = 0x3e;
const M = 0x6d;
const N = 0x6e;
const R = 0x72;
const S = 0x73;
const U = 0x75;
const W = 0x77;
const TILDE = 0x7e;
const CR = 0x0d;

/** The value of a hex digit by its character; -1: it is none. */
const DIGIT = new Int8Array(256).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) DIGIT[digit.charCodeAt(0)] = value;

const NOTHING: readonly string[] = [];
/** Where the bytes of a message are gathered. */
const gathered = new Uint8Array(1 << 15);
/** Up to so many bytes are copied one by one: to let it be done costs more. */
const SHORT = 32;
/** What a line says that is only checked. */
const UNKEPT: RecordedSegment[] = [];

/**
 * Reads the lines that nearly all are, straight from their bytes: `+1.2ms i2c-1 48 w 00, r 1f 80 ~370us ; …`. Whatever has
 * anything else in it, or anything wrong, is left to the parser of the whole grammar.
 */
export class PlainLines {
  readonly #text: Uint8Array;
  readonly #places: Place[] = [];
  #at = 0;
  #end = 0;
  /** Whether what is read is wanted, or only whether it is right. */
  #keeps = true;
  #bus = '';
  #unit = 0;
  #segments: readonly RecordedSegment[] = UNKEPT;

  constructor(text: Uint8Array) {
    this.#text = text;
  }

  /** A transfer of this place has been read: lines that name it are read here from now on. */
  learn(transfer: RecordedTransfer): void {
    const { bus, segments } = transfer;
    const chipSelect = bus.startsWith('spi-') ? (segments[0]?.target ?? 0) : undefined;
    const text = chipSelect === undefined ? bus : `spi${bus.slice('spi-'.length)}.${chipSelect}`;
    if (this.#places.length >= PLACES_KEPT || this.#places.some((place) => sameName(place, text))) return;
    this.#places.push({ text: new TextEncoder().encode(text), bus, chipSelect });
  }

  /** Of the line that was read or checked last: its bus, and the address or chip select of its first message. */
  get bus(): string {
    return this.#bus;
  }

  get unit(): number {
    return this.#unit;
  }

  /** Whether the line is plain: the same as `read` tells, without making what it says. */
  check(offset: number, end: number): boolean {
    this.#keeps = false;
    const isPlain = this.#begin(offset, end) >= 0 && this.#finish() !== BROKEN;
    this.#keeps = true;
    return isPlain;
  }

  /** @returns undefined: the line is not plain */
  read(offset: number, end: number): PlainTransfer | undefined {
    const afterNs = this.#begin(offset, end);
    if (afterNs < 0) return undefined;
    const wireNs = this.#finish();
    if (wireNs === BROKEN) return undefined;
    const what: RecordedTransfer = {
      kind: 'transfer',
      bus: this.#bus,
      segments: this.#segments,
      nack: undefined,
      fault: undefined,
      wireNs: wireNs === UNSAID ? undefined : wireNs,
      queuedNs: 0,
      stretchedNs: 0,
      attempts: 1,
      struck: NOTHING,
      client: undefined,
    };
    return { afterNs, what };
  }

  /** Up to the end of the messages. @returns the time before it, in ns; -1: the line is not plain */
  #begin(offset: number, end: number): number {
    this.#at = offset;
    this.#end = end;
    if (this.#text[this.#at++] !== PLUS) return -1;
    const afterNs = this.#time();
    if (afterNs < 0 || !this.#blanks()) return -1;
    const place = this.#place();
    if (place === undefined) return -1;
    const { bus, chipSelect } = place;
    this.#bus = bus;
    const segments = chipSelect === undefined ? this.#i2c() : this.#spi(chipSelect);
    if (segments === undefined) return -1;
    this.#segments = segments;
    return afterNs;
  }

  /** From there to the end of the line. @returns the time on the wire, in ns; `UNSAID`, or `BROKEN`: the line is not plain */
  #finish(): number {
    let wireNs = UNSAID;
    if (this.#peek === TILDE) {
      this.#at++;
      wireNs = this.#time();
      if (wireNs < 0) return BROKEN;
      this.#blanks();
    }
    return this.#at < this.#end && !this.#isComment() ? BROKEN : wireNs;
  }

  /** The next character; -1 at the end. */
  get #peek(): number {
    return this.#at < this.#end ? (this.#text[this.#at] as number) : -1;
  }

  /** @returns whether there was one */
  #blanks(): boolean {
    const from = this.#at;
    while (this.#peek === BLANK) this.#at++;
    return this.#at > from;
  }

  /** In ns; -1: it is not a plain time. */
  #time(): number {
    const begin = this.#at;
    let value = 0;
    let dot = -1;
    for (; ; this.#at++) {
      const next = this.#peek;
      if (next === DOT && dot < 0 && this.#at > begin) {
        dot = this.#at;
        continue;
      }
      if (next < ZERO || next > NINE) break;
      value = value * 10 + next - ZERO;
    }
    const length = this.#at - begin;
    if (length === 0 || length > TIME_LENGTH || dot === this.#at - 1) return -1;
    const fraction = dot < 0 ? 1 : 10 ** (this.#at - dot - 1);
    const size = this.#unitOfTime();
    if (size === 0) return value === 0 && length === 1 && this.#isWordEnd() ? 0 : -1;
    return size % fraction === 0 ? value * (size / fraction) : -1;
  }

  /** In ns; 0: there is none. */
  #unitOfTime(): number {
    const next = this.#peek;
    const second = next !== S && this.#text[this.#at + 1] === S;
    const size = next === S ? 1e9 : !second ? 0 : next === M ? 1e6 : next === U ? 1e3 : next === N ? 1 : 0;
    if (size > 0) this.#at += next === S ? 1 : 2;
    return this.#isWordEnd() ? size : 0;
  }

  #isWordEnd(): boolean {
    const next = this.#peek;
    return next === BLANK || next === COMMA || next === MORE || next === COMMENT || next < 0;
  }

  /** The bus, and the blanks behind it. */
  #place(): Place | undefined {
    for (const place of this.#places) {
      const { text } = place;
      const end = this.#at + text.length;
      if (end >= this.#end || this.#text[end] !== BLANK) continue;
      let same = 0;
      while (same < text.length && text[same] === this.#text[this.#at + same]) same++;
      if (same < text.length) continue;
      this.#at = end;
      this.#blanks();
      return place;
    }
    return undefined;
  }

  #i2c(): RecordedSegment[] | undefined {
    const segments: RecordedSegment[] = this.#keeps ? [] : UNKEPT;
    let [target, count] = [-1, 0];
    do {
      if (count > 0) {
        this.#at++;
        this.#blanks();
      }
      if (this.#peek !== R && this.#peek !== W) {
        target = this.#byte();
        this.#blanks();
      }
      const direction = this.#peek;
      if (target < 0 || target > ADDRESS_MAX || (direction !== R && direction !== W)) return undefined;
      this.#at++;
      if (!this.#isWordEnd()) return undefined;
      this.#blanks();
      if (count++ === 0) this.#unit = target;
      const length = this.#gather();
      if (!this.#keeps) continue;
      const bytes = gatheredBytes(length);
      const isRead = direction === R;
      segments.push({
        target,
        tenBit: false,
        sent: isRead ? undefined : bytes,
        received: isRead ? bytes : undefined,
      });
    } while (this.#peek === COMMA);
    return segments;
  }

  #spi(target: number): RecordedSegment[] | undefined {
    const segments: RecordedSegment[] = this.#keeps ? [] : UNKEPT;
    this.#unit = target;
    let count = 0;
    do {
      if (count++ > 0) {
        this.#at++;
        this.#blanks();
      }
      const length = this.#gather();
      const sent = this.#keeps && length > 0 ? gatheredBytes(length) : undefined;
      let received: RecordedBytes | undefined;
      const isAnswered = this.#peek === MORE;
      if (isAnswered) {
        this.#at++;
        this.#blanks();
        const answer = this.#gather();
        if (length > 0 && length !== answer) return undefined;
        if (this.#keeps) received = gatheredBytes(answer);
      }
      if (length === 0 && !isAnswered) return undefined;
      if (this.#keeps) segments.push({ target, tenBit: false, sent, received });
    } while (this.#peek === COMMA);
    return segments;
  }

  /** Gathers as many bytes as there are, and passes the blanks behind them. @returns how many */
  #gather(): number {
    let length = 0;
    for (let byte = this.#byte(); byte >= 0 && length < gathered.length; byte = this.#byte()) {
      gathered[length++] = byte;
      this.#blanks();
    }
    return length;
  }

  /** Two digits that are a word; -1: they are none, and nothing was taken. */
  #byte(): number {
    const at = this.#at;
    if (at + 2 > this.#end) return -1;
    const high = DIGIT[this.#text[at] as number] as number;
    const low = DIGIT[this.#text[at + 1] as number] as number;
    if (high < 0 || low < 0) return -1;
    this.#at = at + 2;
    if (this.#isWordEnd()) return high * 16 + low;
    this.#at = at;
    return -1;
  }

  /** Whether nothing but a comment follows, and no character that ends a line for who reads text. */
  #isComment(): boolean {
    if (this.#peek !== COMMENT) return false;
    for (let at = this.#at; at < this.#end; at++) {
      const next = this.#text[at];
      if (next === CR || next === SEPARATORS) return false;
    }
    return true;
  }
}

function gatheredBytes(length: number): RecordedBytes {
  if (length > SHORT) return { bytes: gathered.slice(0, length), length };
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = gathered[at] as number;
  return { bytes, length };
}

function sameName({ bus, chipSelect }: Place, text: string): boolean {
  return text === (chipSelect === undefined ? bus : `spi${bus.slice('spi-'.length)}.${chipSelect}`);
}
