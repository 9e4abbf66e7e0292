import { describe, expect, it } from 'vitest';
import { openBoard } from '../../../src/board/index.ts';
import { compile } from '../../../src/devicetree/index.ts';
import { testFolder } from '../../cli/folder.ts';

/** Overlays without `/plugin/;`, as Zephyr has them, on a board's source and on its blob. */
const folder = testFolder();
const BOARD = `/dts-v1/;
/ {
	bus: i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		clock-frequency = <100000>;
		temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
		rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
	};
};
`;
const PLUGIN = (body: string) => `/dts-v1/;\n/plugin/;\n&bus { ${body} };\n`;

/** What is on the bus, by name, and what was warned of. */
async function opened(board: string, ...overlays: readonly string[]) {
  const warnings: string[] = [];
  const files = overlays.map((text, index) => folder.write(`o${index}.overlay`, text));
  await using open = await openBoard(board, {
    overlays: files,
    onWarning: (sentence) => warnings.push(sentence.replaceAll(`${folder.path('')}/`, '')),
    backEnd: 'inline',
  });
  const names = open.buses().flatMap(({ peripherals }) => peripherals.map(({ path }) => path.slice(5)));
  return { names: names.sort(), warnings, tree: open.tree };
}

const source = () => folder.write('board.dts', BOARD);
const blob = () => folder.write('board.dtb', compile('b', BOARD, { symbols: true }).blob as Uint8Array);

describe('a plain overlay', () => {
  it('deletes nodes and properties of the source, and refers to its labels', async () => {
    const { names, tree, warnings } = await opened(
      source(),
      '/delete-node/ &temp;\n&bus { /delete-property/ clock-frequency; /delete-node/ rom@50; lm: lm@49 { compatible = "national,lm75"; reg = <0x49>; }; };\n/ { chosen { it = &lm; }; };',
    );
    expect(warnings).toEqual([]);
    expect(names).toEqual(['lm@49']);
    expect(tree.byPath('/i2c')?.has('clock-frequency')).toBe(false);
    expect(tree.byPath('/chosen')?.string('it')).toBe('/i2c/lm@49');
  });

  it('goes before overlays of the other kind, which see its labels', async () => {
    const { names } = await opened(
      source(),
      '/delete-node/ &temp;\n&bus { rom2: rom@51 { compatible = "atmel,24c02"; reg = <0x51>; }; };',
      '/dts-v1/;\n/plugin/;\n&rom2 { status = "disabled"; };\n',
    );
    expect(names).toEqual(['rom@50']);
  });

  it('adds to a blob', async () => {
    const { names } = await opened(
      blob(),
      '&bus { lm@49 { compatible = "national,lm75"; reg = <0x49>; }; };',
    );
    expect(names).toEqual(['lm@49', 'rom@50', 'temp@48']);
  });

  it.each([
    ['a node by its label', '/delete-node/ &temp;'],
    ['a node', '&bus { /delete-node/ rom@50; };'],
    ['a property', '&bus { /delete-property/ clock-frequency; };'],
  ])('that deletes %s is refused for a blob, with what to do', async (_, text) => {
    const remedy = /o0\.overlay.*[\s\S]*name the \.dts of the board instead of its blob/;
    await expect(opened(blob(), text)).rejects.toThrow(remedy);
    await expect(opened(source(), PLUGIN('a;'), text)).rejects.toThrow(/this overlay before all others/);
  });

  it('does not get the blame for its board', async () => {
    const board = folder.write('open.dts', BOARD.replace(/\};\n$/, ''));
    await expect(opened(board, '&bus { a; };')).rejects.toThrow(
      /open\.dts cannot be read\n.*"};" is missing/,
    );
  });

  it.each([
    ['x.overlay', '/ { a; };', 'is an overlay, not a board: name the board, and add this file with -o'],
    [
      'x.dts',
      '// mine\n&bus { a; };',
      'is an overlay, not a board: name the board, and add this file with -o',
    ],
    ['x.dtsi', '/ { a; };', 'is a part of boards: name the .dts that includes it'],
  ])('as a board, %s, says what it is', async (name, text, sentence) => {
    await expect(openBoard(folder.write(name, text))).rejects.toThrow(sentence);
  });
});

describe('an overlay with /plugin/;', () => {
  it('says that it cannot delete what is on the board', async () => {
    const { names, warnings } = await opened(
      source(),
      PLUGIN('/delete-property/ clock-frequency; /delete-node/ rom@50; b { c; /delete-property/ c; };'),
    );
    expect(names).toEqual(['rom@50', 'temp@48']);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^o0\.overlay:3:8: an overlay cannot delete clock-frequency of the board; delete it in/,
      ),
      expect.stringMatching(
        /^o0\.overlay:3:57: an overlay cannot delete rom@50 of the board; disable it: status/,
      ),
    ]);
  });
});
