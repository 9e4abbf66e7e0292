import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../input/index.ts';
import { filesOf, MACHINE_NAMES } from './machines.ts';

type AnyFunction = (...args: unknown[]) => unknown;
/** A function that may say itself how it is promisified, as `exists` does. */
type Promisable = AnyFunction & { [promisify.custom]?: AnyFunction };

/** The functions of node:fs by which a program reads a file or looks whether it is there. */
const BY_PATH = [
  'access',
  'accessSync',
  'createReadStream',
  'exists',
  'existsSync',
  'lstat',
  'lstatSync',
  'open',
  'openSync',
  'readFile',
  'readFileSync',
  'stat',
  'statSync',
] as const;
const PROMISED_BY_PATH = ['access', 'lstat', 'open', 'readFile', 'stat'] as const;

/**
 * Lets the JavaScript of this thread find the files of a machine (`raspberry-pi-4`), by which packages recognise it.
 * What else `/proc` and `/sys` hold, native code and other programs see the machine that there is.
 * @throws {Error} a machine that is not known.
 */
export function pretendMachine(name: string): void {
  const files = filesOf(name);
  if (files === undefined)
    throw new Error(`invalid machine: expected ${MACHINE_NAMES.join(' or ')}, got ${name}`);
  let copies: string | undefined;
  const copyOf = (path: string): string | undefined => {
    if (!files.has(path)) return undefined;
    copies ??= writeCopies(files);
    return join(copies, path);
  };
  replace(fs, BY_PATH, copyOf);
  replace(fs.promises, PROMISED_BY_PATH, copyOf);
  syncBuiltinESMExports();
}

function replace<Name extends string>(
  room: { [key in Name]: unknown },
  names: readonly Name[],
  copyOf: (path: string) => string | undefined,
): void {
  for (const name of names) {
    const original = room[name] as Promisable;
    const elsewhere =
      (work: AnyFunction): Promisable =>
      (path, ...rest) =>
        work.call(room, copyOf(pathOf(path)) ?? path, ...rest);
    const replaced = elsewhere(original);
    const promised = original[promisify.custom];
    if (promised !== undefined) replaced[promisify.custom] = elsewhere(promised);
    room[name] = replaced;
  }
}

function pathOf(path: unknown): string {
  if (path instanceof URL && path.protocol === 'file:') return fileURLToPath(path);
  if (Buffer.isBuffer(path)) return resolve(path.toString());
  return typeof path === 'string' ? resolve(path) : '';
}

/** The files in a folder of this process, which ends with it. */
function writeCopies(files: ReadonlyMap<string, Uint8Array>): string {
  const folder = temporaryFolder('pretend');
  process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  for (const [path, bytes] of files) {
    const copy = join(folder, path);
    fs.mkdirSync(dirname(copy), { recursive: true });
    fs.writeFileSync(copy, bytes, { mode: 0o444 });
  }
  return folder;
}
