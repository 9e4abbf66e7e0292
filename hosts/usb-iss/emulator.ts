import type { EmulatedAdapter, EmulatedI2c, EmulatedSpi } from '../link/index.ts';
import { EmulatedPins } from '../pins/index.ts';
import {
  ACK,
  ADAPTER,
  ALL_INPUTS,
  CLOCKS,
  COMMAND,
  DIRECT,
  FRAME_MAX,
  MODE,
  MODULE_ID,
  NACK,
  PIN,
  PIN_COUNT,
  REASON,
  SPI_FRAME_MAX,
  SPI_MODES,
  spiHz,
  TYPE,
  typeOf,
  withType,
} from './protocol.ts';

const VERSION = 7;
const SERIAL = '00060147';
const COUNT_MASK = 0x0f;

/** Bytes of a frame that are further apart than this are no longer of one. */
const GAP_MS = 100;

/** Whether all bytes are there that a frame says it writes. */
function isWhole([command, ...rest]: readonly number[]): boolean {
  if (command !== COMMAND.DIRECT) return true;
  let at = 0;
  while (at < rest.length) {
    const each = rest[at++] as number;
    if ((each & ~COUNT_MASK) === DIRECT.WRITE) at += (each & COUNT_MASK) + 1;
  }
  return at === rest.length && at > 0;
}

/** A USB-ISS. What is sent at once is a frame. */
export class UsbIssEmulator implements EmulatedAdapter {
  readonly frameBytes = SPI_FRAME_MAX + 1;
  readonly pins: EmulatedPins;
  readonly #wire: EmulatedI2c | undefined;
  readonly #spi: EmulatedSpi | undefined;
  #mode: number = MODE.I2C_100K;
  #types = ALL_INPUTS;
  #divisor = 0;
  #refuses = false;
  #begun: readonly number[] = [];
  #heardAt = Number.NEGATIVE_INFINITY;

  constructor({
    i2c,
    spi,
    pins,
  }: {
    readonly i2c?: EmulatedI2c;
    readonly spi?: EmulatedSpi;
    readonly pins?: EmulatedPins;
  }) {
    this.#wire = i2c;
    this.#spi = spi;
    this.pins = pins ?? new EmulatedPins();
  }

  /** A port may bring the bytes of a frame in pieces; what has a longer gap is dropped. */
  feed(bytes: Uint8Array): Uint8Array {
    const now = performance.now();
    const frame = now - this.#heardAt < GAP_MS ? [...this.#begun, ...bytes] : [...bytes];
    this.#heardAt = now;
    this.#begun = isWhole(frame) ? [] : frame;
    return this.#begun.length > 0 ? new Uint8Array(0) : Uint8Array.from(this.#answer(frame));
  }

  #answer([command, ...rest]: readonly number[]): readonly number[] {
    const [first = 0, second = 0, third = 0] = rest;
    switch (command) {
      case COMMAND.ADAPTER:
        return this.#adapter(rest);
      case COMMAND.DIRECT:
        return rest.length + 1 > FRAME_MAX + 1 ? [NACK, REASON.OVERFLOW] : this.#direct(rest);
      case COMMAND.SPI:
        return this.#exchange(rest);
      case COMMAND.TEST:
        return [this.#transaction(first & 0xfe, []) === undefined ? 0 : 1];
      case COMMAND.SINGLE:
        return this.#registers(first, [], (first & 1) === 1 ? 1 : 0, rest.slice(1));
      case COMMAND.NO_REGISTER:
        return this.#registers(first, [], second, rest.slice(2));
      case COMMAND.REGISTER:
        return this.#registers(first, [second], third, rest.slice(3));
      case COMMAND.LONG_REGISTER:
        return this.#registers(first, [second, third], rest[3] ?? 0, rest.slice(4));
      case COMMAND.SET_PINS:
        return [this.#setPins(first)];
      case COMMAND.GET_PINS:
        return [this.#levels()];
      default:
        return [];
    }
  }

  #adapter([what, mode = 0, types = ALL_INPUTS]: readonly number[]): readonly number[] {
    if (what === ADAPTER.VERSION) return [MODULE_ID, VERSION, this.#mode];
    if (what === ADAPTER.SERIAL) return [...Buffer.from(SERIAL)];
    if (what !== ADAPTER.MODE) return [NACK, REASON.BAD_MODE];
    const clock = CLOCKS.find(([, each]) => each === mode);
    if (SPI_MODES.includes(mode)) {
      this.#mode = mode;
      this.#divisor = types;
      this.#setTypes(ALL_INPUTS);
      return [ACK, 0];
    }
    if (mode !== MODE.PINS && mode !== MODE.PIN_TYPES && clock === undefined) return [NACK, REASON.BAD_MODE];
    if (mode !== MODE.PIN_TYPES) this.#mode = mode;
    if (clock !== undefined && this.#wire !== undefined) this.#wire.clockHz = clock[0];
    this.#setTypes(types);
    return [ACK, 0];
  }

  /** The chip is selected for a frame, in a mode of SPI. */
  #exchange(data: readonly number[]): readonly number[] {
    const mode = SPI_MODES.indexOf(this.#mode);
    if (mode < 0) return [NACK, REASON.UNKNOWN];
    if (data.length + 1 > SPI_FRAME_MAX) return [NACK, REASON.OVERFLOW];
    const received = new Uint8Array(data.length).fill(0xff);
    this.#spi?.select(0, mode, spiHz(this.#divisor));
    this.#spi?.exchange(Uint8Array.from(data), received, data.length);
    this.#spi?.deselect();
    return [ACK, ...received];
  }

  /** A clock edge on SCL as a pin moves a part that holds SDA on. */
  #setTypes(types: number): void {
    const wasLow = this.#sclLow();
    this.#types = types;
    if (this.#mode === MODE.PINS && wasLow && !this.#sclLow() && this.#wire?.sdaHeld) this.#wire.pulse?.();
    let [levels, directions] = [0, 0];
    for (let pin = 0; pin < PIN_COUNT; pin++) {
      const type = typeOf(types, pin);
      if (type === TYPE.HIGH) levels |= 1 << pin;
      if (type === TYPE.HIGH || type === TYPE.LOW) directions |= 1 << pin;
    }
    this.pins.drive(levels, directions);
  }

  #sclLow(): boolean {
    return typeOf(this.#types, PIN.SCL) === TYPE.LOW;
  }

  #setPins(levels: number): number {
    let types = this.#types;
    for (let pin = 0; pin < PIN_COUNT; pin++)
      if (typeOf(types, pin) < TYPE.INPUT)
        types = withType(types, pin, (levels >> pin) & 1 ? TYPE.HIGH : TYPE.LOW);
    this.#setTypes(types);
    return ACK;
  }

  #levels(): number {
    const held = (this.#wire?.sclHeld ? 1 << PIN.SCL : 0) | (this.#wire?.sdaHeld ? 1 << PIN.SDA : 0);
    return this.pins.levels & 0x0f & ~held;
  }

  /** Conditions and bytes one by one, up to the first that is refused. */
  #direct(commands: readonly number[]): readonly number[] {
    const isI2c = CLOCKS.some(([, mode]) => mode === this.#mode);
    if (!isI2c || this.#wire === undefined) return [NACK, REASON.UNKNOWN];
    const read: number[] = [];
    for (let at = 0; at < commands.length; ) {
      const command = commands[at++] as number;
      const count = (command & COUNT_MASK) + 1;
      if (command === DIRECT.START || command === DIRECT.RESTART) {
        if (this.#wire.sdaHeld || this.#wire.sclHeld) return [NACK, REASON.NO_ACK];
        this.#wire.start();
      } else if (command === DIRECT.STOP) this.#wire.stop();
      else if (command === DIRECT.REFUSE) this.#refuses = true;
      else if ((command & ~COUNT_MASK) === DIRECT.READ) read.push(...this.#read(count));
      else if ((command & ~COUNT_MASK) === DIRECT.WRITE) {
        const bytes = commands.slice(at, at + count);
        at += count;
        for (const byte of bytes) if (!this.#wire.writeByte(byte)) return [NACK, REASON.NO_ACK];
      } else return [NACK, REASON.UNKNOWN];
    }
    return [ACK, read.length, ...read];
  }

  #read(count: number): number[] {
    const bytes = Array.from(
      { length: count },
      (_, i) => this.#wire?.readByte(!(this.#refuses && i === count - 1)) ?? 0xff,
    );
    this.#refuses = false;
    return bytes;
  }

  /** @returns what a read answers, or whether a write was acknowledged */
  #registers(
    address: number,
    register: readonly number[],
    count: number,
    data: readonly number[],
  ): readonly number[] {
    if ((address & 1) === 0) {
      return [this.#transaction(address, [...register, ...data]) === undefined ? NACK : ACK];
    }
    if (register.length > 0 && this.#transaction(address & 0xfe, register, false) === undefined)
      return new Array(count).fill(0xff);
    return this.#transaction(address, [], true, count) ?? new Array(count).fill(0xff);
  }

  /** @returns what was read; undefined where something was not acknowledged */
  #transaction(
    address: number,
    data: readonly number[],
    stops = true,
    count = 0,
  ): readonly number[] | undefined {
    const refuse = count > 0 ? [DIRECT.REFUSE, DIRECT.READ] : [];
    const write = (bytes: readonly number[]) => bytes.flatMap((byte) => [DIRECT.WRITE, byte]);
    const reads = new Array(Math.max(0, count - 1)).fill(DIRECT.READ);
    const commands = [DIRECT.START, ...write([address, ...data]), ...reads, ...refuse];
    const [result, , ...read] = this.#direct(commands);
    if (stops || result !== ACK) this.#direct([DIRECT.STOP]);
    return result === ACK ? read : undefined;
  }
}
