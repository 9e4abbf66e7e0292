import { describe, expect, it } from 'vitest';
import { formOf, toBlob, treeOf } from '../../../src/devicetree/core.ts';
import { fromBlob, parse, type Tree, writeDts } from '../../../src/devicetree/index.ts';

const SOURCE = `/dts-v1/;
first: second: /memreserve/ 0xffffffffffffff00 0x10;
/memreserve/ 1 2;
/ {
	aliases { bus = &bus; };
	bus: b: bus@1 {
		reg = <1 2>;
		empty;
		one: two: text = "größe", "b";
		target = <&leaf>;
		inner { leaf: leaf { deleted; /delete-property/ deleted; raw = [00 ff]; }; };
	};
	gone { };
};
/ { /delete-node/ gone; bus@1 { text = "again"; }; };
`;

function read(source = SOURCE): Tree {
  const { tree, diagnostics } = parse('kept.dts', source);
  if (tree === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
  return tree;
}

const never = (): Tree => {
  throw new Error('its source was asked for');
};

/** `tree` as it comes back from JSON. */
function kept(tree: Tree, withSource: () => Tree = never): Tree {
  const form = formOf(tree);
  if (form === undefined) throw new Error('it cannot be kept');
  return treeOf(JSON.parse(JSON.stringify(form)), withSource);
}

describe('a tree that was kept without its source', () => {
  it('has the nodes, values, labels, phandles and reservations', () => {
    const tree = kept(read());
    expect([...tree.nodes()].map(({ path }) => path)).toEqual([
      '/',
      '/aliases',
      '/bus@1',
      '/bus@1/inner',
      '/bus@1/inner/leaf',
    ]);
    const bus = tree.byPath('bus');
    expect(bus).toBe(tree.byLabel('b'));
    expect(bus?.labels).toEqual(['bus', 'b']);
    expect(bus?.properties.map(({ name, value }) => [name, [...value]])).toEqual([
      ['reg', [0, 0, 0, 1, 0, 0, 0, 2]],
      ['empty', []],
      ['text', [...Buffer.from('again\0')]],
      ['target', [0, 0, 0, 1]],
    ]);
    expect(bus?.property('text')?.labels).toEqual(['one', 'two']);
    expect(bus?.target('target')).toBe(tree.byPhandle(1));
    expect(tree.byPhandle(1)?.path).toBe('/bus@1/inner/leaf');
    expect(tree.byPhandle(1)?.parent?.parent).toBe(bus);
    expect(tree.reservations).toEqual([
      { address: 0xffffffffffffff00n, size: 16n, labels: ['first', 'second'] },
      { address: 1n, size: 2n, labels: [] },
    ]);
  });

  it('has the blob of the tree', () => {
    const blob = toBlob(read());
    expect(toBlob(kept(read()))).toEqual(blob);
    const bootCpu = fromBlob(blob.with(31, 5)).tree as Tree;
    expect(bootCpu.bootCpu).toBe(5);
    expect(kept(bootCpu).bootCpu).toBe(5);
  });

  it('is an overlay where the tree is', () => {
    const overlay = read('/dts-v1/; /plugin/; &a { b; };');
    expect([kept(overlay).plugin, kept(read()).plugin]).toEqual([true, false]);
  });

  it('gives values that are no buffers, and copies of them', () => {
    const leaf = kept(read()).byLabel('leaf');
    expect(leaf?.property('raw')?.value.constructor).toBe(Uint8Array);
    leaf?.bytes('raw')?.fill(7);
    expect(leaf?.bytes('raw')).toEqual(Uint8Array.of(0, 255));
  });

  it('asks for its source when somebody wants to know a place', () => {
    const source = read();
    let asked = 0;
    const tree = kept(source, () => {
      asked++;
      return source;
    });
    const leaf = tree.byLabel('leaf');
    expect(asked).toBe(0);
    expect(leaf?.span).toMatchObject({ file: 'kept.dts', line: 11, column: 22, endLine: 11 });
    expect(asked).toBeGreaterThan(0);
    const target = tree.byPath('/bus@1')?.property('target');
    expect(target?.markers).toContainEqual(
      expect.objectContaining({ kind: 'ref-phandle', offset: 0, ref: 'leaf' }),
    );
    expect(target?.span).toMatchObject({ line: 10, column: 3 });
    expect(tree.byPath('/bus@1')?.definitions.map(({ span }) => span?.line)).toEqual([6, 15]);
    expect(
      tree
        .byPath('/bus@1')
        ?.property('text')
        ?.definitions.map(({ span }) => span?.line),
    ).toEqual([9, 15]);
    expect(tree.sources).toBe(source.sources);
    expect(writeDts(tree)).toBe(writeDts(source));
  });
});

it.each([
  ['nodes', '1a { }; 1b { };'],
  ['properties', '1a = <1>; 1b = <2>;'],
])('a tree with two %s of one name cannot be kept', (_what, body) => {
  const blob = toBlob(read(`/dts-v1/; / { ${body} };`));
  const named = (name: string) => {
    const at = Buffer.from(blob).indexOf('1b\0');
    return fromBlob(blob.with(at + 1, name.charCodeAt(0))).tree as Tree;
  };
  const [apart, alike] = [named('c'), named('a')];
  const namesOf = ({ root }: Tree) => [...root.properties, ...root.subnodes].map(({ name }) => name);
  expect([namesOf(apart), namesOf(alike)]).toEqual([
    ['1a', '1c'],
    ['1a', '1a'],
  ]);
  expect(formOf(apart)).toBeDefined();
  expect(formOf(alike)).toBeUndefined();
});

it('what was kept with other values is refused', () => {
  const form = formOf(read());
  expect(() => treeOf({ ...form, nodes: form?.nodes ?? [], values: 'AAAA' }, never)).toThrow(
    'invalid values: expected 31 bytes, got 3',
  );
});
