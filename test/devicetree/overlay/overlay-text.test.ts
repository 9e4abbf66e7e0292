import { describe, expect, test } from 'vitest';
import {
  applyOverlays,
  fromBlob,
  parse,
  type Tree,
  toBlob,
  writeDts,
} from '../../../src/devicetree/index.ts';

/** Overlays as people write them for Zephyr, ZMK and U-Boot: text that follows the board's, without a header. */

const BOARD = '/dts-v1/;\n/ { a = <1>; bus: bus@1 { reg = <1>; }; };';

function applied(overlay: string): string {
  const base = parse('board.dts', BOARD, { symbols: true }).tree as Tree;
  const { tree, diagnostics } = parse('x.overlay', overlay, { asOverlay: true, symbols: true });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return writeDts(applyOverlays(fromBlob(toBlob(base)).tree as Tree, [tree as Tree]));
}

describe('a source that is given as an overlay', () => {
  test.each([
    ['nothing', ''],
    ['/dts-v1/; alone', '/dts-v1/;\n'],
    ['both lines', '/dts-v1/;\n/plugin/;\n'],
  ])('needs %s in front', (_, header) => {
    expect(applied(`${header}&bus { status = "okay"; oled@3c { reg = <0x3c>; }; };`)).toMatch(
      /bus@1 \{\n\t\tstatus = "okay";\n\t\treg = <0x01>;\n\t\tphandle = <0x01>;\n\n\t\toled@3c \{/,
    );
  });

  test('without a header, has its root node merged into the root of the board', () => {
    expect(applied('/ { a = <2>; chosen { b; }; };')).toMatch(/\{\n\ta = <0x02>;\n\n\tchosen \{\n\t\tb;/);
  });

  test('without a header, cannot take a node of the board away, and says so', () => {
    const [problem] = parse('x.overlay', '/delete-node/ &bus;', { asOverlay: true }).diagnostics;
    expect(problem).toMatchObject({
      message: 'Label or path bus not found',
      hint: 'an overlay can only delete or change its own nodes',
      span: { line: 1, column: 15 },
    });
  });
});

describe('fragments that references make beside explicit ones', () => {
  // dtc 1.8.1 -I dts -O dts of the same sources.
  test.each(['&{/path} { a; };', '&label { a; };'])(
    '%s before / { fragment@0 } are merged as by dtc',
    (reference) => {
      const { tree, diagnostics } = parse(
        'a.dtso',
        `/dts-v1/;\n/plugin/;\n${reference}\n/ { fragment@0 { b; __overlay__ { c; }; }; fragment@1 { }; };`,
      );
      expect(diagnostics).toEqual([]);
      const fragment = tree?.byPath('/fragment@0');
      expect(fragment?.properties.map(({ name }) => name)).toEqual([
        reference.startsWith('&{') ? 'target-path' : 'target',
        'b',
      ]);
      expect(fragment?.subnode('__overlay__')?.properties.map(({ name }) => name)).toEqual(['a', 'c']);
      expect(tree?.root.children.map(({ name }) => name).slice(0, 2)).toEqual(['fragment@0', 'fragment@1']);
    },
  );
});
