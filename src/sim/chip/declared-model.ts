import {
  type Behaviour,
  type Calendar,
  type CalendarLayout,
  type DataSheet,
  fieldsOf,
  type Kit,
  type Model,
  type Pin,
  type Property,
  type PropertyValue,
  type RegisterHandle,
  usualWidth,
} from '../../parts/index.ts';

type Handles = Readonly<Record<string, RegisterHandle & Record<string, number>>>;

/** Bits of a register that hold a value, or a part of it. */
interface Place {
  readonly register: string;
  readonly field: string;
  readonly bits: number;
}

/** What a data sheet says of what its part does: values bound to fields, events that drive a pin, counters that tick. */
class Declared implements Behaviour {
  readonly #sheet: DataSheet;
  readonly #registers: Handles;
  readonly #sense: Readonly<Record<string, PropertyValue>>;
  readonly #pins: Readonly<Record<string, Pin>>;
  readonly calendar?: Calendar;
  readonly properties: object;

  constructor(sheet: DataSheet, registers: Handles, kit: Kit) {
    this.#sheet = sheet;
    this.#registers = registers;
    this.#sense = kit.sense as Readonly<Record<string, PropertyValue>>;
    this.#pins = kit.pin as Readonly<Record<string, Pin>>;
    if (sheet.clock !== undefined) this.calendar = kit.calendar(layoutOf(sheet.clock));
    this.properties = this.#properties();
    for (const name of Object.keys(sheet.senses ?? {})) this.#put(name);
    this.#drive();
  }

  sensed(name?: string): void {
    if (name !== undefined) this.#put(name);
    this.#drive();
  }

  afterWrite(): void {
    const { stop } = this.#sheet.clock ?? {};
    if (stop !== undefined) this.calendar?.stop(this.#code(stop) === 1);
    this.#drive();
  }

  /** What was read may have been cleared by that. */
  end(): void {
    this.#drive();
  }

  restored(): void {
    this.#drive();
  }

  reset(): void {
    this.#forgetTime();
    for (const name of Object.keys(this.#sheet.senses ?? {})) this.#put(name);
    this.#drive();
  }

  #forgetTime(): void {
    const { calendar } = this;
    if (calendar === undefined || this.#sense['battery'] !== false) return;
    calendar.lose();
    calendar.stop(false);
    for (const place of placesOf(this.#sheet, this.#sheet.clock?.lost))
      (this.#registers[place.register] as Record<string, number>)[place.field] = 1;
  }

  /** What is sensed, as the code of its field. */
  #put(name: string): void {
    const property = this.#sheet.senses?.[name];
    if (property?.field === undefined) return;
    const places = placesOf(this.#sheet, property.field);
    let code = codeOf(Number(this.#sense[name]), property, bitsOf(places));
    for (const { register, field, bits } of [...places].reverse()) {
      (this.#registers[register] as Record<string, number>)[field] = code % 2 ** bits;
      code = Math.floor(code / 2 ** bits);
    }
  }

  #code(field: Property['field']): number {
    return placesOf(this.#sheet, field).reduce(
      (code, place) =>
        code * 2 ** place.bits +
        ((this.#registers[place.register] as Record<string, number>)[place.field] as number),
      0,
    );
  }

  #shown({ kind, field, gain = 1, offset = 0, signed, enabledBy, range }: Property): PropertyValue {
    const code = this.#code(field);
    if (kind === 'flag') return code !== 0;
    if (enabledBy !== undefined && this.#code(enabledBy) === 0) return 0;
    const bits = bitsOf(placesOf(this.#sheet, field));
    const value = (signed && code >= 2 ** (bits - 1) ? code - 2 ** bits : code) * gain + offset;
    const [least, most] = range ?? [value, value];
    return Number(Math.min(Math.max(value, least), most).toFixed(9));
  }

  #properties(): object {
    const properties = {};
    for (const [name, property] of Object.entries(this.#sheet.shows ?? {}))
      Object.defineProperty(properties, name, { get: () => this.#shown(property) });
    const { calendar } = this;
    if (calendar !== undefined)
      Object.defineProperty(properties, 'time', {
        get: () => calendar.text,
        set: (iso: string) => {
          calendar.text = iso;
        },
      });
    return properties;
  }

  #drive(): void {
    const { interrupts, idleLow = [] } = this.#sheet;
    if (interrupts === undefined) return;
    const { pin, status, mask = [], letsThrough = 0 } = interrupts;
    const pending = status.some((name, index) => {
      const masked = mask[index] === undefined ? 0 : (this.#registers[mask[index]]?.value ?? 0);
      const through = mask[index] === undefined || letsThrough === 0 ? ~masked : masked;
      return ((this.#registers[name]?.value ?? 0) & through) !== 0;
    });
    this.#pins[pin]?.set(pending === idleLow.includes(pin));
  }
}

const models = new WeakMap<DataSheet, Model>();

/** What a data sheet without a model says that its part does; undefined where it is registers and no more. */
export function declaredModel(sheet: DataSheet): Model | undefined {
  const { senses = {}, shows = {}, interrupts, clock } = sheet;
  const bound = [...Object.values(senses), ...Object.values(shows)].some(({ field }) => field !== undefined);
  if (!bound && interrupts === undefined && clock === undefined) return undefined;
  const known = models.get(sheet);
  if (known !== undefined) return known;
  const made: Model = (registers, kit) => new Declared(sheet, registers as unknown as Handles, kit);
  models.set(sheet, made);
  return made;
}

/** The bits that a property names, the most significant first. */
function placesOf(sheet: DataSheet, field: Property['field']): readonly Place[] {
  const names = field === undefined ? [] : typeof field === 'string' ? [field] : field;
  return names.map((name) => {
    const [register = '', bits] = name.split('.');
    const declared = sheet.registers?.[register];
    const found = declared && fieldsOf(declared).find((each) => each.name === bits);
    if (declared === undefined || (bits !== undefined && found === undefined))
      throw new Error(`the data sheet of ${sheet.title} has no ${name}`);
    const width = declared.width ?? usualWidth(sheet);
    return found === undefined
      ? { register, field: 'value', bits: width }
      : { register, field: found.name, bits: Math.round(Math.log2((found.mask >>> found.shift) + 1)) };
  });
}

function bitsOf(places: readonly Place[]): number {
  return places.reduce((sum, { bits }) => sum + bits, 0);
}

/** The nearest code that the field can hold; a flag is 1 or 0. */
function codeOf(value: number, { gain = 1, offset = 0, signed }: Property, bits: number): number {
  const [least, most] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  const code = Math.min(most, Math.max(least, Math.round((value - offset) / gain)));
  return code < 0 ? code + 2 ** bits : code;
}

function layoutOf({
  weekday = 'from-0',
  twelveHours,
  century,
}: NonNullable<DataSheet['clock']>): CalendarLayout {
  return {
    weekday,
    ...(twelveHours === undefined ? {} : { twelveHours }),
    ...(century === undefined ? {} : { century }),
  };
}
