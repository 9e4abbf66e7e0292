import { type BusTrouble, type I2cWireFaults, isTenBit, TEN_BIT_ADDRESS } from '../../bus/index.ts';
import { type Clock, RealClock } from '../kit/clock.ts';
import { StoppedModelError } from '../own/time-limit.ts';
import { brokenSentence } from './broken.ts';
import { ALERT_RESPONSE } from './i2c-address.ts';
import { answersOf, arbitrate, wiredAnd } from './i2c-answers.ts';
import { InjectedI2c } from './i2c-injected.ts';
import { type I2cPart, I2cSlots, type Slot } from './part.ts';

/** I2C specification UM10204 3.1.11: `1111 0 A9 A8 R/W`. */
const TEN_BIT_PREFIX = 0xf0;
const TEN_BIT_PREFIX_MASK = 0xf8;
/** Where nobody says otherwise: standard mode (UM10204, table 10). */
const DEFAULT_HZ = 100_000;
/** Eight bits and their acknowledge; START, repeated START and STOP take as long as one bit. */
const BYTE_BITS = 9;
/** What the next byte on the wire means (byte-level interface). */
type Phase = 'idle' | 'address' | 'address-low' | 'data';

/**
 * An I2C bus with parts on it: two open-drain lines, so an address that nobody claims is not acknowledged
 * and reads give 0xff. Controllers use `startTo`, `write`, `read`, `stop`; emulators of adapter firmware,
 * which see the bus byte by byte, use `start`, `writeByte`, `readByte`, `stop`. Both may be mixed.
 * Where bits take time (`timed`), the clock is moved by what is on the wire, and a part sees an address or a byte that
 * is sent when it has arrived, and STOP after all of them.
 * A part that throws never harms the bus: it is named once by `warn` and stops answering.
 */
export class I2cWire {
  readonly clock: Clock;
  /** Whether bits take time. */
  timed: boolean;
  /** Parts of a user's own are on it, whose models may not return. */
  limited = false;
  /** A model was ended while the wire called it; who looks at it sets it back. */
  stopped: StoppedModelError | undefined;
  /** Injected faults. */
  readonly injected = new InjectedI2c();
  #bitNs = 0;
  readonly #warn: (sentence: string) => void;
  readonly slots = new I2cSlots();
  /** Who acknowledged the present address; the first `#activeCount` entries count. */
  readonly #active: Slot[] = [];
  #activeCount = 0;
  /** Who is owed a STOP. */
  readonly #addressed: Slot[] = [];
  #addressedCount = 0;
  #reading = false;
  /** The address that was sent last. */
  #sentAddress = 0;
  #phase: Phase = 'idle';
  /** Ten-bit addressing, byte by byte: A9 and A8 of the prefix, and the whole address once it was sent. */
  #tenBitHigh = 0;
  #tenBitAddress = -1;
  readonly #byte = new Uint8Array(1);
  /** How long SCL was stretched since START. */
  #stretchedNs = 0;
  /** The same since the bus was free, in ns. */
  stretchedNs = 0;

  /** `clockHz`: of SCL; default 100 kHz. */
  constructor(
    options: { clock?: Clock; clockHz?: number | undefined; warn?: (sentence: string) => void } = {},
  ) {
    this.clock = options.clock ?? new RealClock();
    this.timed = this.clock.timesTransfers;
    this.clockHz = options.clockHz ?? DEFAULT_HZ;
    this.#warn = options.warn ?? ((sentence) => process.emitWarning(sentence));
  }

  /** Frequency of SCL in Hz; what makes no sense is 100 kHz. */
  set clockHz(hz: number) {
    this.#bitNs = Math.max(1, Math.round(1e9 / (hz > 0 ? hz : DEFAULT_HZ)));
  }

  /** Puts `part` on the bus. `name` is what messages call it: the path of its node. */
  attach(part: I2cPart, name: string): void {
    this.slots.attach(part, name);
  }

  /** Takes `part` off the bus. */
  detach(part: I2cPart): void {
    this.slots.detach(part);
  }

  /** Lets a part that threw answer again, after a reset. */
  revive(part: I2cPart): void {
    this.slots.revive(part);
  }

  /** The part that `address` belongs to, on this segment. */
  partAt(address: number): I2cPart | undefined {
    return this.slots.owner(address)?.part;
  }

  /** Why the part of this address, here or behind a mux, did not acknowledge; undefined where nobody says. */
  reasonAt(address: number): string | undefined {
    if (this.injected.isRefused) return 'injected fault';
    return this.slots.reasonAt(address);
  }

  /**
   * START or repeated START, then the address phase. `address` is 7 bits, or 10 with `TEN_BIT_ADDRESS`.
   * @returns whether anybody acknowledged.
   */
  startTo(address: number, read: boolean): boolean {
    this.start();
    if (this.trouble !== undefined) return false;
    if (this.timed) this.#passAddress(address, read);
    return this.#offer(address, read);
  }

  /** Sends `data`. @returns how many bytes were acknowledged; the first that was not ends the transfer. */
  write(data: Uint8Array): number {
    const { faults } = this.injected;
    return faults === undefined ? this.#send(data) : this.#sendInjected(faults, data);
  }

  // Apart, as functions in it would cost every transfer memory.
  #sendInjected(faults: I2cWireFaults, data: Uint8Array): number {
    const send = (byte: Uint8Array) => this.#send(byte);
    return this.injected.write(faults, data, send, () => this.pass(BYTE_BITS));
  }

  #send(data: Uint8Array): number {
    // A part that was addressed to read drives SDA itself and acknowledges nothing, and neither does nobody.
    if (this.#reading || this.#activeCount === 0) {
      if (data.length > 0) this.pass(BYTE_BITS);
      return 0;
    }
    if (!this.timed) return this.#write(data);
    if (data.length <= 1 || this.#takeRuns()) {
      this.pass(BYTE_BITS * data.length);
      return this.#write(data);
    }
    for (let at = 0; at < data.length; at++) {
      this.#byte[0] = data[at] as number;
      this.pass(BYTE_BITS);
      if (this.#write(this.#byte) === 0) return at;
    }
    return data.length;
  }

  /** Receives into the whole of `into`; `isLast`: nothing more is read of the message. */
  read(into: Uint8Array, isLast = true): void {
    if (this.trouble !== undefined) into.fill(this.injected.silence);
    else {
      this.#receive(into);
      this.injected.faults?.received(into, isLast);
    }
  }

  #receive(into: Uint8Array): void {
    if (!this.timed || into.length <= 1 || this.#takeRuns()) {
      this.#read(into);
      this.pass(BYTE_BITS * into.length);
      return;
    }
    for (let at = 0; at < into.length; at++) {
      this.#read(this.#byte);
      into[at] = this.#byte[0] as number;
      this.pass(BYTE_BITS);
    }
  }

  /** STOP: the bus is free, and everyone who was addressed knows it. */
  stop(): void {
    if (this.#phase !== 'idle' && this.trouble === undefined) this.pass(1);
    for (let i = 0; i < this.#addressedCount; i++) {
      const slot = this.#addressed[i] as Slot;
      slot.addressed = false;
      if (slot.silent !== undefined) continue;
      try {
        slot.part.stop();
      } catch (error) {
        this.#break(slot, error);
      }
      slot.after?.();
    }
    this.#addressedCount = 0;
    this.#activeCount = 0;
    this.injected.trouble = undefined;
    this.#tenBitAddress = -1;
    this.#phase = 'idle';
  }

  /** START or repeated START alone: the next byte is an address. */
  start(): void {
    if (this.#phase === 'idle') {
      this.stretchedNs = 0;
      this.injected.start();
    }
    if (!this.timed) this.clock.poll();
    else if (this.trouble === undefined) this.pass(1);
    this.#activeCount = this.#stretchedNs = 0;
    this.#phase = 'address';
  }

  /** Sends one byte; after `start` it is the address byte. @returns true when it is acknowledged. */
  writeByte(byte: number): boolean {
    if (this.trouble !== undefined) return this.trouble === 'SDA low';
    switch (this.#phase) {
      case 'idle':
        return false;
      case 'address':
        this.pass(BYTE_BITS);
        return this.#addressByte(byte);
      case 'address-low':
        this.pass(BYTE_BITS);
        this.#tenBitAddress = (this.#tenBitHigh << 8) | byte;
        return this.#offer(TEN_BIT_ADDRESS + this.#tenBitAddress, false);
      case 'data':
        this.#byte[0] = byte;
        return this.write(this.#byte) === 1;
    }
  }

  /** Receives one byte and answers it with ACK or NACK. After a NACK the part sends nothing more. */
  readByte(ack: boolean): number {
    if (this.trouble === undefined && this.#phase !== 'data') return 0xff;
    this.read(this.#byte, !ack);
    if (!ack) this.#activeCount = 0;
    return this.#byte[0] as number;
  }

  #addressByte(byte: number): boolean {
    const read = (byte & 1) !== 0;
    if ((byte & TEN_BIT_PREFIX_MASK) !== TEN_BIT_PREFIX) return this.#offer(byte >> 1, read);
    const high = (byte >> 1) & 3;
    if (read) {
      // Only a part that was addressed in full since START goes on reading (UM10204 3.1.11).
      if (this.#tenBitAddress >>> 8 !== high) return false;
      return this.#offer(TEN_BIT_ADDRESS + this.#tenBitAddress, true);
    }
    this.#tenBitHigh = high;
    this.#phase = 'address-low';
    return this.slots.hasTenBit(high);
  }

  /** The address has arrived. */
  #offer(address: number, read: boolean): boolean {
    this.#phase = 'data';
    this.#reading = read;
    this.#sentAddress = address;
    this.#activeCount = 0;
    if (!this.injected.admits(address, read)) return false;
    this.#address(this.slots, address, read);
    return this.#activeCount > 0 || this.injected.isGhost;
  }

  /** What an injected fault has done to the lines since START. */
  get trouble(): BusTrouble | undefined {
    return this.injected.trouble;
  }

  /** Whether somebody holds SDA low, or SCL, for who looks before START. */
  get sdaHeld(): boolean {
    return this.injected.holds('SDA low', this.#phase === 'idle');
  }

  get sclHeld(): boolean {
    return this.injected.holds('SCL low', this.#phase === 'idle');
  }

  /** SCL goes low and high once, outside of a transfer: what frees a bus whose SDA a part holds (UM10204 3.1.16). */
  pulse(): void {
    this.pass(1);
    this.injected.faults?.pulse();
  }

  /**
   * Another controller addresses a part and stops in the acknowledge: of its address to read, or of a 0x00 that is written (Linux's
   * i2c-gpio injector, incomplete_address_phase and incomplete_write_byte).
   * @returns after how many pulses of SCL the part lets go of SDA; 0: nobody acknowledged, or the bus is not free
   */
  abandon(address: number, read: boolean): number {
    if (this.#phase !== 'idle') return 0;
    this.#reading = read;
    this.#activeCount = 0;
    this.#address(this.slots, address, read);
    let pulses = this.#activeCount === 0 ? 0 : 1;
    this.#byte[0] = 0;
    if (pulses > 0 && !read) pulses = this.#write(this.#byte);
    if (pulses > 0 && read) {
      this.#read(this.#byte);
      // Behind the acknowledge come the zeros that the part sends first.
      pulses += Math.clz32(this.#byte[0] as number) - 24;
    }
    this.#activeCount = 0;
    return pulses;
  }

  /**
   * The bits of an address. Ten bits are sent in two bytes; to read, a repeated START and the first of them follow
   * (UM10204 3.1.11). The first of two bytes that nobody acknowledges is the last.
   */
  #passAddress(address: number, read: boolean): void {
    this.pass(BYTE_BITS);
    if (!isTenBit(address) || !this.slots.hasTenBit((address >>> 8) & 3)) return;
    this.pass(BYTE_BITS);
    if (read && this.slots.has(address)) this.pass(1 + BYTE_BITS);
  }

  /** Lets the time of so many bits pass, where bits take time. */
  pass(bits: number): void {
    if (this.timed) this.clock.pass(bits * this.#bitNs);
  }

  /** Whether nobody who listens minds when a byte comes. */
  #takeRuns(): boolean {
    for (let i = 0; i < this.#activeCount; i++) if (this.#active[i]?.part.takesRuns !== true) return false;
    return true;
  }

  #write(data: Uint8Array): number {
    let acknowledged = 0;
    for (let i = 0; i < this.#activeCount; i++) {
      const slot = this.#active[i] as Slot;
      if (slot.silent !== undefined) continue;
      try {
        const count = slot.part.write(data);
        // A sloppy model that returns nothing acknowledges everything.
        acknowledged = Math.max(acknowledged, count >= 0 && count <= data.length ? count : data.length);
        this.#stretch(slot.part);
      } catch (error) {
        this.#break(slot, error);
      }
    }
    return acknowledged;
  }

  #read(into: Uint8Array): void {
    const slot = this.#active[0];
    if (this.#activeCount === 1 && this.#reading && slot?.silent === undefined && slot !== undefined) {
      try {
        slot.part.read(into);
        this.#stretch(slot.part);
      } catch (error) {
        into.fill(0xff);
        this.#break(slot, error);
      }
      return;
    }
    into.fill(0xff);
    if (this.#reading && this.#activeCount > 1) this.#readTogether(slot, into);
  }

  /** Several answer at once. */
  #readTogether(slot: Slot | undefined, into: Uint8Array): void {
    const answers = answersOf(this.#active.slice(0, this.#activeCount), into.length, this.#break.bind(this));
    const isAlert = this.#sentAddress === ALERT_RESPONSE && slot?.part.loseArbitration !== undefined;
    if (isAlert) [this.#active[0], this.#activeCount] = [arbitrate(answers, into) ?? slot, 1];
    else wiredAnd(answers, into);
  }

  /** Offers the address to the parts of `segment` and to what its muxes connect. */
  #address(slots: I2cSlots, address: number, read: boolean): void {
    for (const slot of slots.at(address)) {
      if (slot.silent !== undefined) continue;
      try {
        if (!slot.part.start(address, read)) continue;
        this.#active[this.#activeCount++] = slot;
        if (!slot.addressed) {
          slot.addressed = true;
          this.#addressed[this.#addressedCount++] = slot;
        }
        this.#stretch(slot.part);
      } catch (error) {
        this.#break(slot, error);
      }
    }
    for (const mux of slots.muxes) {
      if (mux.silent === 'unpowered') continue;
      for (const below of mux.part.segments ?? []) this.#address(below.slots, address, read);
    }
  }

  #stretch(part: I2cPart): void {
    const ns = part.stretchNs;
    if (ns === undefined || ns <= this.#stretchedNs) return;
    this.clock.pass(ns - this.#stretchedNs);
    this.stretchedNs += ns - this.#stretchedNs;
    this.#stretchedNs = ns;
  }

  /** The model of a part failed outside of a call: the part stops answering. */
  fail(part: I2cPart, error: unknown): void {
    for (const slot of this.slots.of(part)) this.#silence(slot, error);
  }

  #break(slot: Slot, error: unknown): void {
    if (error instanceof StoppedModelError) this.stopped = error;
    this.#silence(slot, error);
  }

  #silence(slot: Slot, error: unknown): void {
    if (slot.silent !== undefined) return;
    slot.silent = 'failed';
    this.#warn(brokenSentence(slot.name, error));
  }
}
