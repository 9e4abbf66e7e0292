import { BusFault, checkI2cMessages, type I2cController, type I2cMessage } from '../../src/bus/index.ts';
import { clockTooSlow, readsZeros, type Step } from '../link/index.ts';
import { freeBus, heldFault } from './bus-recovery.ts';
import { I2C_CAPABILITIES } from './capabilities.ts';
import { announced, type BusMode, type BusPirateConnection } from './connection.ts';
import { BUS_CLEAR, I2cTransaction } from './i2c-transaction.ts';
import { BITBANG, COMMON, DONE, I2C, I2C_SPEEDS, MODE_NAME, STATUS, speedIndex } from './protocol.ts';

/** What the firmware does around the nine clocks of a byte. */
const OVERHEAD_US = 20;

/** Reads a byte that nobody sends: what is not high in it is SDA that is held. No part heeds clocks without START. */
const LOOK: Step = {
  send: Uint8Array.of(I2C.READ_BYTE),
  reply: 1,
  done: ([idle]) => (idle === 0xff ? undefined : heldFault()),
};

/** A write of more than the adapter's buffer: refused before any payload, by a firmware that knows 08. */
const WRITE_THEN_READ_PROBE = Uint8Array.of(I2C.WRITE_THEN_READ, 0xff, 0xff, 0x00, 0x00);

/** The I2C bus of an adapter. */
export class BusPirateI2cController implements I2cController {
  readonly capabilities = I2C_CAPABILITIES;
  readonly functionality = I2C_CAPABILITIES.functionality;
  readonly #connection: BusPirateConnection;
  readonly #mode: BusMode;
  #speed = 0;
  /** The speed that the adapter was told last. */
  #told: number | undefined;
  /** Whether the firmware knows command 08; found out on first use. */
  #writeThenRead: boolean | undefined;

  constructor(connection: BusPirateConnection) {
    this.#connection = connection;
    this.setClockFrequency(connection.settings.clockFrequency);
    this.#mode = {
      name: MODE_NAME.i2c,
      enter: BITBANG.ENTER_I2C,
      shared: { free: freeBus, look: LOOK, held: heldFault },
      setup: () => [this.#tell()],
      release: () => BUS_CLEAR,
    };
  }

  get description(): string {
    return this.#connection.description;
  }

  get startupMs(): number {
    return this.#connection.startupMs;
  }

  /** Hz */
  get clockFrequency(): number {
    return I2C_SPEEDS[this.#speed] as number;
  }

  /**
   * Takes the fastest clock that is not above `hz`, from the next transfer on. @returns that clock in Hz.
   * @throws {BusFault} `EINVAL` when even the slowest is above.
   */
  setClockFrequency(hz: number): number {
    const index = speedIndex(I2C_SPEEDS, hz);
    if (index === undefined) {
      throw clockTooSlow('I2C', hz, 'a Bus Pirate', I2C_SPEEDS[0]);
    }
    this.#speed = index;
    return this.clockFrequency;
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    checkI2cMessages(this.capabilities, messages, this.description);
    await this.#connection.use(this.#mode, signal);
    this.#writeThenRead ??= await this.#knowsWriteThenRead(signal);
    if (this.#told !== this.#speed) await this.#connection.run([this.#tell()], { busyUs: 0, signal });

    const busyUs = 9e6 / this.clockFrequency + OVERHEAD_US;
    const transaction = new I2cTransaction(messages, {
      writeThenRead: this.#writeThenRead,
      bulkMax: this.#connection.window(busyUs) - 1,
    });
    let longest = 0;
    for (const { buf } of messages) longest = Math.max(longest, buf.length);
    const options = { busyUs, quietMs: (longest * busyUs) / 1000, signal };
    for (const steps of transaction.runs()) {
      const fault = await this.#connection.run(steps, options);
      if (fault === undefined) continue;
      if (transaction.open) await this.#connection.run(transaction.end(), options);
      throw fault;
    }
    if (readsZeros(messages)) await this.#checkFree(options);
  }

  /** A bus whose SDA is held acknowledges everything, and reads zeros. @throws {BusFault} `EBUSY` */
  async #checkFree(options: Parameters<BusPirateConnection['run']>[1]): Promise<void> {
    const fault = await this.#connection.run([LOOK], options);
    if (fault === undefined) return;
    // The next transfer looks at the pins, and frees the bus.
    await this.#connection.leaveMode(options.signal);
    throw fault;
  }

  async #knowsWriteThenRead(signal: AbortSignal | undefined): Promise<boolean> {
    const steps: Step[] = [
      { send: WRITE_THEN_READ_PROBE, reply: 1, prefix: Uint8Array.of(STATUS.REFUSED) },
      announced(COMMON.VERSION, MODE_NAME.i2c),
    ];
    try {
      await this.#connection.run(steps, { busyUs: 0, signal });
      return true;
    } catch (fault) {
      if (!(fault instanceof BusFault) || fault.code !== 'EPROTO') throw fault;
      // To an older firmware the lengths were commands, and led it out of this mode.
      await this.#connection.use(this.#mode, signal);
      return false;
    }
  }

  #tell(): Step {
    const speed = this.#speed;
    return {
      send: Uint8Array.of(I2C.SPEED | speed),
      reply: 1,
      prefix: DONE,
      done: () => {
        this.#told = speed;
        return undefined;
      },
    };
  }
}
