import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The packages whose place can be taken. */
const TAKEN_PACKAGES = ['i2c-bus', 'onoff', 'spi-device'] as const;

export type TakenPackage = (typeof TAKEN_PACKAGES)[number];

/**
 * Whether a request may concern one of the packages: a quick look before a thorough one. Their own examples and
 * tests ask by a path without the name (`require('..')`): `from` is the file that asks.
 */
export function mayBeTaken(request: string, from = ''): boolean {
  const told = request.startsWith('.') ? from + request : request;
  return TAKEN_PACKAGES.some((name) => told.includes(name));
}

/**
 * The package that `file` is the entry of, where it is one of ours to replace: wherever the copy lies and
 * however it was asked for. Other files of the package (`i2c-bus/package.json`) are left alone.
 */
export function packageOfFile(file: string): TakenPackage | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = readManifest(folder);
    if (manifest !== undefined) {
      const taken = TAKEN_PACKAGES.find((name) => name === manifest.name);
      return taken && isEntry(file, folder, manifest.main) ? taken : undefined;
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * The package that is meant by a request that leads nowhere: by its bare name, or by a path to where its
 * copy would be, as some drivers ask (`require('../i2c-bus')` beside it in node_modules).
 */
export function packageOfMissing(request: string, folder: string | undefined): TakenPackage | undefined {
  const bare = TAKEN_PACKAGES.find((name) => name === request);
  if (bare !== undefined || folder === undefined || !/^\.{0,2}\//.test(request)) return bare;
  const wanted = resolve(folder, request);
  return TAKEN_PACKAGES.find((name) => wanted.endsWith(join('/node_modules', name)));
}

interface Manifest {
  readonly name?: unknown;
  readonly main?: unknown;
}

function readManifest(folder: string): Manifest | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, 'package.json'), 'utf8');
  } catch {
    return undefined;
  }
  try {
    const manifest: unknown = JSON.parse(text);
    return typeof manifest === 'object' && manifest !== null ? manifest : {};
  } catch {
    // A broken manifest still marks where its package begins.
    return {};
  }
}

function isEntry(file: string, folder: string, main: unknown): boolean {
  const entry = resolve(folder, typeof main === 'string' ? main : 'index.js');
  return [entry, `${entry}.js`, join(entry, 'index.js')].includes(file);
}
