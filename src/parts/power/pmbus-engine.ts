import { type Format, word } from './pmbus-formats.ts';
import type { Commands } from './pmbus-wire.ts';

/** Commands (part II, table 26). */
export const CMD = {
  PAGE: 0x00,
  OPERATION: 0x01,
  CLEAR_FAULTS: 0x03,
  WRITE_PROTECT: 0x10,
  CAPABILITY: 0x19,
  VOUT_MODE: 0x20,
  VOUT_COMMAND: 0x21,
  STATUS_BYTE: 0x78,
  STATUS_WORD: 0x79,
  STATUS_VOUT: 0x7a,
  STATUS_IOUT: 0x7b,
  STATUS_INPUT: 0x7c,
  STATUS_TEMPERATURE: 0x7d,
  STATUS_CML: 0x7e,
  STATUS_MFR: 0x80,
  READ_VIN: 0x88,
  READ_VOUT: 0x8b,
  READ_IOUT: 0x8c,
  READ_TEMPERATURE_1: 0x8d,
  READ_TEMPERATURE_2: 0x8e,
  READ_POUT: 0x96,
  READ_PIN: 0x97,
  REVISION: 0x98,
  MFR_ID: 0x99,
  MFR_MODEL: 0x9a,
} as const;

/** PEC, 400 kHz, alert. */
const CAPABILITY = 0xb0;
const ON = 0x80;
/** STATUS_CML: an unknown command, invalid data, a wrong PEC. */
const [UNKNOWN_COMMAND, INVALID_DATA, WRONG_PEC] = [0x80, 0x40, 0x20];
const PROTECTED = 0x80;
const ALL_PAGES = 0xff;

/**
 * A limit: its command, what it limits, the word after power-on, whether more or less is too much; status register and bit;
 * the bits of the word that a write changes.
 */
export type Limit<Q extends string = string> = readonly [
  command: number,
  of: Q,
  initial: number,
  above: boolean | (() => boolean),
  register: number,
  bit: number,
  writable?: number,
];

/** Bytes that a part keeps as they were written. */
export interface Setting {
  readonly bytes: 1 | 2;
  readonly initial: number;
  /** Bits that a write changes; the others read as after power-on. */
  readonly writable: number;
}

/** A PMBus part: what it measures, and which commands it has. */
export interface Design<Q extends string> {
  /** Outputs that PAGE chooses; undefined: it has no PAGE. */
  readonly pages?: number;
  /** Parts I and II of the specification that it says it follows. */
  readonly revision: number;
  readonly canBeProtected?: true;
  /** Status registers that it has, beside BYTE and WORD. */
  readonly status: readonly number[];
  /** Writing 1 clears a bit of them (10.2.4, from 1.2 on); else only CLEAR_FAULTS does. */
  readonly clearsBits?: true;
  /** Status bits after power-on. */
  readonly initialStatus?: readonly (readonly [register: number, bits: number])[];
  /** Commands that read a quantity. */
  readonly readings: Readonly<Record<number, Q>>;
  readonly limits: readonly Limit<Q>[];
  readonly settings?: Readonly<Record<number, Setting>>;
  /** Commands that only answer: bytes, or the text of a block. */
  readonly answers: Readonly<Record<number, readonly number[] | string>>;
  /** Commands without data, beside CLEAR_FAULTS. */
  readonly sends?: Readonly<Record<number, () => void>>;
  /** What is measured now, in its unit. */
  measure(quantity: Q, page: number): number;
  format(quantity: Q): Format;
  /** Status bits that a test holds set. */
  held(register: number): number;
  /** Further commands that compute what they answer. */
  compute?(command: number): readonly number[] | undefined;
  /** Called before the limits are looked at: whenever something may have changed. */
  sample?(): void;
  /** Whether something that is not masked asserts the alert. Default: any status bit. */
  alerts?(): boolean;
  /** The alert is asserted. */
  alerted?(): void;
  cleared?(): void;
  /** False: the number of the command is not acknowledged. */
  accepts?(command: number): boolean;
}

interface Members {
  keep<T extends object>(state: T): T;
  /** The alert pin, which idles high. */
  readonly alert?: { set(high: boolean): void };
}

type Latched = readonly [page: number, register: number, bits: number];

function newState(pages: number, initialStatus: Design<string>['initialStatus'] = []) {
  return {
    page: 0,
    protection: 0,
    operation: new Array<number>(pages).fill(ON),
    /** Limits and settings that were written, by page: the raw value. */
    written: [] as readonly (readonly [page: number, command: number, value: number])[],
    /** Status bits that stay until they are cleared: page, register, bits. */
    latched: initialStatus.map(([register, bits]): Latched => [0, register, bits]),
    /** The alert was answered: it is asserted again by the next bit. */
    answered: false,
  };
}

/** These are the same on every page: the input, communication, and what the maker adds. */
const COMMON: readonly number[] = [CMD.STATUS_INPUT, CMD.STATUS_CML, CMD.STATUS_MFR];
const placeOf = (register: number, page: number) => (COMMON.includes(register) ? 0 : page);

/** The commands of a design: limits latch status bits, which assert the alert until they are cleared. */
export class PmbusEngine<Q extends string> implements Commands {
  readonly #design: Design<Q>;
  readonly #state: ReturnType<typeof newState>;
  readonly #alert: Members['alert'];
  readonly #pages: number;

  constructor(design: Design<Q>, { keep, alert }: Members) {
    this.#design = design;
    this.#pages = design.pages ?? 1;
    this.#state = keep(newState(this.#pages, design.initialStatus));
    this.#alert = alert;
  }

  reset(): void {
    Object.assign(this.#state, newState(this.#pages, this.#design.initialStatus));
    this.look();
  }

  get on(): boolean {
    return this.#isOn(0);
  }

  accepts(command: number): boolean {
    return this.#design.accepts?.(command) ?? true;
  }

  answered(): void {
    this.#state.answered = true;
    this.look();
  }

  wrongPec(): void {
    this.#complain(WRONG_PEC);
  }

  unknown(): void {
    this.#complain(UNKNOWN_COMMAND);
  }

  #complain(bit: number): void {
    this.#latch(0, CMD.STATUS_CML, bit);
    this.look();
  }

  #isOn(page: number): boolean {
    return ((this.#state.operation[page] ?? 0) & ON) !== 0;
  }

  /** What a limit or a setting holds. */
  stored(command: number, page = 0): number | undefined {
    const written = this.#state.written.find((each) => each[0] === page && each[1] === command)?.[2];
    const limit = this.#design.limits.find((each) => each[0] === command);
    return written ?? limit?.[2] ?? this.#design.settings?.[command]?.initial;
  }

  store(command: number, value: number, page = 0): void {
    const others = this.#state.written.filter((each) => each[0] !== page || each[1] !== command);
    this.#state.written = [...others, [page, command, value]];
  }

  /** The bits of a status register. */
  status(register: number, page = 0): number {
    return this.#latched(register, placeOf(register, page)) | this.#design.held(register);
  }

  #latched(register: number, page: number): number {
    return this.#state.latched
      .filter((each) => each[0] === page && each[1] === register)
      .reduce((all, each) => all | each[2], 0);
  }

  #latch(page: number, register: number, bits: number): void {
    const at = placeOf(register, page);
    if ((this.#latched(register, at) & bits) === bits) return;
    this.#state.latched = [...this.#state.latched, [at, register, bits]];
    this.#state.answered = false;
  }

  /** The word of a quantity. */
  code(quantity: Q, page = 0): number {
    return this.#design.format(quantity).encode(this.#design.measure(quantity, page));
  }

  /** STATUS_WORD (17.2): what the other registers come to. */
  #statusWord(page: number): number {
    const [vout, iout, input, temperature, cml, maker] = [
      CMD.STATUS_VOUT,
      CMD.STATUS_IOUT,
      CMD.STATUS_INPUT,
      CMD.STATUS_TEMPERATURE,
      CMD.STATUS_CML,
      CMD.STATUS_MFR,
    ].map((register) => this.status(register, page)) as [number, number, number, number, number, number];
    const off = !this.#isOn(page);
    const others = (vout & ~0x80) | (iout & ~0x80) | (input & ~0x10) | maker;
    const low =
      (off ? 0x40 : 0) |
      (vout & 0x80 ? 0x20 : 0) |
      (iout & 0x80 ? 0x10 : 0) |
      (input & 0x10 ? 0x08 : 0) |
      (temperature ? 0x04 : 0) |
      (cml ? 0x02 : 0) |
      (others ? 0x01 : 0);
    const high =
      (vout ? 0x80 : 0) | (iout ? 0x40 : 0) | (input ? 0x20 : 0) | (maker ? 0x10 : 0) | (off ? 0x08 : 0);
    return (high << 8) | low;
  }

  /** Compares what is measured with the limits, and says so by the alert. */
  look(): void {
    const { limits } = this.#design;
    this.#design.sample?.();
    for (let page = 0; page < this.#pages; page++) {
      for (const [command, of, initial, above, register, bit] of limits) {
        const { decode, encode } = this.#design.format(of);
        const limit = decode(this.stored(command, page) ?? initial);
        const value = decode(encode(this.#design.measure(of, page)));
        const more = typeof above === 'function' ? above() : above;
        if (more ? value > limit : value < limit) this.#latch(page, register, bit);
      }
    }
    const alerts = this.#design.alerts?.() ?? this.#anyStatus();
    if (alerts) this.#design.alerted?.();
    this.#alert?.set(!alerts || this.#state.answered);
  }

  #anyStatus(): boolean {
    return this.#design.status.some((register) => {
      for (let page = 0; page < this.#pages; page++) if (this.status(register, page) !== 0) return true;
      return false;
    });
  }

  read(command: number): readonly number[] | undefined {
    const data = this.#read(command);
    this.look();
    return data;
  }

  #read(command: number): readonly number[] | undefined {
    const { answers, readings, settings, status, limits, pages, canBeProtected, revision } = this.#design;
    const { page, protection, operation } = this.#state;
    const fixed = answers[command];
    if (typeof fixed === 'string') return [fixed.length, ...[...fixed].map((each) => each.charCodeAt(0))];
    if (fixed !== undefined) return fixed;
    const quantity = readings[command];
    if (quantity !== undefined) return word(this.code(quantity, page));
    if (status.includes(command)) return [this.status(command, page)];
    const stored = this.stored(command, page) ?? 0;
    if (settings?.[command]?.bytes === 1) return [stored];
    if (settings?.[command] !== undefined || limits.some((each) => each[0] === command)) return word(stored);
    if (command === CMD.PAGE && pages !== undefined) return [page];
    if (command === CMD.WRITE_PROTECT && canBeProtected) return [protection];
    if (command === CMD.OPERATION) return [operation[page] ?? 0];
    if (command === CMD.CAPABILITY) return [CAPABILITY];
    if (command === CMD.STATUS_BYTE) return [this.#statusWord(page) & 0xff];
    if (command === CMD.STATUS_WORD) return word(this.#statusWord(page));
    if (command === CMD.REVISION) return [revision];
    return this.#design.compute?.(command);
  }

  takes(command: number): number | undefined {
    if (command === CMD.CLEAR_FAULTS || this.#design.sends?.[command] !== undefined) return 0;
    return this.#read(command)?.length;
  }

  write(command: number, data: readonly number[]): void {
    if (!this.#take(command, data)) {
      this.#latch(0, CMD.STATUS_CML, this.takes(command) === undefined ? UNKNOWN_COMMAND : INVALID_DATA);
    }
    this.look();
  }

  /** @returns whether it is a command that takes these data now */
  #take(command: number, data: readonly number[]): boolean {
    const [low = 0, high = 0] = data;
    const { pages, canBeProtected, clearsBits, settings, limits, status, sends } = this.#design;
    const state = this.#state;
    if (command === CMD.CLEAR_FAULTS) return this.#clear();
    if (command === CMD.PAGE && pages !== undefined && (low < pages || low === ALL_PAGES)) {
      state.page = low === ALL_PAGES ? 0 : low;
      return true;
    }
    if (command === CMD.WRITE_PROTECT && canBeProtected && data.length === 1) {
      state.protection = low;
      return true;
    }
    if ((state.protection & PROTECTED) !== 0) return false;
    const send = sends?.[command];
    if (send !== undefined) {
      send();
      return data.length === 0;
    }
    const setting = settings?.[command];
    const limit = limits.find((each) => each[0] === command);
    const bytes = setting?.bytes ?? (limit && 2);
    if (bytes === data.length) {
      const writable = setting?.writable ?? limit?.[6] ?? 0xffff;
      const before = this.stored(command, state.page) ?? 0;
      this.store(command, (before & ~writable) | ((low | (high << 8)) & writable), state.page);
      return true;
    }
    if (command === CMD.OPERATION && data.length === 1) return this.#operate(low);
    if (clearsBits && status.includes(command) && data.length === 1) return this.#clearBits(command, low);
    return false;
  }

  /** Off and on again clears the faults, as in 10.2.4. */
  #operate(operation: number): boolean {
    const { page } = this.#state;
    const begins = !this.#isOn(page) && (operation & ON) !== 0;
    this.#state.operation = this.#state.operation.map((each, index) => (index === page ? operation : each));
    if (begins) this.#state.latched = this.#state.latched.filter((each) => each[0] !== page);
    return true;
  }

  #clear(): true {
    this.#state.latched = [];
    this.#state.answered = false;
    this.#design.cleared?.();
    return true;
  }

  #clearBits(register: number, bits: number): true {
    const { page, latched } = this.#state;
    const at = placeOf(register, page);
    this.#state.latched = latched.flatMap((each) => {
      if (each[0] !== at || each[1] !== register) return [each];
      const left = each[2] & ~bits;
      return left === 0 ? [] : [[each[0], each[1], left] as const];
    });
    return true;
  }
}
