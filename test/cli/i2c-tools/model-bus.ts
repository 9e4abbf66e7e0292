import {
  BusFault,
  I2C_FUNC,
  I2C_FUNC_SMBUS_EMUL,
  I2C_M,
  type I2cAdapter,
  type I2cMessage,
  smbusPec,
} from '../../../src/bus/index.ts';

/** A chip as far as the tools can tell: registers, a pointer that counts up, what it refuses. */
interface Chip {
  readonly registers: Uint8Array;
  pointer: number;
  /** Registers from here on do not acknowledge data. */
  readonly refusesFrom?: number;
  /** Only reads are acknowledged. */
  readonly readOnly?: boolean;
}

function chip(fill: (register: number) => number, more: Partial<Chip> = {}): Chip {
  return { registers: Uint8Array.from({ length: 256 }, (_, i) => fill(i)), pointer: 0, ...more };
}

/** Block that the chip at 0x5b gives at command 0x10, with and without a packet error code. */
const SMBUS_BLOCK = [5, 0x68, 0x65, 0x6c, 0x6c, 0x6f];

/**
 * A bus whose contents are written down here, so that the real tools in a guest and ours in a test see the
 * same: an EEPROM at 0x50, registers that stop acknowledging at 0x40, a read-only chip at 0x36, an SMBus
 * chip at 0x5b, a driver's chip at 0x68, and the reserved address of device ids.
 */
export class ModelBus implements I2cAdapter {
  readonly number: number;
  readonly name: string;
  readonly functionality: number;
  readonly #only: readonly number[] | undefined;
  #chips = new Map<number, Chip>();

  constructor(number = 1, name = 'model bus', functionality?: number, only?: readonly number[]) {
    this.number = number;
    this.name = name;
    this.functionality = functionality ?? I2C_FUNC.I2C | I2C_FUNC_SMBUS_EMUL | I2C_FUNC.SMBUS_READ_BLOCK_DATA;
    this.#only = only;
    this.reset();
  }

  /** As after power was switched on. */
  reset(): void {
    this.#chips = new Map([
      [0x20, chip((i) => (i < 0x40 ? 0xa0 ^ i : 0), { refusesFrom: 0x40 })],
      [0x36, chip((i) => i, { readOnly: true })],
      [0x48, chip((i) => [0x19, 0x80, 0x00, 0x4b][i % 4] as number)],
      [0x50, chip((i) => (i < 0x60 ? (i * 7 + 3) & 0xff : i < 0x80 ? i - 0x20 + 0x21 : 0xff))],
      [0x5b, chip((i) => i)],
      [0x68, chip((i) => 0x55 ^ i)],
      // The device id of whoever is at 0x50 (UM10204, 3.1.17): Analog Devices, part 0x021.
      [0x7c, chip((i) => [0x00, 0x50, 0x21][i - 0xa0] ?? 0)],
    ]);
  }

  static isBound(addr: number): boolean {
    return addr === 0x68;
  }

  transferSync(messages: readonly I2cMessage[]): void {
    for (const message of messages) this.#run(message);
  }

  async transfer(messages: readonly I2cMessage[]): Promise<void> {
    this.transferSync(messages);
  }

  #run({ addr, flags, buf }: I2cMessage): void {
    const found = this.#chips.get(addr);
    const reading = (flags & I2C_M.RD) !== 0;
    if (found === undefined || this.#only?.includes(addr) === false || (found.readOnly && !reading))
      throw new BusFault('ENXIO');
    if (!reading) {
      write(found, buf);
    } else if (flags & I2C_M.RECV_LEN) {
      if (addr !== 0x5b || found.pointer !== 0x10) throw new BusFault('EPROTO');
      const pec = smbusPec(0, Uint8Array.of(addr << 1, 0x10, (addr << 1) | 1, ...SMBUS_BLOCK));
      buf.set([...SMBUS_BLOCK, pec].slice(0, buf.length));
    } else {
      if (found.pointer >= (found.refusesFrom ?? 256)) throw new BusFault('ENXIO');
      for (let i = 0; i < buf.length; i++) buf[i] = found.registers[found.pointer++ & 0xff] as number;
      found.pointer &= 0xff;
    }
  }
}

function write(found: Chip, [pointer, ...data]: Uint8Array): void {
  if (pointer === undefined) return;
  found.pointer = pointer;
  for (const byte of data) {
    if (found.pointer >= (found.refusesFrom ?? 256)) throw new BusFault('EREMOTEIO');
    found.registers[found.pointer++ & 0xff] = byte;
  }
}
