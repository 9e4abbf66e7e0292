import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from '../../src/devicetree/index.ts';

const FOLDER = 'dts/bindings';
const bindings = readdirSync(FOLDER).map((name) => ({
  name,
  text: readFileSync(join(FOLDER, name), 'utf8'),
}));

/** Every `.ts` file below `folder`. */
function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

describe('dts/bindings', () => {
  it('describes every property and compatible of ours that the code asks for', () => {
    const asked = new Set(
      [...sources('src'), ...sources('hosts')].flatMap(
        (text) => text.match(/(?<=')dtbus,[a-z0-9-]+(?=')/g) ?? [],
      ),
    );
    // The root of a guest's tree is nothing that a board describes.
    asked.delete('dtbus,guest');
    const described = bindings.map(({ text }) => text).join('\n');
    expect([...asked].filter((name) => !described.includes(name)).sort()).toEqual([]);
  });

  it.each(bindings)('$name has an example that compiles', ({ text }) => {
    const [, example] = /^examples:\n {2}- \|\n((?: {4}.*\n|\n)*)/m.exec(text) ?? [];
    if (example === undefined) return expect(text).toContain('select: false');
    const { diagnostics } = parse(
      'example.dts',
      `/dts-v1/; / { pirate: stand-in { }; ${example} };`.replace(
        /pirate: stand-in \{ \};(?=[\s\S]*pirate: bus-pirate)/,
        '',
      ),
    );
    expect(diagnostics.map(({ message }) => message)).toEqual([]);
  });
});
