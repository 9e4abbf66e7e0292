import { addressOf, BusFault, hexByte, type I2cWireFaults } from '../bus/index.ts';
import type { PlacedFault } from './placed.ts';

const MS = 1e6;

/** What the faults of a bus need of it. */
export interface FaultyBus {
  /** ns of the board's time. */
  nowNs(): number;
  /** Lets ns pass on the bus. */
  pass(ns: number): void;
  /** Power-on reset of the part at this path. */
  reset(path: string): void;
  /** How long a transfer may take, in ms. */
  readonly timeoutMs: number;
}

/** The faults of one I2C bus, at its wire. */
export class I2cFaults implements I2cWireFaults {
  readonly #bus: FaultyBus;
  readonly #placed: ReadonlySet<PlacedFault>;
  stretchedNs = 0;
  struck: readonly string[] = [];
  /** The present message: its target, direction, and which byte is next. */
  #target = 0;
  #read = false;
  #byte = 0;
  /** First byte of what was last written to each target. */
  readonly #registers = new Map<number, number>();

  constructor(bus: FaultyBus, placed: ReadonlySet<PlacedFault>) {
    this.#bus = bus;
    this.#placed = placed;
  }

  begin(): void {
    this.stretchedNs = 0;
    this.struck = [];
    for (const fault of this.#of('scl')) {
      if (!this.#strikes(fault, 'start')) continue;
      this.#bus.pass(this.#bus.timeoutMs * MS);
      throw new BusFault('ETIMEDOUT', 'SCL is held low (injected)');
    }
    for (const fault of this.#of('sda'))
      if (this.#strikes(fault, 'start')) throw new BusFault('EBUSY', 'SDA is held low (injected)');
  }

  address(target: number, read: boolean): boolean {
    this.#target = target;
    this.#read = read;
    this.#byte = 0;
    const where = `${read ? 'read from' : 'write to'} ${hexByte(addressOf(target))}`;
    let isAcknowledged = true;
    for (const fault of this.#placed) {
      if (!fault.isOn(target)) continue;
      if (fault.isSilent(this.#bus.nowNs())) isAcknowledged = false;
      else if (this.#isHere(fault)) isAcknowledged = this.#atAddress(fault, where) && isAcknowledged;
    }
    return isAcknowledged;
  }

  /** @returns false: not acknowledged */
  #atAddress(fault: PlacedFault, where: string): boolean {
    const { kind, options } = fault;
    const { at = 'address' } = options;
    const atAddress = at === 'address' || at === 'any';
    switch (kind) {
      case 'lose_arbitration':
        if (this.#strikes(fault, where)) throw new BusFault('EAGAIN', 'arbitration was lost (injected)');
        return true;
      case 'stretch':
        if (this.#strikes(fault, where)) this.#stretch((options.ms ?? 0) * MS);
        return true;
      case 'absent':
      case 'busy':
        return !this.#strikes(fault, where);
      case 'nack':
        return !(atAddress && this.#strikes(fault, where));
      case 'brownOut':
        return !(atAddress && this.#browns(fault, where));
      default:
        return true;
    }
  }

  sent(byte: number): number | undefined {
    const index = this.#byte++;
    if (index === 0) this.#registers.set(this.#target, byte);
    const where = `write to ${hexByte(addressOf(this.#target))}, byte ${index}`;
    let arrives = byte;
    for (const fault of this.#placed) {
      if (!fault.isOn(this.#target) || !this.#isHere(fault)) continue;
      const { kind, options } = fault;
      const isAt = options.at === index || options.at === 'any';
      if (kind === 'nack' && isAt && this.#strikes(fault, where)) return undefined;
      if (kind === 'brownOut' && isAt && this.#browns(fault, where)) return undefined;
      if (this.#flips(fault, index, where)) arrives ^= 1 << (options.bit ?? 0);
    }
    return arrives;
  }

  received(into: Uint8Array): void {
    const first = this.#byte;
    this.#byte += into.length;
    const from = `read from ${hexByte(addressOf(this.#target))}`;
    for (const fault of this.#of('flip')) {
      if (!fault.isOn(this.#target) || !this.#isHere(fault)) continue;
      for (const index of placesIn(fault, first, into.length))
        if (this.#flips(fault, first + index, `${from}, byte ${first + index}`))
          into[index] = (into[index] as number) ^ (1 << (fault.options.bit ?? 0));
    }
  }

  #flips(fault: PlacedFault, index: number, where: string): boolean {
    const { byte = 0 } = fault.options;
    return fault.kind === 'flip' && (byte === 'any' || byte === index) && this.#strikes(fault, where);
  }

  /** The part loses its power: what it held is gone. */
  #browns(fault: PlacedFault, where: string): boolean {
    if (!this.#strikes(fault, where)) return false;
    if (fault.part !== undefined) this.#bus.reset(fault.part);
    fault.silence(this.#bus.nowNs());
    return true;
  }

  /** Beyond the time-out the controller gives up. */
  #stretch(ns: number): void {
    const held = Math.min(ns, this.#bus.timeoutMs * MS);
    this.#bus.pass(held);
    this.stretchedNs += held;
    if (ns > held) throw new BusFault('ETIMEDOUT', 'SCL was stretched for too long (injected)');
  }

  /** Whether direction and register fit. */
  #isHere({ options: { direction, register } }: PlacedFault): boolean {
    if (direction !== undefined && (direction === 'read') !== this.#read) return false;
    return register === undefined || register === this.#registers.get(this.#target);
  }

  #of(kind: PlacedFault['kind']): PlacedFault[] {
    return [...this.#placed].filter((fault) => fault.kind === kind);
  }

  #strikes(fault: PlacedFault, where: string): boolean {
    const nowNs = this.#bus.nowNs();
    if (!fault.mayStrike(nowNs)) return false;
    fault.struck(nowNs, where);
    this.struck = [...this.struck, fault.text];
    return true;
  }
}

/** Which of `length` bytes, the first of them byte `first` of its message, a flip may strike; counted from the first of them. */
export function placesIn({ options: { byte = 0 } }: PlacedFault, first: number, length: number): number[] {
  if (byte === 'any') return Array.from({ length }, (_, index) => index);
  const index = byte - first;
  return index >= 0 && index < length ? [index] : [];
}
