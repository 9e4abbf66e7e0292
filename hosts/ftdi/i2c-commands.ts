import type { I2cMove } from '../link/index.ts';
import { DATA, MPSSE, moveCommand, PIN } from './protocol.ts';

/** Bytes out at falling edges, one bit out, bytes in at rising edges, one bit in. */
const WRITE_BYTE = moveCommand(DATA.WRITE | DATA.WRITE_FALLING, 1);
const WRITE_BIT = [DATA.WRITE | DATA.WRITE_FALLING | DATA.BITS, 0];
const READ_BYTE = moveCommand(DATA.READ, 1);
const READ_BIT = [DATA.READ | DATA.BITS, 0];
/** Of the byte that a single bit is read into. */
export const NACK_BIT = 0x01;

/** Setting pins takes the chip this long at least, in ns; a condition is held by setting them again. */
const SET_PINS_NS = 150;
/** Set-up and hold times of START and STOP are below this share of a period at every speed (UM10204, table 10). */
const HOLD_SHARE = 0.5;

/** The pins that are no I2C lines: their levels and directions in the low byte. */
export interface OtherPins {
  readonly levels: number;
  readonly directions: number;
}

/** Makes the commands of an I2C bus on the low pins. */
export class I2cCommands {
  readonly #others: OtherPins;
  readonly #repeats: number;

  constructor(others: OtherPins, hz: number) {
    this.#others = others;
    this.#repeats = Math.ceil((HOLD_SHARE * 1e9) / hz / SET_PINS_NS);
  }

  /** Both lines released. */
  idle(): readonly number[] {
    return this.#hold(true, true);
  }

  /** One pulse of SCL, SDA released. */
  pulse(): readonly number[] {
    return [...this.#hold(false, true), ...this.#hold(true, true)];
  }

  /** SDA falls and rises again while SCL is high; SCL is low before, so that it is no START. */
  stop(): readonly number[] {
    return [
      ...this.#hold(false, false),
      ...this.#hold(true, false),
      ...this.#hold(true, true),
      MPSSE.GET_LOW,
    ];
  }

  /** START, on a bus that is free: its levels are read first. */
  start(): readonly number[] {
    return [MPSSE.GET_LOW, ...this.#hold(true, false), ...this.#hold(false, false)];
  }

  repeatedStart(): readonly number[] {
    return [
      ...this.#hold(false, true),
      ...this.#hold(true, true),
      ...this.#hold(true, false),
      ...this.#hold(false, false),
    ];
  }

  /** @returns the commands of bytes; each that is written is answered by its acknowledge bit */
  bytes(move: Extract<I2cMove, { kind: 'read' | 'write' }>): Uint8Array {
    if (move.kind === 'write') {
      const head = [...this.#pins(false, false, true), ...WRITE_BYTE];
      const command = [...head, 0, ...this.#pins(false, true, false), ...READ_BIT];
      const commands = repeated(command, move.bytes.length);
      move.bytes.forEach((byte, i) => {
        commands[i * command.length + head.length] = byte;
      });
      return commands;
    }
    const { into, acks } = move;
    if (acks === 'unclocked') return repeated(READ_BYTE, into.length);
    const read = (acknowledge: boolean, count: number) =>
      repeated([...READ_BYTE, ...this.#acknowledge(acknowledge)], count);
    if (acks === 'all') return read(true, into.length);
    return Buffer.concat([read(true, into.length - 1), read(false, 1)]);
  }

  #acknowledge(acknowledge: boolean): readonly number[] {
    return [
      ...this.#pins(false, !acknowledge, acknowledge),
      ...WRITE_BIT,
      acknowledge ? 0x00 : 0xff,
      ...this.#pins(false, true, false),
    ];
  }

  /** Levels that last. SDA is driven when it is low only. */
  #hold(scl: boolean, sda: boolean): number[] {
    return Array.from({ length: this.#repeats }, () => this.#pins(scl, sda, !sda)).flat();
  }

  #pins(scl: boolean, sda: boolean, drivesSda: boolean): number[] {
    const { levels, directions } = this.#others;
    return [
      MPSSE.SET_LOW,
      levels | (scl ? PIN.CLOCK : 0) | (sda ? PIN.OUT : 0),
      directions | PIN.CLOCK | (drivesSda ? PIN.OUT : 0),
    ];
  }
}

/** Bulk is thousands of bytes: an array of their numbers takes longer to make than the bus to carry them. */
function repeated(commands: readonly number[], count: number): Uint8Array {
  const all = new Uint8Array(commands.length * count);
  for (let i = 0; i < count; i++) all.set(commands, i * commands.length);
  return all;
}
