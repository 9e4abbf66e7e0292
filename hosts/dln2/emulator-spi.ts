import type { EmulatedSpi } from '../link/index.ts';
import type { Outcome } from './emulator-gpio.ts';
import { COMMAND, KEEP_SELECTED, RESULT, readU16, readU32, SPI_BYTES_MAX, u16, u32 } from './protocol.ts';

const MIN_HZ = 2000;
const MAX_HZ = 18_000_000;
/** 4 to 16 bits; the answer has room for 36 sizes. */
const FRAMES = [13, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const FRAMES_BYTES = 37;
/** Behind the port: a length and an attribute. */
const HEAD_BYTES = 4;

/** The SPI master at port 0, with one chip select. */
export class EmulatedSpiMaster {
  readonly #spi: EmulatedSpi | undefined;
  #isEnabled = false;
  #mode = 0;
  #hz = 1_000_000;
  #isSelected = false;

  constructor(spi: EmulatedSpi | undefined) {
    this.#spi = spi;
  }

  reset(): void {
    this.#isEnabled = false;
    this.#deselect();
  }

  run(command: number, data: Uint8Array): Outcome {
    const [port = 0, value = 0] = data;
    if (port !== 0) return [RESULT.PORT];
    switch (command) {
      case COMMAND.SPI_ENABLE:
        if (this.#isEnabled) return [RESULT.PIN_IN_USE];
        this.#isEnabled = true;
        return [RESULT.OK];
      case COMMAND.SPI_DISABLE:
        this.#isEnabled = false;
        return [RESULT.OK];
      case COMMAND.SPI_SET_MODE:
        if (value > 3) return [RESULT.MODE];
        this.#mode = value;
        return [RESULT.OK];
      case COMMAND.SPI_SET_FRAME:
        return [value === 8 ? RESULT.OK : RESULT.VALUE];
      case COMMAND.SPI_SET_FREQUENCY:
        this.#hz = Math.min(MAX_HZ, Math.max(MIN_HZ, readU32(data, 1)));
        return [RESULT.OK, ...u32(this.#hz)];
      case COMMAND.SPI_SET_SS:
        return [value === 0xfe ? RESULT.OK : RESULT.SS_VALUE];
      case COMMAND.SPI_SS_ENABLE:
      case COMMAND.SPI_SS_DISABLE:
        return [value === 1 ? RESULT.OK : RESULT.SS_VALUE];
      case COMMAND.SPI_FRAMES:
        return [RESULT.OK, ...FRAMES, ...new Uint8Array(FRAMES_BYTES - FRAMES.length)];
      case COMMAND.SPI_SS_COUNT:
        return [RESULT.OK, ...u16(1)];
      case COMMAND.SPI_MIN_FREQUENCY:
        return [RESULT.OK, ...u32(MIN_HZ)];
      case COMMAND.SPI_MAX_FREQUENCY:
        return [RESULT.OK, ...u32(MAX_HZ)];
      default:
        return this.#move(command, data);
    }
  }

  #move(command: number, data: Uint8Array): Outcome {
    const length = readU16(data, 1);
    const reads = command !== COMMAND.SPI_WRITE;
    const sent = command === COMMAND.SPI_READ ? undefined : data.subarray(HEAD_BYTES);
    if (!reads && command !== COMMAND.SPI_WRITE) return [RESULT.NOT_SUPPORTED];
    if (length > SPI_BYTES_MAX || (sent !== undefined && sent.length !== length))
      return [RESULT.BAD_PARAMETER];
    const received = new Uint8Array(reads ? length : 0).fill(0xff);
    if (!this.#isSelected) this.#spi?.select(0, this.#mode, this.#hz);
    this.#isSelected = true;
    if (length > 0) this.#spi?.exchange(sent, reads ? received : undefined, length);
    if (((data[3] ?? 0) & KEEP_SELECTED) === 0) this.#deselect();
    return reads ? [RESULT.OK, ...u16(length), ...received] : [RESULT.OK];
  }

  #deselect(): void {
    if (this.#isSelected) this.#spi?.deselect();
    this.#isSelected = false;
  }
}
