import {
  type AddressOutcome,
  addressOf,
  type BusTrouble,
  hexByte,
  type I2cWireFaults,
  SDA_FREED,
} from '../bus/index.ts';
import type { PlacedFault } from './placed.ts';
import { placesIn, type Sensing, Strikes } from './strikes.ts';

const MS = 1e6;

/** What the faults of a bus need of it. */
export interface FaultyBus {
  /** ns of the board's time. */
  nowNs(): number;
  /** Lets ns pass on the bus. */
  pass(ns: number): void;
  /** Power-on reset of the part at this path. */
  reset(path: string): void;
  /** Lets the part of the fault sense what the fault makes of it. */
  readonly sense: Sensing;
  /** How long SCL may be held low, in ms. */
  readonly timeoutMs: number;
  /**
   * Another controller addresses this one and stops in the middle.
   * @returns after how many clock pulses SDA is free again; 0: nobody acknowledged, or the bus is in use
   */
  abandon(target: number, read: boolean): number;
}

/** The faults of one I2C bus, at its wire. */
export class I2cFaults implements I2cWireFaults {
  readonly #bus: FaultyBus;
  readonly #placed: ReadonlySet<PlacedFault>;
  readonly #strikes: Strikes;
  stretchedNs = 0;
  /** The lines as they were found at the beginning of the transfer. */
  #sda: boolean | undefined;
  #scl: boolean | undefined;
  /** Clock pulses before the transfer, to free SDA. */
  #pulses = 0;
  /** The present message: its target, direction, and which byte is next. */
  #target = 0;
  #read = false;
  #byte = 0;
  /** Those that answer at the present address. */
  #ghosts: readonly PlacedFault[] = [];
  /** First byte of what was last written to each target. */
  readonly #registers = new Map<number, number>();

  constructor(bus: FaultyBus, placed: ReadonlySet<PlacedFault>) {
    this.#bus = bus;
    this.#placed = placed;
    this.#strikes = new Strikes(bus);
  }

  get struck(): readonly string[] {
    return this.#strikes.texts;
  }

  clear(): void {
    this.stretchedNs = 0;
    this.#strikes.clear();
    this.#sda = undefined;
    this.#scl = undefined;
    this.#pulses = 0;
  }

  start(): BusTrouble | undefined {
    if (this.sclHeld) {
      const { timeoutMs } = this.#bus;
      if (Number.isFinite(timeoutMs)) this.#bus.pass(timeoutMs * MS);
      return 'SCL low';
    }
    return this.sdaHeld ? 'SDA low' : undefined;
  }

  get sclHeld(): boolean {
    this.#scl ??= this.#of('scl').some((fault) => fault.isReached && this.#strikes.by(fault, 'start'));
    return this.#scl;
  }

  get sdaHeld(): boolean {
    if (this.#sda === undefined) {
      this.#sda = this.#of('sda').some((fault) => fault.isReached && this.#strikes.by(fault, 'start'));
      this.#abandon('incomplete_address_phase', true);
      this.#abandon('incomplete_write_byte', false);
    }
    return this.#sda || this.#isLeft();
  }

  /** Whether a part was left in the middle of a byte. */
  #isLeft(): boolean {
    for (const { clocksLeft } of this.#placed) if (clocksLeft > 0) return true;
    return false;
  }

  #abandon(kind: 'incomplete_address_phase' | 'incomplete_write_byte', read: boolean): void {
    for (const fault of this.#of(kind)) {
      const [unit] = fault.site.units() ?? [];
      if (unit === undefined || !fault.isReached || !this.#strikes.by(fault, 'start')) continue;
      fault.clocksLeft = this.#bus.abandon(unit, read);
    }
  }

  pulse(): void {
    if (!this.#isLeft()) return;
    this.#pulses++;
    for (const fault of this.#placed) if (fault.clocksLeft > 0) fault.clocksLeft--;
    if (!this.#isLeft()) this.#strikes.note(`${SDA_FREED} ${this.#pulses} clocks`);
  }

  address(target: number, read: boolean): AddressOutcome {
    this.#target = target;
    this.#read = read;
    this.#byte = 0;
    this.#ghosts = [];
    const where = `${read ? 'read from' : 'write to'} ${hexByte(addressOf(target))}`;
    let outcome: AddressOutcome = 'normal';
    for (const fault of this.#placed) {
      if (!fault.isOn(target)) continue;
      if (fault.isSilent(this.#bus.nowNs())) {
        outcome = 'nobody';
        continue;
      }
      const own = this.#isHere(fault) ? this.#atAddress(fault, where) : 'normal';
      if (own === 'SCL low' || own === 'arbitration lost') return own;
      if (own !== 'normal' && outcome !== 'ghost') outcome = own;
    }
    return outcome;
  }

  #atAddress(fault: PlacedFault, where: string): AddressOutcome {
    const { kind, options } = fault;
    const { at = 'address' } = options;
    const atAddress = at === 'address' || at === 'any';
    const struck = () => this.#strikes.by(fault, where);
    switch (kind) {
      case 'lose_arbitration':
        return struck() ? 'arbitration lost' : 'normal';
      case 'stretch':
        return struck() && !this.#stretch((options.ms ?? 0) * MS) ? 'SCL low' : 'normal';
      case 'absent':
      case 'busy':
        return struck() ? 'nobody' : 'normal';
      case 'nack':
        return atAddress && struck() ? 'nobody' : 'normal';
      case 'brownOut':
        return atAddress && this.#browns(fault, where) ? 'nobody' : 'normal';
      case 'ghost':
        if (!struck()) return 'normal';
        this.#ghosts = [...this.#ghosts, fault];
        return 'ghost';
      default:
        this.#strikes.sense(fault, where);
        return 'normal';
    }
  }

  sent(byte: number): number | 'refused' | 'swallowed' {
    const index = this.#byte++;
    if (index === 0) this.#registers.set(this.#target, byte);
    const where = `write to ${hexByte(addressOf(this.#target))}, byte ${index}`;
    let arrives = byte;
    let isSwallowed = false;
    for (const fault of this.#placed) {
      if (!fault.isOn(this.#target) || !this.#isHere(fault)) continue;
      const { kind, options } = fault;
      const isAt = options.at === index || options.at === 'any';
      if (kind === 'nack' && isAt && this.#strikes.by(fault, where)) return 'refused';
      if (kind === 'brownOut' && isAt && this.#browns(fault, where)) return 'refused';
      if (kind === 'muxStuck' && this.#strikes.by(fault, where)) isSwallowed = true;
      if (this.#flips(fault, index, where)) arrives ^= 1 << (options.bit ?? 0);
    }
    return isSwallowed ? 'swallowed' : arrives;
  }

  received(into: Uint8Array, isLast: boolean): void {
    const first = this.#byte;
    this.#byte += into.length;
    const from = `read from ${hexByte(addressOf(this.#target))}`;
    for (const fault of this.#placed) {
      const { kind, options } = fault;
      if (!fault.isOn(this.#target) || !this.#isHere(fault)) continue;
      const places =
        kind === 'pec' ? [into.length - (isLast ? 1 : 0)] : placesIn(kind, options.byte, first, into.length);
      for (const index of places) {
        if (index >= into.length) continue;
        const now = into[index] as number;
        const changed = changedBy(fault, now);
        if (changed === undefined) continue;
        const where = `${from}, byte ${first + index}`;
        if (kind === 'ghost' ? this.#ghosts.includes(fault) : this.#strikes.by(fault, where))
          into[index] = changed;
      }
    }
  }

  #flips(fault: PlacedFault, index: number, where: string): boolean {
    const { byte = 0 } = fault.options;
    return fault.kind === 'flip' && (byte === 'any' || byte === index) && this.#strikes.by(fault, where);
  }

  /** The part loses its power: what it held is gone. */
  #browns(fault: PlacedFault, where: string): boolean {
    if (!this.#strikes.by(fault, where)) return false;
    if (fault.site.part !== undefined) this.#bus.reset(fault.site.part);
    fault.silence(this.#bus.nowNs());
    return true;
  }

  /** @returns false: it takes too long, and the controller gives up */
  #stretch(ns: number): boolean {
    const held = Math.min(ns, this.#bus.timeoutMs * MS);
    this.#bus.pass(held);
    this.stretchedNs += held;
    return ns <= held;
  }

  /** Whether direction and register fit. */
  #isHere({ kind, options: { direction, register } }: PlacedFault): boolean {
    if (direction !== undefined && (direction === 'read') !== this.#read) return false;
    if (kind === 'id' && !this.#read) return false;
    return register === undefined || register === this.#registers.get(this.#target);
  }

  #of(kind: PlacedFault['kind']): PlacedFault[] {
    return [...this.#placed].filter((fault) => fault.kind === kind);
  }
}

/** What a fault makes of a byte that was read; undefined: it has nothing to do with that. */
function changedBy({ kind, options }: PlacedFault, byte: number): number | undefined {
  switch (kind) {
    case 'flip':
      return byte ^ (1 << (options.bit ?? 0));
    case 'pec':
      return byte ^ 0xff;
    case 'id':
      return options.value;
    case 'ghost':
      return byte & (options.value ?? 0xff);
    default:
      return undefined;
  }
}
