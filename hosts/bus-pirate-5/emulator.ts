import type { EmulatedAdapter, EmulatedI2c, EmulatedSpi } from '../link/index.ts';
import { EmulatedPins } from '../pins/index.ts';
import { FrameReader, frameOf } from './cobs.ts';
import {
  type AnyOf,
  DATA_MAX,
  decodeRequest,
  encodeError,
  encodeResponse,
  FRAME_MAX,
  HALF_FRAME_MS,
  MODE,
  PIN,
  POWER_MICROVOLT,
  QUERY,
  REQUEST_FAILED,
  type RequestOf,
  VERSION,
} from './protocol.ts';

/** What the board is wired to; a bus that is missing has nobody on it. */
export interface EmulatorOptions {
  readonly i2c?: EmulatedI2c | undefined;
  readonly spi?: EmulatedSpi | undefined;
  readonly pins?: EmulatedPins;
}

const HARDWARE = [5, 10] as const;
const FIRMWARE = { hash: 'emulated', date: 'Jan 01 2026 00:00:00' } as const;
/** What is configured where a request does not say. */
const DEFAULT_HZ = 20_000;
const SCL_BIT = 1 << PIN.SCL;
const SDA_BIT = 1 << PIN.SDA;

/** A Bus Pirate 5 whose second port has BPIO2. */
export class BusPirate5Emulator implements EmulatedAdapter {
  readonly pins: EmulatedPins;
  readonly #i2c: EmulatedI2c | undefined;
  readonly #spi: EmulatedSpi | undefined;
  #mode: string = MODE.HIGH_Z;
  #spiMode = 0;
  #hz = DEFAULT_HZ;
  #isSelected = false;
  #levels = 0;
  #directions = 0;
  #heardAt = Number.NEGATIVE_INFINITY;
  #begun: number[] = [];

  constructor({ i2c, spi, pins }: EmulatorOptions) {
    this.#i2c = i2c;
    this.#spi = spi;
    this.pins = pins ?? new EmulatedPins();
  }

  /** Takes what comes at once as the firmware does: a frame ends at its 0, and nothing may follow that. */
  feed(bytes: Uint8Array): Uint8Array {
    const now = performance.now();
    const isLate = this.#begun.length > 0 && now - this.#heardAt > HALF_FRAME_MS;
    const answers = isLate ? [encodeError('Timeout waiting for flatbuffer data')] : [];
    if (isLate) this.#begun = [];
    this.#heardAt = now;
    this.#begun.push(...bytes);
    if (this.#begun.includes(0) || this.#begun.length >= FRAME_MAX) {
      const frame = Uint8Array.from(this.#begun);
      this.#begun = [];
      answers.push(this.#frame(frame));
    }
    return Buffer.concat(answers.map(frameOf));
  }

  #frame(frame: Uint8Array): Uint8Array {
    if (!frame.includes(0)) return encodeError('Flatbuffer buffer overflow');
    let data: Uint8Array | undefined;
    if (frame.indexOf(0) === frame.length - 1 && frame.length > 1)
      new FrameReader(FRAME_MAX, (each) => {
        data = each;
      }).read(frame);
    if (data === undefined) return encodeError('COBS decode failed');
    try {
      const { major, minor, contents } = decodeRequest(data);
      if (major !== VERSION.MAJOR) return encodeError('Unsupported BPIO version, expected 2.x');
      if (minor > VERSION.MINOR)
        return encodeError('Flatbuffers minimum version minor not met, update the Bus Pirate firmware');
      return contents === undefined ? encodeError('Unknown packet type received') : this.#answer(contents);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return encodeError('Invalid flatbuffer');
    }
  }

  #answer(request: AnyOf<'request'>): Uint8Array {
    if (request.name === 'status') return this.#status(request.fields);
    if (request.name === 'data') return this.#data(request.fields);
    const error = this.#configure(request.fields);
    return encodeResponse('configuration', error === undefined ? {} : { error });
  }

  #status({ query = Uint8Array.of(QUERY.ALL) }: RequestOf<'status'>): Uint8Array {
    const asks = (what: number): boolean => query.includes(what) || query.includes(QUERY.ALL);
    return encodeResponse('status', {
      ...(asks(QUERY.VERSION) && {
        version_flatbuffers_major: VERSION.MAJOR,
        version_flatbuffers_minor: 0,
        version_hardware_major: HARDWARE[0],
        version_hardware_minor: HARDWARE[1],
        version_firmware_git_hash: FIRMWARE.hash,
        version_firmware_date: FIRMWARE.date,
      }),
      ...(asks(QUERY.MODE) && { mode_current: this.#mode, modes_available: Object.values(MODE) }),
      ...(asks(QUERY.IO) && { io_direction: this.#directions, io_value: this.#levelsSeen() }),
    });
  }

  /** A part that holds a line wins. */
  #levelsSeen(): number {
    const held = (this.#i2c?.sclHeld ? SCL_BIT : 0) | (this.#i2c?.sdaHeld ? SDA_BIT : 0);
    return this.pins.levels & 0xff & ~held;
  }

  /** @returns the firmware's sentence where it refuses */
  #configure(request: RequestOf<'configuration'>): string | undefined {
    const { mode: asked, mode_configuration: settings, psu_enable: power, psu_set_mv: millivolt } = request;
    if (asked !== undefined) {
      if (settings === undefined) return 'Mode configuration not present';
      const mode = Object.values(MODE).find((each) => each.toLowerCase() === asked.toLowerCase());
      if (mode === undefined) return 'Invalid mode name';
      this.#setMode(mode, settings);
    }
    const isOutOfRange =
      millivolt !== undefined &&
      (millivolt * 1000 < POWER_MICROVOLT.min || millivolt * 1000 > POWER_MICROVOLT.max);
    if (power === true && isOutOfRange) return 'PSU Voltage out of range (800-5000 mV)';
    this.#setPins(request);
    return undefined;
  }

  /** All pins are let go before a mode begins. */
  #setMode(mode: string, settings: NonNullable<RequestOf<'configuration'>['mode_configuration']>): void {
    this.#deselect();
    this.#directions = 0;
    this.#mode = mode;
    this.#hz = settings.speed ?? DEFAULT_HZ;
    const { clock_phase: phase, clock_polarity: polarity, chip_select_idle: idlesHigh = true } = settings;
    this.#spiMode = (phase ? 1 : 0) | (polarity ? 2 : 0) | (idlesHigh ? 0 : 4);
    if (mode === MODE.I2C && this.#i2c !== undefined) this.#i2c.clockHz = this.#hz;
  }

  /** The firmware sets directions before levels. */
  #setPins(request: RequestOf<'configuration'>): void {
    const { io_direction_mask: directionMask = 0, io_direction: directions = 0 } = request;
    const { io_value_mask: levelMask = 0, io_value: levels = 0 } = request;
    const wasLow = this.#drivesSclLow();
    this.#directions = (this.#directions & ~directionMask) | (directions & directionMask);
    this.pins.drive(this.#levels, this.#directions);
    this.#levels = (this.#levels & ~levelMask) | (levels & levelMask);
    this.pins.drive(this.#levels, this.#directions);
    // A clock edge on SCL as a pin moves a part that holds SDA on.
    if (wasLow && !this.#drivesSclLow() && this.#i2c?.sdaHeld) this.#i2c.pulse?.();
  }

  #drivesSclLow(): boolean {
    return this.#mode === MODE.HIGH_Z && (this.#directions & ~this.#levels & SCL_BIT) !== 0;
  }

  #data(request: RequestOf<'data'>): Uint8Array {
    const {
      data_write: written = new Uint8Array(0),
      bytes_read: reads = 0,
      start_alt: both = false,
    } = request;
    const answered = this.#mode === MODE.SPI && both ? written.length + reads : reads;
    if (answered > DATA_MAX) return encodeResponse('data', { error: 'Data read size too large' });
    const read =
      this.#mode === MODE.SPI ? this.#exchange(request, written) : this.#transact(request, written);
    return encodeResponse(
      'data',
      read === undefined
        ? { error: REQUEST_FAILED, data_read: new Uint8Array(0) }
        : { data_read: Uint8Array.from(read) },
    );
  }

  /** @returns what was read; undefined at the first byte that is not acknowledged: no STOP follows that */
  #transact(request: RequestOf<'data'>, written: Uint8Array): readonly number[] | undefined {
    const { start_main: starts = false, bytes_read: reads = 0, stop_main: stops = false } = request;
    if (this.#mode !== MODE.I2C) return undefined;
    // The firmware does not look at the lines: whoever holds SDA acknowledges everything, and sends zeros.
    if (this.#i2c?.sdaHeld) return new Array(reads).fill(0);
    if (starts) this.#i2c?.start();
    const [address = 0, ...data] = written;
    const send = (byte: number): boolean => this.#i2c?.writeByte(byte) ?? false;
    if (written.length > 1 || (reads === 0 && written.length > 0)) {
      if (![starts ? address & 0xfe : address, ...data].every(send)) return undefined;
      if (reads > 0) this.#i2c?.start();
    }
    if (reads > 0 && starts && !send(address | 1)) return undefined;
    const read = Array.from(
      { length: reads },
      (_, i) => this.#i2c?.readByte(!(stops && i === reads - 1)) ?? 0xff,
    );
    if (stops) this.#i2c?.stop();
    return read;
  }

  #exchange(request: RequestOf<'data'>, written: Uint8Array): readonly number[] {
    const { start_main: starts, start_alt: both, bytes_read: reads = 0, stop_main: stops } = request;
    if ((starts || both) && !this.#isSelected) this.#spi?.select(0, this.#spiMode, this.#hz);
    this.#isSelected ||= (starts || both) ?? false;
    const swap = (tx: Uint8Array): Uint8Array => {
      const rx = new Uint8Array(tx.length).fill(0xff);
      if (tx.length > 0) this.#spi?.exchange(tx, rx, tx.length);
      return rx;
    };
    const first = swap(written);
    const second = swap(new Uint8Array(reads).fill(0xff));
    if (stops) this.#deselect();
    return [...(both ? first : []), ...second];
  }

  #deselect(): void {
    if (this.#isSelected) this.#spi?.deselect();
    this.#isSelected = false;
  }
}
