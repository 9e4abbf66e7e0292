import { describe, expect, it } from 'vitest';
import { compile, type Diagnostic, parse } from '../../../src/devicetree/index.ts';
import { files, hex, inRoot, rootOf } from '../support.ts';

/** What is said first about the value `a`: its columns from the first of the value on, message and remedy. */
function first(value: string): readonly unknown[] {
  const source = inRoot(`a = ${value}`);
  const { diagnostics } = parse('test.dts', source, { readFile: files({}) });
  const { code, span, message, hint } = diagnostics[0] as Diagnostic;
  const before = source.indexOf('a = ') + 'a = '.length;
  return [code, (span?.column ?? 0) - 1 - before, (span?.endColumn ?? 0) - 1 - before, message, hint];
}

const CELLS = 'write <1 2 3> for cells, or "text" for a string';
const FORMS = 'a value is "text", <cells>, [bytes], &label or /incbin/("file")';
const INCBIN = 'write /incbin/("file") or /incbin/("file", offset, size)';
const ARITHMETIC = 'write <(1 + 2)>';
const BYTES = 'write each byte as two hexadecimal digits, without 0x: [00 ff 1234]';
const SIZES = 'write /bits/ 8, 16, 32 or 64';
const PLAIN = 'References are only allowed in arrays with 32-bit elements.';

describe('a value that is wrong is refused at its place, with a remedy', () => {
  it.each([
    [';', 0, 1, 'a value is missing before ";"', 'write "name;" for a property without a value'],
    ['1;', 0, 1, '"1" must be inside < >', CELLS],
    ['(1);', 0, 1, '"(" must be inside < >', CELLS],
    ['0x;', 0, 2, '"0x" must be inside < >', CELLS],
    ['foo;', 0, 3, '"foo" is not a value', 'write "foo" for a string, <foo> for a number, &foo for a node'],
    ['};', 0, 1, '"}" is not a value', FORMS],
    ['"x" "y";', 3, 3, '"," is missing between two values', 'add a comma here'],
    ['"x" "\\n";', 3, 3, '"," is missing between two values', 'add a comma here'],
    ['"x" <1>;', 3, 3, '"," is missing between two values', 'add a comma here'],
    ['"x" [01];', 3, 3, '"," is missing between two values', 'add a comma here'],
    ['"x" &l;', 3, 3, '"," is missing between two values', 'add a comma here'],
    ['/foo/ <1>;', 0, 5, '/foo/ does not belong in a value', undefined],
    ['"it;\n', 0, 4, 'the string is not closed', 'close it with "'],
  ])('%s', (value, ...expected) => expect(first(value)).toEqual(['syntax', ...expected]));

  it.each([
    ['"\\x"', 0, 4],
    ['"\\n\\xz"', 0, 7],
  ])('%s: no digit', (value, from, to) => {
    const message = '\\x needs a hexadecimal digit after it';
    expect(first(`${value};`)).toEqual(['string', from, to, message, undefined]);
  });
});

describe('/incbin/ that is wrong', () => {
  it.each([
    ['/incbin/ "x";', 9, 12, '"(" is missing in /incbin/', INCBIN],
    ['/incbin/(x);', 9, 10, '/incbin/ needs a file name in quotes', undefined],
    ['/incbin/("x";', 12, 13, '")" is missing in /incbin/', INCBIN],
    ['/incbin/("x", 1);', 15, 16, 'the size is missing in /incbin/', INCBIN],
    ['/incbin/("x", 1, 2;', 18, 19, '")" is missing in /incbin/', INCBIN],
  ])('%s', (value, ...expected) => expect(first(value)).toEqual(['syntax', ...expected]));

  it.each([['no.bin'], ['\\156\\x6f.bin']])('a file that is not there: %s', (name) => {
    expect(first(`/incbin/("${name}");`)).toEqual([
      'incbin',
      9,
      9 + name.length + 2,
      'cannot find no.bin',
      'it is looked for beside this file and in the include paths',
    ]);
  });

  it('a file by a name with escapes is taken in', () => {
    const readFile = files({ 'a"b.bin': Uint8Array.of(7, 8) });
    expect(hex(rootOf(inRoot('a = /incbin/("\\x61\\"b.bin"), [09];'), { readFile }).bytes('a'))).toBe(
      '070809',
    );
  });

  it('an error of the reader is one of the program, not of the tree', () => {
    const readFile = () => {
      throw new TypeError('a fault');
    };
    expect(() => parse('test.dts', inRoot('a = /incbin/("x");'), { readFile })).toThrow(TypeError);
  });
});

describe('an array that is wrong', () => {
  it.each([
    ['<1>>;', 2, 4, '">>" does not belong here', 'one ">" ends the array'],
    ['<1>=;', 2, 4, '">=" does not belong here', 'one ">" ends the array'],
    ['<1;', 2, 2, '">" is missing', 'close the list of cells here'],
    ['<1 };', 2, 2, '">" is missing', 'close the list of cells here'],
    ['<1 {', 2, 2, '">" is missing', 'close the list of cells here'],
    ['<1 =;', 2, 2, '">" is missing', 'close the list of cells here'],
    ['<"x">;', 1, 4, 'a string is not allowed inside < >', 'close the cells first: <1>, "text"'],
    ['<"\\n">;', 1, 5, 'a string is not allowed inside < >', 'close the cells first: <1>, "text"'],
    ['<1, 2>;', 2, 3, 'cells are separated by spaces', 'remove the comma, or write <1>, <2>'],
    ['<"it;\n', 1, 5, 'the string is not closed', 'close it with "'],
    ['<[>;', 1, 2, 'unexpected "[" inside < >', undefined],
    ['<!1>;', 1, 2, 'arithmetic needs parentheses: "!"', ARITHMETIC],
    ['<~1>;', 1, 2, 'arithmetic needs parentheses: "~"', ARITHMETIC],
    ['/bits/ x <1>;', 7, 8, 'invalid element size "x"', SIZES],
    ['/bits/ (8) <1>;', 7, 8, 'invalid element size "("', SIZES],
    ['/bits/ 7 <1>;', 7, 8, 'Array elements must be 8, 16, 32 or 64-bits', undefined],
    ['/bits/ 0x41 <1>;', 7, 11, 'Array elements must be 8, 16, 32 or 64-bits', undefined],
    ['/bits/ 8 [01];', 9, 10, '"<" must follow /bits/ 8', 'write /bits/ 8 <...>'],
  ])('%s', (value, ...expected) => expect(first(value)).toEqual(['syntax', ...expected]));

  it.each([['+'], ['/'], ['?'], ['<<'], ['&&'], ['==']])('<1 %s 2>', (operator) => {
    const message = `arithmetic needs parentheses: "${operator}"`;
    expect(first(`<1 ${operator} 2>;`)).toEqual(['syntax', 3, 3 + operator.length, message, ARITHMETIC]);
  });

  it.each([['/bits/ 64 <&l>; l: n { };'], ['/bits/ 16 <&l>; l: n { };']])('%s', (value) => {
    expect(first(value)).toEqual(['reference', 11, 12, PLAIN, 'write it in plain < >']);
  });

  it('tells all that is wrong in one array, and goes on behind it', () => {
    const { diagnostics } = parse('test.dts', inRoot('a = <1, "x" 2 + 3>; b = 1;'));
    expect(diagnostics.map(({ message, span }) => [message, span?.column])).toEqual([
      ['cells are separated by spaces', 21],
      ['a string is not allowed inside < >', 23],
      ['arithmetic needs parentheses: "+"', 29],
      ['"1" must be inside < >', 39],
    ]);
  });
});

describe('a number that does not fit its element', () => {
  const WIDER = 'write /bits/ 64 <...> or two cells for a larger value';
  it.each([
    ['<0x100000000>', '00000000', 1, 'Value 0x0000000100000000 truncated to 0x00000000', WIDER],
    ['<(0x1ffffffff)>', 'ffffffff', 1, 'Value 0x00000001ffffffff truncated to 0xffffffff', WIDER],
    ['/bits/ 8 <0x100>', '00', 10, 'Value 0x0000000000000100 truncated to 0x00', undefined],
    ['/bits/ 16 <0x12345>', '2345', 11, 'Value 0x0000000000012345 truncated to 0x2345', undefined],
  ])('%s is cut, with a warning', (value, bytes, from, message, hint) => {
    const { tree, diagnostics } = parse('test.dts', inRoot(`a = ${value};`));
    expect(hex(tree?.root.bytes('a'))).toBe(bytes);
    expect(diagnostics.map(({ severity }) => severity)).toEqual(['warning']);
    expect(first(`${value};`)).toEqual(['truncated', from, value.length - 1, message, hint]);
  });

  it.each([
    ['/bits/ 8 <0xff (-128) (-1)>', 'ff80ff'],
    ['/bits/ 16 <0xffff (-1)>', 'ffffffff'],
    ['<0xffffffff (-1)>', 'ffffffffffffffff'],
    ['/bits/ 64 <0xffffffffffffffff>', 'ffffffffffffffff'],
  ])('%s fits, as a negative number of these bits does', (value, bytes) => {
    const { tree, diagnostics } = parse('test.dts', inRoot(`a = ${value};`));
    expect([hex(tree?.root.bytes('a')), diagnostics]).toEqual([bytes, []]);
  });
});

describe('bytes', () => {
  it.each([
    ['1', 1],
    ['xx', 2],
    ['123', 3],
    ['0x12', 4],
    ['-', 1],
    ['1x', 2],
    ['x1', 2],
  ])('[%s] are none', (text, length) => {
    expect(first(`[${text}];`)).toEqual(['syntax', 1, 1 + length, `invalid bytes "${text}"`, BYTES]);
  });

  it.each([['[12;'], ['[12 };'], ['[12 ']])('%s without an end', (value) => {
    expect(first(value)).toEqual(['syntax', 3, 3, '"]" is missing', 'close the list of bytes here']);
  });

  it.each([
    [
      '[12l: 34]',
      '1234',
      [
        ['uint8', 0],
        ['label', 1, 'l'],
      ],
    ],
    [
      '[0a0bl: 34 m:]',
      '0a0b34',
      [
        ['uint8', 0],
        ['label', 2, 'l'],
        ['label', 3, 'm'],
      ],
    ],
    [
      '[e:]',
      '',
      [
        ['uint8', 0],
        ['label', 0, 'e'],
      ],
    ],
    [
      '[_ab1:12]',
      '12',
      [
        ['uint8', 0],
        ['label', 0, '_ab1'],
      ],
    ],
    ['[12ef]', '12ef', [['uint8', 0]]],
  ])('%s: a letter begins a label where a colon follows', (value, bytes, markers) => {
    const root = rootOf(inRoot(`a = ${value};`));
    const property = root.property('a');
    expect(hex(root.bytes('a'))).toBe(bytes);
    expect(
      property?.markers.map(({ kind, offset, ref }) =>
        ref === undefined ? [kind, offset] : [kind, offset, ref],
      ),
    ).toEqual(markers);
  });
});

describe('numbers and characters', () => {
  it.each([
    ['<09>', 1, 3, "Bad integer literal '09': a leading 0 makes it octal"],
    ['<0128UL>', 1, 7, "Bad integer literal '0128UL': a leading 0 makes it octal"],
    [
      '<0x10000000000000000>',
      1,
      20,
      "Integer literal '0x10000000000000000' out of range: it needs more than 64 bits",
    ],
  ])('%s', (value, from, to, message) => {
    expect(first(`${value};`)).toEqual(['number', from, to, message, undefined]);
  });

  it.each([
    ['<1U 2L 3UL 4LL 5ULL>', '0000000100000002000000030000000400000005'],
    ['<017UL 0777L 007ULL>', '0000000f000001ff00000007'],
    ['<0 00 017 0X1f 0x1FULL>', '00000000000000000000000f0000001f0000001f'],
    ['/bits/ 64 <18446744073709551615>', 'ffffffffffffffff'],
    ['"\\a\\b\\t\\n\\v\\f\\r"', '0708090a0b0c0d00'],
    ['"\\0\\7\\08\\1234\\x0g\\xAf0"', '00070038533400' + '67af3000'],
    ["<'\\n' '\\'' '\\x7f' '\\177'>", '0000000a000000270000007f0000007f'],
  ])('%s', (value, bytes) => expect(hex(rootOf(inRoot(`a = ${value};`)).bytes('a'))).toBe(bytes));
});

describe('values beyond one piece of memory', () => {
  /** Longer than the pieces in which values lie, in every way they grow. */
  const COUNT = 40_000;
  it.each([
    ['cells', `<${'0x01020304 '.repeat(COUNT)}>`, '01020304'],
    ['bytes', `[${'0a '.repeat(COUNT)}]`, '0a'],
    ['short elements', `/bits/ 16 <${'0x0b0c '.repeat(COUNT)}>`, '0b0c'],
    ['long elements', `/bits/ 64 <${'0x0102030405060708 '.repeat(COUNT)}>`, '0102030405060708'],
    ['strings', Array.from({ length: COUNT }, () => '"ab"').join(), '616200'],
    ['strings with escapes', Array.from({ length: COUNT }, () => '"a\\n"').join(), '610a00'],
  ])('%s are whole, and so is the next value', (_name, value, element) => {
    const root = rootOf(inRoot(`before = <5>; a = ${value}; b = "end";`));
    expect(hex(root.bytes('a')) === element.repeat(COUNT)).toBe(true);
    expect([hex(root.bytes('before')), hex(root.bytes('b'))]).toEqual(['00000005', '656e6400']);
  });

  /** What lies before the value leaves this much of the 64 KiB piece. */
  describe.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((left) => [left]))('with %i bytes left', (left) => {
    it.each([
      ['<0x01020304>', '01020304'],
      ['/bits/ 64 <0x0102030405060708>', '0102030405060708'],
      ['/bits/ 16 <0x0102>', '0102'],
      ['/bits/ 8 <0x01>', '01'],
      ['[01020304]', '01020304'],
      ['"abc"', '61626300'],
      ['""', '00'],
      ['"a\\n"', '610a00'],
      ['/incbin/("small")', '010203'],
      ['<0x01020304>, "ab", [05]', '0102030461620005'],
      ['"ab", /incbin/("small"), "c"', '6162000102036300'],
    ])('%s is whole', (value, bytes) => {
      const filler = new Uint8Array(0x1_0000 - left).fill(0xaa);
      const readFile = files({ big: filler, small: Uint8Array.of(1, 2, 3) });
      const root = rootOf(inRoot(`a = /incbin/("big"); b = ${value}; c = ${value};`), { readFile });
      expect(Buffer.from(root.bytes('a') ?? []).equals(filler)).toBe(true);
      expect([hex(root.bytes('b')), hex(root.bytes('c'))]).toEqual([bytes, bytes]);
    });
  });
});

describe('a value made of many pieces', () => {
  it('is whole where a file much longer than what lies before it is taken in', () => {
    const readFile = files({ small: new Uint8Array(30_000).fill(1), big: new Uint8Array(100_000).fill(2) });
    const root = rootOf(inRoot('a = /incbin/("small"), /incbin/("big");'), { readFile });
    const expected = Buffer.concat([Buffer.alloc(30_000, 1), Buffer.alloc(100_000, 2)]);
    expect(expected.equals(root.bytes('a') ?? Buffer.of())).toBe(true);
  });
});

describe('the kinds of a value’s pieces', () => {
  it('are kept once for all values of one kind, as most are', () => {
    const root = rootOf(inRoot('a = <1>; b = <2 3>; c = "x"; d = "y"; e; f;'));
    const same = (one: string, other: string) =>
      root.property(one)?.markers === root.property(other)?.markers;
    expect([same('a', 'b'), same('c', 'd'), same('e', 'f'), same('a', 'c')]).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it.each([
    [';', []],
    [' = <1 2>;', ['uint32 0']],
    [' = "x";', ['string 0']],
    [' = <>;', ['uint32 0']],
    [' = [01 02];', ['uint8 0']],
    [' = /bits/ 16 <1 2>;', ['uint16 0']],
    [' = <1>, <2>;', ['uint32 0', 'uint32 4']],
    [' = "ab", "c", <1>;', ['string 0', 'string 3', 'uint32 5']],
    [
      ' = l: "ab", m: <1 n: 2> o:;',
      ['label 0 l', 'string 0', 'label 3 m', 'uint32 3', 'label 7 n', 'label 11 o'],
    ],
    [' = [01 02], l: "x";', ['uint8 0', 'label 2 l', 'string 2']],
  ])('a%s', (value, expected) => {
    // Values before and behind, for a place is counted in its own value.
    const root = rootOf(inRoot(`before = <1>, p: "x"; a${value} behind = "y";`));
    const kinds = (name: string) =>
      root
        .property(name)
        ?.markers.map(({ kind, offset, ref }) =>
          [kind, offset, ...(ref === undefined ? [] : [ref])].join(' '),
        );
    expect(kinds('a')).toEqual(expected);
    expect(kinds('before')).toEqual(['uint32 0', 'label 4 p', 'string 4']);
    expect(kinds('behind')).toEqual(['string 0']);
  });
});

describe('a label inside of a value', () => {
  it.each([
    ['cells', 'a = <1 l: 2>;'],
    ['bytes', 'a = [01 l: 02];'],
    ['a row of bytes', 'a = [01l: 02];'],
    ['strings', 'a = "x", l: "y";'],
    ['the end', 'a = <1> l:;'],
  ])('is not another one’s: in %s', (_where, property) => {
    const { diagnostics } = compile('test.dts', inRoot(`${property} l: n { };`));
    expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([['duplicate_label', 'error']]);
  });
});
