import type { inspect } from 'node:util';
import { messageOf, wellFormed } from '../../bus/index.ts';
import type { Tree } from '../../devicetree/index.ts';
import { didYouMean, invalid, oneLine, shown, strictObject } from '../../input/index.ts';
import type { PartTypes } from '../../parts/index.ts';
import type { Curve, PropertyDeclaration, PropertyValue, RegisterReport } from '../../sim/index.ts';
import { checkProperty, declarationOf, notFound, PartError, POWERED } from '../../sim/property.ts';
import { BoardError } from '../board-error.ts';
import type { Call, PartReport } from '../thread/protocol.ts';
import { type CurveOptions, type CurveSource, curveOf } from './curve-source.ts';

/** `inspect.custom`, without node:util, which loads more than a board needs. */
const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

/** What every part's handle has; `P` are the properties of the part, by name. */
interface PartMembers<P> {
  readonly path: string;
  readonly title: string;
  /**
   * Whether it has power. Without, it does not acknowledge (on SPI: 0xff comes in) and its pins are idle; with power again
   * it is as after power-on, with what its battery or its memory kept. It is false too while a regulator or a reset line
   * of the tree holds it, whatever was set.
   */
  powered: boolean;
  /** @throws {PartError} no such property. @throws {TypeError} for what is no name */
  get<N extends keyof P & string>(property: N): P[N];
  /** @throws {PartError} no such property, wrong kind of value, out of range. @throws {TypeError} for what is no name */
  set<N extends Settable<P>>(property: N, value: P[N]): void;
  /**
   * From now on a property that is a number follows a curve, on the board's clock: the values of a CSV file, points of
   * `[seconds, value]`, or a function of the time in seconds, from 0. Values beyond its range become the nearest in it.
   * @throws {PartError} no such property, not a number. @throws {TypeError} for what is no curve or option
   * @throws {BoardError} a CSV file that cannot be read, with its line; a function, where the board has a thread of its own
   */
  follow<N extends Settable<P>>(property: N, curve: CurveSource, options?: CurveOptions): CurveHandle;
  /** Power-on reset; a part whose model failed answers again. */
  reset(): void;
  /**
   * Its registers by the names of its data sheet, with what is stored in them now; empty where it has no such table. Unlike a
   * transfer this clears no flag.
   */
  registers(): readonly RegisterReport[];
  /** All that changes in the part, to be put back by `restore`; of times, how much of them has passed or is left. */
  snapshot(): object;
  /** The part goes on from the snapshot as if no time had passed since; a clock shows the time that it had. @throws {PartError} */
  restore(snapshot: object): void;
}

/** A curve that a part follows. */
export interface CurveHandle {
  /** The property keeps the value that it has. */
  stop(): void;
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
  const report = reports.find((candidate) => candidate.path === path) ?? behindAdapter(tree, path, reports);
  if (report !== undefined) return partHandle(report, call) as PartHandle<P>;
  const paths = reports.map((candidate) => candidate.path);
  const known = paths.join(', ') || 'none';
  throw new Error(
    oneLine(`not found: simulated part ${name}; the board has: ${known}${meant(tree, name, paths)}`),
  );
}

/** For a node on the bus of an emulated adapter: the part that answers there, behind the adapter at the same address. */
function behindAdapter(
  tree: Tree,
  path: string | undefined,
  reports: readonly PartReport[],
): PartReport | undefined {
  const node = path === undefined ? undefined : tree.byPath(path);
  const host = wellFormed(() => node?.parent?.target('dtbus,host'));
  const address = /@[^@/]*$/.exec(path ?? '')?.[0];
  if (host === undefined || address === undefined) return undefined;
  const there = reports.filter(
    (each) => each.path.startsWith(`${host.path}/`) && each.path.endsWith(address),
  );
  // An adapter with several buses may have one on each.
  return there.length === 1 ? there[0] : undefined;
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
  const follow = (name: string, source: CurveSource, options?: CurveOptions) => {
    checkName(path, name, 'follow(name, curve)');
    return followCurve(
      { path, property: declarationOf(path, properties, name), call },
      curveOf(source, options),
    );
  };
  const methods = {
    get,
    set,
    follow,
    reset: () => call('resetPart', path),
    registers: () => call('registers', path),
    snapshot: () => call('snapshotPart', path),
    restore: (snapshot: object) => call('restorePart', path, snapshot),
    [CUSTOM]: (_depth: number, _options: object, show: typeof inspect) =>
      printed(path, properties, get, show),
  };
  const handle = Object.defineProperties(
    {},
    { path: { value: path, enumerable: true }, title: { value: title, enumerable: true } },
  );
  for (const { name } of [...properties, POWERED]) {
    if (name in handle || name in methods) continue;
    const accessors = { get: () => get(name), set: (value: unknown) => set(name, value) };
    Object.defineProperty(handle, name, {
      ...accessors,
      enumerable: name !== POWERED.name,
      configurable: true,
    });
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

let lastCurve = 0;

/** Lets a property follow a curve. @throws {PartError} it is not a number that can be set @throws {BoardError} */
function followCurve(
  { path, property, call }: { path: string; property: PropertyDeclaration; call: Call },
  curve: Curve,
): CurveHandle {
  const { name, kind, readOnly = false } = property;
  if (readOnly || (kind !== 'number' && kind !== 'integer'))
    throw new PartError(`${path}: ${name} cannot follow a curve: expected a number that can be set`);
  const id = ++lastCurve;
  try {
    call('follow', id, path, name, curve);
  } catch (error) {
    if ((error as Error).name !== 'DataCloneError') throw error;
    throw new BoardError(
      `${path}: a function cannot go to the thread of the board; use backEnd: 'inline', or points of [seconds, value]`,
    );
  }
  return { stop: () => call('endFollow', id) };
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
