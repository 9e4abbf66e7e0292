import { Catalogue, type ModelModule, withoutVendor } from '../catalogue.ts';

interface LazyModule {
  readonly compatible: readonly string[];
  load(): Promise<ModelModule>;
}

/** Which file knows which compatible. A file is read only when a board names one of its parts. */
const MODULES: readonly LazyModule[] = [
  { compatible: ['linux,spi-loopback-test', 'dtbus,loopback'], load: () => import('./loopback.ts') },
];

/**
 * A catalogue with the models for `compatibles`, and perhaps some more of the same files.
 * Without an argument: all there are.
 */
export async function loadModels(compatibles?: Iterable<string>): Promise<Catalogue> {
  const wanted = compatibles === undefined ? undefined : new Set<string>();
  for (const compatible of compatibles ?? []) wanted?.add(compatible).add(withoutVendor(compatible));
  const needed = MODULES.filter(
    ({ compatible }) =>
      wanted === undefined || compatible.some((name) => wanted.has(name) || wanted.has(withoutVendor(name))),
  );
  const catalogue = new Catalogue();
  for (const module of await Promise.all(needed.map(({ load }) => load()))) {
    for (const model of module.models) catalogue.add(model);
  }
  return catalogue;
}
