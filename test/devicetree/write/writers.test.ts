import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  compile,
  fromBlob,
  parse,
  propertyText,
  resolve,
  type Tree,
  toBlob,
  writeAsm,
  writeDts,
  writeYaml,
} from '../../../src/devicetree/index.ts';

/** `types.dts` has every kind of value; the other files are what dtc 1.8.1 made of it, with the options named here. */
const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/devicetree/writers/${name}`, import.meta.url));
const text = (name: string) => fixture(name).toString('latin1');

function treeOf(source: string | Uint8Array, options: Parameters<typeof parse>[2] = {}): Tree {
  const { tree, diagnostics } = parse('types.dts', source, options);
  if (tree === undefined) throw new Error(JSON.stringify(diagnostics));
  return tree;
}

describe('writes what dtc writes', () => {
  const source = fixture('types.dts');

  test('source, from source (-O dts)', () => {
    expect(writeDts(treeOf(source))).toBe(text('types.out.dts'));
  });

  test('source, sorted (-s)', () => {
    expect(writeDts(treeOf(source, { sort: true }))).toBe(text('types.sorted.dts'));
  });

  test('source with places (-T)', () => {
    expect(writeDts(treeOf(source), { annotate: 1 })).toBe(text('types.annotated.dts'));
  });

  test('source with whole places (-T -T)', () => {
    expect(writeDts(treeOf(source), { annotate: 2 })).toBe(text('types.annotated-fully.dts'));
  });

  test('source, from a blob with symbols (-I dtb -O dts)', () => {
    const { tree } = fromBlob(fixture('types.dtb'));
    resolve(tree as Tree);
    expect(writeDts(tree as Tree)).toBe(text('types.from-blob.dts'));
  });

  test('YAML', () => {
    expect(writeYaml(treeOf(source))).toBe(text('types.yaml'));
  });

  test('assembler (-@ -R 1 -p 16)', () => {
    expect(writeAsm(treeOf(source, { symbols: true }), { reserve: 1, pad: 16 })).toBe(text('types.s'));
  });

  test('assembler of version 3 (-S 2000 -a 8)', () => {
    expect(writeAsm(treeOf(source), { version: 3, space: 2000, align: 8 })).toBe(text('types.v3.s'));
  });
});

describe('where dtc goes wrong', () => {
  test('bytes beyond ASCII are written so that they can be read again', () => {
    const tree = treeOf('/dts-v1/; / { a = "\\x80\\xff!"; };');
    expect(writeDts(tree)).toContain('a = "\\x80\\xff!";');
    expect(writeYaml(tree)).toContain('a: ["\\x80\\xFF!"]');
  });

  test('a NUL before a digit', () => {
    const value = '/dts-v1/; / { a = "x\\0001"; };';
    const again = compile('again.dts', writeDts(treeOf(value))).blob;
    expect(again).toEqual(compile('once.dts', value).blob);
  });

  test("a file's contents have a type behind a string", () => {
    const source = '/dts-v1/; / { a = "s", /incbin/("f"), <1>; b = /incbin/("f"); };';
    const readFile = () => Uint8Array.of(1, 2, 3);
    const tree = treeOf(source, { readFile });
    expect(writeDts(tree)).toContain('a = "s", [01 02 03], <0x01>;');
    expect(writeDts(tree)).toContain('b = [01 02 03];');
    expect(writeYaml(tree)).toContain('b: [!u8 [0x1, 0x2, 0x3]]');
  });

  test("an overlay's target is not lost in YAML", () => {
    const tree = treeOf('/dts-v1/; /plugin/; &base { x; };');
    expect(writeYaml(tree)).toContain('target: [[!phandle 0xffffffff]]');
  });
});

describe('what a value without known types looks like', () => {
  const guess = (bytes: string) => {
    const { blob } = compile('a.dts', `/dts-v1/; / { a = [${bytes}]; };`);
    const property = fromBlob(blob as Uint8Array).tree?.root.property('a');
    return property === undefined ? undefined : propertyText(property);
  };

  test.each([
    ['61 62 00', '"ab"'],
    ['61 00 62 00', '"a", "b"'],
    ['61 00 00', '[61 00 00]'],
    ['61 62 00 00', '"ab", ""'],
    ['00', '[00]'],
    ['00 00 00 00', '<0x00>'],
    ['61 62 63 64', '<0x61626364>'],
    ['61 62 63', '[61 62 63]'],
    ['61 0a 07 00', '"a\\n\\a"'],
    ['61 06 00 00', '<0x61060000>'],
    ['c3 a4 00', '[c3 a4 00]'],
    ['', ''],
  ])('[%s] is %s', (bytes, expected) => {
    expect(guess(bytes)).toBe(expected);
  });

  test('a reference that fixups tell of stands among cells or behind strings', () => {
    const source = `/dts-v1/; /plugin/; / { fragment@0 { target-path = "/"; __overlay__ {
      l: a { p = <1 &l 2 &base 3>; q = "s", <&l>, "t"; };
    }; }; };`;
    const { blob } = compile('o.dts', source);
    const { tree } = fromBlob(blob as Uint8Array);
    resolve(tree as Tree);
    const written = writeDts(tree as Tree);
    expect(written).toContain('p = <0x01>, <&{/fragment@0/__overlay__/a}>, <0x02>, <&base>, <0x03>;');
    expect(written).toContain('q = "s", <&{/fragment@0/__overlay__/a}>, "t";');
  });

  test('fixups that overlap do not break the value', () => {
    const source = `/dts-v1/; / { a { p = <1 2>; }; __fixups__ { x = "/a:p:0", "/a:p:2"; }; };`;
    const { blob } = compile('o.dts', source);
    const { tree } = fromBlob(blob as Uint8Array);
    resolve(tree as Tree);
    expect(writeDts(tree as Tree)).toContain('p = [00 00 00 01 00 00 00 02];');
  });
});

describe('places of -T', () => {
  test('a file in another folder is named as seen from the first', () => {
    const files: Record<string, string> = { 'inc/a.dtsi': '/ { b = <2>; };' };
    const { tree } = parse('boards/one/board.dts', '/dts-v1/;\n/include/ "../../inc/a.dtsi"\n/ { a; };\n', {
      readFile: (path) => {
        const found = files[path.replace('boards/one/../../', '')];
        return found === undefined ? undefined : new TextEncoder().encode(found);
      },
    });
    const written = writeDts(tree as Tree, { annotate: 1 });
    expect(written).toContain('b = <0x02>; /* ../../inc/a.dtsi:1 */');
    expect(written).toContain('a; /* board.dts:3 */');
  });

  test('preprocessed text names the files of its line markers', () => {
    const tree = treeOf(
      '# 1 "src/board.dts"\n/dts-v1/;\n# 1 "src/soc.dtsi" 1\n/ { a; };\n# 3 "src/board.dts" 2\n/ { b; };\n',
    );
    const written = writeDts(tree, { annotate: 1 });
    expect(written).toContain('a; /* soc.dtsi:1 */');
    expect(written).toContain('b; /* board.dts:3 */');
  });

  test('what no source wrote has no place, and says so with -T -T', () => {
    const tree = treeOf('/dts-v1/; / { b = <&a>; a: a { }; };');
    expect(writeDts(tree, { annotate: 1 })).toMatch(/phandle = <0x01>;\n/);
    expect(writeDts(tree, { annotate: 2 })).toContain('phandle = <0x01>; /* <no-file>:<no-line> */');
  });
});

describe('YAML', () => {
  test('an empty tree', () => {
    expect(writeYaml(treeOf('/dts-v1/; / { };'))).toBe('---\n- {}\n...\n');
  });

  test('a tree without properties', () => {
    expect(writeYaml(treeOf('/dts-v1/; / { a { b { }; }; };'))).toBe('---\n- a:\n    b: {}\n...\n');
  });

  test('a name too long for a plain key', () => {
    const name = 'n'.repeat(129);
    expect(writeYaml(treeOf(`/dts-v1/; / { ${name} = <1>; };`))).toBe(`---\n- ? ${name}\n  : [[0x1]]\n...\n`);
  });
});

describe('nesting as deep as a tree may be', () => {
  const depth = 900;
  const tree = treeOf(`/dts-v1/; / ${'{ a '.repeat(depth)}{ };${' };'.repeat(depth)}`);

  test('is written', () => {
    expect(writeDts(tree).match(/a \{/g)).toHaveLength(depth);
    expect(writeYaml(tree).match(/a:/g)).toHaveLength(depth);
    expect(writeAsm(tree).match(/FDT_BEGIN_NODE/g)).toHaveLength(depth + 1);
  });

  test('is read again', () => {
    const again = compile('again.dts', writeDts(tree)).blob;
    expect(again).toEqual(toBlob(tree));
  });
});

test('a value of many pieces is written whole', () => {
  const cells = Array.from({ length: 9000 }, (_, at) => `0x${at.toString(16).padStart(2, '0')}`);
  const string = 'a piece\\n of \\"text\\" '.repeat(9000);
  const tree = treeOf(`/dts-v1/; / { cells = <${cells.join(' ')}>; string = "${string}"; };`);
  expect(writeDts(tree)).toBe(
    `/dts-v1/;\n\n/ {\n\tcells = <${cells.join(' ')}>;\n\tstring = "${string}";\n};\n`,
  );
});

test('an unknown version is refused', () => {
  expect(() => writeAsm(treeOf('/dts-v1/; / { };'), { version: 5 })).toThrow(RangeError);
});
