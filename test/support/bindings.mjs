/**
 * Makes the table that boards are checked by from the bindings in `dts/bindings`: `node test/support/bindings.mjs` writes
 * `src/devicetree/checks/board/bindings.ts`; a test says when it is out of date. It reads the few forms of YAML that our
 * bindings are written in, and throws at any other.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../../dts/bindings/', import.meta.url);
export const TABLE = new URL('../../src/devicetree/checks/board/bindings.ts', import.meta.url);
export const COMMAND = 'node test/support/bindings.mjs';

/** Indented lines as objects: `key: value`, `key:` with what is below, `- item`. */
function blockValue(lines) {
  const first = lines[0];
  if (first === undefined) return null;
  if (first.text.startsWith('- '))
    return lines.filter(({ text }) => text.startsWith('- ')).map(({ text }) => scalarValue(text.slice(2)));
  const result = {};
  for (let i = 0; i < lines.length; ) {
    const { indent, text } = lines[i];
    const match = /^("[^"]*"|[^:\s]+):(?: (.*))?$/.exec(text);
    let end = i + 1;
    while (end < lines.length && lines[end].indent > indent) end++;
    // Text that goes on in the next lines is description, which is no part of the table.
    if (match !== null && indent === first.indent) {
      const key = match[1].replaceAll('"', '');
      const below = lines.slice(i + 1, end);
      if (key !== 'description' && key !== 'examples')
        result[key] = match[2] === undefined ? blockValue(below) : scalarValue(match[2]);
    }
    i = end;
  }
  return result;
}

function scalarValue(text) {
  if (/^\[.*\]$/.test(text))
    return text
      .slice(1, -1)
      .split(',')
      .map((item) => scalarValue(item.trim()));
  if (/^\d+$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return text.replaceAll('"', '');
}

function parseYaml(text) {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(#|%|---)/.test(line))
    .map((line) => ({ indent: line.length - line.trimStart().length, text: line.trim() }));
  return blockValue(lines);
}

/** Types of dt-schema's, and what the standard properties of our bindings are. */
const STANDARD = {
  'clock-frequency': 'uint32',
  'startup-delay-us': 'uint32',
  ngpios: 'uint32',
  'dtbus,pull-up-microvolt': 'uint32',
};

function propertyOf(name, schema) {
  if (schema === null || typeof schema !== 'object') return {};
  const type = schema.type === 'boolean' ? 'boolean' : (schema.$ref?.split('/').at(-1) ?? STANDARD[name]);
  const values = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  return { type, values, minimum: schema.minimum, maximum: schema.maximum };
}

function bindingOf(file) {
  const { properties, required, additionalProperties } = parseYaml(
    readFileSync(new URL(file, FOLDER), 'utf8'),
  );
  const { compatible, ...others } = properties;
  const compatibles =
    compatible?.contains?.enum ?? compatible?.enum ?? (compatible?.const && [compatible.const]) ?? [];
  return {
    file,
    compatibles,
    isComplete: additionalProperties === false,
    required: required ?? [],
    properties: Object.fromEntries(
      Object.entries(others).map(([name, schema]) => [name, propertyOf(name, schema)]),
    ),
  };
}

/** The table as data. */
export function bindings() {
  const files = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .sort();
  return JSON.parse(JSON.stringify(files.map(bindingOf)));
}

function write() {
  writeFileSync(
    TABLE,
    `/* Made from dts/bindings by \`${COMMAND}\`: do not edit. */
import type { Binding } from './binding.ts';

export const BINDINGS: readonly Binding[] = ${JSON.stringify(bindings(), undefined, 2)};
`,
  );
  execFileSync('npx', ['biome', 'check', '--write', fileURLToPath(TABLE)], { stdio: 'inherit' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) write();
