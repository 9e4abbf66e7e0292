import { describe, expect, test } from 'vitest';
import { compile, isPlainOverlay, parse } from '../../../src/devicetree/index.ts';
import { dtc, gcc, HAS_DTC, HAS_GCC, hex } from '../support.ts';

/** Zephyr's overlays: text that is read behind the board's as one with it. */

const BOARD = `/dts-v1/;
#define OLED 0x3c
/ {
	#address-cells = <1>; #size-cells = <0>;
	aliases { i2c1 = &bus; };
	bus: i2c@1 { reg = <1>; clock-frequency = <100000>; temp: temp@48 { reg = <0x48>; }; rom@50 { reg = <0x50>; }; };
};
`;

const OVERLAYS: readonly (readonly [what: string, overlay: string])[] = [
  ['a reference that adds and changes', '&bus { clock-frequency = <400000>; oled@3c { reg = <OLED>; }; };'],
  ['a deletion by label', '/delete-node/ &temp;'],
  ['a deletion by path', '/delete-node/ &{/i2c@1/rom@50};'],
  ['deletions inside of a node', '&bus { /delete-property/ clock-frequency; /delete-node/ rom@50; };'],
  ['references inside of the root', '/ { chosen { path = &bus; phandle-of = <&temp>; }; };'],
  ['a label of its own', '&bus { oled: oled@3c { reg = <OLED>; }; };\n/ { aliases { o = &oled; }; };'],
  ['a macro of its own', '#undef OLED\n#define OLED 0x3d\n&bus { oled@3d { reg = <OLED>; }; };'],
  ['nothing at all', '// nothing\n'],
  ['a bus with its own node again', '&{/i2c@1} { temp@48 { reg = <0x48>; status = "disabled"; }; };'],
];

describe('a text that follows the source', () => {
  test.runIf(HAS_DTC && HAS_GCC).each(OVERLAYS)('%s means what it means to cpp and dtc', (_, overlay) => {
    const { blob, diagnostics } = compile('board.dts', BOARD, {
      appended: [{ path: 'x.overlay', source: overlay }],
    });
    expect(diagnostics).toEqual([]);
    const theirs = dtc(gcc(BOARD + overlay));
    expect(theirs).toBeDefined();
    expect(hex(blob)).toBe(hex(theirs));
  });

  test('may be one of several, each with /dts-v1/; or without', () => {
    const { tree } = parse('board.dts', BOARD, {
      appended: [
        { path: 'a.overlay', source: '// mine\n/dts-v1/;\n/delete-node/ &temp;' },
        { path: 'b.overlay', source: Buffer.from('&bus { late; };') },
      ],
    });
    expect(tree?.byPath('/i2c@1/temp@48')).toBeUndefined();
    expect(tree?.byPath('/i2c@1')?.has('late')).toBe(true);
  });

  test('has its own name and lines in messages', () => {
    const { diagnostics } = parse('board.dts', BOARD, {
      appended: [{ path: 'x.overlay', source: '\n\n/delete-node/ &tmp;' }],
    });
    expect(diagnostics).toMatchObject([
      { hint: 'did you mean &temp?', span: { file: 'x.overlay', line: 3, column: 15 } },
    ]);
  });

  test('is not reached by a condition or a string that the source leaves open', () => {
    const wrong = (source: string) =>
      parse('board.dts', source, { appended: [{ path: 'x.overlay', source: '#endif\n/ { b = "x"; };' }] })
        .diagnostics[0];
    expect(wrong(`${BOARD}#if 1\n`)).toMatchObject({ message: 'this condition has no #endif' });
    expect(wrong(`${BOARD}/ { a = "b;\n};\n`)).toMatchObject({ span: { file: 'board.dts', line: 8 } });
  });
});

describe('isPlainOverlay', () => {
  test.each([
    ['&bus { a; };', true],
    ['/dts-v1/;\n/ { a; };', true],
    ['// /plugin/;\n&bus { a; };', true],
    ['', true],
    ['/dts-v1/;\n/plugin/;\n&bus { a; };', false],
    ['/dts-v1/;\n/ { fragment@0 { target-path = "/"; __overlay__ { a; }; }; };', false],
    ['/ { fragment@0 { target-path = "/"; __dormant__ { a; }; }; };', false],
  ])('%j: %s', (source, plain) => expect(isPlainOverlay('x.overlay', source)).toBe(plain));

  test('looks into what the overlay includes', () => {
    const readFile = () => Buffer.from('/dts-v1/; /plugin/;');
    expect(isPlainOverlay('x.overlay', '#include "top.h"\n&bus { a; };', { readFile })).toBe(false);
  });
});
