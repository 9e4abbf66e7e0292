import { loadParts, withoutVendor } from '../../parts/index.ts';
import { modelsOf } from '../chip/part-models.ts';
import { MODULES } from '../parts/index.ts';
import { Catalogue } from './catalogue.ts';

/**
 * A catalogue with the models for `compatibles`, and perhaps some more of the same files.
 * Without an argument: all there are.
 */
export async function loadModels(compatibles?: Iterable<string>): Promise<Catalogue> {
  const names = compatibles === undefined ? undefined : [...compatibles];
  const wanted = new Set(names?.flatMap((name) => [name, withoutVendor(name)]));
  const needed = MODULES.filter(
    ({ compatible }) =>
      names === undefined || compatible.some((name) => wanted.has(name) || wanted.has(withoutVendor(name))),
  );
  const [parts, modules] = await Promise.all([
    loadParts(names),
    Promise.all(needed.map(({ load }) => load())),
  ]);
  const catalogue = new Catalogue();
  for (const part of parts) for (const model of modelsOf(part)) catalogue.add(model);
  for (const { models } of modules) for (const model of models) catalogue.add(model);
  return catalogue;
}
