import type { DeviceNode } from '../../bus/index.ts';
import type { Behaviour, Contents, Part, PropertyValue, RegisterHandle } from '../../parts/index.ts';
import type { Calendar } from '../kit/calendar.ts';
import { Line } from '../kit/line.ts';
import type { PartContext } from '../populate/context.ts';
import { ALERT_RESPONSE } from '../wire/i2c-address.ts';
import type { RegisterChip } from './chip.ts';
import { type CompiledRegister, type CompiledSheet, compile, type RegisterValues } from './compiled-sheet.ts';
import { declaredModel } from './declared-model.ts';
import { PartKit } from './part-kit.ts';
import { Misuse } from './strict.ts';

/** Something of a chip that changes, and knows what of it is in a snapshot. */
interface Stateful {
  /** Asked for each time: times are how long it was, or will be, from now on. */
  readonly state: object;
  /** `state` was put back, and all the rest of the chip. */
  restored?(): void;
}

/** Something that is to be brought up to the clock's time before the bus sees the chip. */
interface Timed extends Stateful {
  /** True while it matters to a transfer when its bytes come. */
  readonly running?: boolean;
  catchUp(): void;
}

type ReadHook = (offset: number) => number;
type WriteHook = (written: RegisterHandle, before: number, offset: number) => void;
type StoreHook = (value: number, offset: number) => void;

/** Functions of a model by register, in the order of the table. */
type Hooks<H> = readonly (H | undefined)[];

const NONE: readonly never[] = [];
const NOTHING: Behaviour = {};

/**
 * A data sheet that runs: its registers with their access rules, and what its model adds to them. The bus that leads
 * to it is somebody else's.
 */
export class SheetChip implements RegisterChip {
  readonly compiled: CompiledSheet;
  readonly values: RegisterValues;
  readonly sense: Record<string, PropertyValue>;
  readonly lines: readonly Line[];
  readonly behaviour: Behaviour;
  readonly #misuse: Misuse | undefined;
  #contents: readonly Contents[] = NONE;
  #timed: readonly Timed[] = NONE;
  #scratch: RegisterHandle[] | undefined;
  #kept: readonly object[] = NONE;
  #stateful: readonly Stateful[] = NONE;
  #looksAtClock = false;
  #isBound = false;
  #onRead: Hooks<ReadHook> | undefined;
  #store: Hooks<StoreHook> | undefined;
  #onWrite: Hooks<WriteHook> | undefined;

  constructor(
    part: Part,
    node: DeviceNode,
    bus: 'i2c' | 'spi',
    addresses: readonly number[],
    context: PartContext,
  ) {
    const compiled = compile(part);
    this.compiled = compiled;
    this.values = compiled.resetValues.slice();
    this.sense = { ...compiled.initial };
    this.lines =
      part.pins === undefined
        ? NONE
        : part.pins.map((name) => new Line(name, part.idleLow?.includes(name) !== true));
    this.#misuse = context.strict ? new Misuse(context.warn) : undefined;
    this.behaviour =
      (part.model ?? declaredModel(part))?.(
        new compiled.Handles(this.values) as never,
        new PartKit(this, node, bus, addresses, context),
      ) ?? NOTHING;
  }

  get addresses(): readonly number[] | undefined {
    return this.behaviour.addresses?.();
  }

  get segments(): readonly object[] | undefined {
    return this.behaviour.segments?.();
  }

  get sharedAddresses(): readonly number[] {
    const shared = this.behaviour.sharedAddresses?.() ?? [];
    return this.behaviour.alertResponse === undefined ? shared : [...shared, ALERT_RESPONSE];
  }

  alertResponse(): number | undefined {
    return this.behaviour.alertResponse?.();
  }

  alertAnswered(): void {
    this.behaviour.alertAnswered?.();
  }

  /**
   * What happens again and again does so between transfers: while a chip is addressed its registers stand still. A model
   * that asks for the time itself may see more.
   */
  get takesRuns(): boolean {
    if (this.#looksAtClock) return false;
    for (let i = 0; i < this.#timed.length; i++) if (this.#timed[i]?.running === true) return false;
    return true;
  }

  /** Its model has taken the clock. */
  lookAtClock(): void {
    this.#looksAtClock = true;
  }

  /**
   * All that changes in it, put together when it is asked for: what is in it is not copied. Put back in this order: what
   * is timed looks at the registers, and who listens to a pin at all of it.
   */
  get state(): object {
    return {
      registers: this.values,
      sense: this.sense,
      kept: numbered(this.#kept),
      memory: numbered(this.#contents.map(({ bytes }) => ({ bytes }))),
      own: numbered([...this.#stateful, ...this.#timed].map(({ state }) => state)),
      pins: Object.fromEntries(this.lines.map(({ name, state }) => [name, state])),
    };
  }

  /** Its model has something outside of the chip, or told something: it cannot be made a second time without a trace. */
  bind(): void {
    this.#isBound = true;
  }

  get isBound(): boolean {
    return this.#isBound;
  }

  /** `state` becomes part of the snapshot. */
  keep<T extends object>(state: T): T {
    this.#kept = this.#kept.concat(state);
    return state;
  }

  /** What it says of itself becomes part of the snapshot. */
  keepStateOf<T extends Stateful>(stateful: T): T {
    // Exactly as long, unlike arrays of `push` and spread: a board may have thousands of parts.
    this.#stateful = this.#stateful.concat(stateful);
    return stateful;
  }

  follow<T extends Timed>(timed: T): T {
    this.#timed = this.#timed.concat(timed);
    return timed;
  }

  keepContents(contents: Contents): void {
    this.#contents = this.#contents.concat(contents);
  }

  get contents(): readonly Contents[] {
    return this.#contents;
  }

  get(property: string): PropertyValue {
    const { properties } = this.behaviour;
    if (properties !== undefined && property in properties) {
      return (properties as Record<string, PropertyValue>)[property] as PropertyValue;
    }
    return this.sense[property] as PropertyValue;
  }

  set(property: string, value: PropertyValue): void {
    this.catchUp();
    const { properties } = this.behaviour;
    if (properties !== undefined && property in properties) {
      (properties as Record<string, PropertyValue>)[property] = value;
    } else this.sense[property] = value;
    this.behaviour.sensed?.(property);
  }

  reset(): void {
    if (this.compiled.sheet.battery !== true || this.sense['battery'] === false)
      this.values.set(this.compiled.resetValues);
    this.behaviour.reset?.();
  }

  restored(): void {
    for (const contents of this.#contents) contents.changed();
    for (const stateful of [...this.#stateful, ...this.#timed]) stateful.restored?.();
    this.behaviour.restored?.();
  }

  close(): void {
    for (const contents of this.#contents) contents.flush();
    this.behaviour.close?.();
  }

  begin(read: boolean): void {
    this.catchUp();
    this.behaviour.begin?.(read);
  }

  end(): void {
    this.behaviour.end?.();
  }

  catchUp(): void {
    for (let i = 0; i < this.#timed.length; i++) (this.#timed[i] as Timed).catchUp();
  }

  generalCall(byte: number, index: number): boolean {
    return this.behaviour.generalCall?.(byte, index) ?? true;
  }

  addressed(header: number): boolean {
    return this.behaviour.addressed?.(header) ?? true;
  }

  pointer(byte: number): number {
    const { pointer, last } = this.compiled;
    if (this.behaviour.pointer !== undefined) return this.behaviour.pointer(byte);
    return (byte & pointer) % (last + 1);
  }

  nextRegister(address: number): number {
    if (this.behaviour.next !== undefined) return this.behaviour.next(address);
    return address >= this.compiled.last ? 0 : address + 1;
  }

  get bytewise(): boolean {
    return this.compiled.bytewise && this.behaviour.width === undefined;
  }

  width(address: number): number {
    if (this.behaviour.width !== undefined) return this.behaviour.width(address);
    return this.#registerAt(address)?.bytes ?? this.compiled.usualBytes;
  }

  /** What is stored, past hooks and access rules; 0 where there is no register. */
  peek(address: number): number {
    const register = this.#registerAt(address);
    return register === undefined ? 0 : (this.values[register.index + address - register.at] as number);
  }

  /** What a register holds; a counter of a clock has its time. Changes nothing. */
  stored(register: CompiledRegister, offset: number): number {
    const { calendar } = this.behaviour;
    if (register.counter !== undefined && calendar !== undefined)
      return (calendar as Calendar).read(register);
    return this.values[register.index + offset] as number;
  }

  poke(address: number, value: number): void {
    const register = this.#registerAt(address);
    if (register !== undefined) this.values[register.index + address - register.at] = value;
  }

  readRegister(address: number): number {
    const { memory } = this.behaviour;
    if (memory !== undefined) return memory.read(address);
    if (this.behaviour.readAny !== undefined) return this.behaviour.readAny(address);
    this.behaviour.beforeRead?.(address);
    const register = this.#registerAt(address);
    if (register === undefined) {
      this.#misuse?.noRegister('read', address);
      return 0;
    }
    const offset = address - register.at;
    this.#onRead ??= this.#hooksOf<ReadHook>(this.behaviour.onRead);
    const hook = this.#onRead[register.ordinal];
    if (hook !== undefined) return hook(offset);
    const value = this.stored(register, offset);
    return register.special ? this.#readSpecial(register, offset, value) : value;
  }

  writeRegister(address: number, value: number): void {
    const { memory } = this.behaviour;
    if (memory !== undefined) {
      memory.write(address, value);
      return;
    }
    if (this.behaviour.writeAny !== undefined) {
      this.behaviour.writeAny(address, value);
      return;
    }
    const register = this.#registerAt(address);
    if (register === undefined) this.#misuse?.noRegister('write', address, value);
    else {
      this.#misuse?.written(register, address, value);
      this.#write(register, address - register.at, value);
    }
    this.behaviour.afterWrite?.(address);
  }

  misuse(place: string, sentence: string): void {
    this.bind();
    this.#misuse?.say(place, sentence);
  }

  #write(register: CompiledRegister, offset: number, value: number): void {
    const { lock } = register;
    if (lock !== undefined && ((this.values[lock.index] as number) & lock.mask) !== lock.value) return;
    this.#store ??= this.#hooksOf<StoreHook>(this.behaviour.store);
    const store = this.#store[register.ordinal];
    if (store !== undefined) {
      store(value, offset);
      return;
    }
    const at = register.index + offset;
    const before = this.values[at] as number;
    let after = (before & ~register.writable) | (value & register.writable);
    if (register.special) after &= ~(value & register.clearedByOne) & ~(~value & register.clearedByZero);
    this.values[at] = after;
    if (register.counter !== undefined)
      (this.behaviour.calendar as Calendar | undefined)?.write(register, value);
    this.#onWrite ??= this.#hooksOf<WriteHook>(this.behaviour.onWrite);
    const hook = this.#onWrite[register.ordinal];
    if (hook !== undefined) hook(this.#written(register, value), before, offset);
  }

  #readSpecial(register: CompiledRegister, offset: number, value: number): number {
    if (register.clearedByRead !== 0) this.values[register.index + offset] = value & ~register.clearedByRead;
    return (value & ~register.writeOnly) | (register.reset & register.writeOnly);
  }

  /** The register as the bus sent it: its fields include those that are not stored. */
  #written(register: CompiledRegister, value: number): RegisterHandle {
    this.#scratch ??= [];
    const known = this.#scratch[register.ordinal];
    const handle = known ?? new register.Handle(this.compiled.resetValues.slice(0, 1), 0);
    this.#scratch[register.ordinal] = handle;
    handle.value = value;
    return handle;
  }

  /** Found when the first register is touched: most parts of a board never are, and need not hold them. */
  #hooksOf<H>(named: object | undefined): Hooks<H> {
    if (named === undefined) return NONE;
    return this.compiled.registers.map(({ name }) => (named as Record<string, H | undefined>)[name]);
  }

  #registerAt(address: number): CompiledRegister | undefined {
    const { banks, byAddress } = this.compiled;
    if (banks !== undefined) {
      const bank = ((this.values[banks.index] as number) & banks.mask) >>> banks.shift;
      const register = banks.byNumber.get(bank)?.[address];
      if (register !== undefined) return register;
    }
    return byAddress[address];
  }
}

/** An object of a list, as `PartState` has it: `{ s0: …, s1: … }`. */
function numbered(states: readonly object[]): object {
  return Object.fromEntries(states.map((state, index) => [`s${index}`, state]));
}
