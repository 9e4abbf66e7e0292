import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, resolve } from 'node:path';
import { fileTrouble, readTrouble } from '../../input/index.ts';
import { UsageError } from '../terminal/usage-error.ts';

const SCRIPTS = ['.js', '.mjs', '.cjs'];
const TYPESCRIPT = ['.ts', '.mts', '.cts'];

/** Whether the first word of a command is a script of Node's instead: by its ending, or by how the file begins. */
export function isScript(word: string): boolean {
  if (hasEnding(word)) return true;
  return fileTrouble(word) === undefined && foreignKind(word) === undefined;
}

const hasEnding = (file: string): boolean =>
  [...SCRIPTS, ...TYPESCRIPT].some((ending) => file.endsWith(ending));

/**
 * Before a file is written for it: whether a command is there. May it not be run, the system tells.
 * @throws {UsageError} no file, or no name that a folder of PATH has
 */
export function checkCommand(program: string): void {
  const trouble = program.includes('/') ? fileTrouble(program) : undefined;
  if (trouble?.kind === 'absent' || !(program.includes('/') || isOnPath(program)))
    throw new UsageError(`not found: the command ${program}`);
  if (trouble !== undefined && trouble.kind !== 'denied')
    throw new UsageError(`invalid command: ${trouble.sentence}`);
}

function isOnPath(name: string): boolean {
  const { PATH } = process.env;
  return PATH === undefined || PATH.split(delimiter).some((folder) => existsSync(resolve(folder, name)));
}

/** @throws {UsageError} a word that is no file which Node can run */
export function checkScript(script: string): void {
  const trouble = fileTrouble(script);
  if (trouble === undefined) {
    checkBeginning(script);
    return;
  }
  if (fileTrouble(`${script}.js`) === undefined) return;
  if (script.startsWith('-'))
    throw new UsageError(`unknown option '${script}': options of run stand before the board`);
  if (/^(node|npx|npm|sh|bash)$/.test(script))
    throw new UsageError(
      `expected a script, got the command ${script}; put -- in front of a command: -- ${script} ...`,
    );
  if (/^python[\d.]*$/.test(script))
    throw new UsageError(`run takes a script of Node, got ${script}; ${OTHERWISE}`);
  if (trouble.kind === 'absent') throw new UsageError(`script not found: ${resolve(script)}`);
  if (trouble.kind !== 'folder') throw new UsageError(`no script: ${trouble.sentence}`);
  if (!isPackage(script))
    throw new UsageError(`${script} is a folder without package.json or index.js; name the script in it`);
}

/** @throws {UsageError} the file is a program, or a script of something else than Node */
function checkBeginning(script: string): void {
  const kind = hasEnding(script) ? undefined : foreignKind(script);
  if (kind !== undefined)
    throw new UsageError(`run takes a script of Node, got ${script}, ${kind}; ${OTHERWISE}`);
}

/** What a file is that Node does not run, by its beginning. */
function foreignKind(file: string): string | undefined {
  const first = Buffer.alloc(256);
  const length = readBeginning(file, first);
  const [line = ''] = first.toString('latin1', 0, length).split('\n');
  if (line.startsWith('\x7fELF')) return 'a program';
  return line.startsWith('#!') && !/\b(node|tsx)\b/.test(line) ? 'a script of another program' : undefined;
}

/** @returns bytes that it has of `first` @throws {UsageError} it cannot be read */
function readBeginning(file: string, first: Buffer): number {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'r');
    return readSync(fd, first);
  } catch (thrown) {
    throw new UsageError(`no script: ${readTrouble(file, thrown).sentence}`);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Whether Node runs a folder: by `main` of its package.json, or its index.js. */
function isPackage(folder: string): boolean {
  try {
    createRequire(import.meta.url).resolve(resolve(folder));
    return true;
  } catch {
    return false;
  }
}

/** Where programs that are no scripts of Node's meet a board. */
const OTHERWISE =
  'run other programs on real nodes (sudo dtbus up BOARD --dev) or in a guest (dtbus guest BOARD --no-drivers -- COMMAND)';

/** @throws {UsageError} a program in a language that this Node does not run */
export function checkLanguage(script: string): void {
  const [, ending] = /[^/\\](\.[^./\\]+)$/.exec(script) ?? [];
  if (ending === undefined || SCRIPTS.includes(ending) || existsSync(`${script}.js`)) return;
  // A loader of the user's may know more.
  if (/(--import|--require|-r|loader)\b/.test(process.env['NODE_OPTIONS'] ?? '')) return;
  if (!TYPESCRIPT.includes(ending))
    throw new UsageError(`run takes scripts of Node (${SCRIPTS.join(', ')}), got ${script}; ${OTHERWISE}`);
  if (!('typescript' in process.features && process.features.typescript))
    throw new UsageError(
      `Node ${process.version} does not run TypeScript (${script}): use Node 22.18 or newer, or install tsx and set NODE_OPTIONS='--import tsx'`,
    );
}

/**
 * Node 22 and 23 end TypeScript of CommonJS that requires an ES module with ERR_VM_MODULE_LINK_FAILURE as soon as any
 * `--import` stands in front of it; with `--require` they do not, and neither with later ones.
 */
export function isLoadedByRequire(script: string): boolean {
  return (
    TYPESCRIPT.some((ending) => script.endsWith(ending)) && Number.parseInt(process.versions.node, 10) < 24
  );
}
