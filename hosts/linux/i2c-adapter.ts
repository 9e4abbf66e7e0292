import { closeSync, existsSync, openSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  BusFault,
  checkI2cMessages,
  errnoName,
  type HostAdapter,
  hexByte,
  I2C_FUNC,
  I2C_M,
  type I2cCapabilities,
  type I2cController,
  type I2cMessage,
} from '../../src/bus/index.ts';
import { busNumber, MACHINE, type Places } from '../../src/machine/index.ts';
import { ioctl, OsError, type PinnedBytes, pinned } from '../../src/os/index.ts';
import { I2C_CAPABILITIES } from './capabilities.ts';
import { clientName, findI2cNode, holderOf, i2cNodeFault } from './find-i2c.ts';
import {
  I2C_IOCTL,
  LENGTH_MAX,
  layRdwr,
  laySmbus,
  MESSAGES_MAX,
  rdwrLength,
  SMBUS_CALL_LENGTH,
  smbusData,
  takeRdwr,
} from './i2c-dev.ts';
import { errnoOf, faultOf, OpenNode } from './open-node.ts';
import { smbusShape } from './smbus-shape.ts';

/** A bus that is open. */
/** Bytes with those of addresses: up to 1.5 ms at 100 kHz. */
const SHORT_BYTES = 16;

interface OpenBus {
  readonly node: OpenNode;
  readonly number: number;
  readonly capabilities: I2cCapabilities;
  /** Whether the file was told that addresses have ten bits. */
  tenBit: boolean;
}

/** An I2C bus of this machine, through i2c-dev. */
export class LinuxI2cAdapter implements HostAdapter, I2cController {
  readonly synchronous = false;
  readonly i2c: I2cController = this;
  readonly #port: string;
  readonly #places: Places;
  #bus: OpenBus | undefined;
  #name: string;

  /** @param port see `findI2cNode` */
  constructor(port: string, places: Places = MACHINE) {
    this.#port = port;
    this.#places = places;
    this.#name = port;
  }

  get description(): string {
    return `Linux I2C bus ${this.#name}`;
  }

  get functionality(): number {
    return (this.#bus?.capabilities ?? I2C_CAPABILITIES).functionality;
  }

  get maxMessageLength(): number {
    return LENGTH_MAX;
  }

  unavailable(): BusFault | undefined {
    try {
      return i2cNodeFault(findI2cNode(this.#port, this.#places), this.#places);
    } catch (error) {
      return BusFault.from(error);
    }
  }

  async open(): Promise<void> {
    await this.close();
    const path = findI2cNode(this.#port, this.#places);
    const fault = i2cNodeFault(path, this.#places);
    if (fault !== undefined) throw fault;
    const fd = openSync(path, 'r+');
    try {
      // An `unsigned long`.
      const bits = new Uint8Array(new ArrayBuffer(8));
      ioctl(fd, I2C_IOCTL.FUNCS, bits);
      const functionality = new DataView(bits.buffer).getUint32(0, true);
      const number = busNumber(basename(realpathSync(path)));
      if (number === undefined) throw new BusFault('EPROTO', `${path} is not an I2C bus`);
      this.#bus = {
        node: new OpenNode(fd),
        number,
        capabilities: { ...I2C_CAPABILITIES, functionality },
        tenBit: false,
      };
      this.#name = path;
    } catch (error) {
      closeSync(fd);
      throw error instanceof OsError
        ? new BusFault('EPROTO', `${path} is not an I2C bus`, { cause: error })
        : error;
    }
  }

  async close(): Promise<void> {
    this.#bus?.node.close();
    this.#bus = undefined;
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    const bus = this.#bus;
    if (bus === undefined) throw new BusFault('ENODEV', `${this.description} is not open`);
    if (messages.length === 0) return;
    checkI2cMessages(bus.capabilities, messages, this.description);
    if (messages.length > MESSAGES_MAX)
      throw new BusFault(
        'EINVAL',
        `invalid transaction of ${messages.length} messages: ${this.description} takes at most ${MESSAGES_MAX}`,
      );
    await bus.node.idle(signal);
    messages.forEach((message, i) => {
      const same = ({ addr, flags }: I2cMessage): boolean =>
        addr === message.addr && (flags & I2C_M.TEN) === (message.flags & I2C_M.TEN);
      if (messages.findIndex(same) === i) this.#claim(bus, message);
    });
    if ((bus.capabilities.functionality & I2C_FUNC.I2C) === 0) await this.#smbus(bus, messages, signal);
    else await this.#plain(bus, messages, signal);
  }

  async #plain(bus: OpenBus, messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    const call = pinned(rdwrLength(messages));
    layRdwr(call.bytes, call.address, messages);
    const done = await this.#run(bus, I2C_IOCTL.RDWR, call, messages, signal);
    // Some drivers say how many messages went well, and not what was wrong with the next.
    if (done < messages.length) {
      const sentence = `${done} of ${messages.length} messages to ${targetsOf(messages)} were carried out`;
      throw new BusFault(
        messages.length === 1 ? 'ENXIO' : 'EIO',
        `${this.description}: ${sentence}; its driver does not say why`,
      );
    }
    takeRdwr(call.bytes, messages);
  }

  async #smbus(bus: OpenBus, messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    const { call, readAt } = smbusShape(bus.capabilities.functionality, messages, this.description);
    const memory = pinned(SMBUS_CALL_LENGTH);
    laySmbus(memory.bytes, memory.address, call);
    await this.#run(bus, I2C_IOCTL.SMBUS, memory, messages, signal);
    const last = messages.at(-1);
    if (last !== undefined && (last.flags & I2C_M.RD) !== 0)
      last.buf.set(smbusData(memory.bytes).subarray(readAt, readAt + last.buf.length));
  }

  async #run(
    bus: OpenBus,
    request: number,
    memory: PinnedBytes,
    messages: readonly I2cMessage[],
    signal: AbortSignal | undefined,
  ): Promise<number> {
    try {
      const bytes = messages.reduce((sum, { buf }) => sum + buf.length, messages.length);
      return await bus.node.run(request, memory, signal, bytes <= SHORT_BYTES);
    } catch (error) {
      throw faultOf(error, (failed) => this.#fault(failed, bus, messages));
    }
  }

  /** Makes the address the file's own, which the kernel refuses for one that a driver of its has. */
  #claim(bus: OpenBus, { addr, flags }: I2cMessage): void {
    const { node, number } = bus;
    const ten = (flags & I2C_M.TEN) !== 0;
    try {
      if (bus.tenBit !== ten) node.ask(I2C_IOCTL.TENBIT, ten ? 1 : 0);
      bus.tenBit = ten;
      node.ask(I2C_IOCTL.SLAVE, addr);
    } catch (error) {
      if (!(error instanceof OsError) || error.code !== 'EBUSY') throw BusFault.from(error);
      const driver = holderOf(number, addr, ten, this.#places);
      const who = driver === undefined ? 'a kernel driver' : `the kernel driver ${driver}`;
      const client = clientName(number, addr, ten);
      const remedy =
        driver === undefined
          ? 'unbind it first'
          : `unbind it first: echo ${client} | sudo tee /sys/bus/i2c/drivers/${driver}/unbind`;
      throw new BusFault('EBUSY', `address ${hexByte(addr)} of i2c-${number} is held by ${who}: ${remedy}`);
    }
  }

  #fault(error: OsError, { number }: OpenBus, messages: readonly I2cMessage[]): BusFault {
    let code = errnoName(error.errno);
    // SMBus drivers say ENODEV of a part that does not answer; here that is an adapter that is gone.
    const isThere = existsSync(join(this.#places.sys, 'bus/i2c/devices', `i2c-${number}`));
    if (code === 'ENODEV' && isThere) code = 'ENXIO';
    const sentence = `${this.description}: transfer to ${targetsOf(messages)} failed: its driver says ${errnoOf(error)}`;
    return new BusFault(code, sentence, { cause: error });
  }
}

function targetsOf(messages: readonly I2cMessage[]): string {
  return [...new Set(messages.map(({ addr }) => hexByte(addr)))].join(', ');
}
