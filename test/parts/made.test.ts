import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { NodeProperty, Property } from '../../src/parts/data-sheet.ts';
import type { Part, PartModule } from '../../src/parts/model.ts';
import { loadModels } from '../../src/sim/index.ts';

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

/** As the formatter has it: without quotes where it can be. */
const keyOf = (name: string) => (/^[a-z]\w*$/.test(name) ? name : `'${name}'`);
const HEAD = `/* Made from the data sheets by \`npx vitest run test/parts/made.test.ts -u\`: do not edit. */`;

async function indexText(): Promise<string> {
  const entries = (await partFiles()).map(({ file, parts }) => {
    const compatible = parts.flatMap((part) => part.compatible);
    const names = [...new Set(compatible)].join('\n');
    const buses = new Set(parts.flatMap((part) => Object.keys(part.bus)));
    const only = buses.size === 1 ? `    bus: '${[...buses][0]}',\n` : '';
    return `  {\n    file: '${file}',\n${only}    compatible: \`\n${names}\n\`,\n    load: () => import('./${file}.ts'),\n  },`;
  });
  return [
    HEAD,
    "import type { PartModule } from './model.ts';",
    '',
    '/** A file of parts, read only when a board names one of its compatibles. */',
    'export interface PartFile {',
    '  /** Its place in this folder, without ending. */',
    '  readonly file: string;',
    '  /** One name a line, a line feed before the first: as a text they take less to load and to look through than as a list. */',
    '  readonly compatible: string;',
    '  /** The only kind of bus that its parts are on; of both, none. */',
    "  readonly bus?: 'i2c' | 'spi';",
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

const sentence = (doc: string) => `${doc.slice(0, 1).toUpperCase()}${doc.slice(1)}`;

function memberText(access: string, name: string, { kind = 'number', unit, range, doc }: Property): string {
  const values = [range?.join(' to '), unit].filter((text) => text !== undefined).join(' ');
  const text = `${sentence(doc)}${values === '' ? '' : ` (${values})`}`;
  return `  /** ${text} */\n  ${access}${name}: ${TYPES[kind]};`;
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
    ...[...entries].map(([compatible, name]) => `  ${keyOf(compatible)}: ${name};`),
    '}',
    '',
  ].join('\n');
}

const BINDINGS = fileURLToPath(new URL('../../dts/bindings', import.meta.url));

/** How dt-schema calls the types of properties. */
const SCHEMAS: Readonly<Record<NodeProperty['type'], string>> = {
  flag: 'type: boolean',
  u32: '$ref: /schemas/types.yaml#/definitions/uint32',
  u32s: '$ref: /schemas/types.yaml#/definitions/uint32-matrix',
  string: '$ref: /schemas/types.yaml#/definitions/string',
  bytes: '$ref: /schemas/types.yaml#/definitions/uint8-array',
};

const isOurs = (name: string) => name.startsWith('dtbus,');

/** The binding of what parts have that no binding of the kernel knows; what every client may have, another describes. */
async function partBinding(): Promise<string> {
  const { models } = await loadModels();
  const everywhere = readFileSync(`${BINDINGS}/dtbus-client.yaml`, 'utf8');
  const ours = new Map(
    models.flatMap(({ compatible, title }) => compatible.filter(isOurs).map((name) => [name, title])),
  );
  const properties = new Map(
    models.flatMap(({ compatible, sheet, nodeProperties }) =>
      Object.entries(sheet?.nodeProperties ?? nodeProperties ?? {})
        .filter(([name]) => isOurs(name) && !everywhere.includes(`\n  ${name}:`))
        .map(([name, { type, doc }]) => [name, { type, text: `${sheet?.node ?? compatible[0]}: ${doc}.` }]),
    ),
  );
  return `# SPDX-License-Identifier: MIT
# Made from the data sheets by \`npx vitest run test/parts/made.test.ts -u\`: do not edit.
%YAML 1.2
---
$id: http://devicetree.org/schemas/dtbus/dtbus-parts.yaml#
$schema: http://devicetree.org/meta-schemas/core.yaml#

title: Simulated parts that no binding of the kernel knows

description: |
${[...ours].map(([name, title]) => `  ${name}: ${title}.`).join('\n')}

maintainers:
  - The dtbus authors

properties:
  compatible:
    enum:
${[...ours.keys()].map((name) => `      - ${name}`).join('\n')}

  reg:
    maxItems: 1

${[...properties]
  .map(
    ([name, { type, text }]) =>
      `  ${name}:\n    ${SCHEMAS[type]}\n    description: ${JSON.stringify(text)}\n`,
  )
  .join('\n')}
required:
  - compatible
  - reg

additionalProperties: true

examples:
  - |
    i2c {
        #address-cells = <1>;
        #size-cells = <0>;

        pmic@60 {
            compatible = "dtbus,register-map";
            reg = <0x60>;
            dtbus,read-only = <0x00 0x0f>;
        };
    };
`;
}

describe('made from the data sheets', () => {
  it('the index: make it anew by `npx vitest run test/parts/made.test.ts -u`', async () => {
    await expect(await indexText()).toMatchFileSnapshot(`${ROOT}/part-files.ts`);
  });

  it("the types of parts' properties: make them anew by `npx vitest run test/parts/made.test.ts -u`", async () => {
    await expect(await typesText()).toMatchFileSnapshot(`${ROOT}/part-types.ts`);
  });

  it('the binding of our own parts: make it anew by `npx vitest run test/parts/made.test.ts -u`', async () => {
    await expect(await partBinding()).toMatchFileSnapshot(`${BINDINGS}/dtbus-parts.yaml`);
  });
});
