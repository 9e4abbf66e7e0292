import Module, { createRequire, register } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { i2cBus } from '../i2c-bus/i2c-bus.ts';
import { onoff } from '../onoff/onoff.ts';
import { spiDevice } from '../spi-device/spi-device.ts';
import { warnOfForeign } from './foreign.ts';
import { mayBeTaken, packageOfFile, packageOfMissing, type TakenPackage } from './packages.ts';
import { type Entries, resolveHere } from './resolve-hook.ts';

const EXPORTS: Record<TakenPackage, object> = { 'i2c-bus': i2cBus, onoff, 'spi-device': spiDevice };

interface Parent {
  readonly filename?: string | null;
}

/** Parts of node:module that are not documented; every Node since 0.x has them, and others build on them. */
interface Loader {
  _load(request: string, parent: Parent | undefined, isMain: boolean): unknown;
  _resolveFilename(request: string, parent: Parent | undefined, isMain: boolean): string;
  readonly _cache: Record<string, { exports: unknown; loaded: boolean } | undefined>;
}

const loader = Module as unknown as Loader;

/** In Node from 22.15; `register` is deprecated where this is (DEP0205). */
const hooks = Module as unknown as {
  registerHooks?(hooks: { resolve: ReturnType<typeof resolveHere> }): unknown;
};

/** Which package of ours `require(request)` in `parent` asks for. */
function packageOf(request: string, parent: Parent | undefined): TakenPackage | undefined {
  const from = parent?.filename ?? undefined;
  if (!mayBeTaken(request, from)) return undefined;
  let file: string;
  try {
    file = loader._resolveFilename(request, parent, false);
  } catch {
    return packageOfMissing(request, from === undefined ? undefined : dirname(from));
  }
  const taken = packageOfFile(file);
  // An ES module that is required (Node 20, mocha): Node has a module for what it imports, and looks into that.
  const known = loader._cache[file];
  if (taken !== undefined && known !== undefined)
    Object.assign(known, { exports: EXPORTS[taken], loaded: true });
  return taken;
}

/**
 * Lets every `require` and `import` of i2c-bus, onoff and spi-device in this thread get ours: nested copies, copies
 * asked for by a path, and packages that are not installed. Gives a function that undoes it for `require`.
 */
export function takeOverPackages(): () => void {
  const load = loader._load;
  loader._load = (request, parent, isMain) => {
    warnOfForeign(request);
    const taken = packageOf(request, parent);
    return taken === undefined ? load.call(loader, request, parent, isMain) : EXPORTS[taken];
  };
  const entries: Entries = {
    'i2c-bus': built('i2c-bus-entry.js'),
    onoff: built('onoff-entry.js'),
    'spi-device': built('spi-device-entry.js'),
  };
  if (hooks.registerHooks !== undefined) hooks.registerHooks({ resolve: resolveHere(entries) });
  else register(built('resolve-hook.js'), { data: entries });
  return () => {
    loader._load = load;
  };
}

function built(file: string): string {
  return pathToFileURL(createRequire(import.meta.url).resolve(`#built/src/dev/dropin/${file}`)).href;
}
