import type { InitializeHook, ResolveFnOutput, ResolveHook, ResolveHookContext } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { warnOfForeign } from './foreign.ts';
import { mayBeTaken, packageOfFile, packageOfMissing, type TakenPackage } from './packages.ts';

/** The modules that stand for the packages, as URLs. */
export type Entries = Record<TakenPackage, string>;

type NextResolve<Result> = (specifier: string, context?: Partial<ResolveHookContext>) => Result;

/** Sends every `import` of a package that is taken over to its stand-in, in the thread that imports. */
export function resolveHere(entries: Entries) {
  return (
    specifier: string,
    context: ResolveHookContext,
    nextResolve: NextResolve<ResolveFnOutput>,
  ): ResolveFnOutput => {
    warnOfForeign(specifier);
    if (!mayBeTaken(specifier, context.parentURL)) return nextResolve(specifier, context);
    let found: ResolveFnOutput;
    try {
      found = nextResolve(specifier, context);
    } catch (error) {
      return standIn(entries, takenInsteadOf(specifier, context, error));
    }
    return replaced(entries, found);
  };
}

let threadEntries: Entries;

export const initialize: InitializeHook<Entries> = (data) => {
  threadEntries = data;
};

/** The same for Node before 22.15, which resolves imports in a thread of its own. */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  warnOfForeign(specifier);
  if (!mayBeTaken(specifier, context.parentURL)) return nextResolve(specifier, context);
  let found: ResolveFnOutput;
  try {
    found = await nextResolve(specifier, context);
  } catch (error) {
    return standIn(threadEntries, takenInsteadOf(specifier, context, error));
  }
  return replaced(threadEntries, found);
};

function replaced(entries: Entries, found: ResolveFnOutput): ResolveFnOutput {
  const taken = found.url.startsWith('file:') ? packageOfFile(fileURLToPath(found.url)) : undefined;
  return taken === undefined ? found : standIn(entries, taken);
}

/** The package that a request meant which leads nowhere. @throws {unknown} `error` where it is none of ours */
function takenInsteadOf(specifier: string, context: ResolveHookContext, error: unknown): TakenPackage {
  const from = context.parentURL?.startsWith('file:') ? fileURLToPath(context.parentURL) : undefined;
  const taken = packageOfMissing(specifier, from === undefined ? undefined : dirname(from));
  if (taken === undefined) throw error;
  return taken;
}

function standIn(entries: Entries, taken: TakenPackage): ResolveFnOutput {
  return { url: entries[taken], format: 'module', shortCircuit: true };
}
