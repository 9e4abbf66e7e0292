import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { expect, it } from 'vitest';

// Compiling a file that is not used costs a millisecond for each 30 kB, at every start.

const DIST = resolve('dist');

/** The names of the compiled files that are read at once with this one. */
function readWith(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const statement of parseAst(readFileSync(file, 'utf8')).body) {
    const source = 'source' in statement ? statement.source?.value : undefined;
    if (source?.startsWith('.')) readWith(join(dirname(file), source), found);
  }
  return found;
}

const namesWith = (file: string) => [...readWith(join(DIST, file))].map((each) => basename(each)).sort();

it('a board whose back-end has a thread of its own reads nothing of the back-end here', () => {
  expect(namesWith('src/board/index.js')).toEqual([
    'board.js',
    'index.js',
    'language.js',
    'transfer.js',
    'tree.js',
  ]);
});

it('the back-end reads neither the language nor the formats of recordings', () => {
  const [thread, rest] = ['', '-rest'].map((end) =>
    readFileSync(join(DIST, `short/thread${end}.cjs`), 'utf8'),
  );
  expect(thread).toContain('BoardDevices');
  for (const name of ['MacroExpander', 'class Recording', 'function openBoard('])
    expect(thread).not.toContain(name);
  expect(rest).toContain('class Recording');
});

it('what compiles trees reads no board', () => {
  const [trees, buses] = ['trees', 'buses'].map((name) =>
    readFileSync(join(DIST, `short/${name}.cjs`), 'utf8'),
  );
  for (const name of ['function openBoard(', 'BoardDevices', 'VirtioBus']) {
    expect(buses).toContain(name);
    expect(trees).not.toContain(name);
  }
});

it('the command line reads no board before its command is known', () => {
  expect(namesWith('src/cli/main.js')).toEqual(['main.js', 'terminal.js', 'tree.js']);
});

it('what few calls of the short commands use is in a script of its own', () => {
  const [often, seldom] = ['', '-hosts-bus-pirate'].map((end) =>
    readFileSync(join(DIST, `short/buses${end}.cjs`), 'utf8'),
  );
  expect(often).not.toContain('EmulatedBusPirate');
  expect(seldom).toContain('EmulatedBusPirate');
});
