import type { inspect } from 'node:util';
import { messageOf } from '../../bus/index.ts';
import type { Tree } from '../../devicetree/index.ts';
import { didYouMean, invalid, shown, strictObject } from '../../input/index.ts';
import type { PartTypes } from '../../parts/index.ts';
import type { PropertyValue } from '../../sim/index.ts';
import { checkProperty, declarationOf, notFound, PartError } from '../../sim/property.ts';
import type { Call, PartReport } from '../thread/protocol.ts';

/** `inspect.custom`, without node:util, which loads more than a board needs. */
const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

/** What every part's handle has; `P` are the properties of the part, by name. */
interface PartMembers<P> {
  readonly path: string;
  readonly title: string;
  /** @throws {PartError} no such property. @throws {TypeError} for what is no name */
  get<N extends keyof P & string>(property: N): P[N];
  /** @throws {PartError} no such property, wrong kind of value, out of range. @throws {TypeError} for what is no name */
  set<N extends Settable<P>>(property: N, value: P[N]): void;
  /** Power-on reset; a part whose model failed answers again. */
  reset(): void;
  /** All that changes in the part, to be put back by `restore`. */
  snapshot(): object;
  restore(snapshot: object): void;
}

/** Names of what is not readonly. */
type Settable<P> = string &
  keyof { [N in keyof P as Same<Pick<P, N>, Readonly<Pick<P, N>>> extends true ? never : N]: P[N] };
/** Whether two types are the same, down to `readonly`, which assignability does not see. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** The handle of a part of which the compiler knows nothing: any name may be tried. */
interface AnyPart extends PartMembers<Record<string, PropertyValue>> {
  [property: string]: unknown;
}

/**
 * A simulated part as a script or test holds it, whichever thread it lives in. What the part declares can be
 * read and set like a field: `board.part('/i2c/temp@48').temperature = 31.5`. A name that it does not have throws a
 * `PartError`, read or written; so does a value of another kind or out of range. `P` says to TypeScript what it declares:
 * a compatible of `PartTypes`, or, of a part of one's own, an object type: `{ answer: number; readonly asked: number }`.
 */
export type PartHandle<P extends keyof PartTypes | object = AnyPart> = P extends AnyPart
  ? AnyPart
  : P extends keyof PartTypes
    ? PartTypes[P] & PartMembers<PartTypes[P]>
    : P & PartMembers<P>;

/**
 * The path of a node that is named by path, alias or label, with or without its `&`; undefined where there is none.
 * @throws {TypeError} for what is no name
 */
export function pathOf(tree: Tree, name: string): string | undefined {
  if (typeof name !== 'string') throw invalid('name', "a path, an alias or '&label'", name);
  const named = name.startsWith('&') ? undefined : tree.byPath(name);
  if (named !== undefined) return named.path;
  const label = name.replace(/^&/, '');
  // A label of the source, or of a blob that was compiled with its symbols (`dtc -@`).
  const symbols = tree.byPath('/__symbols__');
  return tree.byLabel(label)?.path ?? (symbols?.has(label) ? symbols.string(label) : undefined);
}

/**
 * A simulated part by path, alias or `&label`. @throws {Error} naming the parts that there are.
 */
export function findPart<P extends keyof PartTypes | object = AnyPart>(
  tree: Tree,
  name: string,
  call: Call,
): PartHandle<P> {
  const path = pathOf(tree, name);
  const reports = call('parts');
  const report = reports.find((candidate) => candidate.path === path);
  if (report !== undefined) return partHandle(report, call) as PartHandle<P>;
  const paths = reports.map((candidate) => candidate.path);
  const known = paths.join(', ') || 'none';
  throw new Error(`not found: simulated part ${name}; the board has: ${known}${meant(tree, name, paths)}`);
}

/**
 * ` (did you mean &temp)`: the label, alias or path among those of `paths` that `name` is nearest to; empty where none
 * is near.
 */
export function meant(tree: Tree, name: string, paths: readonly string[]): string {
  const symbols = tree.byPath('/__symbols__')?.properties ?? [];
  const labels = [
    ...paths.flatMap((path) => tree.byPath(path)?.labels ?? []),
    ...symbols
      .map((symbol) => symbol.name)
      .filter((label) => paths.includes(pathOf(tree, `&${label}`) ?? '')),
  ].map((label) => `&${label}`);
  const aliases = (tree.byPath('/aliases')?.properties ?? [])
    .map((alias) => alias.name)
    .filter((alias) => paths.includes(tree.alias(alias)?.path ?? ''));
  // A label is taken with and without its &.
  const near = didYouMean(`&${name.replace(/^&/, '')}`, labels) ?? didYouMean(name, [...aliases, ...paths]);
  return near === undefined ? '' : ` (did you mean ${near})`;
}

function partHandle({ path, title, properties }: PartReport, call: Call): PartHandle {
  const get = (name: string) => {
    checkName(path, name, 'get(name)');
    declarationOf(path, properties, name);
    return call('getProperty', path, name);
  };
  const set = (name: string, value: unknown) => {
    checkName(path, name, 'set(name, value), once for each property');
    checkProperty(path, declarationOf(path, properties, name), value);
    call('setProperty', path, name, value);
  };
  const methods = {
    get,
    set,
    reset: () => call('resetPart', path),
    snapshot: () => call('snapshotPart', path),
    restore: (snapshot: object) => call('restorePart', path, snapshot),
    [CUSTOM]: (_depth: number, _options: object, show: typeof inspect) =>
      printed(path, properties, get, show),
  };
  const handle = Object.defineProperties(
    {},
    { path: { value: path, enumerable: true }, title: { value: title, enumerable: true } },
  );
  for (const { name } of properties) {
    if (name in handle || name in methods) continue;
    const accessors = { get: () => get(name), set: (value: unknown) => set(name, value) };
    Object.defineProperty(handle, name, { ...accessors, enumerable: true, configurable: true });
  }
  // Methods are not listed: a handle prints and compares as what it holds.
  for (const name of Reflect.ownKeys(methods)) {
    const value: unknown = Reflect.get(methods, name);
    Object.defineProperty(handle, name, { value, configurable: true });
  }
  const unknown = (name: string) => notFound(path, properties, name);
  const fixed = (name: string) => new PartError(`${path}: ${name} can only be read`);
  return strictObject(handle, unknown, fixed) as PartHandle;
}

/** @throws {TypeError} for what is no name: an object with several properties, nothing */
function checkName(path: string, name: unknown, usage: string): void {
  if (typeof name === 'string') return;
  throw new TypeError(`invalid property of ${path}: expected a name, got ${shown(name)}; use ${usage}`);
}

/** What a part holds, for `console.log`. */
function printed(
  path: string,
  properties: PartReport['properties'],
  get: (name: string) => unknown,
  show: typeof inspect,
): string {
  try {
    const values = Object.fromEntries(properties.map(({ name }) => [name, get(name)]));
    return `${path} ${show(values, { compact: true })}`;
  } catch (error) {
    return `${path} (${messageOf(error)})`;
  }
}
