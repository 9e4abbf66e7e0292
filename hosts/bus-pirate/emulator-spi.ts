import { SPI_MODE } from '../../src/bus/index.ts';
import type { EmulatedSpi, Firmware, FirmwareMode } from './emulator-firmware.ts';
import { setPullUpVoltage } from './emulator-i2c.ts';
import {
  bulkLength,
  decodePeripherals,
  decodeSpiConfig,
  MODE_NAME,
  SPI,
  SPI_SPEEDS,
  type SpiConfig,
  STATUS,
  WRITE_THEN_READ_HEADER,
  WRITE_THEN_READ_MAX,
  writeThenReadLengths,
} from './protocol.ts';

/** Second byte of the AVR command. */
const AVR = { NOTHING: 0x00, VERSION: 0x01, BULK_READ: 0x02 } as const;
/** Serial programming instruction "read program memory": 20 low byte, 28 high byte of a word. */
const AVR_READ_LOW = 0x20;
const AVR_READ_HIGH = 0x28;

/** The firmware's SPI mode. The PIC's SPI block makes the clock, software makes chip select. */
export class SpiFirmwareMode implements FirmwareMode {
  readonly #firmware: Firmware;
  readonly #wire: EmulatedSpi;
  readonly #csActiveHigh: boolean;
  #config: SpiConfig = { mode: 0, openDrain: true, sampleAtEnd: false };
  #speed = 1;
  #csLevel = true;
  #selected = false;
  readonly #one = new Uint8Array(1);

  constructor(firmware: Firmware, wire: EmulatedSpi, csActiveHigh: boolean) {
    this.#firmware = firmware;
    this.#wire = wire;
    this.#csActiveHigh = csActiveHigh;
    this.#setCs(true);
    firmware.out.text(MODE_NAME.spi);
  }

  leave(): void {
    if (this.#selected) this.#wire.deselect();
    this.#selected = false;
  }

  command(byte: number): boolean {
    const { out, pins, traits } = this.#firmware;
    switch (byte & 0xf0) {
      case 0x00:
        return this.#basic(byte);
      case SPI.BULK:
        out.byte(STATUS.DONE);
        this.#firmware.stream(bulkLength(byte), (data) => out.byte(this.#exchangeByte(data)));
        return true;
      case SPI.PERIPHERALS: {
        const { cs } = decodePeripherals(byte);
        pins.setPeripherals(byte);
        this.#setCs(cs);
        break;
      }
      case SPI.PULL_UP_VOLTAGE:
        if (!setPullUpVoltage(this.#firmware, byte, this.#config.openDrain)) return this.#refuse();
        break;
      case SPI.SPEED:
        if ((byte & 0x0f) >= traits.spiSpeeds) return this.#refuse();
        this.#speed = byte & 0x0f;
        this.#setCs(true);
        break;
      case SPI.CONFIG:
        this.#config = decodeSpiConfig(byte);
        this.#setCs(true);
        break;
      default:
        return this.#refuse();
    }
    out.byte(STATUS.DONE);
    return true;
  }

  #basic(byte: number): boolean {
    const { out } = this.#firmware;
    switch (byte) {
      case SPI.EXIT:
        return false;
      case SPI.VERSION:
        out.text(MODE_NAME.spi);
        return true;
      case SPI.CS_LOW:
      case SPI.CS_HIGH:
        this.#setCs(byte === SPI.CS_HIGH);
        break;
      case SPI.WRITE_THEN_READ:
      case SPI.WRITE_THEN_READ_KEEP_CS:
        this.#firmware.collect(WRITE_THEN_READ_HEADER - 1, (header) =>
          this.#writeThenRead(header, byte === SPI.WRITE_THEN_READ),
        );
        return true;
      case SPI.AVR:
        this.#firmware.collect(1, ([what]) => this.#avr(what as number));
        break;
      case SPI.SNIFF_ALL:
      case SPI.SNIFF_CS_LOW:
        // It listens until any byte comes.
        this.#firmware.collect(1, () => {});
        break;
      default:
        return this.#refuse();
    }
    out.byte(STATUS.DONE);
    return true;
  }

  #writeThenRead(header: Uint8Array, withCs: boolean): void {
    const { out, traits } = this.#firmware;
    const { writeLength, readLength } = writeThenReadLengths(header);
    const tooLong = Math.max(writeLength, readLength) > WRITE_THEN_READ_MAX;
    const nothing = writeLength + readLength === 0;
    if ((tooLong && traits.buffered) || (nothing && !traits.nothingIsFine)) {
      out.byte(STATUS.REFUSED);
      return;
    }
    this.#firmware.collect(writeLength, (data) => {
      if (withCs) this.#setCs(false);
      if (writeLength > 0) this.#wire.exchange(data, undefined, writeLength);
      const read = new Uint8Array(readLength);
      const filler = new Uint8Array(readLength).fill(traits.fill);
      if (readLength > 0) this.#wire.exchange(filler, read, readLength);
      if (withCs) this.#setCs(true);
      out.byte(STATUS.DONE);
      out.bytes(read);
    });
  }

  #avr(what: number): void {
    const { out } = this.#firmware;
    switch (what) {
      case AVR.NOTHING:
        out.byte(STATUS.DONE);
        return;
      case AVR.VERSION:
        out.bytes(Uint8Array.of(STATUS.DONE, 0, 1));
        return;
      case AVR.BULK_READ:
        this.#firmware.collect(8, (arguments_) => this.#avrRead(arguments_));
        return;
      default:
        out.byte(STATUS.REFUSED);
    }
  }

  /** Reads words of program memory, low byte first. */
  #avrRead(arguments_: Uint8Array): void {
    const { out } = this.#firmware;
    const view = new DataView(arguments_.buffer, arguments_.byteOffset);
    const address = view.getUint32(0);
    const length = view.getUint32(4);
    if (address + length > 0xffff) {
      out.byte(STATUS.REFUSED);
      return;
    }
    out.byte(STATUS.DONE);
    for (let i = 0; i < length; i++) {
      const word = address + (i >> 1);
      const answer = new Uint8Array(4);
      const instruction = (i & 1) === 0 ? AVR_READ_LOW : AVR_READ_HIGH;
      this.#wire.exchange(Uint8Array.of(instruction, word >> 8, word & 0xff, 0), answer, 4);
      out.byte(answer[3] as number);
    }
  }

  #exchangeByte(byte: number): number {
    this.#one[0] = byte;
    this.#wire.exchange(this.#one, this.#one, 1);
    return this.#one[0];
  }

  #setCs(level: boolean): void {
    this.#csLevel = level;
    const selected = this.#csLevel === this.#csActiveHigh;
    if (selected === this.#selected) return;
    this.#selected = selected;
    const polarity = this.#csActiveHigh ? SPI_MODE.CS_HIGH : 0;
    if (selected) this.#wire.select(0, this.#config.mode | polarity, SPI_SPEEDS[this.#speed] as number);
    else this.#wire.deselect();
  }

  #refuse(): true {
    this.#firmware.out.byte(STATUS.REFUSED);
    return true;
  }
}
