import { describe, expect, it } from 'vitest';
import { openBoard } from '../../../src/board/index.ts';
import { connectedBuses } from '../../../src/board/known/connected-buses.ts';
import { compile } from '../../../src/devicetree/index.ts';
import { findDevices } from '../../../src/frontend/index.ts';
import { testFolder } from '../../cli/folder.ts';

/** What is said of nodes and properties that an overlay brought names the overlay, and the place in it. */
const folder = testFolder();
const BOARD = `/dts-v1/;
/ {
	gpio: gpio { compatible = "platform,virtio-gpio"; ngpios = <2>; gpio-controller; #gpio-cells = <2>; interrupt-controller; #interrupt-cells = <2>; };
	bus: i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		temp@48 { compatible = "national,lm75"; reg = <0x48>; interrupts-extended = <&gpio 0 2>; };
	};
};
`;
const REG = `/dts-v1/;
/plugin/;
#define MOVED 0x4a
&bus {
	temp@48 { reg = <MOVED>; };
};
`;
const source = () => folder.write('board.dts', BOARD);
const blob = () => folder.write('board.dtb', compile('b', BOARD, { symbols: true }).blob as Uint8Array);
const compiled = (name: string, text: string) =>
  folder.write(name, compile(name, text, { symbols: true }).blob as Uint8Array);

async function warnings(board: string, ...overlays: readonly string[]): Promise<readonly string[]> {
  const told: string[] = [];
  const onWarning = (sentence: string) => told.push(sentence.replaceAll(`${folder.path('')}/`, ''));
  await (await openBoard(board, { overlays, onWarning, backEnd: 'inline' })).close();
  return told;
}

const SENTENCE = 'reg is 0x4a, but the name says 48; write reg = <0x48>, or rename the node to temp@4a';

describe.each([
  ['source', source],
  ['blob', blob],
])('on a board of %s', (_, board) => {
  it('a property', async () => {
    expect(await warnings(board(), folder.write('reg.dtso', REG))).toEqual([`reg.dtso:5:12: ${SENTENCE}`]);
  });

  it('a property that an overlay by path sets, the last of two', async () => {
    const fragment = (reg: string) =>
      `/dts-v1/;\n/plugin/;\n/ {\n\tfragment@0 {\n\t\ttarget-path = "/i2c";\n\t\t__overlay__ {\n\t\t\ttemp@48 { reg = <${reg}>; };\n\t\t};\n\t};\n};\n`;
    const overlays = [folder.write('first.dtso', REG), folder.write('last.dtso', fragment('0x4b'))];
    expect(await warnings(board(), ...overlays)).toEqual([
      expect.stringMatching(/^last\.dtso:7:14: reg is 0x4b/),
    ]);
  });

  it('a node, in a file that the overlay includes', async () => {
    folder.write('parts.dtsi', '&bus {\n\ttemp@4a { compatible = "ti,tmp120"; reg = <0x4a>; };\n};\n');
    const overlay = folder.write('node.dtso', '/dts-v1/;\n/plugin/;\n#include "parts.dtsi"\n');
    expect(await warnings(board(), overlay)).toEqual([
      expect.stringMatching(/^parts\.dtsi:2:12: unknown compatible "ti,tmp120"/),
    ]);
  });

  it('a setting that is wrong, which is found where the part is made', async () => {
    const text = `/dts-v1/;\n/plugin/;\n&bus {\n\ttemp@48 { dtbus,set = "temprature=3"; };\n};\n`;
    expect(await warnings(board(), folder.write('set.dtso', text))).toEqual([
      expect.stringMatching(/^set\.dtso:4:12: \/i2c\/temp@48: not found: temprature/),
    ]);
  });

  it('a property of a compiled overlay, whose lines nobody knows: by its file', async () => {
    expect(await warnings(board(), compiled('reg.dtbo', REG))).toEqual([`reg.dtbo: ${SENTENCE}`]);
  });

  it('an overlay that cannot be applied, and not one before it', async () => {
    const overlays = [
      folder.write('reg.dtso', REG),
      folder.write('lost.dtso', '/dts-v1/;\n/plugin/;\n&nowhere { a; };\n'),
    ];
    const refused = openBoard(board(), { overlays, backEnd: 'inline' });
    await expect(refused).rejects.toThrow(
      /^\S+\/lost\.dtso:3:10: cannot be applied to .* no symbol "nowhere"$/,
    );
  });

  it.each([
    [
      '&bus {\n\ttemp@48 {\n\t\tvcc-supply = <&nowhere>;\n\t};\n};',
      '5:3',
      'the base has no symbol "nowhere"',
    ],
    ['/ { fragment@0 { target-path = "/no"; __overlay__ { a; }; }; };', '3:18', '"no" of "/no"'],
    [
      '/ { fragment@0 { target = <77>; __overlay__ { a; }; }; };',
      '3:18',
      'the node that /fragment@0:target points to',
    ],
    ['/ { fragment@0 { __overlay__ { a; }; }; };', '3:16', '/fragment@0 has neither target nor target-path'],
  ])('%j, at its place', async (text, place, why) => {
    const overlay = folder.write('lost.dtso', `/dts-v1/;\n/plugin/;\n${text}\n`);
    const overlays = [compiled('reg.dtbo', REG), overlay];
    const thrown: unknown = await openBoard(board(), { overlays, backEnd: 'inline' }).catch((error) => error);
    expect(String(thrown)).toContain(`BoardError: ${overlay}:${place}: cannot be applied to `);
    expect(String(thrown).endsWith(`: ${why}`)).toBe(true);
  });

  it('a compiled overlay that cannot be applied, by its file', async () => {
    const overlays = [compiled('lost.dtbo', '/dts-v1/;\n/plugin/;\n&nowhere { a; };\n')];
    const refused = openBoard(board(), { overlays, backEnd: 'inline' });
    await expect(refused).rejects.toThrow(/^\S+\/lost\.dtbo: cannot be applied to .* no symbol "nowhere"$/);
  });
});

it('a place of the board that no overlay changed stays its own', async () => {
  const board = folder.write('odd.dts', BOARD.replace('temp@48', 'temp@49'));
  const overlay = folder.write(
    'status.dtso',
    '/dts-v1/;\n/plugin/;\n&bus { clock-frequency = <100000>; };\n',
  );
  expect(await warnings(board, overlay)).toEqual([
    expect.stringMatching(/^odd\.dts:8:43: reg is 0x48, but the name says 49/),
  ]);
});

it('references of a tree that an overlay was applied to are not taken for known', async () => {
  const overlays = [folder.write('reg.dtso', REG)];
  await using board = await openBoard(source(), { overlays, backEnd: 'inline', treeChecks: 'off' });
  expect(board.tree.root.span).toBeDefined();
  expect(connectedBuses(board.tree, findDevices(board.tree, { adopt: false }))).toBeUndefined();
});
