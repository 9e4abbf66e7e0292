import type { DeviceDescription, DevicePort, UsbDevice } from '../../src/usb/index.ts';
import type { EmulatedI2c, EmulatedSpi } from '../link/index.ts';
import { Dln2Pins, type Outcome } from './emulator-gpio.ts';
import { EmulatedSpiMaster } from './emulator-spi.ts';
import {
  answerBytes,
  COMMAND,
  HANDLE,
  HARDWARE,
  I2C_READ_MAX,
  MEMORY_ADDRESS_MAX,
  messageBytes,
  RESULT,
  readMessage,
  readU16,
  readU32,
  USB_ID,
  u16,
  u32,
} from './protocol.ts';

const VENDOR_CLASS = 0xff;
const ENDPOINT = { OUT: 0x01, IN: 0x81 } as const;
const PACKET_BYTES = 64;
const SERIAL_NUMBER = 1;
/** Behind port, address and register: a length. */
const I2C_HEAD_BYTES = 9;
const NOTHING = new Uint8Array(0);

const DESCRIPTION: DeviceDescription = {
  ...USB_ID,
  usbVersion: 0x0200,
  deviceVersion: 0x0001,
  class: VENDOR_CLASS,
  speed: 'full',
  maxPacketSize0: 64,
  manufacturer: 'Diolan',
  product: 'DLN-2',
  interfaces: [
    {
      class: VENDOR_CLASS,
      endpoints: [
        { address: ENDPOINT.OUT, kind: 'bulk', maxPacketSize: PACKET_BYTES },
        { address: ENDPOINT.IN, kind: 'bulk', maxPacketSize: PACKET_BYTES },
      ],
    },
  ],
};

/** The adapter: one port of I2C and SPI each, and pins. */
export class Dln2Emulator implements UsbDevice {
  readonly description = DESCRIPTION;
  readonly pins: Dln2Pins;
  readonly #i2c: EmulatedI2c | undefined;
  readonly #spi: EmulatedSpiMaster;
  #port: DevicePort | undefined;

  constructor({
    i2c,
    spi,
  }: { readonly i2c?: EmulatedI2c | undefined; readonly spi?: EmulatedSpi | undefined }) {
    this.#i2c = i2c;
    if (i2c !== undefined) i2c.clockHz = 100_000;
    this.#spi = new EmulatedSpiMaster(spi);
    this.pins = new Dln2Pins((data) => {
      const event = { command: COMMAND.GPIO_CHANGED, echo: 0, handle: HANDLE.EVENT };
      this.#send(messageBytes({ ...event, data: Uint8Array.from(data) }));
    });
  }

  plugged(port: DevicePort): void {
    this.#port = port;
    this.#i2c?.stop();
    this.#spi.reset();
    this.pins.reset();
  }

  received(_endpoint: number, bytes: Uint8Array): void {
    const message = readMessage(bytes);
    if (message === undefined) return;
    const [result, ...data] = this.#run(message.command, message.data);
    this.#send(answerBytes(message, result, Uint8Array.from(data)));
  }

  /** A message that fills its packets ends with an empty one. */
  #send(bytes: Uint8Array): void {
    this.#port?.send(ENDPOINT.IN, bytes);
    if (bytes.length % PACKET_BYTES === 0) this.#port?.send(ENDPOINT.IN, NOTHING);
  }

  #run(command: number, data: Uint8Array): Outcome {
    switch (command >> 8) {
      case 0:
        if (command === COMMAND.VERSION) return [RESULT.OK, ...u32(HARDWARE)];
        return command === COMMAND.SERIAL_NUMBER
          ? [RESULT.OK, ...u32(SERIAL_NUMBER)]
          : [RESULT.NOT_SUPPORTED];
      case 1:
        return this.pins.run(command, data);
      case 2:
        return this.#spi.run(command, data);
      case 3:
        return this.#i2cCommand(command, data);
      default:
        return [RESULT.NOT_SUPPORTED];
    }
  }

  #i2cCommand(command: number, data: Uint8Array): Outcome {
    const [port = 0, address = 0, registerBytes = 0] = data;
    if (port !== 0) return [RESULT.PORT];
    if (command === COMMAND.I2C_ENABLE || command === COMMAND.I2C_DISABLE) return [RESULT.OK];
    const length = readU16(data, 7);
    if (data.length < I2C_HEAD_BYTES) return [RESULT.COMMAND_SIZE];
    if (length === 0 || length > I2C_READ_MAX || registerBytes > MEMORY_ADDRESS_MAX)
      return [RESULT.BAD_PARAMETER];
    const register = u32(readU32(data, 3)).slice(0, registerBytes).reverse();
    if (command === COMMAND.I2C_WRITE)
      return this.#write(address, [...register, ...data.subarray(I2C_HEAD_BYTES)]);
    return command === COMMAND.I2C_READ ? this.#read(address, register, length) : [RESULT.NOT_SUPPORTED];
  }

  #write(address: number, bytes: readonly number[]): Outcome {
    const result = this.#address(address << 1, bytes);
    this.#i2c?.stop();
    return result === RESULT.OK ? [RESULT.OK, ...u16(bytes.length)] : [result];
  }

  /** START, the address and bytes; no STOP. @returns the result */
  #address(address: number, bytes: readonly number[]): number {
    this.#i2c?.start();
    if (!this.#i2c?.writeByte(address)) return RESULT.ADDRESS_NACK;
    return bytes.every((byte) => this.#i2c?.writeByte(byte)) ? RESULT.OK : RESULT.DATA_NACK;
  }

  #read(address: number, register: readonly number[], length: number): Outcome {
    let result: number = RESULT.OK;
    if (register.length > 0) result = this.#address(address << 1, register);
    if (result === RESULT.OK) result = this.#address((address << 1) | 1, []);
    const read: number[] = [];
    if (result === RESULT.OK)
      for (let at = 0; at < length; at++) read.push(this.#i2c?.readByte(at < length - 1) ?? 0xff);
    this.#i2c?.stop();
    return result === RESULT.OK ? [RESULT.OK, ...u16(length), ...read] : [result];
  }
}
