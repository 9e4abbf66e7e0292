import { describe, expect, it } from 'vitest';
import type { DeviceNode } from '../../../src/bus/index.ts';
import { type Node, PropertyError, parse, type Tree } from '../../../src/devicetree/index.ts';
import { inRoot } from '../support.ts';

const SOURCE = `/dts-v1/;
/ {
	aliases { i2c1 = &i2c; bad = "nowhere"; broken = <1>; };

	soc {
		#address-cells = <2>;
		#size-cells = <1>;
		ranges = <0 0 1 2 3>, <4 5 6 7 8>;

		i2c: bus: i2c@100000000 {
			compatible = "vendor,i2c-2", "vendor,i2c";
			reg = <1 0 0x100>, <0 0x2000 0x10>;
			#address-cells = <1>;
			#size-cells = <0>;
			clocks = <&clk 3>, <0>, <&fixed>;
			clock-names = "bus", "gate";
			parent = <&clk>;
			rate = /bits/ 64 <0x100000000>;
			odd = [01 02 03];
			text = "größe";

			eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
			off@51 { reg = <0x51>; status = "disabled"; };
			fail@52 { status = "fail"; };
			on@53 { status = "okay"; reg = <0x53>; };
			on@54 { status = "ok"; };
		};

		wide@0 { reg = <0xffffffff 0xffffffff 1>; };
		wrong@1 { reg = <1 2>; };
		empty@2 { reg; };
	};

	clk: clock { #clock-cells = <1>; };
	fixed: fixed { #clock-cells = <0>; };
	none: none { };
	needy { clocks = <&clk>; };
	lost { clocks = <99 1>; parent = <99>; };
	bare { clocks = <&none 1>; };
};
`;

const tree: Tree = (() => {
  const result = parse('board.dts', SOURCE);
  if (result.tree === undefined) throw new Error(result.diagnostics[0]?.message);
  return result.tree;
})();

function at(path: string): Node {
  const node = tree.byPath(path);
  if (node === undefined) throw new Error(`no ${path}`);
  return node;
}

const I2C = '/soc/i2c@100000000';

describe('a tree finds nodes', () => {
  it('by path, and by alias with a path below it', () => {
    expect(tree.byPath('/')).toBe(tree.root);
    expect(tree.byPath('i2c1')?.path).toBe(I2C);
    expect(tree.byPath('i2c1/eeprom@50')?.name).toBe('eeprom@50');
    expect(tree.byPath('/soc//i2c@100000000/')?.path).toBe(I2C);
    expect([tree.byPath('/nope'), tree.byPath('nope'), tree.byPath('nope/x'), tree.alias('bad')]).toEqual(
      Array(4).fill(undefined),
    );
    expect(() => tree.alias('broken')).toThrow(PropertyError);
  });

  it('by label, phandle and compatible', () => {
    expect(tree.byLabel('bus')?.path).toBe(I2C);
    expect(tree.byLabel('nope')).toBeUndefined();
    expect(tree.byPhandle(1)?.path).toBe('/clock');
    expect([0, 77, 0xffff_ffff].map((phandle) => tree.byPhandle(phandle))).toEqual(Array(3).fill(undefined));
    expect(tree.byCompatible('vendor,i2c').map(({ path }) => path)).toEqual([I2C]);
  });

  it('all of them, parents first', () => {
    const names = [...tree.nodes()].map(({ name }) => name);
    expect(names.slice(0, 5)).toEqual(['', 'aliases', 'soc', 'i2c@100000000', 'eeprom@50']);
    expect(names).toHaveLength(18);
  });
});

describe('a node', () => {
  it('has a name in parts, a path, labels, a parent', () => {
    const node = at(I2C);
    expect([node.name, node.baseName, node.unitAddress, node.path]).toEqual([
      'i2c@100000000',
      'i2c',
      '100000000',
      I2C,
    ]);
    expect(node.labels).toEqual(['i2c', 'bus']);
    expect(node.parent?.name).toBe('soc');
    expect([at('/').path, at('/').unitAddress, at('/soc').unitAddress]).toEqual(['/', '', '']);
    expect(node.tree).toBe(tree);
  });

  it('lists available children apart from all subnodes', () => {
    expect(at(I2C).subnodes).toHaveLength(5);
    expect(at(I2C).children.map(({ name }) => name)).toEqual(['eeprom@50', 'on@53', 'on@54']);
    expect(at(`${I2C}/off@51`).isAvailable).toBe(false);
  });

  it('knows where it and its properties are defined', () => {
    expect(at(I2C).span).toEqual({ file: 'board.dts', line: 10, column: 27, endLine: 27, endColumn: 5 });
    expect(at(I2C).property('odd')?.span).toEqual({
      file: 'board.dts',
      line: 19,
      column: 4,
      endLine: 19,
      endColumn: 21,
    });
    expect(at('/clock').property('phandle')?.span).toBeUndefined();
  });

  it('serves where a driver wants a DeviceNode', () => {
    const node: DeviceNode = at(I2C);
    expect(node.children[0]?.u32('reg')).toBe(0x50);
  });
});

describe('typed getters', () => {
  it('give undefined for what is absent', () => {
    const node = at('/none');
    expect([node.u32('x'), node.u32s('x'), node.u64('x'), node.string('x'), node.strings('x')]).toEqual(
      Array(5).fill(undefined),
    );
    expect([node.bytes('x'), node.cells('x', 1), node.target('x'), node.phandles('x', undefined)]).toEqual(
      Array(4).fill(undefined),
    );
    expect([node.has('x'), node.compatible, node.regs]).toEqual([false, [], []]);
  });

  it('read cells, 64-bit values, rows, strings and bytes', () => {
    const node = at(I2C);
    expect(node.u32('#address-cells')).toBe(1);
    expect(node.u32s('reg')).toEqual([1, 0, 0x100, 0, 0x2000, 0x10]);
    expect(node.u64('rate')).toBe(0x100000000n);
    expect(node.u64('#address-cells')).toBe(1n);
    expect(at('/soc').cells('ranges', 5)).toEqual([
      [0, 0, 1, 2, 3],
      [4, 5, 6, 7, 8],
    ]);
    expect(node.string('text')).toBe('größe');
    expect(node.strings('clock-names')).toEqual(['bus', 'gate']);
    expect(node.compatible).toEqual(['vendor,i2c-2', 'vendor,i2c']);
    expect(node.bytes('odd')).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('give bytes that are the caller’s own', () => {
    at(I2C).bytes('odd')?.fill(0);
    expect(at(I2C).bytes('odd')).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('follow phandles, alone and with arguments', () => {
    expect(at(I2C).target('parent')?.path).toBe('/clock');
    expect(
      at(I2C)
        .phandles('clocks', '#clock-cells')
        ?.map(({ node, args }) => [node?.name, args]),
    ).toEqual([
      ['clock', [3]],
      [undefined, []],
      ['fixed', []],
    ]);
    expect(
      at(I2C)
        .phandles('parent', undefined)
        ?.map(({ node }) => node?.name),
    ).toEqual(['clock']);
  });

  it("read reg by the parent's cells", () => {
    expect(at(I2C).regs).toEqual([
      { address: 0x100000000, size: 0x100, addressCells: [1, 0], sizeCells: [0x100] },
      { address: 0x2000, size: 0x10, addressCells: [0, 0x2000], sizeCells: [0x10] },
    ]);
    expect(at(`${I2C}/eeprom@50`).regs).toEqual([
      { address: 0x50, size: 0, addressCells: [0x50], sizeCells: [] },
    ]);
    expect(at('/soc/wide@0').regs[0]?.address).toBe(0xffff_ffff_ffff_ffffn);
    expect(at('/soc/empty@2').regs).toEqual([]);
  });

  it.each([
    ['one cell', () => at(I2C).u32('reg'), 'must be one cell (4 bytes), but has 24 bytes'],
    ['cells', () => at(I2C).u32s('odd'), 'must be cells of 4 bytes, but has 3 bytes'],
    ['one or two cells', () => at(I2C).u64('reg'), 'must be one or two cells but has 24 bytes'],
    ['rows', () => at(I2C).cells('reg', 4), 'must be rows of 4 cells but has 6 cells'],
    ['strings', () => at(I2C).strings('odd'), 'does not end with a NUL byte'],
    ['one string', () => at(I2C).string('clock-names'), 'must be one string but holds 2'],
    ['reg', () => at('/soc/wrong@1').regs, 'must be entries of 2 address and 1 size cells'],
    ['a phandle', () => at('/lost').target('parent'), 'points at phandle 99: no node has it'],
    ['phandles', () => at('/lost').phandles('clocks', '#clock-cells'), 'entry 0 points at phandle 99'],
    ['arguments', () => at('/needy').phandles('clocks', '#clock-cells'), 'entry 0 needs 1 cells'],
    [
      'a count of arguments',
      () => at('/bare').phandles('clocks', '#clock-cells'),
      '/none, which has no #clock-cells',
    ],
  ])('refuse what is not %s, and say so', (_what, read, sentence) => {
    expect(read).toThrow(PropertyError);
    expect(read).toThrow(sentence);
  });

  it('name place, node and property where they refuse', () => {
    let caught: unknown;
    try {
      at(I2C).u32('odd');
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({
      path: I2C,
      property: 'odd',
      sentence: 'odd must be one cell (4 bytes), but has 3 bytes',
      place: { file: 'board.dts', line: 19, column: 4 },
      message: `board.dts:19:4: ${I2C}: odd must be one cell (4 bytes), but has 3 bytes`,
    });
  });

  it('work on nodes with many properties and children', () => {
    const many = Array.from({ length: 40 }, (_, i) => `p${i} = <${i}>;`).join(' ');
    const nodes = Array.from({ length: 40 }, (_, i) => `n${i} { };`).join(' ');
    const result = parse(
      't.dts',
      `${inRoot(`${many} ${nodes}`)} / { p20 = <1>; /delete-property/ p21; /delete-node/ n5; n6 { x; }; };`,
    );
    const root = result.tree?.root;
    expect([root?.u32('p39'), root?.u32('p20'), root?.has('p21'), root?.has('p40')]).toEqual([
      39,
      1,
      false,
      false,
    ]);
    expect([root?.subnode('n39')?.name, root?.subnode('n5'), root?.subnode('n6')?.has('x')]).toEqual([
      'n39',
      undefined,
      true,
    ]);
    expect(root?.subnodes).toHaveLength(39);
  });
});
