import { readFileSync, realpathSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A call in a stack that is not left of one that was waited for: `at create (file:///board/own.mjs:5:7)`. */
const FRAME = /^\s+at (?!async )(?:.*\()?((?:file:\/\/)?\/[^()]+):(\d+):(\d+)\)?$/;
/** What stands before the stack of an error in the text of a module: `file:///board/own.mjs:3`. */
const HEAD = /^((?:file:\/\/)?\/.+):(\d+)$/;
/** What a module takes from files beside it. */
const IMPORTS = /(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*['"](\.[^'"]+)['"]/g;
/** Files of one model that are looked through for a syntax error. */
const MOST_FILES = 20;

/** Where in the file of a model, or in one below its folder, an error was thrown: `own.mjs:5:7`, from that folder. */
export function placeInModel(file: string, error: unknown): string | undefined {
  const folder = dirname(realPath(file));
  const lines = (error instanceof Error ? (error.stack ?? '') : '').split('\n');
  // What has no frame of its own is a module that asks for what another one does not have.
  for (const [, where, row, column] of [...matches(FRAME, lines), ...matches(HEAD, lines)]) {
    if (where === undefined) continue;
    const path = pathOf(where);
    if (path.startsWith(folder + sep))
      return `${relative(folder, path)}:${row}${column === undefined ? '' : `:${column}`}`;
  }
  return undefined;
}

/**
 * Where a module that cannot be compiled is wrong: `own.mjs:3`. Node tells it of ECMAScript modules only to who runs them by
 * name, so it is asked that way, of the file and of what it imports from beside it. Nothing of them runs.
 */
export function placeOfSyntaxError(file: string): string | undefined {
  const files = [file];
  for (let at = 0; at < files.length && at < MOST_FILES; at++) {
    const path = files[at] as string;
    const place = checked(path);
    if (place !== undefined) return `${relative(dirname(file), path)}:${place}`;
    for (const each of importsOf(path)) if (!files.includes(each)) files.push(each);
  }
  return undefined;
}

/** The line that Node does not understand. */
function checked(path: string): string | undefined {
  try {
    // What the user has Node load is not for this one.
    const env = { ...process.env, NODE_OPTIONS: '' };
    // Every board loads this file, and hardly one needs a child process.
    const { spawnSync } = process.getBuiltinModule('node:child_process');
    const { status, stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8', env });
    if (status === 0) return undefined;
    return stderr.split('\n').flatMap((line) => HEAD.exec(line)?.[2] ?? [])[0];
  } catch {
    // Node's permission model allows no child process.
    return undefined;
  }
}

function importsOf(path: string): string[] {
  try {
    const names = [...readFileSync(path, 'utf8').matchAll(IMPORTS)].map(([, name]) => name as string);
    return names.map((name) => resolve(dirname(path), name));
  } catch {
    return [];
  }
}

function matches(pattern: RegExp, lines: readonly string[]): RegExpExecArray[] {
  return lines.map((line) => pattern.exec(line)).filter((match) => match !== null);
}

/** Stacks have the names that links lead to. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function pathOf(where: string): string {
  return where.startsWith('file:') ? fileURLToPath(where) : where;
}
