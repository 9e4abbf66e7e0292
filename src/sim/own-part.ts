/**
 * The door for a user's own parts (`dtbus,model`): looks at what a file exports, which nothing has checked. It is
 * apart, since a board of our own parts needs none of it: a test looks at those.
 */
import type { Part } from '../parts/index.ts';
import { compile } from './chip/compiled-sheet.ts';
import { modelsOf } from './chip/part-models.ts';
import { faultsOfModel } from './own/model.ts';
import { faultsOfSheet } from './own/sheet.ts';
import { strictClass, strictPart } from './own/strict-model.ts';
import type { PartModel } from './populate/catalogue.ts';

export { faultsOfSheet } from './own/sheet.ts';

/** What a file of a user's exports, as far as it can be used. */
export interface OwnParts {
  readonly models: readonly PartModel[];
  /** What is wrong with the others, a sentence each. */
  readonly faults: readonly string[];
}

/** The models of what a file exports: of data sheets as `parts`, else of `models`. */
export function ownParts(exported: { readonly parts?: unknown; readonly models?: unknown }): OwnParts {
  const { parts, models } = exported;
  if (parts !== undefined) {
    return checked('parts', parts, faultsOfSheet, (part: Part) => {
      const strict = strictPart(part);
      compile(strict, strictClass);
      return modelsOf(strict);
    });
  }
  if (models !== undefined) return checked('models', models, faultsOfModel, (model: PartModel) => [model]);
  const names = Object.keys(exported).join(', ') || 'nothing';
  return { models: [], faults: [`not found: exported list "parts" or "models"; it exports ${names}`] };
}

function checked<T>(
  list: string,
  given: unknown,
  faultsOf: (one: unknown) => readonly string[],
  make: (one: T) => readonly PartModel[],
): OwnParts {
  if (!Array.isArray(given)) return { models: [], faults: [`invalid ${list}: expected a list, got no list`] };
  const models: PartModel[] = [];
  const faults: string[] = [];
  given.forEach((one: unknown, index) => {
    const found = faultsOf(one);
    if (found.length === 0) models.push(...make(one as T));
    else faults.push(...found.map((fault) => `${nameOf(one) ?? `${list}[${index}]`}: ${fault}`));
  });
  return { models, faults };
}

/** What the author calls a part. */
function nameOf(one: unknown): string | undefined {
  const { compatible } = (one ?? {}) as Partial<Part>;
  const name: unknown = Array.isArray(compatible) ? compatible[0] : undefined;
  return typeof name === 'string' ? name : undefined;
}
