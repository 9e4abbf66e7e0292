import type { Instruction, InstructionBehaviour, SpiBehaviour } from '../../parts/index.ts';
import type { SheetChip } from './sheet-chip.ts';

const NOT_LISTENING = 0xff;

/** The instructions of a data sheet by their first byte. */
const tables = new WeakMap<object, ReadonlyMap<number, Instruction>>();

function tableOf(instructions: readonly Instruction[]): ReadonlyMap<number, Instruction> {
  const known = tables.get(instructions);
  if (known !== undefined) return known;
  const table = new Map(instructions.map((instruction) => [instruction.opcode, instruction]));
  tables.set(instructions, table);
  return table;
}

/**
 * The SPI interface of memories: an opcode, an address, dummy bytes, data; what changes something takes effect when
 * chip select rises. The data sheet says what follows which opcode, the model what it does.
 */
export class SpiInstructions implements SpiBehaviour {
  readonly #chip: SheetChip;
  readonly #behaviour: InstructionBehaviour;
  readonly #table: ReadonlyMap<number, Instruction>;
  // The instruction that is being received.
  #instruction: Instruction | undefined;
  #started = false;
  #headerDue = 0;
  #addressDue = 0;
  #address = 0;
  #dataCount = 0;

  constructor(chip: SheetChip) {
    const { instruction } = chip.behaviour;
    const { title, instructions } = chip.compiled.sheet;
    if (instruction === undefined || instructions === undefined) {
      throw new Error(`${title} has no instructions, or its model no instruction behaviour`);
    }
    this.#chip = chip;
    this.#behaviour = instruction;
    this.#table = tableOf(instructions);
  }

  select(): void {
    this.#instruction = undefined;
    this.#started = false;
    this.#headerDue = 0;
  }

  transfer(tx: Uint8Array | undefined, rx: Uint8Array | undefined, length: number, lines: number): void {
    let at = 0;
    while (at < length && (!this.#started || this.#headerDue > 0)) {
      if (rx !== undefined) rx[at] = NOT_LISTENING;
      this.#header(tx === undefined ? 0 : (tx[at] as number));
      at++;
    }
    if (at === length) return;
    this.#data(tx, rx, at, length, lines);
    this.#dataCount += length - at;
  }

  /** An instruction that was broken off before its address was complete does nothing. */
  deselect(): void {
    const instruction = this.#instruction;
    const whole = this.#headerDue === 0;
    this.select();
    if (instruction !== undefined && whole)
      this.#behaviour.execute(instruction, this.#address, this.#dataCount);
  }

  #header(byte: number): void {
    if (!this.#started) {
      this.#begin(byte);
      return;
    }
    this.#headerDue--;
    if (this.#addressDue === 0) return;
    this.#addressDue--;
    this.#address = this.#address * 0x100 + byte;
  }

  #begin(byte: number): void {
    const behaviour = this.#behaviour;
    this.#started = true;
    this.#dataCount = 0;
    this.#headerDue = 0;
    this.#address = 0;
    const instruction = this.#table.get(behaviour.decode?.(byte) ?? byte);
    if (instruction === undefined) {
      this.#chip.misuse(
        `instruction ${byte}`,
        `instruction 0x${byte.toString(16).padStart(2, '0')}: no such instruction`,
      );
      return;
    }
    if (instruction.does === undefined) return;
    if (behaviour.accepts?.(instruction) === false) {
      this.#chip.misuse(
        `busy ${byte}`,
        `instruction "${instruction.name}" came too early: the part is not ready for it`,
      );
      return;
    }
    const { address = 0, dummy = 0 } = instruction;
    this.#addressDue = address === 'mode' ? (behaviour.addressBytes?.(instruction) ?? 3) : address;
    this.#address = behaviour.addressBase?.(instruction, byte) ?? 0;
    this.#headerDue = this.#addressDue + dummy;
    this.#instruction = instruction;
    behaviour.begin?.(instruction);
  }

  #data(
    tx: Uint8Array | undefined,
    rx: Uint8Array | undefined,
    from: number,
    to: number,
    lines: number,
  ): void {
    const instruction = this.#instruction;
    if (instruction?.data === 'in') {
      if (rx === undefined) return;
      this.#behaviour.send(instruction, this.#address, this.#dataCount, rx, from, to, lines);
      return;
    }
    rx?.fill(NOT_LISTENING, from, to);
    if (instruction?.data !== 'out') return;
    for (let at = from; at < to; at++) {
      this.#behaviour.take(instruction, this.#address, this.#dataCount + at - from, tx?.[at] ?? 0);
    }
  }
}
