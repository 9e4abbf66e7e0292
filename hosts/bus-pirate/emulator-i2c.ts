import type { EmulatedI2c, Firmware, FirmwareMode } from './emulator-firmware.ts';
import {
  ACKNOWLEDGE,
  bulkLength,
  COMMON,
  I2C,
  I2C_SPEEDS,
  MODE_NAME,
  PULL_UP_SOURCE,
  STATUS,
  WRITE_THEN_READ_HEADER,
  WRITE_THEN_READ_MAX,
  writeThenReadLengths,
} from './protocol.ts';

/** Second byte of the AUX command. */
const AUX_READ = 0x03;

/** The firmware's I2C mode. It toggles the lines itself and keeps no watch: nonsense is carried out too. */
export class I2cFirmwareMode implements FirmwareMode {
  readonly #firmware: Firmware;
  readonly #wire: EmulatedI2c;
  /** The byte read last was refused, so the part has let go of SDA. */
  #refused = false;
  /** Whether a transaction may be under way. */
  #started = false;

  constructor(firmware: Firmware, wire: EmulatedI2c) {
    this.#firmware = firmware;
    this.#wire = wire;
    firmware.out.text(MODE_NAME.i2c);
  }

  leave(): void {
    // The pins float: to the parts no STOP, but the next START puts them right.
    this.#wire.stop();
  }

  command(byte: number): boolean {
    const { out, pins } = this.#firmware;
    switch (byte & 0xf0) {
      case 0x00:
        return this.#basic(byte);
      case I2C.BULK:
        out.byte(STATUS.DONE);
        this.#firmware.stream(bulkLength(byte), (data) => {
          out.byte(this.#wire.writeByte(data) ? ACKNOWLEDGE.ACK : ACKNOWLEDGE.NACK);
        });
        return true;
      case I2C.PERIPHERALS:
        pins.setPeripherals(byte);
        out.byte(STATUS.DONE);
        return true;
      case I2C.PULL_UP_VOLTAGE:
        out.byte(setPullUpVoltage(this.#firmware, byte, true) ? STATUS.DONE : STATUS.REFUSED);
        return true;
      case I2C.SPEED:
        this.#wire.clockHz = I2C_SPEEDS[byte & 0x03] as number;
        out.byte(STATUS.DONE);
        return true;
      default:
        out.byte(STATUS.REFUSED);
        return true;
    }
  }

  #basic(byte: number): boolean {
    const { out } = this.#firmware;
    switch (byte) {
      case I2C.EXIT:
        return false;
      case I2C.VERSION:
        out.text(MODE_NAME.i2c);
        return true;
      case I2C.READ_BYTE:
        out.byte(this.#read());
        return true;
      case I2C.START:
        this.#refused = false;
        this.#started = true;
        this.#wire.start();
        break;
      case I2C.STOP:
        this.#refused = false;
        this.#started = false;
        this.#wire.stop();
        break;
      case I2C.ACK:
        break;
      case I2C.NACK:
        this.#refused = true;
        break;
      case I2C.WRITE_THEN_READ:
        if (!this.#firmware.traits.i2cWriteThenRead) {
          out.byte(STATUS.REFUSED);
          return true;
        }
        this.#firmware.collect(WRITE_THEN_READ_HEADER - 1, (header) => this.#writeThenRead(header));
        return true;
      case I2C.AUX:
        this.#firmware.collect(1, ([what]) => this.#aux(what as number));
        break;
      case I2C.SNIFF:
        // It listens until any byte comes.
        this.#firmware.collect(1, () => out.byte(STATUS.DONE));
        return true;
      default:
        out.byte(STATUS.REFUSED);
        return true;
    }
    out.byte(STATUS.DONE);
    return true;
  }

  #read(): number {
    if (this.#started) return this.#refused ? 0xff : this.#wire.readByte(true);
    // Nobody sends without START, but SDA may be held, and each clock moves a part on that holds it.
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) {
      if (this.#wire.sdaHeld) this.#wire.pulse?.();
      byte = (byte << 1) | (this.#wire.sdaHeld ? 0 : 1);
    }
    return byte;
  }

  #aux(what: number): void {
    const { out, pins } = this.#firmware;
    if (what === 0x00) pins.aux = false;
    if (what === 0x01) pins.aux = true;
    out.byte(what === AUX_READ ? Number(pins.aux) : 1);
  }

  #writeThenRead(header: Uint8Array): void {
    const { out, traits } = this.#firmware;
    const { writeLength, readLength } = writeThenReadLengths(header);
    const nothing = writeLength + readLength === 0;
    if (
      writeLength > WRITE_THEN_READ_MAX ||
      readLength > WRITE_THEN_READ_MAX ||
      (nothing && !traits.nothingIsFine)
    ) {
      out.byte(STATUS.REFUSED);
      return;
    }
    this.#firmware.collect(writeLength, (data) => {
      const read = this.#transact(data, readLength);
      if (read === undefined) {
        out.byte(STATUS.REFUSED);
        return;
      }
      out.byte(STATUS.DONE);
      out.bytes(read);
    });
  }

  /** @returns what was read, or `undefined` after a NACK: then there was no STOP. */
  #transact(data: Uint8Array, readLength: number): Uint8Array | undefined {
    const wire = this.#wire;
    this.#refused = false;
    this.#started = true;
    wire.start();
    for (const byte of data) if (!wire.writeByte(byte)) return undefined;
    if (this.#firmware.traits.restart && readLength > 0 && data.length > 1) {
      wire.start();
      if (!wire.writeByte((data[0] as number) | 1)) return undefined;
    }
    const read = new Uint8Array(readLength);
    for (let i = 0; i < readLength; i++) read[i] = wire.readByte(i < readLength - 1);
    wire.stop();
    this.#started = false;
    return read;
  }
}

/** v4 only, and only on pins that do not drive. */
export function setPullUpVoltage({ traits, pins }: Firmware, command: number, openDrain: boolean): boolean {
  if (!traits.hardware.startsWith('v4') || !openDrain) return false;
  const source = command & ~COMMON.PULL_UP_VOLTAGE;
  if (source === PULL_UP_SOURCE.V3_3) pins.pullUpMicrovolt = 3_300_000;
  else if (source === PULL_UP_SOURCE.V5) pins.pullUpMicrovolt = 5_000_000;
  else pins.pullUpMicrovolt = 0;
  return true;
}
