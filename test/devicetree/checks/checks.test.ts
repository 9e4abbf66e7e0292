import { describe, expect, test } from 'vitest';
import { runDtc } from '../../../src/cli/dt-tools/run-dtc.ts';
import {
  checkLevels,
  compile,
  type Diagnostic,
  dtcChecks,
  FlatTree,
  fromBlob,
  parse,
  resolve,
  type Tree,
} from '../../../src/devicetree/index.ts';
import { DtMemoryIo } from '../../cli/dt-tools/dt-memory-io.ts';
import { CHECK_CASES, type CheckCase } from './check-cases.ts';

function check({ source, options }: Pick<CheckCase, 'source' | 'options'>): {
  readonly diagnostics: readonly Diagnostic[];
  readonly exitCode: number;
} {
  const io = new DtMemoryIo({ 'board.dts': source });
  const exitCode = runDtc(['--json', '-I', 'dts', '-O', 'dtb', '-o', 'out.dtb', ...options, 'board.dts'], io);
  return { diagnostics: JSON.parse(io.errors.split('\n', 1)[0] ?? '[]') as Diagnostic[], exitCode };
}

const failures = (diagnostics: readonly Diagnostic[]) =>
  diagnostics.map(({ code, node }) => `${code} ${node}`).sort();

describe("what dtc's checks find", () => {
  test.each(CHECK_CASES.filter(({ exitCode }) => exitCode === 0))('$name', (entry) => {
    const { diagnostics, exitCode } = check(entry);
    expect(failures(diagnostics)).toEqual(entry.expected);
    expect(exitCode).toBe(0);
  });

  // dtc stops at the first check that fails; here the others that can still run do.
  test.each(CHECK_CASES.filter(({ exitCode }) => exitCode !== 0))('$name, an error', (entry) => {
    const { diagnostics, exitCode } = check(entry);
    expect(failures(diagnostics)).toEqual(expect.arrayContaining([...entry.expected]));
    expect(exitCode).toBe(entry.exitCode);
  });

  test('an error refuses the tree, however many warnings come before it', () => {
    const warned = Array.from({ length: 300 }, (_, i) => `n@${i + 1} { };`).join(' ');
    const source = `/dts-v1/; / { ${warned} x { chosen { }; }; };`;
    const { diagnostics, exitCode } = check({ source, options: ['-E', 'chosen_node_is_root'] });
    expect(failures(diagnostics.filter(({ severity }) => severity === 'error'))).toEqual([
      'chosen_node_is_root /x/chosen',
    ]);
    expect(exitCode).toBe(2);
  });

  test('every check has a case, or is a step that cannot fail', () => {
    const covered = new Set(
      CHECK_CASES.flatMap(({ expected }) => expected.map((line) => line.split(' ')[0])),
    );
    const steps = ['addr_size_cells', 'omit_unused_nodes', 'simple_bus_bridge'];
    // Names that no source can have; the fixture of bad blobs below has them.
    const blobsOnly = ['node_name_chars', 'property_name_chars'];
    // dtc blames the root node, this one /chosen: tested below.
    const elsewhere = ['obsolete_chosen_interrupt_controller'];
    // They are all of one kind with clocks_is_cell.
    const rest = dtcChecks()
      .map(({ name }) => name)
      .filter((name) => !covered.has(name) && !/_is_cell$/.test(name));
    expect(rest.sort()).toEqual([...steps, ...blobsOnly, ...elsewhere].sort());
  });
});

function checkTree(source: string): readonly Diagnostic[] {
  const { tree, diagnostics } = parse('board.dts', source, { resolve: false });
  return [...diagnostics, ...(tree === undefined ? [] : resolve(tree, { checks: dtcChecks() }))];
}

describe('what a blob may hold, but no source', () => {
  function blobWith(edit: (tree: FlatTree) => void): Tree {
    const { blob } = compile('empty.dts', '/dts-v1/; / { };');
    const tree = new FlatTree(blob as Uint8Array);
    edit(tree);
    return fromBlob(tree.toBlob()).tree as Tree;
  }

  test.each([
    ['node_name_chars', '/a$b', (tree: FlatTree) => tree.addChild(tree.root, 'a$b')],
    ['property_name_chars', '/', (tree: FlatTree) => tree.set(tree.root, 'a@b', new Uint8Array(0))],
    ['node_name_not_empty', '/@5', (tree: FlatTree) => tree.addChild(tree.root, '@5')],
  ])('%s', (name, path, edit) => {
    const found = resolve(blobWith(edit), { checks: dtcChecks() });
    expect(failures(found)).toContain(`${name} ${path}`);
  });

  test('the same failure at two nodes is two failures', () => {
    const tree = blobWith((flat) => {
      flat.addChild(flat.root, 'a@1');
      flat.addChild(flat.root, 'b@1');
    });
    expect(failures(resolve(tree, { checks: dtcChecks() }))).toEqual([
      'unit_address_vs_reg /a@1',
      'unit_address_vs_reg /b@1',
    ]);
  });
});

describe('a failure says where, why, and what to do', () => {
  test('at the property, with the line of source', () => {
    const [found] = checkTree(`/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <0>;
	i2c@0 {
		reg = <0>;
		#address-cells = <1>;
		#size-cells = <0>;
		eeprom@a0 {
			reg = <0xa0>;
		};
	};
};
`);
    expect(found).toMatchObject({
      code: 'i2c_bus_reg',
      severity: 'warning',
      message: 'I2C address 0xa0 has more than 7 bits',
      hint: expect.stringContaining('write 0x50'),
      node: '/i2c@0/eeprom@a0',
      property: 'reg',
      span: { file: 'board.dts', line: 10, column: 4, endLine: 10, endColumn: 17 },
      excerpt: '\t\t\treg = <0xa0>;',
    });
  });

  test('at the name, when the name is wrong', () => {
    const [found] = checkTree('/dts-v1/;\n/ {\n\tled@5 { };\n};\n');
    expect(found).toMatchObject({
      message: 'the name has a unit address, but the node has no reg or ranges',
      hint: 'add reg, or rename it to led',
      span: { line: 3, column: 2, endColumn: 7 },
    });
  });

  test('the obsolete interrupt-controller of /chosen is blamed on /chosen', () => {
    const found = checkTree('/dts-v1/; / { chosen { interrupt-controller = <1>; }; };');
    expect(failures(found)).toContain('obsolete_chosen_interrupt_controller /chosen');
  });

  test.each(CHECK_CASES)('each has a remedy: $name', (entry) => {
    const own = new Set(dtcChecks().map(({ name }) => name));
    // Those of the language's own steps come with the tree (structure-checks).
    const structural = /^(duplicate_|name_is|name_prop|explicit_|phandle_ref|path_ref|omit_)/;
    for (const { code, hint } of check(entry).diagnostics)
      if (own.has(code) && !structural.test(code)) expect(hint, code).toMatch(/\w/);
  });
});

describe('prerequisites', () => {
  test('a check is not run when one that it builds on has failed', () => {
    const found = checkTree('/dts-v1/; / { #address-cells = <1 2>; a@0 { reg = <1 2 3 4 5>; }; };');
    expect(failures(found)).toEqual(['address_cells_is_cell /']);
  });

  test('a prerequisite that is switched off still decides, in silence', () => {
    const source = '/dts-v1/; / { #address-cells = <1 2>; a@0 { reg = <1 2 3 4 5>; }; };';
    const { tree } = parse('board.dts', source, { resolve: false });
    const checks = dtcChecks();
    const levels = new Map([['address_cells_is_cell', 'off' as const]]);
    expect(resolve(tree as Tree, { checks, levels })).toEqual([]);
  });
});

describe('levels (-W and -E)', () => {
  const levels = (...names: string[]) =>
    Object.fromEntries(
      checkLevels(
        dtcChecks(),
        names.map((name) => ({ level: name.startsWith('E') ? 'error' : 'warning', name: name.slice(1) })),
      ),
    );

  test('nothing differs without switches', () => {
    expect(levels()).toEqual({});
  });

  test('a check is switched on and off again', () => {
    expect(levels('Walways_fail')).toEqual({ always_fail: 'warning' });
    expect(levels('Walways_fail', 'Wno-always_fail')).toEqual({});
    expect(levels('Walways_fail', 'Wno_always_fail')).toEqual({});
  });

  test('an error comes with errors of what it requires', () => {
    expect(levels('Ereg_format')).toEqual({
      reg_format: 'error',
      addr_size_cells: 'error',
      address_cells_is_cell: 'error',
      size_cells_is_cell: 'error',
    });
  });

  test('switching off takes along what builds on it', () => {
    expect(levels('Wno-avoid_default_addr_size')).toEqual({
      avoid_default_addr_size: 'off',
      avoid_unnecessary_addr_size: 'off',
      unique_unit_address: 'off',
    });
  });

  test('warning and error are two switches', () => {
    expect(levels('Esize_cells_is_cell', 'Wno-size_cells_is_cell')['size_cells_is_cell']).toBe('error');
    expect(levels('Wno-duplicate_label')).toEqual({});
    expect(levels('Eno-duplicate_label')).toEqual({ duplicate_label: 'off' });
  });

  test('an unknown check is refused', () => {
    expect(() => levels('Wreg_fromat')).toThrow('unknown check "reg_fromat"');
  });
});

describe('remedies do not contradict each other', () => {
  test.each([
    ['i2c', 'eeprom@50 { reg = <0x50>; };'],
    ['i2c-gate', 'eeprom@50 { reg = <0x50>; };'],
    ['spi', 'flash@0 { reg = <0>; };'],
  ])('about the cells of an %s bus that has none', (name, client) => {
    const { tree } = parse('a.dts', `/dts-v1/; / { ${name} { ${client} }; };`, { resolve: false });
    const diagnostics = resolve(tree as Tree, { checks: dtcChecks() });
    const hints = diagnostics.map(({ hint }) => hint ?? '').filter((hint) => hint.startsWith('write #'));
    expect(hints).not.toEqual([]);
    for (const hint of hints) expect(hint).toMatch(/#address-cells = <1>|#size-cells = <0>/);
  });
});
