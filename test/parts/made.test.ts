import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { PartModule } from '../../src/parts/model.ts';

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

describe('made from the data sheets', () => {
  it('the index: make it anew by `npx vitest run test/parts/made.test.ts -u`', async () => {
    await expect(await indexText()).toMatchFileSnapshot(`${ROOT}/part-files.ts`);
  });
});
