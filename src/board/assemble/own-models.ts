import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DeviceNode } from '../../bus/index.ts';
import type { Catalogue, ModelModule } from '../../sim/index.ts';

export interface OwnModelOptions {
  /** Folder that relative file names of the tree start from. */
  readonly directory: string;
  readonly warn: (sentence: string) => void;
}

/** `dtbus,model = "./my-part.js"` of a peripheral: a model of the user's own, in place of ours. */
export async function addOwnModels(
  catalogue: Catalogue,
  described: readonly DeviceNode[],
  options: OwnModelOptions,
): Promise<void> {
  const peripherals = (node: DeviceNode): DeviceNode[] =>
    node.children.flatMap((child) => [child, ...peripherals(child)]);
  for (const node of described.flatMap(peripherals)) {
    const file = node.has('dtbus,model') ? node.string('dtbus,model') : undefined;
    if (file === undefined) continue;
    const url = pathToFileURL(resolve(options.directory, file)).href;
    try {
      const module: Partial<ModelModule> = await import(url);
      if (!Array.isArray(module.models)) throw new Error('it exports no list "models"');
      for (const model of module.models) catalogue.add(model);
    } catch (thrown) {
      // Whose module could not be found is said; which of ours looked for it is no news.
      const reason = String(thrown instanceof Error ? thrown.message : thrown).replace(
        / imported from .*/,
        '',
      );
      options.warn(`${node.path}: dtbus,model: ${file} cannot be used: ${reason}`);
    }
  }
}
