import type { Part } from '../wire/part.ts';

/** What a wire calls on a part. */
const METHODS = {
  i2c: ['start', 'write', 'read', 'stop', 'reset'],
  spi: ['select', 'transfer', 'deselect', 'reset'],
} as const;

/** Looks at what a model made: it may be a user's own. @throws {TypeError} what is missing */
export function checkPart<P extends Part>(bus: 'i2c' | 'spi', part: P): P {
  if (typeof part !== 'object' || part === null) throw new TypeError('create() returned no part');
  const has = part as Readonly<Record<string, unknown>>;
  const missing = METHODS[bus].find((name) => typeof has[name] !== 'function');
  if (missing !== undefined) throw new TypeError(`the part has no method ${missing}()`);
  const { addresses } = has;
  const valid = Array.isArray(addresses) && addresses.every((address) => Number.isInteger(address));
  if (bus === 'i2c' && !valid) throw new TypeError('the part has no list "addresses" of numbers');
  return part;
}
