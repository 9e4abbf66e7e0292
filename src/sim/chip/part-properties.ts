import type { PropertyValue } from '../wire/part.ts';

/**
 * Gives `target` the fields `names` of `values`, its state, as properties. `changed` is called after one of
 * them was set.
 */
export function exposeProperties<K extends string>(
  target: object,
  values: Record<K, PropertyValue>,
  names: readonly K[],
  changed: () => void = () => {},
): void {
  for (const name of names) {
    Object.defineProperty(target, name, {
      enumerable: true,
      get: () => values[name],
      set: (value: PropertyValue) => {
        values[name] = value;
        changed();
      },
    });
  }
}

/**
 * Gives `target` properties that are many of a kind: `prefix` with each of `names` behind it (`ch0`, `accelX`).
 * Without `write` they can only be read.
 */
export function defineProperties(
  target: object,
  prefix: string,
  names: readonly string[],
  read: (index: number) => number,
  write?: (index: number, value: number) => void,
): void {
  for (const [index, name] of names.entries()) {
    const get = () => read(index);
    const accessors = write === undefined ? { get } : { get, set: (value: number) => write(index, value) };
    Object.defineProperty(target, `${prefix}${name}`, { enumerable: true, ...accessors });
  }
}

/** `defineProperties` with the names 0 to `count` - 1. */
export function defineNumbered(
  target: object,
  prefix: string,
  count: number,
  read: (index: number) => number,
  write?: (index: number, value: number) => void,
): void {
  defineProperties(
    target,
    prefix,
    Array.from({ length: count }, (_, index) => String(index)),
    read,
    write,
  );
}
