import {
  BusFault,
  checkI2cMessages,
  type HostAdapter,
  I2C_M,
  type I2cController,
  type I2cMessage,
  nackFault,
} from '../../src/bus/index.ts';
import {
  type ControlRequest,
  REQUEST_TYPE,
  type UsbConnection,
  type UsbOpener,
} from '../../src/usb/index.ts';
import { clockTooSlow, readsZeros } from '../link/index.ts';
import { UsbSession } from '../usb/index.ts';
import { I2C_CAPABILITIES } from './capabilities.ts';
import { CLOCKS_HZ, clockOf, delayFor, IO, LENGTH_MAX, NOBODY, READ, REQUEST, STATUS } from './protocol.ts';

const NOTHING = new Uint8Array(0);
/** Any word will do that is not what an idle bus reads. */
const ECHO_WORD = 0x5aa5;
const DEFAULT_HZ = 100_000;

/** A vendor request; the firmware ignores the recipient, Linux's driver names the interface. */
function vendor(request: number, value = 0, index = 0): ControlRequest {
  return { requestType: REQUEST_TYPE.VENDOR | REQUEST_TYPE.INTERFACE, request, value, index };
}

/** An i2c-tiny-usb: two control transfers a message. */
export class I2cTinyUsbAdapter implements HostAdapter, I2cController {
  readonly synchronous = false;
  readonly capabilities = I2C_CAPABILITIES;
  readonly functionality = I2C_CAPABILITIES.functionality;
  readonly i2c: I2cController = this;
  readonly #session: UsbSession;
  #delay = delayFor(DEFAULT_HZ) as number;
  #told: number | undefined;
  /** SDA was not seen high since the adapter was opened, or since a transaction was broken off: the bus may not be free. */
  #isUnseen = true;

  /** @param name what it is called until it is open */
  constructor(name: string, open: UsbOpener) {
    this.#session = new UsbSession(name, open);
  }

  get description(): string {
    return this.#session.description;
  }

  get maxMessageLength(): number {
    return LENGTH_MAX;
  }

  async open(): Promise<void> {
    await this.#session.open(async (usb) => {
      const echo = await usb.controlIn(vendor(REQUEST.ECHO, ECHO_WORD), 2);
      if (echo.length !== 2 || (echo[0] as number) + (echo[1] as number) * 256 !== ECHO_WORD)
        throw new BusFault(
          'EPROTO',
          `no i2c-tiny-usb found: ${usb.description} has its ids, but does not echo`,
        );
    });
    this.#told = undefined;
    this.#isUnseen = true;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  setClockFrequency(hz: number): number {
    const delay = delayFor(hz);
    if (delay === undefined) throw clockTooSlow('I2C', hz, 'an i2c-tiny-usb', CLOCKS_HZ.min);
    this.#delay = delay;
    return clockOf(delay);
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    checkI2cMessages(this.capabilities, messages, 'an i2c-tiny-usb');
    const { usb } = this.#session;
    await this.#prepare(usb, signal);
    for (const [index, message] of messages.entries()) {
      const parts = (index === 0 ? IO.BEGIN : 0) | (index === messages.length - 1 ? IO.END : 0);
      this.#isUnseen = true;
      await this.#message(usb, message, index, parts, signal);
    }
    // An acknowledge and a 0 are what a held SDA looks like too.
    if (readsZeros(messages)) await this.#look(usb, signal);
    this.#isUnseen = false;
  }

  /** Sets the clock, and looks at the bus, where either is due. */
  async #prepare(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    const delay = this.#delay;
    if (this.#told !== delay) {
      await usb.controlOut(vendor(REQUEST.SET_DELAY, delay), NOTHING, signal);
      this.#told = delay;
    }
    if (this.#isUnseen) await this.#look(usb, signal);
  }

  /**
   * Calls addresses that nobody has, which ends a transaction too: the firmware has no other way to look at SDA.
   * @throws {BusFault} `EBUSY` each is acknowledged, so SDA is held low
   */
  async #look(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    this.#isUnseen = true;
    for (const address of NOBODY) {
      await usb.controlOut(vendor(REQUEST.IO + IO.BEGIN + IO.END, 0, address), NOTHING, signal);
      const [status] = await usb.controlIn(vendor(REQUEST.GET_STATUS), 1, signal);
      if (status === STATUS.ADDRESS_ACK) continue;
      this.#isUnseen = false;
      return;
    }
    throw new BusFault(
      'EBUSY',
      'SDA is held low, and an i2c-tiny-usb cannot free the bus: switch its parts off and on',
    );
  }

  async #message(
    usb: UsbConnection,
    message: I2cMessage,
    index: number,
    parts: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { addr, flags, buf } = message;
    const reads = (flags & I2C_M.RD) !== 0;
    const request = vendor(REQUEST.IO + parts, reads ? READ : 0, addr);
    const read = reads ? await usb.controlIn(request, buf.length, signal) : undefined;
    if (read === undefined) await usb.controlOut(request, buf, signal);
    const [status] = await usb.controlIn(vendor(REQUEST.GET_STATUS), 1, signal);
    if (status === STATUS.ADDRESS_NAK) {
      // The firmware has sent STOP, and SDA was high.
      this.#isUnseen = false;
      throw nackFault(message, { message: index, byte: -1 });
    }
    if (read === undefined) return;
    if (read.length !== buf.length)
      throw new BusFault('EIO', `${this.description} sent ${read.length} of ${buf.length} bytes`);
    buf.set(read);
  }
}
