import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TokenTreeItem, tokenTree, tokenTreeText } from '../../../src/devicetree/index.ts';

function outline(items: readonly TokenTreeItem[]): string {
  return items
    .map((item) => {
      if (item.kind !== 'group') return `${item.kind}:${item.text}`;
      return `${item.open.text} ${outline(item.children)} ${item.close?.text ?? '?'}`;
    })
    .join(' ');
}

describe('a token tree', () => {
  it('groups what stands between brackets, and keeps names whole', () => {
    const { children } = tokenTree('t.dts', '/ { fsl,pins-a = <1 (2-3)>, [00]; #size-cells; };');
    expect(outline(children)).toBe(
      'punctuation:/ { word:fsl,pins-a punctuation:= < number:1 ( number:2 punctuation:- number:3 ) > punctuation:, ' +
        '[ number:00 ] punctuation:; word:#size-cells punctuation:; } punctuation:;',
    );
  });

  it('keeps directives as lines, macros unused and comments in front of tokens', () => {
    const { children, trailing } = tokenTree('t.dts', '#define A(x) \\\n  <x>\n/* c */ A(1) // end\n');
    expect(outline(children)).toBe('directive:#define A(x) \\\n  <x> word:A ( number:1 )');
    expect(children[1]).toMatchObject({ leading: '\n/* c */ ', span: { line: 3, column: 9, endColumn: 10 } });
    expect(trailing).toBe(' // end\n');
  });

  it('leaves a group open where its bracket is missing', () => {
    expect(outline(tokenTree('t.dts', '{ < 1 } > " é').children)).toBe(
      '{ < number:1 ? } punctuation:> unfinished:" é',
    );
  });

  it('is the source again, whatever that is', () => {
    const back = (text: string): void => {
      expect(tokenTreeText(tokenTree('t.dts', text))).toBe(text);
    };
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), back));
    const words = fc.constantFrom(
      '{',
      '}',
      '<',
      '>',
      '(',
      ')',
      '[',
      ']',
      '"',
      "'",
      '/*',
      '*/',
      '//',
      '\\',
      '\n',
      '#if',
      'a-b',
      ' ',
      'é',
      '\ufeff',
      '1',
    );
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 60 }).map((parts) => parts.join('')),
        back,
      ),
      { numRuns: 500 },
    );
    const directory = fileURLToPath(new URL('../../fixtures/devicetree/broken/', import.meta.url));
    for (const name of readdirSync(directory)) back(readFileSync(directory + name, 'utf8'));
  });

  it('takes deep nesting', () => {
    const source = `${'{'.repeat(50_000)}${'>'.repeat(50_000)}`;
    expect(tokenTreeText(tokenTree('t.dts', source))).toBe(source);
  });
});
