import type { Tree } from '../../devicetree/index.ts';
import { didYouMean, invalid, oneLine, shown, strictObject } from '../../input/index.ts';
import type { Call, LineReport } from '../thread/protocol.ts';
import { meant, pathOf } from './part-handle.ts';

/** A line of a GPIO controller as a script or test holds it from outside: what is wired to the board's pins. */
export interface LineHandle {
  /** Path of the controller's node. */
  readonly path: string;
  readonly line: number;
  /** By `gpio-line-names`; empty where there is none. */
  readonly name: string;
  /** True while the line is high. It is as long as nobody pulls it low. */
  get(): boolean;
  /** Pulls the line low, or lets it be high as far as others do. @throws {TypeError} for anything but true or false */
  set(high: boolean): void;
  /** Calls `listener` at every change of level; returns what ends it. */
  watch(listener: (high: boolean) => void): () => void;
}

/** Who wants to hear of which line. */
export class LineWatchers {
  readonly #listeners = new Map<string, Set<(high: boolean) => void>>();

  readonly told = (path: string, line: number, high: boolean): void => {
    for (const listener of this.#listeners.get(`${path} ${line}`) ?? []) listener(high);
  };

  add(path: string, line: number, listener: (high: boolean) => void): () => void {
    const key = `${path} ${line}`;
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => listeners.delete(listener);
  }
}

/**
 * A line by its controller (path, alias or `&label`) and number or name.
 * @throws {Error} naming the lines that there are. @throws {TypeError} for what is no name
 */
export function lineHandle(
  tree: Tree,
  controller: string,
  line: number | string,
  call: Call,
  watchers: LineWatchers,
): LineHandle {
  const wanted = pathOf(tree, controller);
  if (typeof line !== 'number' && typeof line !== 'string') throw invalid('line', 'a number or a name', line);
  const all = call('lines');
  const found = all.find(({ path, line: number, name }) => {
    return path === wanted && (typeof line === 'number' ? number === line : name === line);
  });
  if (found === undefined) throw notFound(tree, all, wanted, controller, line);
  const { path, line: number, name } = found;
  const now = (each: LineReport) => each.path === path && each.line === number;
  const handle: LineHandle = {
    path,
    line: number,
    name,
    get: () => call('lines').find(now)?.high ?? true,
    set: (high) => {
      if (typeof high !== 'boolean') throw invalid('level', 'true (high) or false (low)', high);
      call('driveLine', path, number, high ? undefined : false);
    },
    watch: (listener) => {
      if (typeof listener !== 'function') throw invalid('listener', 'a function', listener);
      call('watchLine', path, number);
      return watchers.add(path, number, listener);
    },
  };
  const title = `line ${name || number} of ${path}`;
  return strictObject(
    Object.freeze(handle),
    (member) => new TypeError(`not found: ${member} of ${title}; it has: ${Object.keys(handle).join(', ')}`),
    (member) => new TypeError(`${member} of ${title} can only be read`),
  );
}

/** The error for a controller, or a line of it, that the board does not have. */
function notFound(
  tree: Tree,
  all: readonly LineReport[],
  wanted: string | undefined,
  controller: string,
  line: number | string,
): Error {
  const own = all.filter(({ path }) => path === wanted);
  if (own.length > 0) {
    const known = own.map((each) => (each.name === '' ? each.line : shown(each.name))).join(', ');
    const named = own.map(({ name }) => name).filter((name) => name !== '');
    const near = typeof line === 'string' ? didYouMean(line, named) : undefined;
    const remedy = near === undefined ? '' : ` (did you mean ${shown(near)})`;
    return new Error(oneLine(`not found: line ${shown(line)} of ${controller}; it has: ${known}${remedy}`));
  }
  const paths = [...new Set(all.map(({ path }) => path))];
  const known = paths.join(', ') || 'none';
  const near = meant(tree, controller, paths);
  return new Error(oneLine(`not found: GPIO controller ${controller}; the board has: ${known}${near}`));
}
