import { invalid } from '../../input/index.ts';
import { loadParts, withoutVendor } from '../../parts/index.ts';
import { modelsOf } from '../chip/part-models.ts';
import { Catalogue, REGISTER_MAP } from './catalogue.ts';

/**
 * A catalogue with the models for `compatibles`, and perhaps some more of the same files.
 * Without an argument: all there are.
 */
export async function loadModels(compatibles?: Iterable<string>): Promise<Catalogue> {
  if (typeof compatibles === 'string') throw invalid('compatibles', 'a list of compatibles', compatibles);
  const names = compatibles === undefined ? undefined : [...compatibles];
  const wanted =
    names === undefined || names.some((name) => withoutVendor(name) === withoutVendor(REGISTER_MAP));
  const [parts, registerMap] = await Promise.all([
    loadParts(names),
    wanted ? import('./register-map.ts') : undefined,
  ]);
  const catalogue = new Catalogue();
  for (const part of parts) for (const model of modelsOf(part, true)) catalogue.add(model);
  for (const model of registerMap?.models ?? []) catalogue.add(model);
  return catalogue;
}
