/**
 * Measures the house: lines of files, lines of functions, files of folders and circles of imports in `src`, `hosts`,
 * `bin` and `test`. `node test/support/house.mjs` prints the largest; a test holds the limits. The parser is the
 * bundler's own, as TypeScript 7 calls its programming interface unstable.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseAst } from 'rolldown/parseAst';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['src', 'hosts', 'bin', 'test'];

/**
 * @typedef {Map<string, string>} Sources path from the root of the repository, and text
 * @typedef {{ place: string, size: number }} Measure
 */

/** Every source file below these folders. @returns {Sources} */
export function sourcesOf(folders = FOLDERS) {
  const paths = filesOf(folders).filter((file) => /\.(ts|js|mjs|cjs)$/.test(file));
  return new Map(paths.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
}

/** Every file below these folders, whatever it holds. @returns {string[]} */
export function filesOf(folders = FOLDERS) {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
      .sort(),
  );
}

/** Lines of each file. @param {Sources} sources @returns {Measure[]} */
export function fileSizes(sources) {
  return [...sources].map(([file, text]) => ({ place: file, size: text.trimEnd().split('\n').length }));
}

/** Files of each folder, without those in its sub-folders. @param {string[]} files @returns {Measure[]} */
export function folderSizes(files) {
  const counts = new Map();
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  return [...counts].map(([place, size]) => ({ place, size }));
}

/**
 * Lines of each function's body, without its braces, where there are more than `least`. Two things in it do not count, for nobody reads them from top to
 * bottom: a table (a literal of an array or an object over several lines), and the body of a function within, which is
 * measured by itself: a model of a part is a list of functions as a class is one of methods. What `describe` is given
 * is a list of tests, and is not measured.
 * @param {Sources} sources @returns {Measure[]}
 */
export function functionSizes(sources, least = 0) {
  return [...sources].flatMap(([file, text]) => {
    const lines = linesOf(text);
    const found = [];
    eachFunction(parse(file, text), '', (node, name) => {
      const whole = within(lines, node.body.start, node.body.end);
      if (whole.length <= least) return;
      const apart = new Set(linesApart(node.body, lines));
      const size = whole.filter((line) => !apart.has(line)).length;
      if (size > least) found.push({ place: `${file} ${name}`, size });
    });
    return found;
  });
}

/**
 * The files that import each other, types included: each circle as its files in order.
 * @param {Sources} sources @returns {string[][]}
 */
export function circlesOf(sources) {
  const imports = new Map([...sources].map(([file, text]) => [file, importsOf(file, text, sources)]));
  // A file whose imports are all out of it cannot stand in a circle: that leaves few.
  for (let size = 0; size !== imports.size; ) {
    size = imports.size;
    for (const [file, files] of imports) if (!files.some((other) => imports.has(other))) imports.delete(file);
  }
  const reached = new Map([...imports.keys()].map((file) => [file, reach(imports, file)]));
  const circles = [...reached]
    .filter(([file, files]) => files.has(file))
    .map(([file, files]) => [...files].filter((other) => reached.get(other).has(file)).sort());
  return [...new Map(circles.map((circle) => [circle.join(), circle])).values()];
}

/** What a file imports, and what that imports, and so on. */
function reach(imports, from) {
  const seen = new Set();
  const pending = [from];
  for (let file = pending.pop(); file !== undefined; file = pending.pop())
    for (const other of imports.get(file))
      if (imports.has(other) && !seen.has(other)) {
        seen.add(other);
        pending.push(other);
      }
  return seen;
}

function importsOf(file, text, sources) {
  return parse(file, text).body.flatMap(({ source }) => {
    const path = source?.value.startsWith('.') ? posix.join(dirname(file), source.value) : '';
    return sources.has(path) ? [path] : [];
  });
}

function parse(file, text) {
  return parseAst(text, { lang: file.endsWith('.ts') ? 'ts' : 'js' }, file);
}

const isFunction = ({ type, body }) =>
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(type) && body !== null;

/** Calls `tell` for every function with the name that it goes by, but for suites of tests. */
function eachFunction(node, name, tell) {
  const own = nameOf(node) ?? name;
  const suite =
    node.type === 'CallExpression' && calleeOf(node) === 'describe' ? node.arguments.at(-1) : undefined;
  if (isFunction(node)) tell(node, own);
  for (const child of childrenOf(node))
    if (child === suite) for (const inner of childrenOf(child)) eachFunction(inner, own, tell);
    else eachFunction(child, own, tell);
}

/** `it` of `it.skipIf(…)('…', …)`. */
function calleeOf(node) {
  return node.name ?? calleeOf(node.callee ?? node.object ?? { name: '' });
}

/** What a declaration or a member is called; a test by its sentence. */
function nameOf({ type, id, key, arguments: [first] = [] }) {
  if (type === 'CallExpression') return textOf(first);
  const { name, type: kind } = id ?? key ?? {};
  return kind === 'PrivateIdentifier' ? `#${name}` : name;
}

function textOf({ value, quasis } = {}) {
  const text = quasis?.map((quasi) => quasi.value.cooked).join('…') ?? value;
  return typeof text === 'string' ? `"${text}"` : undefined;
}

/** The lines of tables and of functions within, the outermost ones; of a declared function all of them. */
function linesApart(node, lines) {
  return childrenOf(node).flatMap((child) => {
    if (child.type === 'FunctionDeclaration') return range(lines[child.start], lines[child.end - 1] + 1);
    if (isFunction(child)) return within(lines, child.body.start, child.body.end);
    if (/^(Object|Array)Expression$/.test(child.type)) return within(lines, child.start, child.end);
    return linesApart(child, lines);
  });
}

function childrenOf(node) {
  const children = [];
  for (const key in node) {
    const value = node[key];
    if (Array.isArray(value)) for (const each of value) addNode(each, children);
    else addNode(value, children);
  }
  return children;
}

function addNode(value, children) {
  if (typeof value?.type === 'string') children.push(value);
}

/** The line of each character. */
function linesOf(text) {
  let line = 0;
  const lines = new Uint32Array(text.length);
  for (let at = 0; at < text.length; at++) lines[at] = text[at] === '\n' ? line++ : line;
  return lines;
}

/** The lines between the lines of two offsets. */
function within(lines, from, to) {
  return range(lines[from] + 1, lines[to - 1]);
}

function range(from, to) {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const sources = sourcesOf();
  const print = (title, measures) => {
    console.log(title);
    for (const { place, size } of measures.sort((a, b) => b.size - a.size).slice(0, 12))
      console.log(`  ${size}  ${place}`);
  };
  print('lines of files', fileSizes(sources));
  print('lines of functions', functionSizes(sources, 30));
  print('files of folders', folderSizes(filesOf()));
  for (const circle of circlesOf(sources)) console.log(`circle: ${circle.join(', ')}`);
}
