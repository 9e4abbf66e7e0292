import { SPI_MODE, SPI_MODE_X_MASK, type SpiWireFaults } from '../../bus/index.ts';
import { type Clock, RealClock } from '../kit/clock.ts';
import { StoppedModelError } from '../own/time-limit.ts';
import { brokenSentence } from './broken.ts';
import type { Silence, SpiPart } from './part.ts';

interface Slot {
  readonly part: SpiPart;
  readonly name: string;
  readonly csHigh: boolean;
  /** Why it does not answer now. */
  silent: Silence;
  /** Called when its chip select has become inactive. */
  after: (() => void) | undefined;
  /** It was already said that this part is driven wrongly. */
  misuseNamed: boolean;
}

function overlap(a: Uint8Array, b: Uint8Array, length: number): boolean {
  return a.buffer === b.buffer && Math.abs(a.byteOffset - b.byteOffset) < length;
}

/** Of SCLK, where nobody gives a speed. */
export const DEFAULT_SPI_HZ = 1_000_000;

/**
 * An SPI bus with parts on it. MISO is pulled up: where no part drives it, 0xff comes in. The bytes given
 * are those on the wire, most significant bit first. A part that is driven in a mode or at a speed which its
 * data sheet excludes does not answer, and `warn` names it once; the same goes for a part that throws.
 * Where bits take time (`timed`), the clock is moved by them: a part sees each byte when its first bit comes.
 */
export class SpiWire {
  readonly clock: Clock;
  /** Whether bits and delays take time. */
  timed: boolean;
  /** Parts of a user's own are on it, whose models may not return. */
  limited = false;
  /** A model was ended while the wire called it; who looks at it sets it back. */
  stopped: StoppedModelError | undefined;
  /** Injected faults, while there are some. */
  faults: SpiWireFaults | undefined;
  readonly #warn: (sentence: string) => void;
  readonly #slots = new Map<number, Slot>();
  /** Who listens between `select` and `deselect`. */
  #selected: Slot | undefined;
  #mode = 0;
  #bitNs = 0;
  readonly #sent = new Uint8Array(1);
  readonly #received = new Uint8Array(1);

  constructor(options: { clock?: Clock; warn?: (sentence: string) => void } = {}) {
    this.clock = options.clock ?? new RealClock();
    this.timed = this.clock.timesTransfers;
    this.#warn = options.warn ?? ((sentence) => process.emitWarning(sentence));
  }

  /** Wires `part` to a chip select; `csHigh` is the node's `spi-cs-high`. */
  attach(chipSelect: number, part: SpiPart, name: string, csHigh: boolean = part.csHigh ?? false): void {
    this.#slots.set(chipSelect, {
      part,
      name,
      csHigh,
      silent: undefined,
      after: undefined,
      misuseNamed: false,
    });
  }

  detach(chipSelect: number): void {
    this.deselect();
    this.#slots.delete(chipSelect);
  }

  /** Lets a part that threw answer again, after a reset. */
  revive(part: SpiPart): void {
    for (const slot of this.#of(part)) if (slot.silent === 'failed') slot.silent = undefined;
  }

  /** A part gets power, or loses it. */
  power(part: SpiPart, on: boolean): void {
    for (const slot of this.#of(part)) slot.silent = on ? undefined : 'unpowered';
  }

  /** From now on `after` is called when the chip select of the part has become inactive. */
  watch(part: SpiPart, after: () => void): void {
    for (const slot of this.#of(part)) slot.after = after;
  }

  #of(part: SpiPart): Slot[] {
    return [...this.#slots.values()].filter((slot) => slot.part === part);
  }

  partAt(chipSelect: number): SpiPart | undefined {
    return this.#slots.get(chipSelect)?.part;
  }

  /** Makes one chip select active. `mode`: `SPI_MODE` bits; `speedHz`: 0 = not known, which takes the time of 1 MHz. */
  select(chipSelect: number, mode: number, speedHz = 0): void {
    this.deselect();
    this.clock.poll();
    this.#bitNs = 1e9 / (speedHz || DEFAULT_SPI_HZ);
    if (this.faults?.select(chipSelect) === false) return;
    const slot = this.#slots.get(chipSelect);
    if (slot === undefined || slot.silent !== undefined || this.#isMisused(slot, mode, speedHz)) return;
    this.#begin(slot, mode);
  }

  #begin(slot: Slot, mode: number): void {
    this.#selected = slot;
    this.#mode = mode;
    try {
      slot.part.select(mode);
    } catch (error) {
      this.#break(slot, error);
    }
  }

  /**
   * Moves `length` bytes both ways. Without `tx` zeros are sent; without `rx` what comes in is dropped.
   * `tx` and `rx` may be the same buffer. `lines`: 1, 2, 4 or 8 data lines. `ns`: how long it takes; default: its bits
   * at the speed of `select`.
   */
  exchange(
    tx: Uint8Array | undefined,
    rx: Uint8Array | undefined,
    length: number,
    lines = 1,
    ns = (8 * length * this.#bitNs) / lines,
  ): void {
    if (this.faults === undefined) {
      this.#move(tx, rx, length, lines, ns);
      return;
    }
    const [sent, received] = [new Uint8Array(1), new Uint8Array(1)];
    for (let at = 0; at < length; at++) {
      if (this.faults.glitches()) this.#selectAgain();
      sent[0] = this.faults.sent(tx?.[at] ?? 0);
      this.#move(tx && sent, received, 1, lines, ns / length);
      const arrives = this.faults.received(received[0] as number);
      if (rx !== undefined) rx[at] = arrives;
    }
  }

  /** Chip select goes away for a moment. */
  #selectAgain(): void {
    const slot = this.#selected;
    this.deselect();
    if (slot === undefined || slot.silent !== undefined) return;
    this.#begin(slot, this.#mode);
  }

  #move(
    tx: Uint8Array | undefined,
    rx: Uint8Array | undefined,
    length: number,
    lines: number,
    ns: number,
  ): void {
    const slot = this.#selected;
    if (slot === undefined) {
      rx?.fill(0xff, 0, length);
      this.pass(ns);
      return;
    }
    if (!this.timed || length <= 1 || slot.part.takesRuns === true) {
      this.#exchange(slot, tx, rx, length, lines);
      this.pass(ns);
      return;
    }
    for (let at = 0; at < length; at++) {
      if (tx !== undefined) this.#sent[0] = tx[at] as number;
      this.#exchange(slot, tx && this.#sent, rx && this.#received, 1, lines);
      if (rx !== undefined) rx[at] = this.#received[0] as number;
      this.pass(Math.round((ns * (at + 1)) / length) - Math.round((ns * at) / length));
    }
  }

  /** Lets `ns` pass where the bus takes time: a delay. */
  pass(ns: number): void {
    if (this.timed) this.clock.pass(ns);
  }

  #exchange(
    slot: Slot,
    tx: Uint8Array | undefined,
    rx: Uint8Array | undefined,
    length: number,
    lines: number,
  ): void {
    if (slot.silent !== undefined) {
      rx?.fill(0xff, 0, length);
      return;
    }
    // A part may answer a byte before it has looked at the next one, so it never gets overlapping buffers.
    const sent = tx !== undefined && rx !== undefined && overlap(tx, rx, length) ? tx.slice(0, length) : tx;
    try {
      slot.part.transfer(sent, rx, length, lines);
    } catch (error) {
      rx?.fill(0xff, 0, length);
      this.#break(slot, error);
    }
  }

  /** Makes the active chip select inactive; nothing happens when there is none. */
  deselect(): void {
    const slot = this.#selected;
    if (slot === undefined) return;
    this.#selected = undefined;
    if (slot.silent !== undefined) return;
    try {
      slot.part.deselect();
    } catch (error) {
      this.#break(slot, error);
    }
    slot.after?.();
  }

  #isMisused(slot: Slot, mode: number, speedHz: number): boolean {
    const { spiModes = 0b1111, maxSpeedHz = 0 } = slot.part;
    const clockMode = mode & SPI_MODE_X_MASK;
    let reason: string | undefined;
    if (((spiModes >> clockMode) & 1) === 0) {
      const known = [0, 1, 2, 3].filter((n) => (spiModes >> n) & 1).join(' and ');
      reason = `it works in SPI mode ${known}, not ${clockMode}`;
    } else if (((mode & SPI_MODE.CS_HIGH) !== 0) !== slot.csHigh) {
      if (slot.part.idleClocks) return true;
      reason = `its chip select is active ${slot.csHigh ? 'high' : 'low'} (spi-cs-high)`;
    } else if (maxSpeedHz > 0 && speedHz > maxSpeedHz) {
      reason = `it works up to ${maxSpeedHz / 1e6} MHz, not at ${speedHz / 1e6} MHz (spi-max-frequency)`;
    }
    if (reason === undefined) return false;
    if (!slot.misuseNamed) this.#warn(`${slot.name}: does not answer: ${reason}`);
    slot.misuseNamed = true;
    return true;
  }

  /** The model of a part failed outside of a call: the part stops answering. */
  fail(part: SpiPart, error: unknown): void {
    for (const slot of this.#of(part)) this.#silence(slot, error);
  }

  #break(slot: Slot, error: unknown): void {
    if (error instanceof StoppedModelError) this.stopped = error;
    this.#silence(slot, error);
  }

  #silence(slot: Slot, error: unknown): void {
    if (this.#selected === slot) this.#selected = undefined;
    if (slot.silent !== undefined) return;
    slot.silent = 'failed';
    this.#warn(brokenSentence(slot.name, error));
  }
}
