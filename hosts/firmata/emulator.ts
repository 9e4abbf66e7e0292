import type { EmulatedAdapter, EmulatedI2c, EmulatedSpi } from '../link/index.ts';
import { EmulatedPins } from '../pins/index.ts';
import {
  digitalMessage,
  fromPairs,
  I2C,
  MESSAGE,
  NO_MORE_MODES,
  PIN_MODE,
  pairs,
  SPI,
  SPI_MODE_0_MSB,
  SYSEX,
  sysex,
  TOO_FEW,
} from './protocol.ts';

/** What the board is wired to; a bus that is missing has nobody on it. */
export interface EmulatorOptions {
  readonly i2c?: EmulatedI2c | undefined;
  readonly spi?: EmulatedSpi | undefined;
  /** What its first 16 pins are wired to. */
  readonly pins?: EmulatedPins | undefined;
}

/** Pins of an Arduino Uno; 18 and 19 are I2C, 11 to 13 SPI. */
const PINS = 20;
/** Of eight pins each. */
const PORTS = 3;
/** Pins that `EmulatedPins` has; I2C is behind them. */
const WIRED_PINS = 16;
const SDA = 18;
const SCL = 19;
const NAME = 'ConfigurableFirmata.ino';
const VERSION = [2, 7] as const;
const PROTOCOL_VERSION = [MESSAGE.VERSION, 2, 6] as const;
/** What `MAX_DATA_BYTES` of Firmata leaves for a message: what is longer is dropped. */
const SYSEX_BYTES_MAX = 64;
/** `BUFFER_LENGTH` of Arduino's Wire. */
const WIRE_BYTES_MAX = 32;
/** An Uno's SPI clock without a divider of its own. */
const SPI_HZ = 4_000_000;

/** StandardFirmata 2.5, with the SPI of ConfigurableFirmata, on an Uno. */
export class FirmataEmulator implements EmulatedAdapter {
  readonly #i2c: EmulatedI2c | undefined;
  readonly #spi: EmulatedSpi | undefined;
  readonly #pinModes = new Uint8Array(PINS);
  readonly #levels = new Uint8Array(PINS).fill(1);
  readonly #pins: EmulatedPins;
  /** Pins that were made inputs: the others are not told of. */
  #inputs = 0;
  readonly #reported = new Uint8Array(PORTS);
  readonly #reports = new Uint8Array(PORTS);
  /** Device to the pin of its chip select. */
  readonly #devices = new Map<number, number>();
  #input: number[] = [];
  #answer: number[] = [];
  #i2cEnabled = false;
  #spiEnabled = false;
  #selected: number | undefined;

  constructor({ i2c, spi, pins = new EmulatedPins() }: EmulatorOptions) {
    this.#i2c = i2c;
    this.#spi = spi;
    this.#pins = pins;
    if (i2c !== undefined) i2c.clockHz = 100_000;
    this.#reset();
  }

  feed(bytes: Uint8Array): Uint8Array {
    this.#answer = [];
    for (let port = 0; port < PORTS; port++) this.#report(port, false);
    for (const byte of bytes) this.#take(byte);
    return Uint8Array.from(this.#answer);
  }

  #take(byte: number): void {
    const [first] = this.#input;
    if (byte === MESSAGE.END && first === MESSAGE.SYSEX) {
      const message = this.#input;
      this.#input = [];
      if (message.length - 1 <= SYSEX_BYTES_MAX)
        this.#sysex(message[1] ?? 0, Uint8Array.from(message.slice(2)));
      return;
    }
    if (byte >= 0x80) this.#input = [byte];
    else if (first !== undefined) this.#input.push(byte);
    const [command, a = 0, b = 0] = this.#input;
    if (command === MESSAGE.VERSION) this.#answer.push(...PROTOCOL_VERSION);
    else if (command === MESSAGE.RESET) this.#reset();
    else if (this.#input.length === 2 && ((command ?? 0) & 0xf0) === MESSAGE.REPORT_DIGITAL) {
      const port = (command ?? 0) & 0x0f;
      if (port >= PORTS) return;
      this.#reports[port] = a;
      this.#report(port, a !== 0);
    } else if (this.#input.length === 3 && command === MESSAGE.SET_PIN_MODE) this.#pinMode(a, b);
    else if (this.#input.length === 3 && command === MESSAGE.SET_PIN_VALUE) this.#pinValue(a, b);
  }

  #reset(): void {
    this.#i2cEnabled = false;
    this.#spiEnabled = false;
    this.#devices.clear();
    this.#pinModes.fill(PIN_MODE.OUTPUT);
    this.#levels.fill(0);
    this.#inputs = 0;
    this.#reports.fill(0);
    this.#reported.fill(0);
    this.#drivePins();
    this.#select();
  }

  #pinMode(pin: number, mode: number): void {
    if (pin < PINS) {
      this.#pinModes[pin] = mode;
      this.#inputs &= ~(1 << pin);
      if (mode === PIN_MODE.INPUT || mode === PIN_MODE.PULL_UP) this.#inputs |= 1 << pin;
    }
    this.#drivePins();
    this.#select();
  }

  #pinValue(pin: number, value: number): void {
    if (pin < PINS) this.#levels[pin] = value === 0 ? 0 : 1;
    this.#drivePins();
    this.#select();
  }

  #drivePins(): void {
    let [levels, directions] = [0, 0];
    for (let pin = 0; pin < WIRED_PINS; pin++) {
      if (this.#pinModes[pin] === PIN_MODE.OUTPUT) directions |= 1 << pin;
      if (this.#levels[pin] === 1) levels |= 1 << pin;
    }
    this.#pins.drive(levels, directions);
  }

  /** Tells the inputs of a port where they have changed, as the firmware does each time before it reads its messages. */
  #report(port: number, always: boolean): void {
    const levels = ((this.#pinLevels() & this.#inputs) >> (8 * port)) & 0xff;
    if (this.#reports[port] === 0 || (!always && levels === this.#reported[port])) return;
    this.#reported[port] = levels;
    this.#answer.push(...digitalMessage(port, levels));
  }

  /** Levels of all pins: I2C is pulled up, unless somebody holds it. */
  #pinLevels(): number {
    const i2c = (this.#i2c?.sdaHeld ? 0 : 1 << SDA) | (this.#i2c?.sclHeld ? 0 : 1 << SCL);
    return (this.#pins.levels & (2 ** WIRED_PINS - 1)) | i2c;
  }

  /** Chip selects follow their pins. */
  #select(): void {
    const low = [...this.#devices].find(
      ([, pin]) => this.#pinModes[pin] === PIN_MODE.OUTPUT && this.#levels[pin] === 0,
    );
    const selected = low === undefined ? undefined : low[0];
    if (selected === this.#selected) return;
    if (this.#selected !== undefined) this.#spi?.deselect();
    this.#selected = selected;
    if (selected !== undefined) this.#spi?.select(selected, 0, SPI_HZ);
  }

  #sysex(command: number, data: Uint8Array): void {
    switch (command) {
      case SYSEX.FIRMWARE:
        this.#say(SYSEX.FIRMWARE, ...VERSION, ...pairs(Buffer.from(NAME)));
        break;
      case SYSEX.CAPABILITY_QUERY:
        this.#say(SYSEX.CAPABILITIES, ...Array.from({ length: PINS }, (_, pin) => modesOf(pin)).flat());
        break;
      case SYSEX.ANALOG_MAPPING_QUERY:
        this.#say(SYSEX.ANALOG_MAPPING, ...new Uint8Array(PINS).fill(NO_MORE_MODES));
        break;
      case SYSEX.PIN_STATE_QUERY: {
        const [pin = 0] = data;
        const state = pin < PINS ? [this.#pinModes[pin] as number, this.#levels[pin] as number] : [];
        this.#say(SYSEX.PIN_STATE, pin, ...state);
        break;
      }
      case SYSEX.I2C_CONFIG:
        this.#i2cEnabled = true;
        break;
      case SYSEX.I2C_REQUEST:
        if (this.#i2cEnabled) this.#i2cRequest(data);
        break;
      case SYSEX.SPI:
        this.#spiMessage(data);
        break;
      default:
        this.#string('Unhandled sysex command');
    }
  }

  #i2cRequest(data: Uint8Array): void {
    const [address = 0, flags = 0] = data;
    if ((flags & 0x20) !== 0) {
      this.#string('10-bit addressing not supported');
      return;
    }
    const values = fromPairs(data.subarray(2));
    if ((flags & 0x18) === I2C.WRITE) this.#wire(address, values, true);
    else if ((flags & 0x18) === I2C.READ) {
      const [register, length] = values.length > 1 ? values : [undefined, values[0]];
      this.#read(address, register, length ?? 0, (flags & I2C.RESTART) === 0);
    }
  }

  /** Arduino's Wire: what is behind a refused byte is not sent, and STOP follows. */
  #wire(address: number, data: Uint8Array, stop: boolean): void {
    this.#i2c?.start();
    const sent = Uint8Array.of(address << 1, ...data.subarray(0, WIRE_BYTES_MAX));
    const isRefused = sent.some((byte) => !(this.#i2c?.writeByte(byte) ?? false));
    if (stop || isRefused) this.#i2c?.stop();
  }

  #read(address: number, register: number | undefined, length: number, stop: boolean): void {
    if (register !== undefined) this.#wire(address, Uint8Array.of(register), stop);
    const read = new Uint8Array(length);
    this.#i2c?.start();
    const isThere = this.#i2c?.writeByte((address << 1) | 1) ?? false;
    const count = isThere ? Math.min(length, WIRE_BYTES_MAX) : 0;
    for (let at = 0; at < count; at++) read[at] = this.#i2c?.readByte(at < count - 1) ?? 0xff;
    this.#i2c?.stop();
    if (count < length) this.#string(TOO_FEW);
    this.#say(SYSEX.I2C_REPLY, ...pairs([address, register ?? 0, ...read]));
  }

  #spiMessage(data: Uint8Array): void {
    const [kind, deviceChannel = 0, ...rest] = data;
    const device = deviceChannel >> 3;
    if (kind === SPI.BEGIN) this.#spiEnabled = true;
    else if (kind === SPI.END) this.#spiEnabled = false;
    else if (kind === SPI.CONFIG) {
      const [order, , , , , , bits, , pin = 0] = rest;
      if (order !== SPI_MODE_0_MSB) this.#string('Only BitOrder = 1 and dataMode = 0 supported');
      else if (bits !== 0 && bits !== 8) this.#string('SPI_DEVICE_CONFIG: Only 8 bit words supported');
      else this.#devices.set(device, pin);
    } else if (!this.#spiEnabled) this.#string('SPI not enabled.');
    else this.#spiTransfer(kind ?? 0, device, rest);
  }

  #spiTransfer(
    kind: number,
    device: number,
    [request = 0, deselect = 1, count = 0, ...rest]: number[],
  ): void {
    const pin = this.#devices.get(device);
    if (pin === undefined) {
      this.#string('SPI_TRANSFER: Unknown deviceId specified: ');
      return;
    }
    const sent = kind === SPI.READ ? new Uint8Array(count) : fromPairs(Uint8Array.from(rest));
    const received = new Uint8Array(sent.length).fill(0xff);
    this.#pinValue(pin, 0);
    this.#spi?.exchange(sent, received, sent.length);
    if (deselect !== 0) this.#pinValue(pin, 1);
    if (kind !== SPI.WRITE)
      this.#say(SYSEX.SPI, SPI.REPLY, device << 3, request, received.length, ...pairs(received));
  }

  #string(text: string): void {
    this.#say(SYSEX.STRING, ...pairs(Buffer.from(text)));
  }

  #say(command: number, ...data: readonly number[]): void {
    this.#answer.push(...sysex(command, ...data));
  }
}

/** What a pin of an Uno can do, each mode with its bits. */
function modesOf(pin: number): number[] {
  if (pin < 2) return [NO_MORE_MODES];
  const digital = [PIN_MODE.INPUT, 1, PIN_MODE.PULL_UP, 1, PIN_MODE.OUTPUT, 1];
  const own = pin >= SDA ? [PIN_MODE.I2C, 1] : pin >= 11 && pin <= 13 ? [PIN_MODE.SPI, 1] : [];
  return [...digital, ...own, NO_MORE_MODES];
}
