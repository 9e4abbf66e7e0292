import type { EmulatedI2c } from '../link/index.ts';

const BYTE_BITS = 8;

/** The two lines of an I2C bus, and a target on it that turns their edges into bytes (UM10204 3.1). */
export class I2cLines {
  readonly #bus: EmulatedI2c;
  #scl = true;
  /** As the controller drives it, and as the target does. */
  #sda = true;
  #target = true;
  /** Rising edges of SCL until a stuck target lets go of SDA. */
  #stuckFor = 0;
  /** SCL was pulsed while a part held SDA low: it is owed a STOP. */
  #wasPulsed = false;
  /** Clocks of the byte so far; undefined outside of a transaction. */
  #bit: number | undefined;
  #byte = 0;
  /** Who sends the present byte. */
  #sends: 'controller' | 'target' | 'nobody' = 'controller';
  #isAddress = false;
  /** The acknowledge bit, as it was sampled. */
  #acknowledged = false;

  constructor(bus: EmulatedI2c) {
    this.#bus = bus;
  }

  /** The level of SDA: open drain, so either end pulls it low. */
  get sda(): boolean {
    return this.#sda && this.#target && this.#stuckFor === 0 && this.#bus.sdaHeld !== true;
  }

  /** Somebody holds SCL low. */
  get isSclHeld(): boolean {
    return this.#bus.sclHeld === true;
  }

  /** A target holds SDA low until SCL has risen so many times. */
  holdSda(clocks: number): void {
    this.#stuckFor = clocks;
  }

  /** What the controller drives from now on. Where both change, SDA does so while SCL is low. */
  set(scl: boolean, sda: boolean): void {
    // No part sees a clock.
    if (this.isSclHeld) this.ignore(scl, sda);
    else if (scl && !this.#scl) {
      this.#setSda(sda);
      this.#rise();
    } else if (!scl && this.#scl) {
      this.#fall();
      this.#setSda(sda);
    } else this.#setSda(sda);
  }

  /** The same, for changes that no target heeds. */
  ignore(scl: boolean, sda: boolean): void {
    this.#scl = scl;
    this.#sda = sda;
  }

  #setSda(sda: boolean): void {
    const before = this.sda;
    this.#sda = sda;
    if (!this.#scl || this.sda === before) return;
    if (this.sda) this.#stop();
    else this.#start();
  }

  #start(): void {
    this.#bus.start();
    this.#bit = -1;
    this.#sends = 'controller';
    this.#isAddress = true;
    this.#target = true;
  }

  #stop(): void {
    if (this.#bit !== undefined || this.#wasPulsed) this.#bus.stop();
    this.#wasPulsed = false;
    this.#bit = undefined;
    this.#target = true;
  }

  #rise(): void {
    this.#scl = true;
    if (this.#stuckFor > 0) this.#stuckFor--;
    if (this.#bit === undefined && this.#bus.sdaHeld === true) {
      this.#bus.pulse?.();
      this.#wasPulsed = true;
    }
    if (this.#bit === undefined || this.#bit < 0) return;
    if (this.#bit < BYTE_BITS) this.#byte = ((this.#byte << 1) | (this.sda ? 1 : 0)) & 0xff;
    else this.#acknowledged = !this.sda;
  }

  /** A bit has passed. The target changes SDA behind the falling edge. */
  #fall(): void {
    this.#scl = false;
    if (this.#bit === undefined) return;
    this.#bit++;
    if (this.#bit === 0) this.#begin();
    else if (this.#bit < BYTE_BITS) this.#target = this.#sends !== 'target' || this.#bitToSend();
    else if (this.#bit === BYTE_BITS) this.#acknowledge();
    else {
      this.#bit = 0;
      this.#begin();
    }
  }

  #toSend = 0xff;

  #bitToSend(): boolean {
    return ((this.#toSend >> (BYTE_BITS - 1 - (this.#bit as number))) & 1) !== 0;
  }

  /** A byte begins. A target that sends goes on for as long as it is acknowledged. */
  #begin(): void {
    this.#target = true;
    if (this.#sends === 'target' && !this.#acknowledged) this.#sends = 'nobody';
    if (this.#sends !== 'target') return;
    this.#toSend = this.#bus.readByte(true);
    this.#target = this.#bitToSend();
  }

  #acknowledge(): void {
    this.#target = true;
    if (this.#sends !== 'controller') return;
    const acknowledged = this.#bus.writeByte(this.#byte);
    this.#target = !acknowledged;
    if (this.#isAddress && (this.#byte & 1) !== 0) this.#sends = acknowledged ? 'target' : 'nobody';
    this.#isAddress = false;
  }
}
