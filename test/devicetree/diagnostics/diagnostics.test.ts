import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Diagnostic, formatDiagnostic, parse } from '../../../src/devicetree/index.ts';
import { files, inRoot } from '../support.ts';

const directory = fileURLToPath(new URL('../../fixtures/devicetree/broken/', import.meta.url));
const sources = readdirSync(directory).filter((name) => /\.dtso?$/.test(name));

function readFixture(name: string): Uint8Array | undefined {
  try {
    return readFileSync(join(directory, name));
  } catch {
    return undefined;
  }
}

describe('a broken source gives the messages that stand beside it', () => {
  it('of which there are at least twenty', () => {
    expect(sources.length).toBeGreaterThanOrEqual(20);
  });

  it.each(sources)('%s', (name) => {
    const { tree, diagnostics } = parse(name, readFixture(name) ?? '', { readFile: readFixture });
    const expected = readFileSync(join(directory, name.replace(/\.dtso?$/, '.txt')), 'utf8');
    expect(`${diagnostics.map(formatDiagnostic).join('\n')}\n`).toBe(expected);
    expect(tree).toBeUndefined();
  });
});

function only(source: string, options: Parameters<typeof parse>[2] = {}): Diagnostic {
  const { diagnostics } = parse('board.dts', source, options);
  expect(diagnostics).toHaveLength(1);
  return diagnostics[0] as Diagnostic;
}

describe('a diagnostic', () => {
  it('points at the end of the line where a semicolon is missing', () => {
    const { span } = only('/dts-v1/;\n/ {\n\ta = "x"\n\n\tb;\n};');
    expect(span).toEqual({ file: 'board.dts', line: 3, column: 9, endLine: 3, endColumn: 9 });
  });

  it('is plain data, ready for JSON', () => {
    const found = only(inRoot('a = <&nowhere>;'));
    expect(JSON.parse(JSON.stringify(found))).toEqual({
      severity: 'error',
      code: 'phandle_references',
      message: 'Reference to non-existent node or label "nowhere"',
      span: { file: 'board.dts', line: 1, column: 20, endLine: 1, endColumn: 28 },
      excerpt: inRoot('a = <&nowhere>;'),
      node: '/',
      property: 'a',
      notes: [],
    });
  });

  it('shows text beyond ASCII as it is, with the mark where it belongs', () => {
    const lines = formatDiagnostic(only('/dts-v1/;\n/ { a = "Größe" b; };')).split('\n');
    expect(lines[1]).toBe(' 2 | / { a = "Größe" b; };');
    // The string takes 9 bytes, but 7 characters.
    expect(lines[2]).toBe('   |                ^');
  });

  it('follows line markers back to the file that a text was made of', () => {
    const { span } = only('/dts-v1/;\n# 40 "dir/origin.dtsi"\n/ {\n a = <q>;\n};\n');
    expect(span).toMatchObject({ file: 'dir/origin.dtsi', line: 41, column: 7 });
  });

  it('names every file on the way to an included one', () => {
    const readFile = files({ 'a.dtsi': '\n#include "b.dtsi"\n', 'b.dtsi': '/ { x = ; };' });
    const { notes, span } = only('/dts-v1/;\n#include "a.dtsi"\n', { readFile });
    expect(span?.file).toBe('b.dtsi');
    expect(notes.map((note) => `${note.span?.file}:${note.span?.line} ${note.message}`)).toEqual([
      'a.dtsi:2 b.dtsi is included here',
      'board.dts:2 a.dtsi is included here',
    ]);
  });

  it('comes once, however often its place is read', () => {
    const source = '/dts-v1/;\n#define BAD (1 / 0)\n/ { a = <BAD>; };\n';
    expect(parse('board.dts', source).diagnostics).toHaveLength(1);
  });

  it('is one of at most 200, so that no text floods the screen', () => {
    const { diagnostics } = parse('board.dts', `/dts-v1/; / { ${'a = ;\n'.repeat(1000)} };`);
    expect(diagnostics).toHaveLength(200);
  });
});

describe('one run', () => {
  it('finds every error of a file', () => {
    const source = `/dts-v1/;
/ {
	a = <1 2;
	b = "x"
	c {
		d = <UNKNOWN>;
		e = ;
	}
	f { g = [1]; };
};
&h { };
`;
    const { diagnostics } = parse('board.dts', source);
    expect(diagnostics.map(({ span }) => span?.line)).toEqual([3, 4, 6, 7, 8, 9, 11]);
  });

  it('reports references that lead nowhere along with syntax errors', () => {
    const { diagnostics } = parse('board.dts', inRoot('a = ; b = <&missing>;'));
    expect(diagnostics.map(({ code }) => code)).toEqual(['syntax', 'phandle_references']);
  });

  it('does not miss labels in text that it gave up', () => {
    const { diagnostics } = parse('board.dts', inRoot('a = <&lost>; b % { lost: c { }; };'));
    expect(diagnostics.map(({ code }) => code)).toEqual(['syntax']);
  });
});
