import type { Tree } from '../../devicetree/index.ts';
import type { PropertyValue } from '../../sim/index.ts';
import type { Call, PartReport } from '../thread/protocol.ts';

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

/** The path of a node that is named by path, alias or `&label`; undefined where there is none. */
export function pathOf(tree: Tree, name: string): string | undefined {
  if (!name.startsWith('&')) return tree.byPath(name)?.path;
  const label = name.slice(1);
  // A label of the source, or of a blob that was compiled with its symbols (`dtc -@`).
  const symbols = tree.byPath('/__symbols__');
  return tree.byLabel(label)?.path ?? (symbols?.has(label) ? symbols.string(label) : undefined);
}

/**
 * A simulated part by path, alias or `&label`. @throws {Error} naming the parts that there are.
 */
export function findPart(tree: Tree, name: string, call: Call): PartHandle {
  const path = pathOf(tree, name);
  const reports = call('parts');
  const report = reports.find((candidate) => candidate.path === path);
  if (report !== undefined) return partHandle(report, call);
  const known = reports.map((candidate) => candidate.path).join(', ') || 'none';
  throw new Error(`not found: simulated part ${name}; the board has: ${known}`);
}

function partHandle(report: PartReport, call: Call): PartHandle {
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
