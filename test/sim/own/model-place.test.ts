import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { placeInModel, placeOfSyntaxError } from '../../../src/sim/own/model-place.ts';

let folder = '';
const at = (name: string) => join(folder, name);

/** Writes a file below the folder of the model. @returns its path */
function file(name: string, text: string): string {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
  return at(name);
}

/** An error with this stack. */
function thrown(...stack: readonly string[]): Error {
  const error = new Error('boom');
  error.stack = stack.join('\n');
  return error;
}

const url = (name: string) => pathToFileURL(at(name)).href;

beforeAll(() => {
  folder = join(realpathSync(mkdtempSync(join(tmpdir(), 'dtbus-place-'))), 'board');
  mkdirSync(folder);
  mkdirSync(`${folder}2`);
});
afterAll(() => rmSync(dirname(folder), { recursive: true }));

describe('where a model threw', () => {
  it('is told by file, line and column', () => {
    const own = file('own.cjs', 'exports.model = () => {\n  throw new Error("boom");\n};\n');
    const { model } = createRequire(import.meta.url)(own) as { model(): void };
    let error: unknown;
    try {
      model();
    } catch (caught) {
      error = caught;
    }
    expect(placeInModel(own, error)).toBe('own.cjs:2:9');
    // The model is beside another one, which threw nothing.
    expect(placeInModel(at('other.cjs'), error)).toBe('own.cjs:2:9');
  });

  it('is told of a module, of a function and of none', () => {
    const frame = `${url('own.mjs')}:5:7`;
    expect(placeInModel(at('own.mjs'), thrown('Error: boom', `    at create (${frame})`))).toBe(
      'own.mjs:5:7',
    );
    expect(placeInModel(at('own.mjs'), thrown('Error: boom', `    at ${frame}`))).toBe('own.mjs:5:7');
    expect(placeInModel(at('own.mjs'), thrown('Error: boom', `    at new Chip (${frame})`))).toBe(
      'own.mjs:5:7',
    );
  });

  it('is told of a file below the folder, from there', () => {
    const stack = thrown('Error: boom', `    at f (${at('lib/deep.cjs')}:11:22)`);
    expect(placeInModel(at('own.mjs'), stack)).toBe('lib/deep.cjs:11:22');
  });

  it('is the innermost call in the folder', () => {
    const stack = thrown(
      'Error: boom',
      '    at read (node:fs:1:2)',
      `    at help (${pathToFileURL(`${folder}2/lib.mjs`).href}:1:1)`,
      `    at first (${url('own.mjs')}:3:4)`,
      `    at second (${url('own.mjs')}:9:9)`,
    );
    expect(placeInModel(at('own.mjs'), stack)).toBe('own.mjs:3:4');
  });

  it('is not where a call was only waited for', () => {
    const stack = thrown(
      'Error: boom',
      `    at async create (${url('own.mjs')}:9:1)`,
      `    at load (${url('own.mjs')}:3:4)`,
    );
    expect(placeInModel(at('own.mjs'), stack)).toBe('own.mjs:3:4');
  });

  // A module that asks another one for what it does not have: Node says the line before the error.
  it('is the line in front of an error without calls', () => {
    const stack = thrown(`${url('own.mjs')}:3`, 'import { nothing } from "./lib.mjs";', 'SyntaxError: x');
    expect(placeInModel(at('own.mjs'), stack)).toBe('own.mjs:3');
    const both = thrown(`${url('own.mjs')}:3`, 'Error: boom', `    at f (${url('own.mjs')}:8:1)`);
    expect(placeInModel(at('own.mjs'), both)).toBe('own.mjs:8:1');
  });

  it('is not told of what is no place, of another folder, and of what is no error', () => {
    const own = at('own.mjs');
    expect(placeInModel(own, thrown('Error: boom', `    at f (${folder}2/own.mjs:5:7)`))).toBeUndefined();
    expect(placeInModel(own, thrown('Error: boom', '    at f (<anonymous>)'))).toBeUndefined();
    expect(
      placeInModel(own, thrown('Error: boom', `look at f (${at('own.mjs')}:5:7) there`)),
    ).toBeUndefined();
    expect(placeInModel(own, thrown('Error: boom', `  ${at('own.mjs')}:5`))).toBeUndefined();
    expect(placeInModel(own, `    at f (${at('own.mjs')}:5:7)`)).toBeUndefined();
    const bare = thrown();
    delete bare.stack;
    expect(placeInModel(own, bare)).toBeUndefined();
  });

  it('is found where the model is named by a link, as stacks have what links lead to', () => {
    file('own.mjs', '');
    symlinkSync(folder, `${folder}-link`);
    const stack = thrown('Error: boom', `    at f (${url('own.mjs')}:5:7)`);
    expect(placeInModel(`${folder}-link/own.mjs`, stack)).toBe('own.mjs:5:7');
  });
});

describe('where a module cannot be compiled', () => {
  const options = process.env['NODE_OPTIONS'];
  afterEach(() => {
    if (options === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = options;
  });

  it('is told by file and line, whatever Node is told to load', () => {
    process.env['NODE_OPTIONS'] = `--require ${at('absent.cjs')}`;
    expect(placeOfSyntaxError(file('wrong.mjs', 'export const a = 1;\n\nlet b c;\n'))).toBe('wrong.mjs:3');
  });

  it.each([
    ['from', 'import { a } from "./lib/wrong.mjs";'],
    ['export from', "export * from './lib/wrong.mjs';"],
    ['import', 'import "./lib/wrong.mjs";'],
    ['import()', 'await import("./lib/wrong.mjs");'],
    ['require', 'const a = require( "./lib/wrong.mjs");'],
  ])('is found in a file that it takes by %s', (_how, text) => {
    file('lib/wrong.mjs', 'let b c;\n');
    expect(placeOfSyntaxError(file('takes.mjs', `${text}\n`))).toBe('lib/wrong.mjs:1');
  });

  it('is nowhere in modules without fault, that take each other, and files that are not there', () => {
    file('left.mjs', 'import "./right.mjs"; import "./absent.mjs"; import "node:fs";\n');
    file('right.mjs', 'import "./left.mjs";\n');
    expect(placeOfSyntaxError(at('left.mjs'))).toBeUndefined();
  });

  it('is not looked for in packages', () => {
    file('node_modules/wrong/index.mjs', 'let b c;\n');
    expect(placeOfSyntaxError(file('user.mjs', 'import "wrong";\n'))).toBeUndefined();
  });
});
