import { messageOf } from '../../bus/index.ts';
import { shown } from '../../input/index.ts';
import type { Contents } from '../../parts/index.ts';
import { registersOf } from '../chip/register-view.ts';
import { SheetChip } from '../chip/sheet-chip.ts';
import { callLimited, StoppedModelError } from '../own/time-limit.ts';
import { I2cWire } from '../wire/i2c-wire.ts';
import type { Part, PropertyValue } from '../wire/part.ts';
import { checkProperty, declarationOf, PartError, POWERED } from '../wire/property.ts';
import type { RegisterReport } from '../wire/register-report.ts';
import type { SpiWire } from '../wire/spi-wire.ts';
import type { PartModel } from './catalogue.ts';

/** A part that runs, with its model. */
export interface RunningPart {
  /** Path of its node. */
  readonly path: string;
  readonly model: PartModel;
  readonly part: Part;
  /** Its model is a user's own. */
  readonly own: boolean;
  /** Power-on reset; a part whose model failed answers again. */
  reset(): void;
  /** It gets power, and is as after power-on; or loses it. Only where a wire leads to it. */
  power?(on: boolean): void;
  /** From now on `after` is called when it was addressed, and when it got power or lost it. */
  watch?(after: () => void): void;
  /** Its model failed outside of a call: it stops answering until it is reset. */
  fail(error: unknown): void;
}

/** Who lets a part be without power by the property of that name. */
const BY_PROPERTY = POWERED.name;

/** Contents that are saved with the board. */
interface Kept extends Pick<Contents, 'flush'> {
  release?(): void;
}

/**
 * The parts of a board by path, and their properties by name and value: what `board.part(path)` and other
 * threads use. Values are checked against the model's declaration before a part sees them.
 */
export class PartRegistry {
  readonly #parts = new Map<string, RunningPart>();
  readonly #contents: Kept[] = [];
  /** By path of a part without power, who lets it be so. */
  readonly #unpowered = new Map<string, Set<string>>();
  readonly #wires = new Map<string, I2cWire | SpiWire>();

  /** Notes the wire of the bus, or the channel, at this path. */
  addWire(path: string, wire: I2cWire | SpiWire): void {
    this.#wires.set(path, wire);
  }

  wireAt(path: string): I2cWire | SpiWire | undefined {
    return this.#wires.get(path);
  }

  /** The wire of the bus at this path, or of the nearest one above it. */
  wireOf(path: string): I2cWire | SpiWire | undefined {
    for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      const wire = this.#wires.get(at);
      if (wire !== undefined) return wire;
    }
    return undefined;
  }

  /** Whether multiplexers connect the I2C bus to the channel at the second path now; undefined: one of them has no wire here. */
  reaches(bus: string, channel: string): boolean | undefined {
    const [from, to] = [this.wireAt(bus), this.wireAt(channel)];
    return from instanceof I2cWire && to instanceof I2cWire ? from.slots.reaches(to.slots) : undefined;
  }

  add(running: RunningPart): void {
    this.#parts.set(running.path, running);
  }

  list(): readonly RunningPart[] {
    return [...this.#parts.values()];
  }

  has(path: string): boolean {
    return this.#parts.has(path);
  }

  /** @throws {PartError} when no simulated part has this path. */
  at(path: string): RunningPart {
    const running = this.#parts.get(path);
    if (running !== undefined) return running;
    throw new PartError(
      `${path}: no simulated part; there are: ${[...this.#parts.keys()].join(', ') || 'none'}`,
    );
  }

  /** @throws {PartError} */
  get(path: string, property: string): PropertyValue {
    const running = this.at(path);
    if (declarationOf(path, running.model.properties, property) === POWERED)
      return !this.#unpowered.has(path);
    if (running.part.access !== undefined) return running.part.access.get(property);
    return limited(running, () => {
      const subject = running.part.subject ?? running.part;
      return subject instanceof SheetChip
        ? subject.get(property)
        : (valuesOf(subject)[property] as PropertyValue);
    });
  }

  /** @throws {PartError} when the value is of the wrong kind or out of range, or the part refuses it. */
  set(path: string, property: string, value: PropertyValue): void {
    const running = this.at(path);
    const declared = declarationOf(path, running.model.properties, property);
    checkProperty(path, declared, value);
    if (declared === POWERED) {
      this.hold(path, BY_PROPERTY, value === false);
      return;
    }
    try {
      limited(running, () => {
        const subject = running.part.subject ?? running.part;
        if (running.part.access !== undefined) running.part.access.set(property, value);
        else if (subject instanceof SheetChip) subject.set(property, value);
        else valuesOf(subject)[property] = value;
      });
    } catch (error) {
      const sentence = messageOf(error);
      throw new PartError(`${path}: ${sentence}`, sentence, { cause: error });
    }
  }

  /**
   * Lets a part be without power, or held in reset, as long as anybody says so. `by` names who; a second time by the same
   * is nothing. @throws {PartError} no such part @throws {Error} its model, of the reset
   */
  hold(path: string, by: string, held: boolean): void {
    const running = this.at(path);
    const holders = this.#unpowered.get(path) ?? new Set();
    const before = holders.size;
    if (held) holders.add(by);
    else holders.delete(by);
    if (holders.size === 0) this.#unpowered.delete(path);
    else this.#unpowered.set(path, holders);
    if ((before === 0) !== (holders.size === 0)) running.power?.(holders.size === 0);
  }

  /** Whether it is a GPIO expander: a part with pins that the outside drives. */
  isExpander(path: string): boolean {
    return this.#parts.get(path)?.model.properties.some(({ name }) => name === 'inputs') ?? false;
  }

  /** Drives one pin of a GPIO expander; undefined lets go of it. @throws {PartError} no such pin */
  drivePin(path: string, pin: number, high: boolean | undefined): void {
    const running = this.at(path);
    const { part, model } = running;
    if (!this.isExpander(path)) throw new PartError(`${path} is not a GPIO expander`);
    const [, all] = declarationOf(path, model.properties, 'inputs').range ?? [0, 0];
    const last = Math.log2(all + 1) - 1;
    if (!Number.isInteger(pin) || pin < 0 || pin > last)
      throw new PartError(`${path}: invalid pin: expected 0 to ${last}, got ${shown(pin)}`);
    if (part.access !== undefined) {
      part.access.drivePin(pin, high);
      return;
    }
    const subject = part.subject ?? part;
    if (subject instanceof SheetChip && subject.behaviour.drivePin !== undefined) {
      limited(running, () => {
        subject.catchUp();
        subject.behaviour.drivePin?.(pin, high);
      });
      return;
    }
    const inputs = this.get(path, 'inputs') as number;
    const bit = 2 ** pin;
    const others = Math.floor(inputs / bit) % 2 === 1 ? inputs - bit : inputs;
    this.set(path, 'inputs', high === false ? others : others + bit);
  }

  /** Its registers by its data sheet, with what is stored in them; none where it has no such table. */
  registers(path: string): readonly RegisterReport[] {
    const running = this.at(path);
    const { part } = running;
    if (part.access !== undefined) return part.access.registers();
    const subject = part.subject ?? part;
    return subject instanceof SheetChip ? limited(running, () => registersOf(subject)) : [];
  }

  /** A copy of all that changes in the part, for `restore`: of times, how much of them has passed or is left. */
  snapshot(path: string): object {
    const running = this.at(path);
    const { model, part } = running;
    if (part.access !== undefined) return part.access.snapshot();
    const subject = part.subject ?? part;
    if (subject instanceof SheetChip) limited(running, () => subject.catchUp());
    return { part: model.title, state: structuredClone(part.state) } satisfies Snapshot;
  }

  /** Puts a snapshot of the same part back, which goes on as if no time had passed since. @throws {PartError} for what is not one */
  restore(path: string, snapshot: object): void {
    const running = this.at(path);
    const { part, model } = running;
    const refusal = (sentence: string) => new PartError(`${path}: invalid snapshot: ${sentence}`);
    if (!isSnapshot(snapshot)) throw refusal(`expected what snapshot() returned, got ${shown(snapshot)}`);
    if (snapshot.part !== model.title)
      throw refusal(`expected one of ${model.title}, got one of ${snapshot.part}`);
    if (part.access !== undefined) {
      part.access.restore(snapshot);
      return;
    }
    const strange = strangeLength(part.state, snapshot.state);
    if (strange !== undefined) throw refusal(strange);
    restoreState(part.state, snapshot.state);
    limited(running, () => part.restored?.());
  }

  /** Notes contents that `save` is to write. */
  keep(contents: Kept): void {
    this.#contents.push(contents);
  }

  /** Writes all unsaved contents to their files. @throws {AggregateError} of `NodeError`s, after all were tried. */
  save(): void {
    inSpite(this.#contents, (contents) => contents.flush());
  }

  /** Ends every part: unsaved contents are written. @throws {AggregateError} as `save`, after all have ended. */
  close(): void {
    const parts = [...this.#parts.values()];
    this.#parts.clear();
    try {
      inSpite(parts, (running) => limited(running, () => running.part.close?.()));
    } finally {
      this.release();
    }
  }

  /** Lets others write the files of contents. */
  release(): void {
    for (const contents of this.#contents.splice(0)) contents.release?.();
  }
}

/** Calls a part from outside of its bus. One whose model does not return stops answering. @throws {StoppedModelError} then */
function limited<T>(running: RunningPart, call: () => T): T {
  if (!running.own || running.model.isolated === true) return call();
  try {
    return callLimited(call, (error) => running.fail(error));
  } catch (error) {
    if (error instanceof StoppedModelError) running.fail(error);
    throw error;
  }
}

/** Does `work` for each, and throws what went wrong when all are done. @throws {AggregateError} */
function inSpite<T>(all: readonly T[], work: (each: T) => void): void {
  const errors: unknown[] = [];
  for (const each of all) {
    try {
      work(each);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 0) return;
  throw new AggregateError(errors, errors.map((error) => (error as Error).message ?? error).join('; '));
}

/** The declared properties of a part without a data sheet are ordinary fields or accessors. */
function valuesOf(part: object): Record<string, PropertyValue | undefined> {
  return part as Record<string, PropertyValue | undefined>;
}

/**
 * Copies `from` into `into` in place, so that whoever holds a typed array of the state keeps the right one.
 */
function restoreState(into: object, from: object): void {
  const target = into as Record<string, unknown>;
  for (const [key, value] of Object.entries(structuredClone(from))) {
    const present = target[key];
    if (isArray(present) && isArray(value)) present.set(value);
    else if (isPlain(present) && isPlain(value)) restoreState(present, value);
    else target[key] = value;
  }
}

/** What `snapshot` returns: whose it is, and all that changes in it. */
interface Snapshot {
  /** The model's title. */
  readonly part: string;
  readonly state: object;
}

function isSnapshot(value: unknown): value is Snapshot {
  const { part, state } = (value ?? {}) as Partial<Snapshot>;
  return typeof part === 'string' && typeof state === 'object' && state !== null;
}

/** Where a snapshot has more or fewer values than the part: it is of another part. */
function strangeLength(into: object, from: object): string | undefined {
  for (const [key, value] of Object.entries(from)) {
    const present = (into as Record<string, unknown>)[key];
    if (isArray(present) && isArray(value) && present.length !== value.length)
      return `expected ${present.length} values in ${key}, got ${value.length}`;
    const inside = isPlain(present) && isPlain(value) ? strangeLength(present, value) : undefined;
    if (inside !== undefined) return inside;
  }
  return undefined;
}

type NumberArray = Uint8Array | Uint16Array | Uint32Array | Float64Array;

function isArray(value: unknown): value is NumberArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
