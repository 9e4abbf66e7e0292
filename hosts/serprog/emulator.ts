import type { EmulatedAdapter } from '../link/index.ts';
import {
  ANSWER,
  BUS,
  COMMAND,
  CS_MODE,
  commandMap,
  FLOW_CONTROL,
  fromLittleEndian,
  INTERFACE_VERSION,
  littleEndian,
  PARAMETER_BYTES,
  SPI_DUPLEX,
  spiLengths,
} from './protocol.ts';

/** The SPI bus behind an emulated programmer; `SpiWire` is one. */
export interface EmulatedSpi {
  select(chipSelect: number, mode: number, speedHz: number): void;
  exchange(tx: Uint8Array | undefined, rx: Uint8Array | undefined, length: number): void;
  deselect(): void;
}

export interface EmulatorOptions {
  readonly spi: EmulatedSpi;
  /** At most 16 characters. */
  readonly name?: string;
  /** Clocks it can make, in Hz, the slowest first. */
  readonly frequencies?: readonly number[];
  readonly chipSelects?: number;
  /** Most bytes of an SPI operation each way; 0 = 2^24. */
  readonly maxLength?: number;
  /** Commands it does not know, although this emulator could. */
  readonly without?: readonly number[];
}

const DEFAULT_FREQUENCIES = [100_000, 1_000_000, 4_000_000, 8_000_000, 20_000_000];

const NOTHING = new Uint8Array(0);

/** flashrom asks for one, though an SPI operation does not use it. */
const OPERATION_BUFFER = 0xffff;

/** A serprog programmer with a simulated bus behind it: takes what a client sends, gives what it answers. */
export class SerprogEmulator implements EmulatedAdapter {
  readonly #options: Required<EmulatorOptions>;
  readonly #known: ReadonlySet<number>;
  #frequency: number;
  #chipSelect = 0;
  #duplex: number = SPI_DUPLEX.HALF;
  #csMode: number = CS_MODE.AUTO;
  /** Whether the pins drive. */
  driving = true;
  #answers: Uint8Array[] = [];
  /** What is still to come of the present command, and who takes it. */
  #collecting: { bytes: Uint8Array; filled: number; then: (bytes: Uint8Array) => void } | undefined;

  constructor(options: EmulatorOptions) {
    this.#options = {
      name: 'dtbus',
      frequencies: DEFAULT_FREQUENCIES,
      chipSelects: 1,
      maxLength: 0,
      without: [],
      ...options,
    };
    this.#known = new Set(Object.values(COMMAND).filter((code) => !this.#options.without.includes(code)));
    this.#frequency = this.#options.frequencies.at(-1) ?? 0;
  }

  feed(bytes: Uint8Array): Uint8Array {
    for (let at = 0; at < bytes.length; ) at += this.#take(bytes.subarray(at));
    const answer = Buffer.concat(this.#answers);
    this.#answers = [];
    return answer;
  }

  /** @returns how many bytes it took: a command byte, or what the present command wants. */
  #take(bytes: Uint8Array): number {
    const collecting = this.#collecting;
    if (collecting === undefined) {
      this.#command(bytes[0] as number);
      return 1;
    }
    const part = bytes.subarray(0, collecting.bytes.length - collecting.filled);
    collecting.bytes.set(part, collecting.filled);
    collecting.filled += part.length;
    if (collecting.filled === collecting.bytes.length) {
      this.#collecting = undefined;
      collecting.then(collecting.bytes);
    }
    return part.length;
  }

  #collect(count: number, then: (bytes: Uint8Array) => void): void {
    if (count === 0) then(NOTHING);
    else this.#collecting = { bytes: new Uint8Array(count), filled: 0, then };
  }

  #command(code: number): void {
    if (!this.#known.has(code)) {
      this.#refuse();
      return;
    }
    const parameters = (PARAMETER_BYTES as Readonly<Record<number, number>>)[code] ?? 0;
    this.#collect(parameters, (bytes) => this.#carryOut(code, bytes));
  }

  #carryOut(code: number, parameters: Uint8Array): void {
    if (code === COMMAND.SYNC_NOP) {
      this.#answers.push(Uint8Array.of(ANSWER.NAK, ANSWER.ACK));
    } else if (code === COMMAND.SPI_OPERATION) {
      const { writeLength, readLength } = spiLengths(parameters);
      this.#collect(writeLength, (data) => this.#answer(this.#operate(data, readLength)));
    } else {
      const result = this.#result(code, fromLittleEndian(parameters));
      if (result === undefined) this.#refuse();
      else this.#answer(result);
    }
  }

  /** @returns what follows the ACK, or `undefined` for a NAK. */
  #result(code: number, value: number): Uint8Array | undefined {
    switch (code) {
      case COMMAND.QUERY_INTERFACE:
        return littleEndian(INTERFACE_VERSION, 2);
      case COMMAND.QUERY_COMMANDS:
        return commandMap(this.#known);
      case COMMAND.QUERY_NAME:
        return Buffer.from(this.#options.name.slice(0, 16).padEnd(16, '\0'), 'latin1');
      case COMMAND.QUERY_SERIAL_BUFFER:
        return littleEndian(FLOW_CONTROL, 2);
      case COMMAND.QUERY_OPERATION_BUFFER:
        return littleEndian(OPERATION_BUFFER, 2);
      case COMMAND.QUERY_BUSES:
        return Uint8Array.of(BUS.SPI);
      case COMMAND.QUERY_MAX_WRITE:
      case COMMAND.QUERY_MAX_READ:
        return littleEndian(this.#options.maxLength, 3);
      case COMMAND.SET_FREQUENCY:
        if (value === 0) return undefined;
        this.#frequency = this.#nearest(value);
        return littleEndian(this.#frequency, 4);
      default:
        return this.#set(code, value) ? NOTHING : undefined;
    }
  }

  /** @returns whether the value is one that the programmer can work with. */
  #set(code: number, value: number): boolean {
    switch (code) {
      case COMMAND.SET_BUS:
        return (value & BUS.SPI) !== 0;
      case COMMAND.SET_PINS:
        this.driving = value !== 0;
        return true;
      case COMMAND.SET_CHIP_SELECT:
        if (value >= this.#options.chipSelects) return false;
        this.#chipSelect = value;
        return true;
      case COMMAND.SET_SPI_MODE:
        if (value > SPI_DUPLEX.FULL) return false;
        this.#duplex = value;
        return true;
      case COMMAND.SET_CS_MODE:
        if (value > CS_MODE.DESELECTED) return false;
        if (this.#csMode === CS_MODE.SELECTED) this.#options.spi.deselect();
        this.#csMode = value;
        if (value === CS_MODE.SELECTED) this.#select();
        return true;
      default:
        // NOP and the operation buffer, which has nothing to do for SPI.
        return true;
    }
  }

  #operate(data: Uint8Array, readLength: number): Uint8Array {
    const { spi } = this.#options;
    const read = new Uint8Array(readLength);
    if (this.#csMode === CS_MODE.AUTO) this.#select();
    if (this.#duplex === SPI_DUPLEX.FULL) {
      const length = Math.max(data.length, readLength);
      const tx = new Uint8Array(length);
      const rx = new Uint8Array(length);
      tx.set(data);
      spi.exchange(tx, rx, length);
      read.set(rx.subarray(0, readLength));
    } else {
      if (data.length > 0) spi.exchange(data, undefined, data.length);
      if (readLength > 0) spi.exchange(undefined, read, readLength);
    }
    if (this.#csMode === CS_MODE.AUTO) spi.deselect();
    return read;
  }

  #select(): void {
    this.#options.spi.select(this.#chipSelect, 0, this.#frequency);
  }

  /** The fastest that is not above `hz`, else the slowest. */
  #nearest(hz: number): number {
    const { frequencies } = this.#options;
    return frequencies.filter((frequency) => frequency <= hz).at(-1) ?? frequencies[0] ?? 0;
  }

  #answer(result: Uint8Array): void {
    this.#answers.push(Uint8Array.of(ANSWER.ACK), result);
  }

  #refuse(): void {
    this.#answers.push(Uint8Array.of(ANSWER.NAK));
  }
}
