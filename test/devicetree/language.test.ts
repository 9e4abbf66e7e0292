import { describe, expect, it } from 'vitest';
import { type Property, parse } from '../../src/devicetree/index.ts';
import {
  blobOf,
  dtc,
  errorsOf,
  files,
  gcc,
  HAS_DTC,
  HAS_GCC,
  hex,
  inRoot,
  rootOf,
  warningsOf,
} from './support.ts';

/** Property `a` of the root, as hex. */
function a(value: string): string {
  return hex(rootOf(inRoot(`a = ${value};`)).bytes('a'));
}

function markersOf(property: Property | undefined): readonly string[] {
  return (property?.markers ?? []).map(
    ({ kind, offset, ref }) => `${offset} ${kind}${ref === undefined ? '' : ` ${ref}`}`,
  );
}

describe('values', () => {
  it('are strings, cells, bytes and references, in any mix', () => {
    expect(a('"ab", <1 0xffffffff>, [0102], "c"')).toBe('616200' + '00000001ffffffff' + '0102' + '6300');
    expect(hex(rootOf(inRoot('a = &l, &{/n}; l: n { };')).bytes('a'))).toBe('2f6e00' + '2f6e00');
  });

  it('have elements of 8, 16, 32 or 64 bits', () => {
    expect(a('/bits/ 8 <1 0xff (-1)>, /bits/ 16 <0x1234>')).toBe('01ffff' + '1234');
    expect(a('/bits/ 32 <1>, /bits/ 64 <0x123456789abcdef0 (-1) 1>')).toBe(
      '00000001' + '123456789abcdef0' + 'ffffffffffffffff' + '0000000000000001',
    );
  });

  it('hold bytes of strings as they are, with escapes', () => {
    expect(a('"\\a\\b\\t\\n\\v\\f\\r\\\\\\"\\x4f\\117\\0z\\q"')).toBe('0708090a0b0c0d5c224f4f007a7100');
    expect(a('"\\377\\400\\xfff"')).toBe('ff00ff6600');
    expect(a('"ü"')).toBe('c3bc00');
  });

  it('may be empty, where nothing stands or a string is empty', () => {
    const root = rootOf(inRoot('a; b = ""; c = <>; d = [];'));
    expect(['a', 'b', 'c', 'd'].map((name) => hex(root.bytes(name)))).toEqual(['', '00', '', '']);
  });

  it.each([
    ['(1 + 2 * 3 - 4 / 2)', 5],
    ['(7 % 4)', 3],
    ['(1 << 4 | 1)', 17],
    ['(0xff & ~0x0f ^ 1)', 0xf1],
    ['(1 < 2) ', 1],
    ['(2 <= 2 && 3 >= 4 || 0)', 0],
    ['(1 == 1 != 0)', 1],
    ['(!5)', 0],
    ['(1 ? 2 : 3)', 2],
    ['(0 ? 2 : 0 ? 3 : 4)', 4],
    ['(-(-5))', 5],
    ['(0x80000000 >> 31)', 1],
    ['(0xffffffffffffffff / 0x100000000)', 0xffffffff],
    ['(0x100000000 * 0x100000000)', 0],
    ['(1 << 63 >> 63)', 1],
    ['(0x8000000000000000 % 10)', 8],
    ['(1 - 2 > 0)', 1],
    ['(0xe+1)', 15],
    ["('a' + 1)", 98],
  ])('compute %s', (expression, value) => {
    expect(rootOf(inRoot(`a = <${expression}>;`)).u32('a')).toBe(value);
  });

  it('take files in, whole or in part', () => {
    const readFile = files({ 'data.bin': Uint8Array.of(1, 2, 3, 4, 5) });
    const root = rootOf(
      inRoot(
        'a = /incbin/("data.bin"); b = /incbin/("data.bin", 1, 3), <1>; c = /incbin/("data.bin", 4, 9);',
      ),
      {
        readFile,
      },
    );
    expect(['a', 'b', 'c'].map((name) => hex(root.bytes(name)))).toEqual([
      '0102030405',
      '020304' + '00000001',
      '05',
    ]);
  });

  it('tell of a file that is shorter than the part that is taken', () => {
    const readFile = files({ 'data.bin': Uint8Array.of(1, 2, 3, 4, 5) });
    const body =
      'a = /incbin/("data.bin", 1, 4); b = /incbin/("data.bin", 2, 4); c = /incbin/("data.bin", 9, 1); d = /incbin/("data.bin", 9, 0);';
    const { diagnostics } = parse('a.dts', inRoot(body), { readFile });
    expect(diagnostics.map(({ code, severity, message }) => `${severity} ${code}: ${message}`)).toEqual([
      'warning incbin: data.bin is too short: expected a size of 4 from offset 2 on, got 3',
      'warning incbin: data.bin is too short: expected a size of 1 from offset 9 on, got 0',
    ]);
  });

  it('carry markers for types, labels and references', () => {
    const root = rootOf(inRoot('a = s: "x", <1 m: &n e:>, [00 b: 01], /bits/ 64 <1>, &n; n: n { };'));
    expect(markersOf(root.property('a'))).toEqual([
      '0 label s',
      '0 string',
      '2 uint32',
      '6 label m',
      '6 ref-phandle n',
      '10 label e',
      '10 uint8',
      '11 label b',
      '12 uint64',
      '20 string n',
      '20 ref-path n',
    ]);
  });
});

describe('names', () => {
  it('may have all of the characters that dtc takes', () => {
    const root = rootOf(inRoot('#size-cells; a,b.c_d+e*f#g?h-1; 0x1; n@1,2 { }; 7seg { };'));
    expect(root.properties.map(({ name }) => name)).toEqual(['#size-cells', 'a,b.c_d+e*f#g?h-1', '0x1']);
    expect(root.subnodes.map(({ name }) => name)).toEqual(['n@1,2', '7seg']);
  });

  it('may be put together by macros', () => {
    const source =
      '/dts-v1/;\n#define NODE(n, at) n##at: n@at\n#define P reg\n/ { NODE(uart, 10) { P = <1>; x-P-y; }; };';
    const node = rootOf(source).subnode('uart@10');
    expect(node?.labels).toEqual(['uart10']);
    expect(node?.properties.map(({ name }) => name)).toEqual(['reg', 'x-reg-y']);
  });

  it('may begin with a backslash, which is no part of them', () => {
    expect(rootOf(inRoot('\\delete-node;')).properties.map(({ name }) => name)).toEqual(['delete-node']);
  });
});

describe('blocks of the same node', () => {
  it('are merged in place: new values replace, new entries come last', () => {
    const root = rootOf(`/dts-v1/;
      / { a = <1>; b; n { x; }; };
      / { c; a = <2>; m { }; n { y; }; };`);
    expect(root.properties.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(root.u32('a')).toBe(2);
    expect(root.subnodes.map(({ name }) => name)).toEqual(['n', 'm']);
    expect(root.subnode('n')?.properties.map(({ name }) => name)).toEqual(['x', 'y']);
  });

  it('are found by label, path, and label with path', () => {
    const root = rootOf(`/dts-v1/; / { s: soc { i2c { eeprom { }; }; }; };
      &s { a; }; &{/soc} { b; }; &{s/i2c} { c; }; &{/soc/i2c/eeprom} { d; }; new: &s { e; }; &new { f; };`);
    const soc = root.subnode('soc');
    expect(soc?.properties.map(({ name }) => name)).toEqual(['a', 'b', 'e', 'f']);
    expect(soc?.labels).toEqual(['new', 's']);
    expect(soc?.subnode('i2c')?.has('c')).toBe(true);
    expect(soc?.subnode('i2c')?.subnode('eeprom')?.has('d')).toBe(true);
  });

  it('have every label once: of two alike in one place the last counts, as in dtc', () => {
    const { tree } = parse(
      't.dts',
      `/dts-v1/; r: s: r: /memreserve/ 1 2;
      / { p: q: p: a; x: y: x: n { }; u: /omit-if-no-ref/ v: w: u: m { }; };
      z: &x { };`,
      { symbols: true },
    );
    expect(tree?.reservations[0]?.labels).toEqual(['s', 'r']);
    expect(tree?.root.property('a')?.labels).toEqual(['q', 'p']);
    const symbols = tree?.root.subnode('__symbols__')?.properties.map(({ name }) => name);
    expect(symbols).toEqual(['z', 'y', 'x', 'v', 'w', 'u']);
  });

  it('merge silently within a block that is not the first, as in dtc', () => {
    const root = rootOf('/dts-v1/; / { }; / { a = <1>; a = <2>; n { x; }; n { y; }; };');
    expect(root.u32('a')).toBe(2);
    expect(root.subnode('n')?.properties.map(({ name }) => name)).toEqual(['x', 'y']);
  });

  it('keep the history of what they define and delete', () => {
    const root = rootOf(`/dts-v1/;
/ { a = <1>; n { }; };
/ { a = <2>; };
/ { /delete-property/ a; };
/ { a = <3>; n { }; };`);
    expect(
      root
        .property('a')
        ?.definitions.map(({ kind, span }) => `${kind} ${span?.line}.${span?.column}-${span?.endColumn}`),
    ).toEqual(['set 2.5-13', 'set 3.5-13', 'delete 4.5-25', 'set 5.5-13']);
    expect(root.definitions.map(({ span }) => span?.line)).toEqual([2, 3, 4, 5]);
    expect(
      root.subnode('n')?.definitions.map(({ span }) => `${span?.line}.${span?.column}-${span?.endColumn}`),
    ).toEqual(['2.16-20', '5.16-20']);
  });
});

describe('deleting', () => {
  it('takes a node out by name, label or path, with all in it', () => {
    const root = rootOf(`/dts-v1/; / { a { }; b: b { }; c { d { }; }; e { }; };
      / { /delete-node/ a; }; /delete-node/ &b; /delete-node/ &{/c/d};`);
    expect(root.subnodes.map(({ path }) => path)).toEqual(['/c', '/e']);
    expect(root.subnode('c')?.subnodes).toEqual([]);
  });

  it('in the block that is the first of its node deletes nothing, as in dtc', () => {
    expect(rootOf(inRoot('a; /delete-property/ a;')).has('a')).toBe(true);
  });
});

describe('/omit-if-no-ref/', () => {
  const source = (refs: string): string =>
    `/dts-v1/; / { r = ${refs}; /omit-if-no-ref/ p: pins { }; q: other { }; }; /omit-if-no-ref/ &q;`;

  it.each([
    ['<1>', []],
    ['<&p>', ['pins']],
    ['&q', ['other']],
  ])('with r = %s leaves %j', (refs, left) => {
    expect(rootOf(source(refs)).subnodes.map(({ name }) => name)).toEqual(left);
  });

  it('is kept with symbols for nodes that have a label', () => {
    expect(rootOf(source('<1>'), { symbols: true }).subnodes.map(({ name }) => name)).toEqual([
      'pins',
      'other',
      '__symbols__',
    ]);
  });
});

describe('/memreserve/', () => {
  it('gives entries, with labels and expressions', () => {
    const { tree } = parse(
      't.dts',
      '/dts-v1/; l: /memreserve/ 0x1000 (1 << 40); m: n: /memreserve/ 1 2; / { };',
    );
    expect(tree?.reservations).toEqual([
      { address: 0x1000n, size: 1n << 40n, labels: ['l'] },
      { address: 1n, size: 2n, labels: ['m', 'n'] },
    ]);
  });
});

describe('/include/ and plain dtc', () => {
  it('puts the text of a file in as it is, wherever it stands', () => {
    const readFile = files({ 'n.dtsi': 'n { #define-cells = <1>; };', 'v.txt': '<1>, "x"' });
    const root = rootOf(inRoot('a = /include/ "v.txt"; /include/ "n.dtsi"'), { readFile });
    expect(root.strings('a')).toBeDefined();
    expect(root.subnode('n')?.u32('#define-cells')).toBe(1);
  });

  it('reads without preprocessor what only looks like directives', () => {
    const root = rootOf('/dts-v1/;\n/ {\n#define-cells = <1>;\n#include-cells;\n};', { preprocess: false });
    expect(root.properties.map(({ name }) => name)).toEqual(['#define-cells', '#include-cells']);
  });
});

describe('/plugin/', () => {
  it('makes fragments of what is not in the source, with fixups', () => {
    const { tree } = parse(
      't.dtso',
      '/dts-v1/; /plugin/; &uart { a = <&uart 1 &own>; own: own { }; }; &{/soc} { b; };',
    );
    expect(tree?.plugin).toBe(true);
    expect(tree?.byPath('/fragment@0')?.bytes('target')).toEqual(Uint8Array.of(255, 255, 255, 255));
    expect(tree?.byPath('/fragment@1')?.string('target-path')).toBe('/soc');
    expect(tree?.byPath('/__fixups__')?.strings('uart')).toEqual([
      '/fragment@0:target:0',
      '/fragment@0/__overlay__:a:0',
    ]);
    expect(tree?.byPath('/__local_fixups__/fragment@0/__overlay__')?.u32s('a')).toEqual([8]);
  });

  it('with a label in front mean a node of this source, by label or path, as in dtc', () => {
    const own = rootOf('/dts-v1/; /plugin/; / { n { o: m { }; }; }; a: &{/n/m} { x; }; b: &o { y; };');
    expect(own.subnode('fragment@0')).toBeUndefined();
    const node = own.subnode('n')?.subnode('m');
    expect(node?.labels).toEqual(['b', 'a', 'o']);
    expect(node?.properties.map(({ name }) => name)).toEqual(['x', 'y']);
  });

  it('joins blocks for a label of its own', () => {
    const { tree } = parse('t.dtso', '/dts-v1/; /plugin/; &uart { own: own { }; }; &own { c; };');
    expect(tree?.root.subnodes.map(({ name }) => name)).toEqual(['fragment@0', '__fixups__']);
    expect(tree?.byLabel('own')?.has('c')).toBe(true);
  });
});

describe('generated nodes', () => {
  const source = '/dts-v1/; / { aliases { b = "/kept"; }; l: a { }; b: b { }; };';

  it('list labels in /__symbols__ and /aliases', () => {
    expect(rootOf(source, { symbols: true }).subnode('__symbols__')?.string('l')).toBe('/a');
    expect(rootOf(source, { symbols: true }).subnode('a')?.phandle).toBe(1);
    expect(rootOf(source, { aliases: true }).subnode('aliases')?.string('l')).toBe('/a');
  });

  it('keep what is written there already, with a warning', () => {
    expect(rootOf(source, { aliases: true }).subnode('aliases')?.string('b')).toBe('/kept');
    expect(warningsOf(source, { aliases: true })).toEqual(['labels 1.51']);
  });

  it('hold phandles as the options say', () => {
    const names = (phandleFormat: 'epapr' | 'legacy' | 'both') =>
      rootOf(inRoot('r = <&n>; n: n { };'), { phandleFormat })
        .subnode('n')
        ?.properties.map(({ name }) => name);
    expect(names('epapr')).toEqual(['phandle']);
    expect(names('legacy')).toEqual(['linux,phandle']);
    expect(names('both')).toEqual(['linux,phandle', 'phandle']);
  });
});

describe('a redundant name property', () => {
  it('goes, and a wrong one is an error', () => {
    expect(rootOf(inRoot('n@1 { name = "n"; x; };')).subnode('n@1')?.has('name')).toBe(false);
    expect(errorsOf(inRoot('n@1 { name = "m"; };'))).toEqual(['name_properties 1.21']);
    expect(errorsOf(inRoot('n@1 { name = <1>; };'))).toEqual(['name_is_string 1.21']);
  });
});

describe('phandle properties', () => {
  it('that refer to their own node get a number', () => {
    expect(rootOf(inRoot('n: n { phandle = <&n>; };')).subnode('n')?.u32('phandle')).toBe(1);
  });

  it.each([
    ['phandle = <1 2>;', 'bad length'],
    ['phandle = <0xffffffff>;', 'bad value'],
    ['phandle = <1>; linux,phandle = <2>;', 'mismatching'],
    ['phandle = <&other>;', 'reference to another node'],
  ])('with %s are an error', (text, message) => {
    const { diagnostics } = parse('t.dts', inRoot(`n { ${text} }; other: o { };`));
    expect(diagnostics[0]?.code).toBe('explicit_phandles');
    expect(diagnostics[0]?.message).toContain(message);
  });
});

describe.skipIf(!HAS_DTC)('dtc gives the same blob', () => {
  const REFERENCES =
    '/dts-v1/; / { r = <&c &a &{/b}>, &c; a: a { phandle = <2>; }; b { s: x { }; }; c: c { }; };';
  const DELETED = `/dts-v1/; / { l: a { x; }; b: b { }; }; / { /delete-node/ a; }; / { r = <&b>; a { y; }; };
    /omit-if-no-ref/ &b;`;

  it.each([
    [REFERENCES, {}, []],
    [REFERENCES, { symbols: true, phandleFormat: 'both' }, ['-@', '-H', 'both']],
    [REFERENCES, { aliases: true, sort: true }, ['-A', '-s']],
    [DELETED, { symbols: true }, ['-@']],
    [DELETED, {}, []],
    [`${REFERENCES} /omit-if-no-ref/ &s;`, { bootCpu: 3 }, ['-b', '3']],
    ['/dts-v1/; / { cpus { cpu { reg = <5>; }; }; };', {}, []],
    ['/dts-v1/; /plugin/; &x { a = <&x &y>; y: y { b = <&y>; }; }; &{/z} { };', { symbols: true }, ['-@']],
  ] as const)('%j with %j', (source, options, flags) => {
    expect(hex(blobOf(source, { ...options, preprocess: false }))).toBe(hex(dtc(source, flags)));
  });
});

/** The kinds of macros that Zephyr's device trees are made of. */
const MACROS = `/dts-v1/;
#define _DT_DO_CONCAT(x, y) x ## y
#define DT_ADDR(a) _DT_DO_CONCAT(0x, a)
#define DT_SIZE_K(x) ((x) * 1024)
#define PORT 'A'
#define STM32_PINMUX(port, line, mode) (((((port) - 'A') & 0x1F) << 8) | ((line) << 4) | (mode))
#define NODE(n) node_##n: node@n
#define NUM 40001000
#define LIST(fn, ...) fn(__VA_ARGS__) , fn(__VA_ARGS__)
#define CELL(a, b) <(a) (b)>
#define COND_CODE_1(_flag, _if_1_code, _else_code) _COND1(_XXXX##_flag, _if_1_code, _else_code)
#define _XXXX1 _YYYY,
#define _COND1(one_or_two_args, _if_code, _else_code) _GET2(one_or_two_args _if_code, _else_code)
#define _GET2(ignore_this, val, ...) val
/ {
	x = LIST(CELL, 1, 2);
	y = <COND_CODE_1(1, 5, 6)>;
	z = <&{/uart@40001000}>, <&node_5>;
	uart@NUM { reg = <DT_ADDR(40001000) DT_SIZE_K(4)>; };
	NODE(5) { pinmux = <STM32_PINMUX('B', 6, 7)>, <STM32_PINMUX(PORT, 9, 1)>; };
};
&node_5 { ok; };
`;

it.skipIf(!HAS_DTC || !HAS_GCC)(
  'macros that make names, values and choices give what gcc and dtc give',
  () => {
    expect(hex(blobOf(MACROS))).toBe(hex(dtc(gcc(MACROS))));
  },
);
