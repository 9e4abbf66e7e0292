import type { InitializeHook, ResolveHook } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { warnOfForeign } from './foreign.ts';
import { mayBeTaken, packageOfFile, packageOfMissing, type TakenPackage } from './packages.ts';

/** The modules that stand for the packages, as URLs. */
export type Entries = Record<TakenPackage, string>;

let entries: Entries;

export const initialize: InitializeHook<Entries> = (data) => {
  entries = data;
};

/** Sends every `import` of a package that is taken over to its stand-in. Runs in Node's loader thread. */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  warnOfForeign(specifier);
  if (!mayBeTaken(specifier, context.parentURL)) return nextResolve(specifier, context);
  let taken: TakenPackage | undefined;
  try {
    const found = await nextResolve(specifier, context);
    taken = found.url.startsWith('file:') ? packageOfFile(fileURLToPath(found.url)) : undefined;
    if (taken === undefined) return found;
  } catch (error) {
    const from = context.parentURL?.startsWith('file:') ? fileURLToPath(context.parentURL) : undefined;
    taken = packageOfMissing(specifier, from === undefined ? undefined : dirname(from));
    if (taken === undefined) throw error;
  }
  return { url: entries[taken], format: 'module', shortCircuit: true };
};
