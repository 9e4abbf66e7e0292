import { realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type DeviceNode, NodeError } from '../../bus/index.ts';
import type { Part } from '../../parts/index.ts';
import { type Catalogue, modelsOf, type PartModel } from '../../sim/index.ts';

export interface OwnModelOptions {
  /** The folder of the board's tree: relative file names start there, and models below it may run. */
  readonly directory: string;
  /** Further folders and files whose models may run. */
  readonly trust: readonly string[];
  readonly complain: (problem: NodeError) => void;
}

/** The models of a tree's own, by file. */
export type OwnModels = ReadonlyMap<string, readonly PartModel[]>;

const MODEL = 'dtbus,model';

/**
 * `dtbus,model = "./my-part.js"` of a peripheral: a model of the user's own, in place of ours. @returns what was
 * loaded, by file
 */
export async function addOwnModels(
  catalogue: Catalogue,
  described: readonly DeviceNode[],
  options: OwnModelOptions,
): Promise<OwnModels> {
  const files = new Map<string, readonly PartModel[]>();
  const peripherals = (node: DeviceNode): DeviceNode[] =>
    node.children.flatMap((child) => [child, ...peripherals(child)]);
  for (const node of described.flatMap(peripherals)) {
    try {
      const file = ownModelOf(node);
      if (file === undefined) continue;
      const models = await load(file, options);
      for (const model of models) catalogue.add(model);
      files.set(resolve(options.directory, file), models);
    } catch (error) {
      options.complain(error instanceof NodeError ? error : new NodeError(node, MODEL, reasonOf(error)));
    }
  }
  return files;
}

/**
 * The models that an error comes from, by its stack; all of them where it has none; undefined where it comes from
 * elsewhere.
 */
export function modelsBehind(error: unknown, own: OwnModels): readonly PartModel[] | undefined {
  // A promise was rejected with what is no error: Node made one of it.
  const bare = (error as NodeJS.ErrnoException)?.code === 'ERR_UNHANDLED_REJECTION';
  const stack = error instanceof Error && !bare ? (error.stack ?? '') : '';
  const files = [...own].filter(([file]) => stack.includes(pathToFileURL(realPath(file) ?? file).href));
  if (files.length > 0) return files.flatMap(([, models]) => models);
  return /\n\s+at /.test(stack) ? undefined : [...own.values()].flat();
}

/** The file of a peripheral's own model. @throws {NodeError} {PropertyError} */
export function ownModelOf(node: DeviceNode): string | undefined {
  return node.has(MODEL) ? node.string(MODEL) : undefined;
}

async function load(file: string, options: OwnModelOptions): Promise<readonly PartModel[]> {
  const path = resolve(options.directory, file);
  checkTrust(path, options);
  const { models, parts } = (await import(pathToFileURL(path).href)) as {
    readonly models?: unknown;
    readonly parts?: unknown;
  };
  if (Array.isArray(parts)) {
    checkAll(file, 'parts', parts, missingInPart);
    return (parts as readonly Part[]).flatMap(modelsOf);
  }
  if (!Array.isArray(models)) throw new Error(`${file} exports no list "parts" and no list "models"`);
  checkAll(file, 'models', models, missingIn);
  return models;
}

/** @throws {Error} naming the first that lacks something */
function checkAll(
  file: string,
  list: string,
  given: readonly unknown[],
  missing: (one: unknown) => string | undefined,
): void {
  given.forEach((one, index) => {
    const lacks = missing(one);
    if (lacks !== undefined) throw new Error(`${file}: ${list}[${index}] has no ${lacks}`);
  });
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

/** What a data sheet lacks to be one. */
function missingInPart(part: unknown): string | undefined {
  if (typeof part !== 'object' || part === null) return 'fields: it is not an object';
  const { compatible, title, bus } = part as Readonly<Record<string, unknown>>;
  if (!Array.isArray(compatible)) return 'list "compatible"';
  if (typeof title !== 'string') return 'text "title"';
  if (typeof bus === 'object' && bus !== null && ('i2c' in bus || 'spi' in bus)) return undefined;
  return 'bus with "i2c" or "spi"';
}

/** What a model lacks to be one. */
function missingIn(model: unknown): string | undefined {
  if (typeof model !== 'object' || model === null) return 'fields: it is not an object';
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
