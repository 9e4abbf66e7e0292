import { type EmulatedAdapter, type EmulatedI2c, type EmulatedSpi, FREEING_PULSES } from '../link/index.ts';
import type { EmulatedPins } from '../pins/index.ts';
import { ANSWER_MARK, DRIVER, DRIVER_HEAD, HARD_OP, I2C_OP, PIN_OP, SPI_OP } from './driver.ts';
import { Repl } from './emulator-repl.ts';
import { ERRNO } from './errno.ts';
import type { Outcome } from './protocol.ts';
import { WHO } from './setup.ts';

/** What the board is wired to; a bus that is missing has nobody on it. */
export interface EmulatorOptions {
  readonly i2c?: EmulatedI2c | undefined;
  readonly spi?: EmulatedSpi | undefined;
  readonly pins?: EmulatedPins | undefined;
  /** Boards from before 1.14 have no raw-paste mode. */
  readonly rawPaste?: boolean;
}

const MACHINE = '1.27.0|a board emulated by dtbus';
const CALL = new RegExp(`^${DRIVER}\\.(add|[ihpgx])\\(b'([A-Za-z0-9+/=]*)'(?:,(\\d+))?\\)$`);
const I2C_MADE = new RegExp(`^${DRIVER}\\.c=machine\\.(?:SoftI2C|I2C)\\(.*freq=(\\d+)`);
/** Pins are what they are called: the rest of the set-up has nothing to do. */
const OTHER_SETUP = new RegExp(`^${DRIVER}\\.(?:s=machine\\.|k=|k\\.append\\(|n=|n\\.append\\()`);
/** The pins of a SoftI2C, or of a hardware I2C, whose bus is freed at once. */
const OWN = new RegExp(`^${DRIVER}\\.own\\([^)]*\\)(;${DRIVER}\\.free\\(\\))?$`);
const TOKEN = /^print\(end='([^']*)'\)$/;
const NOTHING = new Uint8Array(0);

/** An operation of a program. */
interface Operation {
  readonly code: number;
  readonly length: number;
  readonly data: Uint8Array;
}

/** A board with MicroPython, as far as dtbus's driver needs one: it runs no Python but the driver and its calls. */
export class MicropythonEmulator implements EmulatedAdapter {
  readonly #i2c: EmulatedI2c | undefined;
  readonly #spi: EmulatedSpi | undefined;
  readonly #pins: EmulatedPins | undefined;
  readonly #repl: Repl;
  /** What the call raised. */
  #errno = 0;
  #queue: Uint8Array = NOTHING;
  #hasDriver = false;
  #busOpen = false;
  /** The driver knows the pins of the bus. */
  #seesPins = false;
  #mode = 0;
  #speedHz = 0;
  #selected = false;

  constructor({ i2c, spi, pins, rawPaste = true }: EmulatorOptions) {
    this.#i2c = i2c;
    this.#spi = spi;
    this.#pins = pins;
    this.#repl = new Repl((source) => this.#run(source), rawPaste);
  }

  feed(bytes: Uint8Array): Uint8Array {
    let answer = '';
    for (const byte of bytes) answer += this.#repl.take(byte);
    return Buffer.from(answer, 'latin1');
  }

  #run(source: string): Outcome {
    const token = TOKEN.exec(source)?.[1];
    if (token !== undefined) return { printed: token, raised: undefined };
    if (source.startsWith(DRIVER_HEAD)) {
      this.#hasDriver = true;
      this.#seesPins = false;
      this.#idle();
      return DONE;
    }
    if (!this.#hasDriver) return raised(`NameError: name '${DRIVER}' isn't defined`);
    if (source === WHO) return { printed: MACHINE, raised: undefined };
    const call = CALL.exec(source);
    if (call !== null)
      return this.#call(call[1] as string, Buffer.from(call[2] as string, 'base64'), Number(call[3]));
    const own = OWN.exec(source);
    if (own !== null) {
      this.#seesPins = true;
      return own[1] === undefined || this.#free()
        ? DONE
        : raised('OSError: [Errno 16] EBUSY: SDA is held low');
    }
    const made = I2C_MADE.exec(source);
    if (made !== null && this.#i2c !== undefined) this.#i2c.clockHz = Number(made[1]);
    if (made !== null || OTHER_SETUP.test(source)) return DONE;
    return raised("NotImplementedError: this emulated board runs dtbus's driver and nothing else");
  }

  #call(name: string, data: Uint8Array, answerBytes: number): Outcome {
    this.#queue = Buffer.concat([this.#queue, data]);
    if (name === 'add') return printed(0, NOTHING, 0);
    const program = this.#queue;
    this.#queue = NOTHING;
    if (name === 'h') return this.#hard(program, answerBytes);
    const answer: number[] = [];
    this.#errno = 0;
    if (name === 'x') this.#idle();
    for (const operation of name === 'x' ? [] : operationsOf(program, name)) {
      if (name === 'g') answer.push(...this.#pinOperation(operation));
      else if (name === 'p') answer.push(...this.#spiOperation(operation));
      else if (!this.#i2cOperation(operation, answer)) break;
    }
    if (this.#errno !== 0) return printed(this.#errno, NOTHING, answerBytes);
    return printed(0, Uint8Array.from(answer), answerBytes);
  }

  /** @returns whether to go on */
  #i2cOperation({ code, length, data }: Operation, answer: number[]): boolean {
    if (code === I2C_OP.START) {
      if (!this.#busOpen && this.#seesPins && !this.#free()) {
        this.#errno = ERRNO.EBUSY;
        return false;
      }
      this.#i2c?.start();
      this.#busOpen = true;
    } else if (code === I2C_OP.STOP) this.#end();
    else if (code === I2C_OP.WRITE || code === I2C_OP.WRITE_ALL) {
      const written = this.#write(data, code === I2C_OP.WRITE_ALL);
      // SCL was held low for longer than SoftI2C waits.
      if (this.#i2c?.trouble === 'SCL low') this.#errno = ERRNO.ETIMEDOUT;
      answer.push(written & 0xff, written >> 8);
      if (written === length) return true;
      this.#end();
      return false;
    } else {
      for (let at = 0; at < length; at++) {
        const ack = code === I2C_OP.READ || at < length - 1;
        answer.push(this.#i2c?.readByte(ack) ?? 0xff);
      }
    }
    return true;
  }

  /** @returns how many bytes were acknowledged */
  #write(data: Uint8Array, passesOver: boolean): number {
    let count = 0;
    for (const byte of data) {
      if (!(this.#i2c?.writeByte(byte) ?? false) && !passesOver) return count;
      count++;
    }
    return count;
  }

  /** A whole transaction. What is refused is `EIO`, as on an RP2040. */
  #hard(program: Uint8Array, answerBytes: number): Outcome {
    const [address = 0, low = 0, high = 0, readLow = 0, readHigh = 0, kind] = program;
    const data = program.subarray(6, 6 + low + high * 256);
    const read = new Uint8Array(readLow + readHigh * 256);
    const start = (bit: number): boolean => {
      this.#i2c?.start();
      return this.#write(Uint8Array.of((address << 1) | bit), false) === 1;
    };
    const fine =
      (kind === HARD_OP.READ || (start(0) && this.#write(data, false) === data.length)) &&
      (kind === HARD_OP.WRITE || start(1));
    if (fine)
      for (let at = 0; at < read.length; at++) read[at] = this.#i2c?.readByte(at < read.length - 1) ?? 0xff;
    this.#i2c?.stop();
    return printed(fine ? 0 : ERRNO.EIO, fine ? read : NOTHING, answerBytes);
  }

  #spiOperation({ code, length, data }: Operation): Uint8Array {
    switch (code) {
      case SPI_OP.SETUP:
        this.#mode = length;
        this.#speedHz = Buffer.from(data).readUInt32LE(0);
        return NOTHING;
      case SPI_OP.SELECT:
        this.#spi?.select(length, this.#mode, this.#speedHz);
        this.#selected = true;
        return NOTHING;
      case SPI_OP.DESELECT:
        this.#deselect();
        return NOTHING;
      default: {
        const read = new Uint8Array(code === SPI_OP.WRITE ? 0 : length).fill(0xff);
        this.#spi?.exchange(
          code === SPI_OP.READ ? undefined : data,
          read.length === 0 ? undefined : read,
          length,
        );
        return read;
      }
    }
  }

  #pinOperation({ code, length }: Operation): number[] {
    const levels = this.#pins?.levels ?? 0xffff;
    if (code === PIN_OP.READ) return [levels & 0xff, levels >> 8];
    const bit = 1 << length;
    const outputs = this.#pins?.outputs ?? 0;
    const driven = code === PIN_OP.HIGH ? levels | bit : levels & ~bit;
    this.#pins?.drive(driven, code === PIN_OP.INPUT ? outputs & ~bit : outputs | bit);
    return [];
  }

  get #isHeld(): boolean {
    return this.#i2c?.sclHeld !== true && this.#i2c?.sdaHeld === true;
  }

  /** @returns false where SDA stays low */
  #free(): boolean {
    if (!this.#isHeld) return true;
    for (let pulses = 0; this.#isHeld && pulses < FREEING_PULSES; pulses++) this.#i2c?.pulse?.();
    if (this.#isHeld) return false;
    this.#i2c?.stop();
    return true;
  }

  #end(): void {
    this.#stop();
    if (this.#seesPins && this.#isHeld) this.#errno ||= ERRNO.EBUSY;
  }

  #stop(): void {
    if (this.#busOpen) this.#i2c?.stop();
    this.#busOpen = false;
  }

  #deselect(): void {
    if (this.#selected) this.#spi?.deselect();
    this.#selected = false;
  }

  #idle(): void {
    this.#deselect();
    this.#stop();
  }
}

const DONE: Outcome = { printed: '', raised: undefined };

function raised(error: string): Outcome {
  return { printed: '', raised: error };
}

function printed(errno: number, data: Uint8Array, answerBytes: number): Outcome {
  const bytes = new Uint8Array(2 + answerBytes);
  bytes[0] = errno & 0xff;
  bytes[1] = errno >> 8;
  bytes.set(data.subarray(0, answerBytes), 2);
  return { printed: ANSWER_MARK + Buffer.from(bytes).toString('base64'), raised: undefined };
}

/** The operations of a program for SoftI2C (`i`) or SPI (`p`). */
function operationsOf(program: Uint8Array, call: string): Operation[] {
  const operations: Operation[] = [];
  for (let at = 0; at + 3 <= program.length; ) {
    const code = program[at] as number;
    const length = (program[at + 1] as number) + (program[at + 2] as number) * 256;
    at += 3;
    const size = dataBytes(call, code, length);
    operations.push({ code, length, data: program.subarray(at, at + size) });
    at += size;
  }
  return operations;
}

function dataBytes(call: string, code: number, length: number): number {
  if (call === 'g') return 0;
  if (call === 'i') return code === I2C_OP.WRITE || code === I2C_OP.WRITE_ALL ? length : 0;
  if (code === SPI_OP.SETUP) return 4;
  return code === SPI_OP.WRITE || code === SPI_OP.EXCHANGE ? length : 0;
}
