import { ERRNO, type Errno, hexDigits, type NackPlace } from '../../bus/index.ts';
import { didYouMean } from '../../input/index.ts';
import type { RecordedBytes, RecordedSegment, RecordedTransfer } from '../recorded.ts';
import { parseDuration } from './duration.ts';

/** Finds the bytes of a `data` block. */
export type GetData = (name: string) => Uint8Array | undefined;

/** What a line says wrongly; the reader adds the place. */
export class LineError extends Error {}

const I2C_BUS = /^i2c-(\d{1,9})$/;
const SPI_PLACE = /^spi(\d{1,9})\.(\d{1,9})$/;
/** The largest that an SPI transfer or an I2C message can be: 1 GiB. */
const LENGTH_MAX = 2 ** 30;

/** Whether a word names a bus, or a chip select of one. */
export function isBusPlace(word: string): boolean {
  return I2C_BUS.test(word) || SPI_PLACE.test(word);
}

/**
 * `i2c-1 48 w 00, r 1f 80 ~370us`, `spi1.0 9f 00 00 00 > ff ef 40 14`: the tokens of a transfer, the bus first.
 * @throws {LineError}
 */
export function parseTransfer(tokens: readonly string[], data: GetData): RecordedTransfer {
  const place = tokens[0] as string;
  const [, spi, chipSelect] = SPI_PLACE.exec(place) ?? [];
  const line = new TransferLine(tokens, data);
  const segments = spi === undefined ? line.i2c() : line.spi(Number(chipSelect));
  const result = line.result();
  const nack = line.nack;
  const implied = nack === undefined ? undefined : nack.byte < 0 ? 'ENXIO' : 'EREMOTEIO';
  return {
    kind: 'transfer',
    bus: spi === undefined ? place : `spi-${spi}`,
    segments,
    nack,
    ...result,
    fault: result.fault ?? implied,
  };
}

/** The bytes that are nothing but two digits, as nearly all are. */
const BYTES: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 256 }, (_, byte) => [hexDigits(byte), byte]),
);
const I2C_BYTE = /^([0-9a-f]{2}|\?\?)(!?)$/;
/** Any byte. */
const ANY = '??';
const ADDRESS = /^[0-9a-f]{2,3}$/;
const DIRECTION = /^([rw])(!?)$/;
const GIVEN_LENGTH = /^<\s*(\d{1,10})(?:\s+cut\s+at\s+(\d{1,10}))?(?:\s+@([\w-]+))?(?:\s+!(\d{1,10}))?\s*>$/;

class TransferLine {
  readonly #tokens: readonly string[];
  readonly #data: GetData;
  #at = 1;
  nack: NackPlace | undefined;

  constructor(tokens: readonly string[], data: GetData) {
    this.#tokens = tokens;
    this.#data = data;
  }

  get #token(): string | undefined {
    return this.#tokens[this.#at];
  }

  i2c(): RecordedSegment[] {
    const segments: RecordedSegment[] = [];
    let address: string | undefined;
    do {
      if (segments.length > 0) this.#at++;
      if (this.#token !== undefined && ADDRESS.test(this.#token)) address = this.#tokens[this.#at++];
      if (address === undefined)
        throw new LineError(
          `invalid address: expected two hex digits, or three of ten bits, got ${this.#shown}`,
        );
      const [, direction, refused] = DIRECTION.exec(this.#token ?? '') ?? [];
      if (direction === undefined)
        throw new LineError(`invalid message: expected r or w after ${address}, got ${this.#shown}`);
      this.#at++;
      if (refused === '!') this.#refuse({ message: segments.length, byte: -1 });
      const bytes = this.#bytes(segments.length);
      const isRead = direction === 'r';
      segments.push({
        target: Number.parseInt(address, 16),
        tenBit: address.length === 3,
        sent: isRead ? undefined : bytes,
        received: isRead ? bytes : undefined,
      });
      if ((segments.at(-1) as RecordedSegment).target > (address.length === 3 ? 0x3ff : 0x7f))
        throw new LineError(
          `invalid address: expected at most ${address.length === 3 ? '3ff' : '7f'}, got ${address}`,
        );
    } while (this.#token === ',');
    return segments;
  }

  spi(target: number): RecordedSegment[] {
    const segments: RecordedSegment[] = [];
    do {
      if (segments.length > 0) this.#at++;
      const from = this.#at;
      const sent = this.#bytes(undefined);
      const hasSent = this.#at > from;
      let received: RecordedBytes | undefined;
      if (this.#token === '>') {
        this.#at++;
        received = this.#bytes(undefined);
      }
      if (!hasSent && received === undefined)
        throw new LineError(`invalid transfer: expected bytes, got ${this.#shown}`);
      segments.push({ target, tenBit: false, sent: hasSent ? sent : undefined, received });
      if (hasSent && received !== undefined) checkLengths(sent, received);
    } while (this.#token === ',');
    return segments;
  }

  /** What stands behind the messages. */
  result(): Omit<RecordedTransfer, 'kind' | 'bus' | 'segments' | 'nack'> {
    let fault: Errno | undefined;
    let wireNs: number | undefined;
    let [queuedNs, stretchedNs, attempts] = [0, 0, 1];
    let client: string | undefined;
    const struck: string[] = [];
    for (let word = this.#token; word !== undefined; word = this.#token) {
      this.#at++;
      if (word.startsWith('~')) wireNs = durationOf(word.slice(1), word);
      else if (word === 'stretch') stretchedNs = this.#duration(word);
      else if (word === 'queue') queuedNs = this.#duration(word);
      else if (word === 'attempts') attempts = this.#count(word);
      else if (word === 'struck') struck.push(this.#text(word));
      else if (word === 'by') client = this.#text(word);
      else if (/^E[A-Z]+$/.test(word)) fault = errnoOf(word);
      else throw new LineError(`invalid word ${word}: expected a byte, an errno, or one of ${RESULT_WORDS}`);
    }
    return { fault, wireNs, queuedNs, stretchedNs, attempts, struck, client };
  }

  get #shown(): string {
    return this.#token ?? 'the end of the line';
  }

  #refuse(nack: NackPlace): void {
    if (this.nack !== undefined) throw new LineError('invalid !: expected one at most');
    this.nack = nack;
  }

  /** Bytes up to the next token that is none. `message`: its place, where bytes may be marked as refused. */
  #bytes(message: number | undefined): RecordedBytes {
    const begin = this.#token;
    const given = begin?.startsWith('<') ? GIVEN_LENGTH.exec(begin) : null;
    if (given !== null) {
      this.#at++;
      if (given[4] !== undefined && message !== undefined)
        this.#refuse({ message, byte: this.#checked(Number(given[4]), Number(given[1]) - 1, '!') });
      return this.#givenLength(given);
    }
    const bytes: number[] = [];
    const unknown: number[] = [];
    let isOpen = false;
    for (let token = begin; token !== undefined && !isOpen; token = this.#token) {
      const plain = BYTES.get(token);
      if (plain !== undefined) {
        this.#at++;
        bytes.push(plain);
        continue;
      }
      const [, digits, refused] = I2C_BYTE.exec(token) ?? [];
      if (digits === undefined && token !== '*') break;
      if (refused === '!') {
        if (message === undefined) throw new LineError(`invalid byte ${token}: SPI acknowledges nothing`);
        this.#refuse({ message, byte: bytes.length });
      }
      this.#at++;
      isOpen = token === '*';
      if (isOpen) break;
      if (digits === ANY) unknown.push(bytes.length);
      bytes.push(digits === ANY ? 0 : Number.parseInt(digits as string, 16));
    }
    const all = { bytes: new Uint8Array(bytes), length: bytes.length };
    if (unknown.length === 0) return isOpen ? { ...all, isOpen } : all;
    const known = new Uint8Array(bytes.length).fill(1);
    for (const at of unknown) known[at] = 0;
    return { ...all, known, ...(isOpen && { isOpen }) };
  }

  #givenLength([, lengthText, cutText, name]: RegExpExecArray): RecordedBytes {
    const length = this.#checked(Number(lengthText), LENGTH_MAX, 'length');
    if (name === undefined) {
      if (cutText !== undefined) throw new LineError('invalid cut: expected @ and the name of its data');
      return { bytes: new Uint8Array(0), length };
    }
    const bytes = this.#data(name);
    if (bytes === undefined) throw new LineError(`not found: data ${name}; the recording may be cut`);
    const kept = cutText === undefined ? length : this.#checked(Number(cutText), length, 'cut');
    if (bytes.length !== kept)
      throw new LineError(`invalid length ${kept}: data ${name} has ${bytes.length} bytes`);
    return { bytes, length };
  }

  #checked(value: number, most: number, what: string): number {
    if (value > most) throw new LineError(`invalid ${what}: expected at most ${most}, got ${value}`);
    return value;
  }

  #duration(word: string): number {
    return durationOf(this.#tokens[this.#at++], word);
  }

  #count(word: string): number {
    const text = this.#tokens[this.#at++] ?? '';
    if (!/^\d{1,5}$/.test(text)) throw new LineError(`invalid ${word}: expected a number, got ${text}`);
    return Number(text);
  }

  #text(word: string): string {
    const text = this.#tokens[this.#at++];
    try {
      const parsed: unknown = JSON.parse(text ?? '');
      if (typeof parsed === 'string') return parsed;
    } catch {
      // It is said below.
    }
    throw new LineError(`invalid ${word}: expected a text in double quotes, got ${text ?? 'nothing'}`);
  }
}

const RESULT_WORDS = '~TIME, stretch, queue, attempts, struck, by';

function durationOf(text: string | undefined, word: string): number {
  const ns = parseDuration(text ?? '');
  if (ns === undefined)
    throw new LineError(
      `invalid time after ${word}: expected a time such as 1.2ms, got ${text ?? 'nothing'}`,
    );
  return ns;
}

function errnoOf(word: string): Errno {
  if (Object.hasOwn(ERRNO, word)) return word as Errno;
  const nearest = didYouMean(word, Object.keys(ERRNO), 2);
  throw new LineError(`invalid errno ${word}${nearest === undefined ? '' : ` (did you mean ${nearest})`}`);
}

/** Both directions of an SPI transfer have as many bytes. */
function checkLengths(sent: RecordedBytes, received: RecordedBytes): void {
  if (sent.isOpen || received.isOpen || sent.length === received.length) return;
  throw new LineError(`invalid transfer: ${sent.length} bytes are sent, ${received.length} are received`);
}
