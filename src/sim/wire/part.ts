import type { PropertyValue } from '../../parts/index.ts';
import type { Line } from '../kit/line.ts';
import { type AddressTable, addressTable, beginsTenBit, NOBODY, tableIndex } from './address-table.ts';
import type { RegisterReport } from './register-report.ts';

/**
 * Everything in a part that changes, as plain data: numbers, flags, strings, typed arrays, and objects and
 * arrays of these. Whoever holds it can save and restore the part without knowing it.
 */
export type PartState = object;

/** What parts of every bus share. */
export interface Part {
  readonly state: PartState;
  /** Who has the declared properties, where that is not the part itself: the chip behind a bus interface. */
  readonly subject?: object;
  /** Output pins: interrupt and alert lines. */
  readonly lines?: readonly Line[];
  /** Power-on reset: registers as the data sheet's table of defaults. What is sensed stays, so does memory that keeps without power. */
  reset(): void;
  /** Called after `state` was replaced by a snapshot: recompute what hangs on it (lines, timers). */
  restored?(): void;
  /**
   * True while it does not matter to it when a byte comes, and it acknowledges all of them: bytes then come in runs also
   * where they take time. Otherwise each comes at its own time there.
   */
  readonly takesRuns?: boolean;
  /** Called once when the board closes. */
  close?(): void;
  /** How its properties are reached, where its model runs in another thread. */
  readonly access?: PartAccess;
}

/** The properties and the state of a part that runs in another thread; what each throws is for people. */
export interface PartAccess {
  get(property: string): PropertyValue;
  set(property: string, value: PropertyValue): void;
  drivePin(pin: number, high: boolean | undefined): void;
  registers(): readonly RegisterReport[];
  snapshot(): object;
  restore(snapshot: object): void;
}

/**
 * A part on an I2C bus. The wire calls it in the order of the bus: `start` after a START or repeated START
 * that names one of its addresses, then `write` or `read` any number of times, then `stop` or the next
 * `start`. Bytes come in runs of any length: `write` of n bytes means the same as n writes of one byte.
 */
export interface I2cPart extends Part {
  /**
   * The addresses it answers: 7 bits, or 10 with `TEN_BIT_ADDRESS`. A part that changes them says so by
   * `PartContext.readdress`.
   */
  readonly addresses: readonly number[];
  /** Further addresses that other parts may answer too: general call (0), all-call, alert response. */
  readonly sharedAddresses?: readonly number[];
  /**
   * How long it holds SCL low in this message, in ns: asked after each call of `start`, `write` and `read`. The wire
   * lets the longest that it is told since START pass, once.
   */
  readonly stretchNs?: number;
  /** Why it did not acknowledge its address a moment ago, for errors. */
  readonly busyReason?: string | undefined;
  /** The bus segments that this part connects to its own (an I2C mux); what hangs there answers too. */
  readonly segments?: readonly I2cSegment[] | undefined;
  /** Its address was sent. True acknowledges. */
  start(address: number, read: boolean): boolean;
  /** How many of the bytes are acknowledged: fewer than given means NACK on that one, and the rest never came. */
  write(data: Uint8Array): number;
  /** Fills `into` with what the part sends. */
  read(into: Uint8Array): void;
  /** It was reading at the alert response address, and a part with a lower address went on. */
  loseArbitration?(): void;
  /** STOP, after at least one acknowledged `start`. */
  stop(): void;
}

/**
 * A part on an SPI bus. What comes in are the bytes as they stand on the wire, most significant bit first;
 * how many bits the controller calls a word is its own affair.
 */
export interface SpiPart extends Part {
  /** Bit n set: works in SPI mode n (CPOL, CPHA). Default: all four. */
  readonly spiModes?: number;
  /** Hz, by its data sheet. Default: no limit. */
  readonly maxSpeedHz?: number;
  /** It is clocked with its chip select inactive, which is no mistake. */
  readonly idleClocks?: boolean;
  /** True where chip select is active high without an inverter named in the tree. */
  readonly csHigh?: boolean;
  /** Chip select becomes active. `mode` holds `SPI_MODE` bits. */
  select(mode: number): void;
  /**
   * `length` bytes both ways at once. Without `tx` zeros come in; without `rx` nobody looks at the answer.
   * `lines` is 1, 2, 4 or 8. The two buffers never overlap; both hold at least `length` bytes.
   */
  transfer(tx: Uint8Array | undefined, rx: Uint8Array | undefined, length: number, lines: number): void;
  /** Chip select becomes inactive. */
  deselect(): void;
}

export type { PropertyValue };

/** Why a part does not answer: it threw, until it is reset or attached again; or it has no power. */
export type Silence = 'failed' | 'unpowered' | undefined;

/** A part in its place: what the wire knows of it. */
export interface Slot {
  readonly part: I2cPart;
  /** Path of its node, for messages. */
  readonly name: string;
  /** Why its addresses stay silent now. */
  silent: Silence;
  /** Called when it was addressed, and the bus is free again. */
  after: (() => void) | undefined;
  /** It acknowledged a START since the last STOP, so it is owed a STOP. */
  addressed: boolean;
}

/** What a mux connects: `I2cWire` is one. */
export interface I2cSegment {
  readonly slots: I2cSlots;
}

/** One for all wires without a part: channels of multiplexers mostly. */
const EMPTY: AddressTable<Slot> = addressTable([]);

/** The parts of a wire, or of a channel behind a mux, by their addresses. */
export class I2cSlots {
  readonly #slots: Slot[] = [];
  readonly muxes: Slot[] = [];
  #table: AddressTable<Slot> = EMPTY;

  attach(part: I2cPart, name: string): void {
    const slot: Slot = { part, name, silent: undefined, after: undefined, addressed: false };
    this.#slots.push(slot);
    if (part.segments !== undefined) this.muxes.push(slot);
    this.readdress();
  }

  detach(part: I2cPart): void {
    for (const list of [this.#slots, this.muxes]) {
      const index = list.findIndex((slot) => slot.part === part);
      if (index >= 0) list.splice(index, 1);
    }
    this.readdress();
  }

  /** Asks every part anew which addresses it answers. */
  readdress(): void {
    this.#table = addressTable(this.#slots);
  }

  /** Lets a part that threw answer again, after a reset. */
  revive(part: I2cPart): void {
    for (const slot of this.of(part)) if (slot.silent === 'failed') slot.silent = undefined;
  }

  /** A part gets power, or loses it. */
  power(part: I2cPart, on: boolean): void {
    for (const slot of this.of(part)) slot.silent = on ? undefined : 'unpowered';
  }

  /** From now on `after` is called when the part was addressed, and the bus is free again. */
  watch(part: I2cPart, after: () => void): void {
    for (const slot of this.of(part)) slot.after = after;
  }

  /** The places of a part. */
  of(part: I2cPart): Slot[] {
    return this.#slots.filter((slot) => slot.part === part);
  }

  /** Who may answer the address. */
  at(address: number): readonly Slot[] {
    return this.#table[tableIndex(address)] ?? NOBODY;
  }

  /** Who has the address for its own. */
  owner(address: number): Slot | undefined {
    return this.#table[tableIndex(address)]?.find(({ part }) => part.addresses.includes(address));
  }

  /** Whether a part here, or on a segment that a mux connects now, has the address for its own. */
  has(address: number): boolean {
    return this.owner(address) !== undefined || this.#connected.some((below) => below.has(address));
  }

  /** Whether a part is here, or on a segment that a mux connects now, whose ten-bit address has these highest bits. */
  hasTenBit(high: number): boolean {
    return beginsTenBit(this.#table, high) || this.#connected.some((below) => below.hasTenBit(high));
  }

  /** Whether muxes connect those others now; they are themselves always. */
  reaches(others: I2cSlots): boolean {
    return others === this || this.#connected.some((below) => below.reaches(others));
  }

  /** Why the part of this address, here or behind a mux, did not acknowledge; undefined where nobody says. */
  reasonAt(address: number): string | undefined {
    const slot = this.owner(address);
    if (slot !== undefined) return reasonOf(slot.silent) ?? slot.part.busyReason;
    return this.#connected.map((below) => below.reasonAt(address)).find((reason) => reason !== undefined);
  }

  get #connected(): readonly I2cSlots[] {
    return this.muxes.flatMap(({ part, silent }) =>
      silent === 'unpowered' ? [] : (part.segments?.map(({ slots }) => slots) ?? []),
    );
  }
}

function reasonOf(silent: Silence): string | undefined {
  if (silent === 'failed') return 'the model of the part failed; reset the part';
  return silent && 'the part has no power, or is held in reset';
}
