import { describe, expect, it } from 'vitest';
import { compile, parse } from '../../src/devicetree/index.ts';
import { blobOf, errorsOf, hex, inRoot, rootOf, warningsOf } from './support.ts';

/** Row by row what device-tree tools get wrong; every expectation was read off dtc (with gcc's preprocessor). */

/** Property `a` of the root, as hex. */
function a(value: string): string {
  return hex(rootOf(inRoot(`a = ${value};`)).bytes('a'));
}

function codes(source: string): readonly string[] {
  return errorsOf(source).map((error) => error.split(' ')[0] as string);
}

describe('pitfalls', () => {
  it('1: arithmetic is unsigned with 64 bits; a shift of 64 or more gives 0', () => {
    expect(a('<((-1) < 0) ((-1) >> 60) (1 << 64)>')).toBe('00000000' + '0000000f' + '00000000');
  });

  it('2: what does not fit a cell is cut off, with a warning', () => {
    const divided = inRoot('a = <((-7) / 2)>;');
    expect(hex(rootOf(divided).bytes('a'))).toBe('fffffffc');
    expect(warningsOf(divided)).toEqual(['truncated 1.20']);
    const large = inRoot('a = <0x100000000>;');
    expect(hex(rootOf(large).bytes('a'))).toBe('00000000');
    expect(warningsOf(large)).toEqual(['truncated 1.20']);
    expect(warningsOf(inRoot('a = <(-1)>;'))).toEqual([]);
  });

  it('3: both sides of && are computed, a division by zero too', () => {
    expect(errorsOf(inRoot('a = <(0 && (1/0))>;'))).toEqual(['number 1.28']);
  });

  it('4: arithmetic needs parentheses', () => {
    expect(codes(inRoot('a = <1 -1>;'))).toEqual(['syntax']);
    expect(a('<(1 - 1)>')).toBe('00000000');
  });

  it('5: a leading 0 is octal; suffixes are upper case', () => {
    expect(a('<010>')).toBe('00000008');
    expect(codes(inRoot('a = <09>;'))).toEqual(['number']);
    expect(codes(inRoot('a = <7l>;'))).toEqual(['number']);
    expect(a('<7U 7L 7UL 7ULL>')).toBe('00000007'.repeat(4));
  });

  it('6: bytes are pairs of digits, whatever the spaces', () => {
    expect(a('[123456 ab]')).toBe('123456ab');
    expect(codes(inRoot('a = [1 2 3];'))).toEqual(['syntax']);
  });

  it('7: a word with a colon is a label, in an expression too', () => {
    expect(codes(inRoot('b = <(1 ? foo: 3)>;'))).toEqual(['syntax']);
  });

  it('8: properties precede subnodes', () => {
    expect(errorsOf(inRoot('n { }; p = <1>;'))).toEqual(['syntax 1.22']);
  });

  it('9: a node comes once in a block, and again in another', () => {
    // The deletion and the second definition are refused, both.
    expect(codes(inRoot('n { x; }; /delete-node/ n; n { y; };'))).toEqual(
      Array(2).fill('duplicate_node_names'),
    );
    const root = rootOf('/dts-v1/; / { n { x; }; }; / { /delete-node/ n; }; / { n { y; }; };');
    expect(root.subnode('n')?.properties.map((property) => property.name)).toEqual(['y']);
  });

  it('10: what is deleted and made again gets its old place', () => {
    const root = rootOf('/dts-v1/; / {a=<1>;b=<2>;}; / {/delete-property/ a;}; / {a=<3>;};');
    expect(root.properties.map((property) => property.name)).toEqual(['a', 'b']);
    expect(root.u32('a')).toBe(3);
    const nodes = rootOf('/dts-v1/; / {a {};b {};}; / {/delete-node/ a;}; / {a {};};');
    expect(nodes.subnodes.map((node) => node.name)).toEqual(['a', 'b']);
  });

  it('11: deleting what is not there is silent by name and an error by label', () => {
    expect(errorsOf(inRoot('/delete-node/ nope;'))).toEqual([]);
    expect(errorsOf(`${inRoot('')}\n/delete-node/ &nope;`)).toEqual(['reference 2.15']);
  });

  it('12: strings that end in another are shared', () => {
    const blob = blobOf(inRoot('foo-reg=<1>; reg=<2>; g;'));
    const view = new DataView(blob.buffer);
    const structure = view.getUint32(8);
    const nameOffsets = [0, 1].map((i) => view.getUint32(structure + 8 + i * 16 + 8));
    expect([...nameOffsets, view.getUint32(structure + 8 + 32 + 8)]).toEqual([0, 4, 6]);
  });

  it('13: a line that begins with an unknown #word is text, macros in it expanded', () => {
    const root = rootOf('/dts-v1/;\n#define F 1\n/ {\n#size-cells = <F>;\n};');
    expect(root.u32('#size-cells')).toBe(1);
    // 0xe+F is one preprocessing number, so its F is no macro.
    expect(codes('/dts-v1/;\n#define F 1\n/ {\na = <(0xe+F)>;\n};')).toEqual(['number']);
  });

  it('14: escapes in characters, strings over two lines, commas between strings', () => {
    expect(a(`<'\\x41' '\\''>`)).toBe('00000041' + '00000027');
    expect(rootOf('/dts-v1/;\n/ { a = "foo\nbar"; };').string('a')).toBe('foo\nbar');
    expect(
      parse('test.dts', '/dts-v1/;\n/ { a = "foo\nbar"; };', { preprocess: false }).tree?.root.string('a'),
    ).toBe('foo\nbar');
    expect(codes(inRoot('a = "x" "y";'))).toEqual(['syntax']);
  });

  it('15: a // comment that ends in a backslash takes the next line with it', () => {
    const source = '/dts-v1/;\n/ {\n// comment \\\na;\nb;\n};';
    expect(rootOf(source).properties.map((property) => property.name)).toEqual(['b']);
    expect(rootOf(source, { preprocess: false }).properties.map((property) => property.name)).toEqual([
      'a',
      'b',
    ]);
  });
});

describe('phandles', () => {
  const source = `/dts-v1/;
    / {
      first { refs = <&c &a>; };
      a: a { };
      b: b { refs = <&b>; phandle = <1>; };
      c: c { own; };
    };`;

  it('are counted from 1 in the order of first reference, past explicit ones', () => {
    const root = rootOf(source);
    expect(root.u32s('x')).toBeUndefined();
    expect(root.subnode('first')?.u32s('refs')).toEqual([2, 3]);
    expect(root.subnode('b')?.u32s('refs')).toEqual([1]);
  });

  it("are the node's last property", () => {
    expect(
      rootOf(source)
        .subnode('c')
        ?.properties.map((property) => property.name),
    ).toEqual(['own', 'phandle']);
  });

  it('are not asked of a label that died with its node, or that is a property', () => {
    expect(codes('/dts-v1/; / { p = <1>; a: a { }; }; / { /delete-node/ a; }; / { q = <&a>; };')).toEqual([
      'phandle_references',
    ]);
    expect(codes(inRoot('l: p = <1>; q = <&l>;'))).toEqual(['phandle_references']);
  });
});

it('compile gives the blob with the tree', () => {
  const { tree, blob } = compile('test.dts', inRoot('a = "b";'));
  expect(tree?.root.string('a')).toBe('b');
  expect(hex(blob?.subarray(0, 4))).toBe('d00dfeed');
});
