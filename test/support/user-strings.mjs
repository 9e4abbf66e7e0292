/**
 * Lists the sentences in the source that a person may read: every literal of more than one word in `src`, `hosts` and
 * `bin`, with its place. `node test/support/user-strings.mjs [FOLDER...]` prints them; a test refuses the turns of
 * phrase that readers stumbled over.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseAst } from 'rolldown/parseAst';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** @typedef {{ file: string, line: number, text: string }} UserString */

/** Every sentence of these folders. What is put into a template stands as `…`. @returns {UserString[]} */
export function userStrings(folders = ['src', 'hosts', 'bin']) {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|js|mjs)$/.test(file))
      .sort()
      .flatMap((file) => stringsOf(relative(ROOT, join(ROOT, folder, file)))),
  );
}

function stringsOf(file) {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const found = [];
  visit(parseAst(source, { lang: file.endsWith('.ts') ? 'ts' : 'js' }), (text, start) => {
    if (/\p{L}\S*\s+\S*\p{L}/u.test(text)) found.push({ file, line: lineOf(source, start), text });
  });
  return found;
}

function lineOf(source, offset) {
  return source.slice(0, offset).split('\n').length;
}

/** Calls `tell` for every literal, what is joined by `+` as one. */
function visit(node, tell) {
  if (node === null || typeof node !== 'object') return;
  if (Array.isArray(node)) {
    for (const each of node) visit(each, tell);
    return;
  }
  const text = textOf(node);
  if (text !== undefined) tell(text, node.start);
  if (text === undefined || node.type !== 'BinaryExpression')
    for (const [key, value] of Object.entries(node)) if (key !== 'quasis') visit(value, tell);
}

/** The text of a literal; undefined for another node. */
function textOf(node) {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'TemplateLiteral') return node.quasis.map(({ value }) => value.cooked).join('…');
  if (node.type !== 'BinaryExpression' || node.operator !== '+') return undefined;
  const [left, right] = [textOf(node.left), textOf(node.right)];
  return left === undefined && right === undefined ? undefined : `${left ?? '…'}${right ?? '…'}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  for (const { file, line, text } of userStrings(
    process.argv.slice(2).length > 0 ? process.argv.slice(2) : undefined,
  ))
    process.stdout.write(`${file}:${line}: ${JSON.stringify(text)}\n`);
