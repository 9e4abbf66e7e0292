import type { CompiledRegister } from './compiled-sheet.ts';

/** How the sentence ends that tells of a register number without a register. */
export const NO_SUCH_REGISTER = 'no such register';

/** `0x1f`, with as many digits as the register has. */
function hex(value: number, width: number): string {
  return `0x${value.toString(16).padStart(width >> 2, '0')}`;
}

/** `dtbus,strict`: tells a driver's author what the data sheet forbids, once for each place. */
export class Misuse {
  readonly #warn: (sentence: string) => void;
  readonly #said = new Set<string>();

  constructor(warn: (sentence: string) => void) {
    this.#warn = warn;
  }

  say(place: string, sentence: string): void {
    if (this.#said.has(place)) return;
    this.#said.add(place);
    this.#warn(sentence);
  }

  /** A register number that the data sheet does not have. */
  noRegister(what: 'read' | 'write', address: number, value?: number): void {
    const written = value === undefined ? '' : `, value ${hex(value, 8)}`;
    this.say(`${what} ${address}`, `${what} of register ${hex(address, 8)}${written}: ${NO_SUCH_REGISTER}`);
  }

  /** What was written to a register, before it is stored. */
  written(register: CompiledRegister, address: number, value: number): void {
    const { name, width, readOnly } = register;
    const shown = register.count === 1 ? name : `${name}[${address - register.at}]`;
    if (readOnly) {
      this.say(
        `read-only ${address}`,
        `write of ${hex(value, width)} to ${shown}: the register is read-only`,
      );
      return;
    }
    const reserved = ((value ^ register.reset) & ~register.known & (2 ** width - 1)) >>> 0;
    if (reserved !== 0) {
      this.say(
        `reserved ${address}`,
        `write of ${hex(value, width)} to ${shown}: reserved bits ${hex(reserved, width)} must keep ${hex((register.reset & ~register.known) >>> 0, width)}`,
      );
    }
  }
}
