import {
  type EmulatedI2c,
  type EmulatedSpi,
  type Firmware,
  type FirmwareMode,
  Output,
  Pins,
  type Traits,
  V4_FIRMWARE_8_0,
} from './emulator-firmware.ts';
import { I2cFirmwareMode } from './emulator-i2c.ts';
import { SpiFirmwareMode } from './emulator-spi.ts';
import { Terminal } from './emulator-terminal.ts';
import { BITBANG, COMMON, MODE_NAME, PIN, STATUS } from './protocol.ts';

/** What hangs on an emulated adapter, and which it is. */
export interface EmulatorOptions {
  readonly i2c?: EmulatedI2c;
  readonly spi?: EmulatedSpi;
  /** The SPI part is selected by a high level. */
  readonly csActiveHigh?: boolean;
  readonly traits?: Traits;
}

const NO_I2C: EmulatedI2c = { start() {}, writeByte: () => false, readByte: () => 0xff, stop() {} };
const NO_SPI: EmulatedSpi = {
  select() {},
  exchange: (_, rx, length) => rx?.fill(0xff, 0, length),
  deselect() {},
};

/** Modes that other programs may ask for: they are entered and left, and refuse all commands. */
const OTHER_MODES = new Map<number, string>([
  [BITBANG.ENTER_UART, MODE_NAME.uart],
  [BITBANG.ENTER_ONE_WIRE, MODE_NAME.oneWire],
  [BITBANG.ENTER_RAW_WIRE, MODE_NAME.rawWire],
  [BITBANG.ENTER_OPENOCD, MODE_NAME.openOcd],
]);

/**
 * A Bus Pirate without the Bus Pirate: takes what a client sends and gives what the firmware answers, with
 * simulated buses behind it. No clock, no port, no thread: whoever has bytes can drive it.
 */
export class BusPirateEmulator {
  readonly pins = new Pins();
  readonly #options: EmulatorOptions;
  readonly #firmware: Firmware;
  readonly #terminal: Terminal;
  readonly #out = new Output();
  /** `terminal`, or the crossroads, or one of its modes. */
  #mode: 'terminal' | 'bitbang' | FirmwareMode = 'terminal';
  /** Who takes the coming bytes that are no commands, and how many there are. */
  #payload: { remaining: number; take: (byte: number) => void } | undefined;

  constructor(options: EmulatorOptions = {}) {
    this.#options = options;
    this.#firmware = {
      traits: options.traits ?? V4_FIRMWARE_8_0,
      out: this.#out,
      pins: this.pins,
      collect: (count, then) => this.#collect(count, then),
      stream: (remaining, take) => {
        this.#payload = { remaining, take };
      },
    };
    this.#terminal = new Terminal(this.#firmware, () => this.#enterBitbang());
  }

  /** Power on: greeting and prompt. A v4 that is only plugged in says nothing. @returns what it says. */
  reset(): Uint8Array {
    this.#leave();
    this.#mode = 'terminal';
    this.#payload = undefined;
    this.pins.reset();
    this.#terminal.reset();
    return this.#out.take();
  }

  /** Takes what the client sent. @returns what the firmware answers. */
  feed(bytes: Uint8Array): Uint8Array {
    for (let i = 0; i < bytes.length; i++) this.#byte(bytes[i] as number);
    return this.#out.take();
  }

  #byte(byte: number): void {
    const payload = this.#payload;
    if (payload !== undefined) {
      // The last byte may itself ask for more.
      if (--payload.remaining === 0) this.#payload = undefined;
      payload.take(byte);
    } else if (this.#mode === 'terminal') this.#terminal.byte(byte);
    else if (this.#mode === 'bitbang') this.#bitbang(byte);
    else if (!this.#mode.command(byte)) this.#enterBitbang();
  }

  #collect(count: number, then: (bytes: Uint8Array) => void): void {
    if (count === 0) {
      then(new Uint8Array(0));
      return;
    }
    const bytes = new Uint8Array(count);
    let filled = 0;
    this.#payload = {
      remaining: count,
      take: (byte) => {
        bytes[filled++] = byte;
        if (filled === count) then(bytes);
      },
    };
  }

  #bitbang(byte: number): void {
    const { pins } = this;
    if ((byte & BITBANG.PIN_LEVELS) !== 0) {
      pins.setLevels(byte);
      this.#out.byte(this.#levels());
      return;
    }
    if ((byte & 0xe0) === BITBANG.PIN_DIRECTIONS) {
      const wasLow = (this.#levels() & PIN.CLK) === 0;
      pins.directions = byte & 0x1f;
      // A clock edge moves a part on that holds SDA.
      const { i2c } = this.#options;
      if (wasLow && (this.#levels() & PIN.CLK) !== 0 && i2c?.sdaHeld) i2c.pulse?.();
      this.#out.byte(this.#levels());
      return;
    }
    const other = OTHER_MODES.get(byte);
    if (other !== undefined) this.#enter(() => this.#otherMode(other));
    else this.#bitbangCommand(byte);
  }

  /** What the pins read: the lines of an I2C bus are pulled up where its parts are, unless somebody holds them. */
  #levels(): number {
    const { i2c } = this.#options;
    const held = (i2c?.sclHeld ? PIN.CLK : 0) | (i2c?.sdaHeld ? PIN.MOSI : 0);
    const released = i2c === undefined ? 0 : this.pins.directions & (PIN.CLK | PIN.MOSI);
    return (this.pins.read() | released) & ~held;
  }

  #bitbangCommand(byte: number): void {
    const out = this.#out;
    const { i2c = NO_I2C, spi = NO_SPI, csActiveHigh = false } = this.#options;
    switch (byte) {
      case BITBANG.RESET:
        out.text(MODE_NAME.bitbang);
        return;
      case BITBANG.ENTER_SPI:
        this.#enter(() => new SpiFirmwareMode(this.#firmware, spi, csActiveHigh));
        return;
      case BITBANG.ENTER_I2C:
        this.#enter(() => new I2cFirmwareMode(this.#firmware, i2c));
        return;
      case BITBANG.RETURN_TO_TERMINAL:
        out.byte(STATUS.DONE);
        this.#mode = 'terminal';
        this.pins.reset();
        this.#terminal.reset();
        return;
      case BITBANG.SHORT_SELF_TEST:
      case BITBANG.FULL_SELF_TEST:
        out.byte(0);
        this.#selfTest();
        return;
      case BITBANG.SETUP_PWM:
        this.#collect(5, () => out.byte(STATUS.DONE));
        return;
      case BITBANG.CLEAR_PWM:
        out.byte(STATUS.DONE);
        return;
      case BITBANG.READ_ADC:
        out.bytes(new Uint8Array(2));
        return;
      case BITBANG.MEASURE_FREQUENCY:
        out.bytes(new Uint8Array(4));
        return;
      default:
        out.byte(STATUS.REFUSED);
    }
  }

  /** It found no errors; then it echoes, until FF ends it. */
  #selfTest(): void {
    this.#collect(1, ([byte]) => {
      if (byte === 0xff) {
        this.#out.byte(STATUS.DONE);
        return;
      }
      this.#out.byte(byte as number);
      this.#selfTest();
    });
  }

  #otherMode(name: string): FirmwareMode {
    const out = this.#out;
    out.text(name);
    return {
      command: (byte) => {
        if (byte === COMMON.VERSION) out.text(name);
        else if (byte !== COMMON.EXIT) out.byte(STATUS.REFUSED);
        return byte !== COMMON.EXIT;
      },
      leave() {},
    };
  }

  #enter(mode: () => FirmwareMode): void {
    this.pins.reset();
    this.#mode = mode();
  }

  #enterBitbang(): void {
    this.#leave();
    this.#mode = 'bitbang';
    this.pins.reset();
    this.#out.text(MODE_NAME.bitbang);
  }

  #leave(): void {
    if (typeof this.#mode === 'object') this.#mode.leave();
  }
}
