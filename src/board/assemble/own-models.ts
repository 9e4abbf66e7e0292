import { realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type DeviceNode, NodeError } from '../../bus/index.ts';
import type { Catalogue, PartModel } from '../../sim/index.ts';

export interface OwnModelOptions {
  /** The folder of the board's tree: relative file names start there, and models below it may run. */
  readonly directory: string;
  /** Further folders and files whose models may run. */
  readonly trust: readonly string[];
  readonly complain: (problem: NodeError) => void;
}

const MODEL = 'dtbus,model';

/** `dtbus,model = "./my-part.js"` of a peripheral: a model of the user's own, in place of ours. */
export async function addOwnModels(
  catalogue: Catalogue,
  described: readonly DeviceNode[],
  options: OwnModelOptions,
): Promise<void> {
  const peripherals = (node: DeviceNode): DeviceNode[] =>
    node.children.flatMap((child) => [child, ...peripherals(child)]);
  for (const node of described.flatMap(peripherals)) {
    try {
      const file = ownModelOf(node);
      if (file === undefined) continue;
      for (const model of await modelsOf(file, options)) catalogue.add(model);
    } catch (error) {
      options.complain(error instanceof NodeError ? error : new NodeError(node, MODEL, reasonOf(error)));
    }
  }
}

/** The file of a peripheral's own model. @throws {NodeError} {PropertyError} */
export function ownModelOf(node: DeviceNode): string | undefined {
  return node.has(MODEL) ? node.string(MODEL) : undefined;
}

async function modelsOf(file: string, options: OwnModelOptions): Promise<readonly PartModel[]> {
  const path = resolve(options.directory, file);
  checkTrust(path, options);
  const { models } = (await import(pathToFileURL(path).href)) as { readonly models?: unknown };
  if (!Array.isArray(models)) throw new Error(`${file} exports no list "models"`);
  models.forEach((model: unknown, index) => {
    const missing = missingIn(model);
    if (missing !== undefined) throw new Error(`${file}: models[${index}] has no ${missing}`);
  });
  return models;
}

/** Whether the code may run: links are followed, so that none leads out of a trusted folder. @throws {Error} */
function checkTrust(path: string, { directory, trust }: OwnModelOptions): void {
  const file = realPath(path);
  if (file === undefined) throw new Error(`not found: ${path}`);
  const trusted = [directory, ...trust].map((folder) => realPath(resolve(folder)));
  const below = (folder: string | undefined) =>
    folder !== undefined &&
    (file === folder || file.startsWith(folder.endsWith(sep) ? folder : folder + sep));
  if (trusted.some(below)) return;
  throw new Error(
    `${file} lies outside the board's folder, and its code was not run; use --trust ${path}, or trust of openBoard, to run it`,
  );
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** What a model lacks to be one. */
function missingIn(model: unknown): string | undefined {
  if (typeof model !== 'object' || model === null) return 'fields: it is no object';
  const { compatible, bus, title, properties, create } = model as Readonly<Record<string, unknown>>;
  if (!Array.isArray(compatible)) return 'list "compatible"';
  if (bus !== 'i2c' && bus !== 'spi') return 'bus "i2c" or "spi"';
  if (typeof title !== 'string') return 'text "title"';
  if (!Array.isArray(properties)) return 'list "properties"';
  return typeof create === 'function' ? undefined : 'function "create"';
}

function reasonOf(error: unknown): string {
  // Which of our files looked for a module that is missing says nothing to its author.
  return String(error instanceof Error ? error.message : error).replace(/ imported from .*/, '');
}
