import { type DeviceNode, NodeError } from '../../bus/index.ts';
import type { RegisterChip } from '../chip/chip.ts';
import { I2cRegisters } from '../chip/i2c-registers.ts';
import { setFirst } from '../kit/contents.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import { DUMP_PROPERTY, type I2cPartModel, REGISTER_MAP } from './catalogue.ts';
import type { PartContext } from './context.ts';
import { parseI2cDump } from './i2cdump.ts';

const SIZE = 'dtbus,size';
const READ_ONLY = 'dtbus,read-only';
const NO_AUTO_INCREMENT = 'dtbus,no-auto-increment';

/** Registers without a meaning: what was written is read back, what was loaded is there. */
class RegisterMap implements RegisterChip {
  readonly state;
  readonly #initial: Uint8Array;
  readonly #registers: Uint8Array;
  readonly #readOnly: Uint8Array;
  readonly #increment: number;

  constructor(initial: Uint8Array, readOnly: Uint8Array, autoIncrement: boolean) {
    this.#initial = initial;
    this.#registers = initial.slice();
    this.#readOnly = readOnly;
    this.#increment = autoIncrement ? 1 : 0;
    this.state = { registers: this.#registers };
  }

  /** All registers. */
  get registers(): Uint8Array {
    return this.#registers.slice();
  }

  set registers(values: Uint8Array) {
    setFirst(this.#registers, 'registers', values);
  }

  reset(): void {
    this.#registers.set(this.#initial);
  }

  pointer(byte: number): number {
    return byte % this.#registers.length;
  }

  readRegister(register: number): number {
    return this.#registers[register] as number;
  }

  writeRegister(register: number, value: number): void {
    if (this.#readOnly[register] === 0) this.#registers[register] = value;
  }

  nextRegister(register: number): number {
    return (register + this.#increment) % this.#registers.length;
  }
}

function initialRegisters(node: DeviceNode, context: PartContext): Uint8Array {
  const size = node.u32(SIZE) ?? 256;
  if (size < 1 || size > 256) throw new NodeError(node, SIZE, `must be 1 to 256, not ${size}`);
  const registers = new Uint8Array(size);
  const dump = context.readFile(DUMP_PROPERTY);
  if (dump === undefined) return registers;
  const file = node.string(DUMP_PROPERTY);
  try {
    const { values, last } = parseI2cDump(new TextDecoder().decode(dump));
    registers.set(values.subarray(0, size));
    if (last >= size) {
      const numbers = [last, size - 1].map((number) => `0x${number.toString(16)}`);
      context.warn(
        `${DUMP_PROPERTY}: ${file} has registers up to ${numbers[0]}, the part up to ${numbers[1]} (${SIZE}): the others are left out`,
      );
    }
  } catch (error) {
    throw new NodeError(node, DUMP_PROPERTY, `cannot load ${file}: ${(error as Error).message}`);
  }
  return registers;
}

/** `dtbus,read-only = <first last>, ...`: pairs of registers. */
function readOnlyRegisters(node: DeviceNode, size: number): Uint8Array {
  const flags = new Uint8Array(size);
  const cells = node.u32s(READ_ONLY) ?? [];
  for (let i = 0; i < cells.length; i += 2) {
    const first = cells[i] as number;
    const last = cells[i + 1];
    if (last === undefined || first > last || last >= size) {
      throw new NodeError(node, READ_ONLY, `must be pairs <first last> of registers below ${size}`);
    }
    flags.fill(1, first, last + 1);
  }
  return flags;
}

export const models: readonly I2cPartModel[] = [
  {
    compatible: [REGISTER_MAP],
    bus: 'i2c',
    title: 'register map: bytes without a meaning, loadable from an i2cdump',
    level: 'answers',
    properties: [
      { name: 'registers', kind: 'bytes', doc: 'all registers; fewer bytes change the first ones' },
    ],
    nodeProperties: {
      [SIZE]: { type: 'u32', doc: 'registers, 1 to 256 (default 256)' },
      [DUMP_PROPERTY]: {
        type: 'string',
        doc: 'file with the output of i2cdump: what the registers hold at power-on',
      },
      [READ_ONLY]: { type: 'u32s', doc: 'pairs of first and last register that ignore writes' },
      [NO_AUTO_INCREMENT]: { type: 'flag', doc: 'the register pointer stays where it is' },
    },
    create(node, context) {
      const initial = initialRegisters(node, context);
      const chip = new RegisterMap(
        initial,
        readOnlyRegisters(node, initial.length),
        !node.has(NO_AUTO_INCREMENT),
      );
      return new I2cRegisters({ chip }, i2cAddress(node));
    },
  },
];
