import type { I2cBehaviour } from '../../parts/index.ts';
import type { Line } from '../kit/line.ts';
import { ALERT_RESPONSE } from '../wire/i2c-address.ts';
import type { I2cWire } from '../wire/i2c-wire.ts';
import type { I2cPart } from '../wire/part.ts';
import type { ChipPlace } from './chip.ts';
import type { SheetChip } from './sheet-chip.ts';

/** What was addressed: itself; the alert response address; there it has answered. */
const CALLED = { ITSELF: 0, ALERT: 1, ANSWERED: 2 } as const;

/** A part that takes the bytes of I2C as they come: commands, memories, muxes. */
export class I2cBehaviourPart implements I2cPart {
  readonly #place: ChipPlace<SheetChip>;
  readonly #address: number;
  /** Missing until somebody addresses the part. */
  #i2c: I2cBehaviour | undefined;
  #called: number = CALLED.ITSELF;

  /** @throws {Error} a model without a behaviour on I2C */
  constructor(place: ChipPlace<SheetChip>, address: number) {
    this.#place = place;
    this.#address = address;
    behaviourOf(place.chip);
  }

  get subject(): SheetChip {
    return this.#place.chip;
  }

  get addresses(): readonly number[] {
    return this.#place.addresses ?? [this.#address];
  }

  get sharedAddresses(): readonly number[] {
    return this.#place.sharedAddresses ?? [];
  }

  get state(): object {
    return this.subject.state;
  }

  get lines(): readonly Line[] {
    return this.subject.lines;
  }

  get segments(): readonly I2cWire[] | undefined {
    return this.#place.segments as readonly I2cWire[] | undefined;
  }

  get stretchNs(): number {
    return this.subject.behaviour.stretchNs?.() ?? 0;
  }

  get busyReason(): string | undefined {
    return this.#i2c?.busyReason?.();
  }

  /** Memories acknowledge all that they are sent; of others only the model knows. */
  get takesRuns(): boolean {
    return this.subject.compiled.sheet.bus.i2c?.form === 'memory' && this.subject.takesRuns;
  }

  reset(): void {
    this.subject.reset();
  }

  restored(): void {
    this.subject.restored();
  }

  close(): void {
    this.#place.close?.();
  }

  start(address: number, read: boolean): boolean {
    this.#called = CALLED.ITSELF;
    const { subject } = this;
    const { behaviour } = subject;
    const isAlert =
      address === ALERT_RESPONSE &&
      behaviour.alertResponse !== undefined &&
      !this.addresses.includes(address);
    if (isAlert && (!read || behaviour.alertResponse?.() === undefined)) return false;
    subject.begin(read);
    this.#i2c ??= behaviourOf(subject);
    if (!isAlert) return this.#i2c.start?.(address, read) ?? true;
    this.#called = CALLED.ALERT;
    return true;
  }

  write(data: Uint8Array): number {
    return (this.#i2c as I2cBehaviour).write(data);
  }

  read(into: Uint8Array): void {
    if (this.#called === CALLED.ITSELF) {
      (this.#i2c as I2cBehaviour).read(into);
      return;
    }
    into.fill(0xff);
    if (this.#called !== CALLED.ALERT || into.length === 0) return;
    into[0] = ((this.addresses[0] as number) << 1) | (this.subject.behaviour.alertResponse?.() ?? 0);
    this.#called = CALLED.ANSWERED;
  }

  loseArbitration(): void {
    this.#called = CALLED.ITSELF;
  }

  stop(): void {
    if (this.#called === CALLED.ITSELF) this.#i2c?.stop?.();
    else if (this.#called === CALLED.ANSWERED) this.subject.behaviour.alertAnswered?.();
    this.#called = CALLED.ITSELF;
    this.subject.end();
  }
}

/** @throws {Error} */
function behaviourOf({ behaviour, compiled }: SheetChip): I2cBehaviour {
  if (behaviour.i2c === undefined)
    throw new Error(`the model of ${compiled.sheet.title} has no i2c behaviour`);
  return behaviour.i2c;
}
