import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Property } from '../../src/parts/data-sheet.ts';
import type { Part, PartModule } from '../../src/parts/model.ts';

/*
 * What is made from the data sheets. After a change of one, `npx vitest run test/parts/made.test.ts -u` makes it anew.
 */

const ROOT = fileURLToPath(new URL('../../src/parts', import.meta.url));

interface PartFile extends PartModule {
  /** `sensors/tmp102` */
  readonly file: string;
}

/** Every file of parts; those that only help others export none. */
async function partFiles(): Promise<readonly PartFile[]> {
  const kinds = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const files = kinds.flatMap(({ name: kind }) =>
    readdirSync(`${ROOT}/${kind}`)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${kind}/${name.slice(0, -3)}`),
  );
  const modules = await Promise.all(
    files.sort().map(async (file) => ({ ...((await import(`${ROOT}/${file}.ts`)) as PartModule), file })),
  );
  return modules.filter(({ parts }) => parts !== undefined);
}

const HEAD = `/* Made from the data sheets by \`npx vitest run test/parts/made.test.ts -u\`: do not edit. */`;

async function indexText(): Promise<string> {
  const entries = (await partFiles()).map(({ file, parts }) => {
    const compatible = parts.flatMap((part) => part.compatible);
    const names = [...new Set(compatible)].map((name) => `'${name}',`).join('\n      ');
    return `  {\n    file: '${file}',\n    // biome-ignore format: one name a line.\n    compatible: [\n      ${names}\n    ],\n    load: () => import('./${file}.ts'),\n  },`;
  });
  return [
    HEAD,
    "import type { PartModule } from './model.ts';",
    '',
    '/** A file of parts, read only when a board names one of its compatibles. */',
    'export interface PartFile {',
    '  /** Its place in this folder, without ending. */',
    '  readonly file: string;',
    '  readonly compatible: readonly string[];',
    '  load(): Promise<PartModule>;',
    '}',
    '',
    '/** Which file knows which compatible. */',
    'export const PART_FILES: readonly PartFile[] = [',
    ...entries,
    '];',
    '',
  ].join('\n');
}

/** The members of a part's type: what a test sets, and, only to be read, what it can look at. */
function membersOf({ senses = {}, shows = {} }: Part): string {
  const members = [
    ...Object.entries(senses).map(([name, property]) => memberText('', name, property)),
    ...Object.entries(shows).map(([name, property]) => memberText('readonly ', name, property)),
  ];
  return members.join('\n');
}

const TYPES = {
  number: 'number',
  integer: 'number',
  flag: 'boolean',
  text: 'string',
  bytes: 'Uint8Array',
} as const;

function memberText(access: string, name: string, { kind = 'number', unit, range, doc }: Property): string {
  const values = [range?.join(' to '), unit].filter((text) => text !== undefined).join(' ');
  const sentence = `${doc.slice(0, 1).toUpperCase()}${doc.slice(1)}${values === '' ? '' : ` (${values})`}`;
  return `  /** ${sentence} */\n  ${access}${name}: ${TYPES[kind]};`;
}

/** `national,lm75` -> `NationalLm75` */
const typeName = (compatible: string) =>
  compatible.replace(/(?:^|[,.-])(.)/g, (_, letter: string) => letter.toUpperCase());

/** Parts that have the same properties share a type, under the name of the first. */
async function typesText(): Promise<string> {
  const names = new Map<string, string>();
  const types: string[] = [];
  const entries = new Map<string, string>();
  for (const part of (await partFiles()).flatMap(({ parts }) => parts)) {
    const members = membersOf(part);
    let name = members === '' ? 'object' : names.get(members);
    if (name === undefined) {
      name = typeName(part.compatible[0] as string);
      names.set(members, name);
      types.push(`interface ${name} {\n${members}\n}`, '');
    }
    for (const compatible of part.compatible) {
      expect([undefined, name], compatible).toContain(entries.get(compatible));
      entries.set(compatible, name);
    }
  }
  return [
    HEAD,
    '',
    ...types,
    '/** What a test can set, and look at, on a simulated part, by its compatible. */',
    'export interface PartTypes {',
    ...[...entries].map(([compatible, name]) => `  '${compatible}': ${name};`),
    '}',
    '',
  ].join('\n');
}

describe('made from the data sheets', () => {
  it('the index: make it anew by `npx vitest run test/parts/made.test.ts -u`', async () => {
    await expect(await indexText()).toMatchFileSnapshot(`${ROOT}/part-files.ts`);
  });

  it("the types of parts' properties: make them anew by `npx vitest run test/parts/made.test.ts -u`", async () => {
    await expect(await typesText()).toMatchFileSnapshot(`${ROOT}/part-types.ts`);
  });
});
