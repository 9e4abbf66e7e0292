import type { PropertyValue } from '../sim/index.ts';
import type { Call, PartReport } from './protocol.ts';

/**
 * A simulated part as a script or test holds it, whichever thread it lives in. What the part declares can be
 * read and set like a field: `board.part('/i2c/temp@48').temperature = 31.5`.
 */
export interface PartHandle {
  readonly path: string;
  readonly title: string;
  /** @throws {Error} no such property. */
  get(property: string): PropertyValue;
  /** @throws {Error} no such property, wrong kind of value, out of range. */
  set(property: string, value: PropertyValue): void;
  /** Power-on reset; a part whose model failed answers again. */
  reset(): void;
  /** All that changes in the part, to be put back by `restore`. */
  snapshot(): object;
  restore(snapshot: object): void;
  [property: string]: unknown;
}

export function partHandle(report: PartReport, call: Call): PartHandle {
  const { path, title } = report;
  const handle: PartHandle = {
    path,
    title,
    get: (property) => call('getProperty', path, property),
    set: (property, value) => call('setProperty', path, property, value),
    reset: () => call('resetPart', path),
    snapshot: () => call('snapshotPart', path),
    restore: (snapshot) => call('restorePart', path, snapshot),
  };
  for (const { name } of report.properties) {
    if (name in handle) continue;
    Object.defineProperty(handle, name, {
      enumerable: true,
      get: () => handle.get(name),
      set: (value: PropertyValue) => handle.set(name, value),
    });
  }
  // A misspelt property must not become a new field that nobody looks at.
  return Object.preventExtensions(handle);
}
