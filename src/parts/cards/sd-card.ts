import type { Contents, Deadline } from '../model.ts';
import { BLOCK, CID, crc7, crc16, csdOf, ocrOf, scrOf, switchStatus } from './sd-registers.ts';

/** Bits of R1 (7.3.2.1). */
const R1 = {
  IDLE: 0x01,
  ERASE_RESET: 0x02,
  ILLEGAL: 0x04,
  CRC: 0x08,
  SEQUENCE: 0x10,
  ADDRESS: 0x20,
  PARAMETER: 0x40,
};
/** Bits of the second byte of R2 (7.3.2.3). */
const R2 = { PROTECTED: 0x20, OUT_OF_RANGE: 0x80 };
/** Data tokens (7.3.3). */
const TOKEN = { START: 0xfe, START_MULTIPLE: 0xfc, STOP: 0xfd, OUT_OF_RANGE: 0x08 };
/** Data response tokens: `xxx0sss1`. */
const RESPONSE = { ACCEPTED: 0xe5, CRC: 0xeb, WRITE: 0xed };
/** Command bytes: a 0 and a 1 in front of the number; with CRC six. */
const [COMMAND_MASK, COMMAND, COMMAND_BYTES] = [0xc0, 0x40, 6];
/** Commands before the card has left its idle state (7.2.1). */
const IN_IDLE = [0, 1, 8, 55, 58, 59];
const IN_IDLE_APPLICATION = [41];
/** CMD8: 2.7 to 3.6 V. CMD41: the host knows of high capacity. */
const [VOLTAGE, HOST_HIGH_CAPACITY] = [0x1, 0x40000000];
const [READ_NS, WRITE_NS, ERASE_NS, START_NS] = [100e3, 250e3, 2e6, 1e6];

/** All that changes in it, as plain data. */
const powerOn = () => ({
  /** It listens as on an SPI bus: CMD0 has come with chip select. */
  spi: false,
  idle: true,
  /** CMD8 was answered: ACMD41 may end the idle state of a card of high capacity. */
  knowsCondition: false,
  checks: false,
  application: false,
  blockLength: BLOCK,
  command: [] as number[],
  /** What it sends, and how much of it has gone. */
  out: [] as readonly number[],
  sent: 0,
  reading: undefined as { readonly address: number; readonly multiple: boolean } | undefined,
  writing: undefined as
    | { readonly address: number; readonly multiple: boolean; readonly data?: number[] }
    | undefined,
  written: 0,
  /** The second byte of R2. */
  status: 0,
  /** The first ACMD41 has come: it starts. */
  starts: false,
  eraseFrom: undefined as number | undefined,
  eraseTo: undefined as number | undefined,
});

/** What a card hangs on. */
interface Surroundings {
  readonly highCapacity: boolean;
  readonly size: number;
  readonly contents: Contents;
  /** Its own protection, which CSD tells. */
  isProtected(): boolean;
  keep<T extends object>(state: T): T;
  readonly access: Deadline;
  readonly busy: Deadline;
  readonly starting: Deadline;
  time(ns: number): number;
}

const bytesOf = (value: number) => [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];

/** An SD memory card in SPI mode (SD Physical Layer Simplified Specification 3.01, chapter 7), byte for byte. */
export class SdCard {
  readonly #state = powerOn();
  readonly #at: Surroundings;

  constructor(at: Surroundings) {
    this.#at = at;
    this.#state = at.keep(this.#state);
  }

  reset(): void {
    for (const deadline of [this.#at.access, this.#at.busy, this.#at.starting]) deadline.cancel();
    Object.assign(this.#state, powerOn());
  }

  /** A byte comes, and one goes. */
  exchange(byte: number): number {
    const sent = this.#send();
    if (this.#state.writing !== undefined && this.#state.command.length === 0) this.#take(byte);
    else this.#listen(byte);
    return sent;
  }

  #send(): number {
    const state = this.#state;
    if (state.sent < state.out.length) return state.out[state.sent++] as number;
    if (this.#at.busy.pending) return 0x00;
    if (state.reading !== undefined && !this.#at.access.pending) this.#readBlock();
    return 0xff;
  }

  #sendNext(bytes: readonly number[]): void {
    this.#state.out = bytes;
    this.#state.sent = 0;
  }

  #readBlock(): void {
    const state = this.#state;
    const { address = 0, multiple = false } = state.reading ?? {};
    const length = this.#at.highCapacity ? BLOCK : state.blockLength;
    state.reading = multiple ? { address: address + length, multiple } : undefined;
    if (address + length > this.#at.size) {
      this.#sendNext([TOKEN.OUT_OF_RANGE]);
      state.status |= R2.OUT_OF_RANGE;
      state.reading = undefined;
      return;
    }
    this.#sendNext(dataBlock(this.#at.contents.bytes.subarray(address, address + length)));
    this.#at.access.start(this.#at.time(READ_NS));
  }

  #listen(byte: number): void {
    const state = this.#state;
    if (state.command.length === 0 && (byte & COMMAND_MASK) !== COMMAND) return;
    state.command.push(byte);
    if (state.command.length < COMMAND_BYTES) return;
    const [first = 0, a = 0, b = 0, c = 0, d = 0, crc = 0] = state.command;
    const isRight = crc7(state.command.slice(0, -1)) === crc;
    state.command = [];
    const index = first & 0x3f;
    const application = state.application;
    state.application = false;
    if (!state.spi && !(index === 0 && isRight)) return;
    state.spi = true;
    const isChecked = state.checks || index === 8;
    // While it is busy it hears nothing but a reset, and what asks for its status.
    if (this.#at.busy.pending && ![0, 13].includes(index)) return;
    if (isChecked && !isRight) this.#answer(R1.CRC);
    else this.#execute(index, ((a << 24) | (b << 16) | (c << 8) | d) >>> 0, application);
  }

  /** R1, with what follows it. */
  #answer(error = 0, ...more: readonly number[]): void {
    this.#sendNext([0xff, error | (this.#state.idle ? R1.IDLE : 0), ...more]);
  }

  #answerBlock(data: readonly number[]): void {
    this.#answer(0, 0xff, ...dataBlock(data));
  }

  static readonly #COMMANDS: Readonly<Record<number, (card: SdCard, argument: number) => void>> = {
    0: (card) => card.#goIdle(),
    1: (card, argument) => card.#start(argument),
    6: (card, argument) => card.#answerBlock(switchStatus(argument)),
    8: (card, argument) => card.#condition(argument),
    9: (card) => card.#answerBlock(csdOf(card.#at.size, card.#at.highCapacity, card.#at.isProtected())),
    10: (card) => card.#answerBlock(CID),
    12: (card) => card.#stop(),
    13: (card) => card.#answerStatus(),
    16: (card, argument) => card.#setLength(argument),
    17: (card, argument) => card.#read(argument, false),
    18: (card, argument) => card.#read(argument, true),
    24: (card, argument) => card.#write(argument, false),
    25: (card, argument) => card.#write(argument, true),
    32: (card, argument) => card.#eraseBound(true, argument),
    33: (card, argument) => card.#eraseBound(false, argument),
    38: (card) => card.#erase(),
    55(card) {
      card.#state.application = true;
      card.#answer();
    },
    58: (card) => card.#answer(0, ...bytesOf(ocrOf(!card.#state.idle, card.#at.highCapacity))),
    59(card, argument) {
      card.#state.checks = (argument & 1) === 1;
      card.#answer();
    },
  };

  static readonly #APPLICATION_COMMANDS: Readonly<Record<number, (card: SdCard, argument: number) => void>> =
    {
      // Behind R2 the SD status (4.10.2): nothing in it matters on this bus.
      13: (card) => card.#answerStatus(0xff, ...dataBlock(new Uint8Array(64))),
      22: (card) => card.#answerBlock(bytesOf(card.#state.written)),
      23: (card) => card.#answer(),
      41: (card, argument) => card.#start(argument),
      42: (card) => card.#answer(),
      51: (card) => card.#answerBlock(scrOf(card.#at.highCapacity)),
    };

  #execute(index: number, argument: number, application: boolean): void {
    const inIdle = application ? IN_IDLE_APPLICATION : IN_IDLE;
    const command = (application ? SdCard.#APPLICATION_COMMANDS : SdCard.#COMMANDS)[index];
    if (command === undefined || (this.#state.idle && !inIdle.includes(index))) this.#answer(R1.ILLEGAL);
    else command(this, argument);
  }

  #goIdle(): void {
    this.reset();
    this.#state.spi = true;
    this.#answer();
  }

  /** CMD8: whether it works at the voltage, and the pattern that came. */
  #condition(argument: number): void {
    const accepted = ((argument >> 8) & 0xf) === VOLTAGE;
    this.#state.knowsCondition = accepted;
    this.#answer(0, 0, 0, accepted ? VOLTAGE : 0, argument & 0xff);
  }

  /** R2, whose second byte is told once. */
  #answerStatus(...more: readonly number[]): void {
    this.#answer(0, this.#state.status, ...more);
    this.#state.status = 0;
  }

  /** ACMD41, CMD1: the first begins the start, a later one sees its end. A high-capacity card waits for a host that knows such. */
  #start(argument: number): void {
    const state = this.#state;
    const isKnown = !this.#at.highCapacity || (state.knowsCondition && (argument & HOST_HIGH_CAPACITY) !== 0);
    if (state.idle && isKnown && !state.starts) {
      state.starts = true;
      this.#at.starting.start(this.#at.time(START_NS));
    }
    if (state.starts && !this.#at.starting.pending) state.idle = false;
    this.#answer();
  }

  #setLength(length: number): void {
    const isRight = length > 0 && length <= BLOCK;
    if (isRight) this.#state.blockLength = length;
    this.#answer(isRight ? 0 : R1.PARAMETER);
  }

  /** Byte address, or the bit of R1 that says what is wrong with it. */
  #addressOf(argument: number, length: number): { readonly address: number; readonly error: number } {
    const address = this.#at.highCapacity ? argument * BLOCK : argument;
    if (address + length > this.#at.size) return { address, error: R1.PARAMETER };
    const crosses = Math.floor(address / BLOCK) !== Math.floor((address + length - 1) / BLOCK);
    return { address, error: crosses ? R1.ADDRESS : 0 };
  }

  #read(argument: number, multiple: boolean): void {
    const length = this.#at.highCapacity ? BLOCK : this.#state.blockLength;
    const { address, error } = this.#addressOf(argument, length);
    this.#answer(error);
    if (error !== 0) return;
    this.#state.reading = { address, multiple };
    this.#at.access.start(this.#at.time(READ_NS));
  }

  /** CMD12: the byte after it is a stuff byte (7.3.1.3). A write it ends too, as the stop token does. */
  #stop(): void {
    const { reading, writing, out, sent } = this.#state;
    Object.assign(this.#state, { reading: undefined, writing: undefined });
    this.#answer(reading !== undefined || writing !== undefined || sent < out.length ? 0 : R1.ILLEGAL);
    this.#sendNext([0xff, ...this.#state.out]);
  }

  #write(argument: number, multiple: boolean): void {
    const { address, error } = this.#addressOf(argument, BLOCK);
    const wrong = error | (!this.#at.highCapacity && this.#state.blockLength !== BLOCK ? R1.PARAMETER : 0);
    this.#answer(wrong);
    if (wrong !== 0) return;
    this.#state.written = 0;
    this.#state.writing = { address, multiple };
  }

  /** A byte of what is written: a token, or data and CRC behind it. */
  #take(byte: number): void {
    const state = this.#state;
    const { writing } = state;
    if (writing === undefined) return;
    if (writing.data === undefined) {
      if (this.#at.busy.pending || state.sent < state.out.length) return;
      if (byte === (writing.multiple ? TOKEN.START_MULTIPLE : TOKEN.START))
        state.writing = { ...writing, data: [] };
      else if (writing.multiple && byte === TOKEN.STOP) this.#stopWriting();
      else if ((byte & COMMAND_MASK) === COMMAND) this.#listen(byte);
      return;
    }
    writing.data.push(byte);
    if (writing.data.length === BLOCK + 2) this.#store(writing, writing.data);
  }

  #stopWriting(): void {
    this.#state.writing = undefined;
    this.#sendNext([0xff]);
    this.#at.busy.start(this.#at.time(WRITE_NS));
  }

  /** A whole block with its CRC: kept, or refused; the card is busy then. */
  #store(
    { address, multiple }: { readonly address: number; readonly multiple: boolean },
    data: readonly number[],
  ): void {
    const state = this.#state;
    const block = data.slice(0, BLOCK);
    const [high = 0, low = 0] = data.slice(BLOCK);
    const isWrong = state.checks && crc16(block) !== ((high << 8) | low);
    const isBeyond = address + BLOCK > this.#at.size;
    state.writing = multiple ? { address: isWrong ? address : address + BLOCK, multiple } : undefined;
    if (isWrong) this.#sendNext([RESPONSE.CRC]);
    else if (this.#at.isProtected() || isBeyond) {
      state.status |= isBeyond ? R2.OUT_OF_RANGE : R2.PROTECTED;
      this.#sendNext([RESPONSE.WRITE]);
    } else {
      const { contents } = this.#at;
      contents.bytes.set(block, address);
      contents.changed();
      state.written++;
      this.#sendNext([RESPONSE.ACCEPTED]);
      this.#at.busy.start(this.#at.time(WRITE_NS));
    }
  }

  #eraseBound(isFirst: boolean, argument: number): void {
    const { address, error } = this.#addressOf(argument, BLOCK);
    const state = this.#state;
    if (error === 0 && isFirst) Object.assign(state, { eraseFrom: address, eraseTo: undefined });
    else if (error === 0 && state.eraseFrom !== undefined) state.eraseTo = address;
    this.#answer(error === 0 && !isFirst && state.eraseFrom === undefined ? R1.SEQUENCE : error);
  }

  #erase(): void {
    const { eraseFrom, eraseTo } = this.#state;
    Object.assign(this.#state, { eraseFrom: undefined, eraseTo: undefined });
    if (eraseFrom === undefined || eraseTo === undefined || eraseTo < eraseFrom) {
      this.#answer(R1.SEQUENCE);
      return;
    }
    this.#answer();
    if (this.#at.isProtected()) {
      this.#state.status |= R2.PROTECTED;
      return;
    }
    const { contents } = this.#at;
    contents.bytes.fill(0, eraseFrom, eraseTo + BLOCK);
    contents.changed();
    this.#at.busy.start(this.#at.time(ERASE_NS));
  }
}

/** Start token, data, CRC16. */
function dataBlock(data: ArrayLike<number>): readonly number[] {
  const crc = crc16(data);
  return [TOKEN.START, ...Array.from(data), crc >> 8, crc & 0xff];
}
