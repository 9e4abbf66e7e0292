import {
  BusFault,
  type BusTrouble,
  checkBlockCount,
  countedLength,
  hexByte,
  I2C_M,
  type I2cController,
  type I2cMessage,
  i2cTarget,
  nackFault,
  type TransferNotes,
} from '../../src/bus/index.ts';
import { type I2cWire, transferLimited } from '../../src/sim/index.ts';
import type { ChannelRoute } from './bus-switch.ts';
import { I2C_CAPABILITIES } from './capabilities.ts';

/** Clock pulses that free every part that was left in the middle of a byte (UM10204 3.1.16). */
const FREEING_PULSES = 9;

/** The controller of a simulated I2C bus: synchronous. The only time that it waits for is that of a part that stretches. */
export class SimulatedI2cController implements I2cController {
  readonly description = 'simulated I2C bus';
  readonly functionality = I2C_CAPABILITIES.functionality;
  readonly wire: I2cWire;
  /** Where this is a channel of a bus: how that is connected. */
  readonly route: ChannelRoute | undefined;

  /** @param wire the bus; of a channel the whole that it hangs on, which `route` leads through */
  constructor(wire: I2cWire, route?: ChannelRoute) {
    this.wire = wire;
    this.route = route;
  }

  transfer(messages: readonly I2cMessage[]): void {
    try {
      this.carryOut(messages);
    } finally {
      this.wire.clock.settle();
    }
  }

  notes(): TransferNotes {
    const { stretchedNs = 0, struck = [] } = this.wire.injected.faults ?? {};
    return { stretchedNs: this.wire.stretchedNs + stretchedNs, struck };
  }

  /** The same, and nothing is waited for. */
  carryOut(messages: readonly I2cMessage[]): void {
    this.route?.connect();
    try {
      if (this.wire.limited) this.limited(messages, () => this.#carryOut(messages));
      else this.#carryOut(messages);
    } finally {
      this.route?.disconnect();
    }
  }

  /** Does `work` with the messages; a part whose model does not return is silent from then on. @throws {BusFault} */
  limited(messages: readonly I2cMessage[], work: () => void): void {
    let bytes = 0;
    for (const { buf } of messages) bytes += buf.length;
    const looping = transferLimited(bytes, work);
    if (looping === undefined) return;
    this.wire.stop();
    this.wire.clock.release();
    throw new BusFault('ENXIO', looping.message);
  }

  #carryOut(messages: readonly I2cMessage[]): void {
    const { wire } = this;
    wire.stopped = undefined;
    wire.clock.hold();
    try {
      this.free();
      for (let i = 0; i < messages.length; i++) this.message(messages[i] as I2cMessage, i);
    } catch (fault) {
      this.#throwStopped();
      throw fault;
    } finally {
      wire.stop();
      wire.clock.release();
    }
    this.#throwStopped();
  }

  /** A transfer begins. Where a part holds SDA low, its clock pulses try to free it first, as Linux's i2c-gpio does. */
  free(): void {
    const { wire } = this;
    if (wire.injected.faults === undefined) return;
    wire.stretchedNs = 0;
    wire.injected.faults.clear();
    if (wire.sclHeld || !wire.sdaHeld) return;
    for (let pulses = 0; wire.sdaHeld && pulses < FREEING_PULSES; pulses++) wire.pulse();
    if (!wire.sdaHeld) wire.stop();
  }

  /** A model was ended in this transfer: that is said, and not the NACK or the 0xff that came of it. @throws {BusFault} */
  #throwStopped(): void {
    const { stopped } = this.wire;
    if (stopped !== undefined) throw new BusFault('ENXIO', stopped.message);
  }

  /**
   * One message without the transaction's STOP. Documentation/i2c/i2c-protocol.rst has the meaning of the
   * flags. `index`: its place in the transaction. @throws {BusFault} `ENXIO`, `EREMOTEIO`, `EPROTO`; the bus is then still to be stopped.
   */
  message(message: I2cMessage, index: number): void {
    const { flags, buf } = message;
    const first = index === 0;
    if ((flags & I2C_M.NOSTART) === 0) this.#address(message, index);
    // A first message without START address makes its data bytes the address: faithful, though of little use.
    else if (first) this.wire.start();

    if ((flags & I2C_M.RD) === 0) this.#write(message, index, first && (flags & I2C_M.NOSTART) !== 0);
    else if ((flags & I2C_M.RECV_LEN) !== 0) this.#readBlock(message);
    else if (buf.length > 0) this.wire.read(buf);
    if ((flags & I2C_M.STOP) !== 0) this.wire.stop();
  }

  #address(message: I2cMessage, index: number): void {
    const { addr, flags } = message;
    const tenBit = (flags & I2C_M.TEN) !== 0;
    if (addr < 0 || addr > (tenBit ? 0x3ff : 0x7f)) {
      throw new BusFault(
        'EINVAL',
        `invalid ${tenBit ? 'ten' : 'seven'}-bit I2C address 0x${addr.toString(16)}`,
      );
    }
    const reading = (flags & I2C_M.RD) !== 0;
    const direction = (flags & I2C_M.REV_DIR_ADDR) !== 0 ? !reading : reading;
    const target = i2cTarget(message);
    const acknowledged = this.wire.startTo(target, direction);
    if (this.wire.trouble !== undefined) throw troubled(this.wire.trouble);
    if (!acknowledged && (flags & I2C_M.IGNORE_NAK) === 0)
      throw nackFault(message, { message: index, byte: -1 }, this.wire.reasonAt(target));
  }

  #write(message: I2cMessage, index: number, byBytes: boolean): void {
    const { flags, buf } = message;
    if (buf.length === 0) return;
    let done = byBytes ? this.#writeBytes(buf) : this.wire.write(buf);
    if (done >= buf.length) return;
    if ((flags & I2C_M.IGNORE_NAK) === 0) throw nackFault(message, { message: index, byte: done });
    // The controller goes on after each NACK, so the part sees the bytes after it.
    while (done < buf.length) done += 1 + this.wire.write(buf.subarray(done + 1));
  }

  #writeBytes(buf: Uint8Array): number {
    const refused = buf.findIndex((byte) => !this.wire.writeByte(byte));
    return refused < 0 ? buf.length : refused;
  }

  /** The part says how much comes. */
  #readBlock({ addr, buf }: I2cMessage): void {
    this.wire.read(buf.subarray(0, 1), false);
    checkBlockCount(buf[0] as number, 1, `address ${hexByte(addr)}`);
    this.wire.read(buf.subarray(1, countedLength(buf)));
  }
}

/** What a script sees of lines that an injected fault holds, or on which another controller has won. */
function troubled(trouble: BusTrouble): BusFault {
  switch (trouble) {
    case 'SDA low':
      return new BusFault('EBUSY', 'SDA is held low (injected)');
    case 'SCL low':
      return new BusFault('ETIMEDOUT', 'SCL is held low for too long (injected)');
    case 'arbitration lost':
      return new BusFault('EAGAIN', 'arbitration was lost (injected)');
  }
}
