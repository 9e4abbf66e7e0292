import { didYouMean, shown } from '../../input/index.ts';

/** Looks at the value of a key, and says by `fault` what is wrong with it: `invalid registers.TEMP.at: expected …`. */
export type Check = (value: unknown, key: string, fault: Fault) => void;
export type Fault = (sentence: string) => void;

/** A check for each key that `T` may have. */
type Checks<T> = { readonly [Name in keyof Required<T>]: Check };

/** A check by a test of the value. `show`: how the error has a number. */
export function is(
  expected: string,
  fits: (value: unknown) => boolean,
  show: (value: unknown) => string = shown,
): Check {
  return (value, key, fault) => {
    if (!fits(value)) refuse(expected, value, key, fault, show);
  };
}

/** `invalid registers.TEMP.at: expected …, got …` */
export function refuse(
  expected: string,
  value: unknown,
  key: string,
  fault: Fault,
  show: (value: unknown) => string = shown,
): void {
  fault(`invalid ${key}: expected ${expected}, got ${show(value)}`);
}

export const text = is('text', (value) => typeof value === 'string');
export const flag = is('true or false', (value) => typeof value === 'boolean');
export const callback = is('a function', (value) => typeof value === 'function');
export const positive = is('a number above 0', (value) => Number.isFinite(value) && (value as number) > 0);
export const anything: Check = () => {};
export const onlyTrue = is('true, or nothing', (value) => value === true);

/** An integer; from `greatest` 16 on in hex digits, as data sheets have them. */
export function integer(least: number, greatest: number): Check {
  const show = (value: unknown) =>
    greatest >= 16 && Number.isInteger(value) && (value as number) >= 0
      ? `0x${(value as number).toString(16)}`
      : shown(value);
  return is(
    `an integer from ${least} to ${show(greatest)}`,
    (value) => isInteger(value, least, greatest),
    show,
  );
}

export function isInteger(value: unknown, least: number, greatest: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= greatest;
}

/** One of some words or numbers. */
export function oneOf(...values: readonly (string | number)[]): Check {
  const expected = values.map((value) => JSON.stringify(value)).join(', ');
  return (value, key, fault) => {
    if (values.includes(value as string)) return;
    const words = values.filter((each) => typeof each === 'string');
    const near = typeof value === 'string' ? didYouMean(value, words) : undefined;
    const remedy = near === undefined ? '' : ` (did you mean "${near}")`;
    fault(`invalid ${key}: expected one of ${expected}, got ${shown(value)}${remedy}`);
  };
}

/** A list with at least `least` members. */
export function listOf(what: string, each: Check, least = 0): Check {
  return (value, key, fault) => {
    if (!Array.isArray(value) || value.length < least) {
      fault(
        `invalid ${key}: expected a list of ${what}, got ${Array.isArray(value) ? 'none' : shown(value)}`,
      );
      return;
    }
    value.forEach((member: unknown, index) => {
      each(member, `${key}[${index}]`, fault);
    });
  };
}

/** An object with these keys; those of `required` are there. */
export function objectOf<T>(checks: Checks<T>, required: readonly (keyof T & string)[] = []): Check {
  const known: Readonly<Record<string, Check>> = checks;
  return (value, key, fault) => {
    if (!isObject(value)) {
      refuse('an object', value, key, fault);
      return;
    }
    for (const name of isPlain(value) ? Object.keys(value) : []) {
      if (!Object.hasOwn(known, name)) fault(notFound('key', name, key, Object.keys(known)));
    }
    for (const [name, check] of Object.entries(known)) {
      if (value[name] !== undefined) check(value[name], under(key, name), fault);
      else if ((required as readonly string[]).includes(name))
        fault(`not found: key ${name} of ${key}; add it`);
    }
  };
}

/** An object whose keys are names of the author's: letters, digits and `_`, but none of `taken`. */
export function namedBy(each: Check, taken: readonly string[] = []): Check {
  return (value, key, fault) => {
    if (!isObject(value)) {
      refuse('an object', value, key, fault);
      return;
    }
    for (const name of Object.keys(value)) {
      if (!/^\w+$/.test(name))
        fault(`invalid name in ${key}: expected letters, digits and _, got ${shown(name)}`);
      else if (taken.includes(name)) {
        fault(`invalid name in ${key}: expected another than ${taken.join(', ')}, got ${shown(name)}`);
      }
      each(value[name], under(key, name), fault);
    }
  };
}

/** An object whose keys are some of `names`, which the data sheet calls `what`; without `each` no value is read. */
export function keyedBy(what: string, names: readonly string[], each?: Check): Check {
  return (value, key, fault) => {
    if (!isObject(value)) {
      refuse('an object', value, key, fault);
      return;
    }
    for (const name of isPlain(value) ? Object.keys(value) : []) {
      if (!names.includes(name)) fault(notFound(what, name, key, names));
      else if (each !== undefined && value[name] !== undefined) each(value[name], under(key, name), fault);
    }
  };
}

/** `not found: key rest of registers.TEMP; did you mean reset` */
export function notFound(what: string, name: string, of: string, known: readonly string[]): string {
  const near = didYouMean(name, known);
  const remedy =
    near === undefined ? `expected one of ${known.join(', ') || 'none'}` : `did you mean ${near}`;
  return `not found: ${what} ${name} of ${of}; ${remedy}`;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether all that an object has is meant for us: one of a class may have more for itself. */
function isPlain(value: object): boolean {
  const above: unknown = Object.getPrototypeOf(value);
  return above === null || above === Object.prototype;
}

/** What the checks call the outermost object begins like this; its keys stand alone. */
const OUTERMOST = 'the ';

function under(key: string, name: string): string {
  return key.startsWith(OUTERMOST) ? name : `${key}.${name}`;
}
