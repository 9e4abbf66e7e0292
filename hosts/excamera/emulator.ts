import type { EmulatedAdapter, EmulatedI2c, EmulatedSpi } from '../link/index.ts';
import { COMMON, I2C, INFO_BYTES, LINES, READ, SPI, SPI_HZ, STATUS, WRITE } from './protocol.ts';

const COUNT_MASK = 0x3f;
const CODE_MASK = 0xc0;

/** What both adapters do: commands whose parameters come behind them, byte by byte. */
abstract class EmulatedDriver implements EmulatedAdapter {
  #command: number[] = [];

  feed(bytes: Uint8Array): Uint8Array {
    const answer: number[] = [];
    for (const byte of bytes) {
      this.#command.push(byte);
      const [code = 0, ...parameters] = this.#command;
      if (parameters.length < this.#parametersOf(code)) continue;
      this.#command = [];
      if (code === COMMON.ECHO) answer.push(...parameters);
      else if (code === COMMON.INFO) answer.push(...Buffer.from(`${this.info.padEnd(INFO_BYTES - 1)}]`));
      else answer.push(...this.run(code, parameters));
    }
    return Uint8Array.from(answer);
  }

  #parametersOf(code: number): number {
    return code === COMMON.ECHO ? 1 : this.parametersOf(code);
  }

  protected abstract readonly info: string;
  /** Bytes behind a command. */
  protected abstract parametersOf(code: number): number;
  /** @returns what it answers */
  protected abstract run(code: number, parameters: readonly number[]): readonly number[];
}

/** Clock pulses until a part is at the end of its byte. */
const PULSES_MAX = 9;
const countOf = (code: number): number => (code & COUNT_MASK) + 1;

/** An I2CDriver. */
export class I2cDriverEmulator extends EmulatedDriver {
  protected readonly info = '[i2cdriver1 DO01JENM 000000061 4.971 000 23.8 I 1 1 100 24 ffff';
  readonly #wire: EmulatedI2c | undefined;

  constructor({ i2c }: { readonly i2c?: EmulatedI2c | undefined }) {
    super();
    this.#wire = i2c;
    if (i2c !== undefined) i2c.clockHz = 100_000;
  }

  protected parametersOf(code: number): number {
    if ((code & CODE_MASK) === WRITE) return countOf(code);
    return code === I2C.START || code === I2C.READ_ON ? 1 : 0;
  }

  protected run(code: number, parameters: readonly number[]): readonly number[] {
    const [first = 0] = parameters;
    if ((code & CODE_MASK) === WRITE) return [this.#write(parameters)];
    if ((code & CODE_MASK) === READ) return this.#read(countOf(code), true);
    switch (code) {
      case I2C.START:
        if (this.#wire?.sdaHeld || this.#wire?.sclHeld) return [STATUS.MARK | STATUS.TIMEOUT];
        this.#wire?.start();
        return [this.#write([first])];
      case I2C.READ_ON:
        return this.#read(first, false);
      case I2C.RESET:
        return [STATUS.MARK | this.#free()];
      case I2C.STOP:
        this.#wire?.stop();
        return [];
      default:
        if (this.#wire !== undefined && (code === I2C.SPEED_100 || code === I2C.SPEED_400))
          this.#wire.clockHz = code === I2C.SPEED_400 ? 400_000 : 100_000;
        return [];
    }
  }

  /** @returns the lines */
  #free(): number {
    const wire = this.#wire;
    for (let pulses = 0; pulses < PULSES_MAX && wire?.sdaHeld && !wire.sclHeld; pulses++) wire.pulse?.();
    if (!wire?.sdaHeld) wire?.stop();
    return (wire?.sclHeld ? 0 : LINES.SCL) | (wire?.sdaHeld ? 0 : LINES.SDA);
  }

  /** The status tells of the last byte. */
  #write(bytes: readonly number[]): number {
    let acknowledged = false;
    for (const byte of bytes) acknowledged = this.#wire?.writeByte(byte) ?? false;
    const isLost = this.#wire?.trouble === 'arbitration lost';
    return STATUS.MARK | (acknowledged ? STATUS.ACK : 0) | (isLost ? STATUS.ARBITRATION : 0);
  }

  #read(count: number, refusesLast: boolean): number[] {
    return Array.from(
      { length: count },
      (_, i) => this.#wire?.readByte(!refusesLast || i < count - 1) ?? 0xff,
    );
  }
}

/** An SPIDriver, version 2. */
export class SpiDriverEmulator extends EmulatedDriver {
  protected readonly info = '[spidriver2 DO01JENM 000000061 4.971 000 23.8 1 1 1 ffff 0';
  readonly #wire: EmulatedSpi | undefined;
  #mode = 0;
  #isSelected = false;

  constructor({ spi }: { readonly spi?: EmulatedSpi | undefined }) {
    super();
    this.#wire = spi;
  }

  protected parametersOf(code: number): number {
    if (code >= READ) return countOf(code);
    return code === SPI.MODE || code === PIN_A || code === PIN_B ? 1 : 0;
  }

  protected run(code: number, parameters: readonly number[]): readonly number[] {
    if (code >= READ) {
      const received = new Uint8Array(parameters.length).fill(0xff);
      this.#wire?.exchange(Uint8Array.from(parameters), received, parameters.length);
      return (code & CODE_MASK) === WRITE ? [] : [...received];
    }
    if (code === SPI.MODE) this.#mode = (parameters[0] ?? 0) & 3;
    else if (code === SPI.SELECT || code === SPI.DESELECT) this.#select(code === SPI.SELECT);
    return [];
  }

  #select(isSelected: boolean): void {
    if (isSelected === this.#isSelected) return;
    this.#isSelected = isSelected;
    if (isSelected) this.#wire?.select(0, this.#mode, SPI_HZ);
    else this.#wire?.deselect();
  }
}

/** Commands that set the pins A and B. */
const [PIN_A, PIN_B] = [0x61, 0x62];
