import { realpathSync, statSync } from 'node:fs';
import { basename, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type DeviceNode, isNodeError, NodeError, type NodeProblem } from '../../bus/index.ts';
import { didYouMean, fileTrouble } from '../../input/index.ts';
import { withoutVendor } from '../../parts/index.ts';
import { type Catalogue, type PartModel, placeInModel, placeOfSyntaxError } from '../../sim/index.ts';
import type { OwnParts } from '../../sim/own-part.ts';

interface OwnModelOptions {
  /** The folder of the board's tree: relative file names start there, and models below it may run. */
  readonly directory: string;
  /** Further folders and files whose models may run. */
  readonly trust: readonly string[];
  readonly complain: (problem: NodeProblem) => void;
  /** Loads a file in a thread of its own, which may be ended; without it, in this one. */
  readonly isolate?: ((path: string, name: string) => Promise<OwnParts>) | undefined;
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
  for (const node of described.flatMap(peripheralsBelow)) {
    const complain = (sentence: string) => options.complain(new NodeError(node, MODEL, sentence));
    try {
      const file = ownModelOf(node);
      if (file === undefined) continue;
      const path = resolve(options.directory, file);
      if (!files.has(path)) {
        checkTrust(path, options);
        const { models, faults } = await (options.isolate?.(path, file) ?? loadOwnParts(path));
        for (const fault of faults) complain(`${file}: ${fault}`);
        for (const model of models) catalogue.add(model);
        files.set(path, models);
      }
      const strange = strangeTo(node, files.get(path) ?? []);
      if (strange !== undefined) complain(`${file}: ${strange}`);
    } catch (error) {
      if (error instanceof NodeError) options.complain(error);
      else complain(reasonOf(error));
    }
  }
  return files;
}

/**
 * The models of the user's own that would run, by the paths of their nodes; none of them is loaded. Those that could not
 * are told of.
 */
export function ownModelsOf(
  described: readonly DeviceNode[],
  options: OwnModelOptions,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const node of described.flatMap(peripheralsBelow)) {
    try {
      const file = ownModelOf(node);
      if (file === undefined) continue;
      checkTrust(resolve(options.directory, file), options);
      files.set(node.path, file);
    } catch (error) {
      options.complain(isNodeError(error) ? error : new NodeError(node, MODEL, reasonOf(error)));
    }
  }
  return files;
}

/** Nodes with code of the user's own. */
export function withOwnModels(described: readonly DeviceNode[]): readonly DeviceNode[] {
  return described.flatMap(peripheralsBelow).filter((node) => node.has(MODEL));
}

function peripheralsBelow(node: DeviceNode): DeviceNode[] {
  return node.children.flatMap((child) => [child, ...peripheralsBelow(child)]);
}

/** Why the node has none of the models of its file, where it names none of their compatibles. */
function strangeTo(node: DeviceNode, models: readonly PartModel[]): string | undefined {
  const known = models.flatMap(({ compatible }) => compatible);
  const bare = new Set(known.map(withoutVendor));
  const [first = ''] = node.compatible;
  if (known.length === 0 || bare.has(withoutVendor(first))) return undefined;
  if (node.compatible.some((name) => known.includes(name))) return undefined;
  const near = didYouMean(first, known);
  const remedy = near === undefined ? '' : ` (did you mean "${near}")`;
  const expected = known.map((name) => `"${name}"`).join(', ');
  return `no part of it fits: expected compatible ${expected}, got "${first}"${remedy}`;
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
function ownModelOf(node: DeviceNode): string | undefined {
  return node.has(MODEL) ? node.string(MODEL) : undefined;
}

/** Runs a module, and takes the parts of it. @throws {Error} why it cannot be loaded, and where in it */
export async function loadOwnParts(path: string): Promise<OwnParts> {
  const [exported, { ownParts }] = await Promise.all([
    (import(pathToFileURL(path).href) as Promise<object>).catch((error: unknown) => notLoaded(path, error)),
    import('../../sim/own-part.ts'),
  ]);
  return ownParts(exported);
}

/** @throws {Error} why a module could not be loaded, and where in it */
function notLoaded(path: string, error: unknown): never {
  const file = realPath(path) ?? path;
  const place =
    placeInModel(file, error) ?? (error instanceof SyntaxError ? placeOfSyntaxError(file) : undefined);
  const name = error instanceof SyntaxError ? 'syntax error: ' : '';
  throw new Error(`cannot load ${place ?? basename(path)}: ${name}${reasonOf(error)}`, { cause: error });
}

/** Whether the code may run: links are followed, so that none leads out of a trusted folder. @throws {Error} */
function checkTrust(path: string, { directory, trust }: OwnModelOptions): void {
  // To import a FIFO waits for its writer, and a device may give code without end.
  const trouble = fileTrouble(path);
  if (trouble !== undefined) throw new Error(trouble.sentence);
  const file = realpathSync(path);
  if (!statSync(file).isFile()) throw new Error(`${path} is not a regular file`);
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

function reasonOf(error: unknown): string {
  // Which of our files looked for a module that is missing says nothing to its author.
  return String(error instanceof Error ? error.message : error).replace(/ imported from .*/, '');
}
