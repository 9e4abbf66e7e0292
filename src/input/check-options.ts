import { isUint8Array } from 'node:util/types';
import { didYouMean } from './did-you-mean.ts';
import { filePath } from './file-path.ts';
import { shown } from './shown.ts';

/** Throws for a value that an option cannot have. `name` is what the option is called: `clock`, `overlays[1]`. */
export type OptionCheck = (name: string, value: unknown) => void;

/** A check for each option that `T` has. */
export type OptionChecks<T> = { readonly [Name in AllKeys<T>]: OptionCheck };

type AllKeys<T> = T extends unknown ? keyof T : never;

/**
 * Refuses options that are not known, and values of the wrong type: either would do nothing, without a word. `undefined`
 * is as good as left out.
 * @param of what the options are given to: `openBoard`
 * @throws {TypeError} with the nearest name, or with what is expected
 */
export function checkOptions<T>(of: string, given: unknown, checks: OptionChecks<T>): asserts given is T {
  if (!isRecord(given)) throw invalid(`options of ${of}`, 'an object', given);
  const known: Readonly<Record<string, OptionCheck>> = checks;
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, name)) throw unknownOption(name, of, Object.keys(known));
    if (value !== undefined) (known[name] as OptionCheck)(name, value);
  }
}

/** The error for an option that is not known. */
function unknownOption(name: string, of: string, known: readonly string[]): TypeError {
  if (known.length === 0) return new TypeError(`unknown option ${name} of ${of}: it has no options`);
  const near = didYouMean(name, known);
  const remedy = near === undefined ? `the options are ${known.join(', ')}` : `did you mean ${near}`;
  return new TypeError(`unknown option ${name} of ${of}: ${remedy}`);
}

/** The error for a value of the wrong type. */
export function invalid(what: string, expected: string, got: unknown): TypeError {
  return new TypeError(`invalid ${what}: expected ${expected}, got ${shown(got)}`);
}

/** A check by a test of the value. */
export function option(expected: string, fits: (value: unknown) => boolean): OptionCheck {
  return (name, value) => {
    if (!fits(value)) throw invalid(name, expected, value);
  };
}

export const flag = option('true or false', (value) => typeof value === 'boolean');

export const text = option('text', (value) => typeof value === 'string');

export const anyObject = option('an object', isObject);

export const callback = option('a function', (value) => typeof value === 'function');

export const bytesOrText = option(
  'text or bytes (a Uint8Array)',
  (value) => typeof value === 'string' || isUint8Array(value),
);

/** A path, or a `file:` URL. */
export const path: OptionCheck = (name, value) => {
  filePath(name, value);
};

/** One of some words. */
export function oneOf(...words: readonly string[]): OptionCheck {
  const quoted = words.map((word) => JSON.stringify(word));
  const expected = `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
  return option(expected, (value) => words.includes(value as string));
}

/** A whole number from `least` to `greatest`, in `unit`. */
export function integer(least: number, greatest: number, unit = ''): OptionCheck {
  const expected = `an integer from ${least} to ${greatest}${unit && ` ${unit}`}`;
  return option(
    expected,
    (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= greatest,
  );
}

/** An array of values that `each` accepts; `of` names them: `paths`. */
export function listOf(of: string, each: OptionCheck): OptionCheck {
  return (name, value) => {
    if (!Array.isArray(value)) throw invalid(name, `an array of ${of}`, value);
    value.forEach((item: unknown, index) => {
      each(`${name}[${index}]`, item);
    });
  };
}

/** An object with options of its own. */
export function group<T>(checks: OptionChecks<T>): OptionCheck {
  return (name, value) => {
    if (!isRecord(value)) throw invalid(name, 'an object', value);
    checkOptions<T>(name, value, checks);
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
