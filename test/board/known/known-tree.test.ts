import { mkdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Board, type BoardOptions, openBoard } from '../../../src/board/index.ts';
import type { Node, Tree } from '../../../src/devicetree/index.ts';
import { testFolder } from '../../cli/folder.ts';
import { opener } from './opener.ts';

/** The tree of a board that is known is kept, and is used as long as all that it was read from is what it was. */
const folder = testFolder();

const BOARD = `/dts-v1/;
#include "parts.dtsi"
/ {
	bus: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; };
};
&{/i2c} { PARTS };
`;
const TEMP = '#define PARTS temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };\n';
const ROM = '#define PARTS rom: rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };\n';

/** A folder of its own, with the board and what it includes. */
let count = 0;
function written(board = BOARD, parts = TEMP) {
  const name = `board-${count++}`;
  mkdirSync(folder.path(name));
  folder.write(`${name}/parts.dtsi`, parts);
  return { name, file: folder.write(`${name}/board.dts`, board) };
}

const partsOf = (board: Board) => board.parts().map(({ path }) => path.replace('/i2c/', ''));

/** An opener of a board that is known: `look` sees what is kept. */
async function knowing(file: string, options: BoardOptions = {}) {
  const { facts, look } = opener();
  await look(file, () => undefined, options);
  expect(facts.known).toBeDefined();
  /** Puts a mark into the tree that is kept, which no source has. */
  const mark = () => {
    const fact = JSON.parse(facts.known as string) as { tree: { nodes: { labels?: string[] }[] } };
    (fact.tree.nodes[0] as { labels?: string[] }).labels = ['kept'];
    facts.known = JSON.stringify(fact);
  };
  const isKept = () => look(file, ({ tree }) => tree.byLabel('kept') !== undefined, options);
  mark();
  expect(await isKept()).toBe(true);
  return { facts, look, isKept, mark };
}

/** All that others can see of a tree without its source. */
const shapeOf = (tree: Tree) => ({
  plugin: tree.plugin,
  bootCpu: tree.bootCpu,
  reservations: tree.reservations,
  nodes: [...tree.nodes()].map((node) => ({
    path: node.path,
    labels: node.labels,
    phandle: node.phandle,
    properties: node.properties.map(({ name, value, labels }) => ({ name, value, labels })),
  })),
});

const placesOf = (node: Node) => ({
  span: node.span,
  definitions: node.definitions,
  properties: node.properties.map(({ span, definitions, markers }) => ({ span, definitions, markers })),
});

/** With a reservation, a deletion, references, labels of a property, and a value that is set twice. */
const RICH = `/dts-v1/;
/memreserve/ 0x1000 0x2000;
#include "parts.dtsi"
/ {
	bus: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; };
};
&{/i2c} { PARTS };
/ {
	gone { };
	gpio: gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; ngpios = <4>; };
	leds { compatible = "gpio-leds"; led { gpios = <&gpio 1 0>; own: label = "a", "b"; }; };
};
/delete-node/ &{/gone};
&temp { label = "hot"; };
&temp { label = "cold"; };
`;

describe('the tree of a board that is known', () => {
  it('is the one that was read, without its source being read', async () => {
    const { file } = written(RICH);
    const { look } = await knowing(file);
    await using read = await openBoard(file, { backEnd: 'inline' });
    const kept = await look(file, ({ tree }) => tree);
    expect(kept).not.toBe(read.tree);
    const expected = shapeOf(read.tree);
    expect(expected.reservations).toHaveLength(1);
    const [root, ...rest] = shapeOf(kept).nodes;
    expect({ ...shapeOf(kept), nodes: [{ ...root, labels: [] }, ...rest] }).toEqual(expected);
  });

  it('has the places of its source for whoever asks', async () => {
    const { file } = written(RICH);
    const { look } = await knowing(file);
    await using read = await openBoard(file, { backEnd: 'inline' });
    const kept = await look(file, ({ tree }) => tree);
    for (const node of read.tree.nodes())
      expect(placesOf(kept.byPath(node.path) as Node)).toEqual(placesOf(node));
    const label = kept.byPath('/i2c/temp@48')?.property('label');
    expect(label?.span).toMatchObject({ file, line: 15, column: 9 });
    expect(label?.definitions).toHaveLength(2);
    expect(kept.sources.files.map(({ path }) => path)).toEqual(
      read.tree.sources.files.map(({ path }) => path),
    );
  });

  it('has the place of its file in an error', async () => {
    const { file } = written(RICH);
    const { look } = await knowing(file);
    const kept = await look(file, ({ tree }) => tree);
    const led = kept.byPath('/leds/led') as Node;
    expect(() => led.string('label')).toThrow(
      `${file}:11:67: /leds/led: label must be one string but holds 2`,
    );
  });

  it('has the places of the source that it was compared with, whatever its files have become since', async () => {
    const parts = `${TEMP}/ { extra { }; };\n`;
    const { file, name } = written(RICH, parts);
    const { look } = await knowing(file);
    const kept = await look(file, ({ tree }) => tree);
    folder.write(`${name}/board.dts`, `\n\n${RICH}`);
    folder.write(`${name}/parts.dtsi`, `\n\n${parts}`);
    expect(kept.byPath('/leds')?.span).toMatchObject({ file, line: 11 });
    expect(kept.byPath('/extra')?.span).toMatchObject({ file: folder.path(`${name}/parts.dtsi`), line: 2 });
  });

  it('tells of what is wrong outside of it at the same place', async () => {
    const contents = `rom@50 { compatible = "atmel,24c02"; reg = <0x50>; dtbus,contents = "rom.bin"; };`;
    const { file, name } = written(BOARD.replace('PARTS', contents));
    folder.write(`${name}/rom.bin`, Buffer.alloc(256));
    const { look } = await knowing(file);
    rmSync(folder.path(`${name}/rom.bin`));
    mkdirSync(folder.path(`${name}/rom.bin`));
    const saidBy = async (open: (options: BoardOptions) => Promise<unknown>) => {
      const said: string[] = [];
      await open({ onWarning: (sentence) => said.push(sentence) });
      return said;
    };
    const fresh = await saidBy(async (options) => {
      await using _ = await openBoard(file, { backEnd: 'inline', ...options });
    });
    expect(fresh.join()).toContain(`${file}:6:`);
    expect(await saidBy((options) => look(file, () => undefined, options))).toEqual(fresh);
  });

  it('has the doubts of its source, with their places', async () => {
    const { file, name } = written();
    const { facts, look } = await knowing(file);
    expect(await look(file, ({ doubts }) => doubts)).toEqual([]);
    // As if this were what the tree was read from.
    const other = TEMP.replace('0x48', '0x49');
    folder.write(`${name}/parts.dtsi`, other);
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    facts.known = (facts.known as string).replace(base64(TEMP), base64(other));
    const seen = await look(file, ({ doubts, tree }) => ({
      doubts,
      isKept: tree.byLabel('kept') !== undefined,
    }));
    expect(seen).toMatchObject({
      isKept: true,
      doubts: [{ file, diagnostic: { node: '/i2c/temp@48', span: { file, line: 6, column: 11 } } }],
    });
  });
});

describe('the tree is read again', () => {
  it('where its file was changed, whatever length and time it has', async () => {
    const { file, name } = written();
    const { look, isKept } = await knowing(file);
    const { atime, mtime } = statSync(file);
    folder.write(`${name}/board.dts`, BOARD.replace('bus: i2c {', 'sub: i2c {'));
    utimesSync(file, atime, mtime);
    expect(await look(file, ({ tree }) => tree.byPath('/i2c')?.labels)).toEqual(['sub']);
    expect(await isKept()).toBe(false);
  });

  it('where a file that it includes was changed, or is gone', async () => {
    const { file, name } = written();
    const { look } = await knowing(file);
    const parts = folder.path(`${name}/parts.dtsi`);
    const { atime, mtime } = statSync(parts);
    folder.write(`${name}/parts.dtsi`, TEMP.replaceAll('48', '49'));
    utimesSync(parts, atime, mtime);
    expect(await look(file, partsOf)).toEqual(['temp@49']);
    rmSync(parts);
    await expect(look(file, partsOf)).rejects.toThrow('cannot find parts.dtsi');
  });

  it('where its own file is gone', async () => {
    const { file } = written();
    const { look } = await knowing(file);
    rmSync(file);
    await expect(look(file, partsOf)).rejects.toThrow(`board not found: ${file}`);
  });

  it('where a file has appeared that its includes find first', async () => {
    const { file, name } = written(BOARD.replace('"parts.dtsi"', '<parts.dtsi>'));
    const [near, far] = [folder.path(`${name}/near`), folder.path(`${name}/far`)];
    for (const each of [near, far]) mkdirSync(each);
    rmSync(folder.path(`${name}/parts.dtsi`));
    folder.write(`${name}/far/parts.dtsi`, TEMP);
    const options = { includePaths: [near, far] };
    const { look } = await knowing(file, options);
    folder.write(`${name}/near/parts.dtsi`, ROM);
    expect(await look(file, partsOf, options)).toEqual(['rom@50']);
    // Other folders are others, whatever is in them.
    expect(await look(file, partsOf, { includePaths: [far] })).toEqual(['temp@48']);
  });

  it('where a folder of headers has appeared above it', async () => {
    const optional =
      '#if __has_include(<dt-bindings/parts.h>)\n#include <dt-bindings/parts.h>\n#else\n#define PARTS\n#endif';
    const { file, name } = written(BOARD.replace('#include "parts.dtsi"', optional));
    const { look } = await knowing(file);
    mkdirSync(folder.path(`${name}/include/dt-bindings`), { recursive: true });
    folder.write(`${name}/include/dt-bindings/parts.h`, ROM);
    expect(await look(file, partsOf)).toEqual(['rom@50']);
  });

  it('where the bytes of an /incbin/ were changed, or are other ones', async () => {
    const { file, name } = written(`${BOARD}/ { blob = /incbin/("blob.bin", 1, 2); };\n`);
    folder.write(`${name}/blob.bin`, 'abcd');
    const { look, isKept } = await knowing(file);
    const blobOf = ({ tree }: Board) => [...(tree.root.bytes('blob') ?? [])];
    folder.write(`${name}/blob.bin`, 'xbcx');
    expect(await isKept()).toBe(true);
    expect(await look(file, blobOf)).toEqual([98, 99]);
    folder.write(`${name}/blob.bin`, 'axyd');
    expect(await look(file, blobOf)).toEqual([120, 121]);
  });

  it('with another overlay, and where one was changed', async () => {
    const { file, name } = written();
    const overlay = (label: string) => `/dts-v1/; /plugin/; &temp { label = "${label}"; };`;
    const [one, other] = ['one', 'two'].map((label) =>
      folder.write(`${name}/${label}.dtso`, overlay(label)),
    ) as [string, string];
    const labelOf = ({ tree }: Board) => tree.byPath('/i2c/temp@48')?.string('label');
    const { look, isKept } = await knowing(file, { overlays: [one] });
    expect(await look(file, labelOf)).toBeUndefined();
    expect(await look(file, labelOf, { overlays: [other] })).toBe('two');
    expect(await look(file, labelOf, { overlays: [one, other] })).toBe('two');
    const { atime, mtime } = statSync(one);
    folder.write(`${name}/one.dtso`, overlay('new'));
    utimesSync(one, atime, mtime);
    expect(await look(file, labelOf, { overlays: [one] })).toBe('new');
    expect(await isKept()).toBe(false);
  });

  it.each([['adopt'], ['symbols']] as const)('with %s', async (option) => {
    const { file } = written();
    const { look } = await knowing(file);
    const isKept = ({ tree }: Board) => tree.byLabel('kept') !== undefined;
    expect(await look(file, isKept)).toBe(true);
    expect(await look(file, isKept, { [option]: true })).toBe(false);
  });

  it('where it says when it was read: nothing is kept of it', async () => {
    const { file } = written(`${BOARD}/ { at = __TIME__; };\n`);
    const { facts, look } = opener();
    await look(file, () => undefined);
    expect(facts.known).toBeUndefined();
  });

  type Fact = Record<string, unknown> & { tree: Record<string, unknown> };
  it.each<[string, (fact: Fact, text: string) => unknown]>([
    ['is cut off', (_, text) => text.slice(0, -10)],
    ['is another thing', () => 'null'],
    ['has no tree', ({ tree: _, ...fact }) => fact],
    ['has no files', ({ files: _, ...fact }) => fact],
    ['has no answers', ({ answers: _, ...fact }) => fact],
    ['has a question of another kind', (fact) => ({ ...fact, answers: [[['look', '/'], true]] })],
    ['lacks values', (fact) => ({ ...fact, tree: { ...fact.tree, values: 'AAAA' } })],
    ['lacks nodes', (fact) => ({ ...fact, tree: { ...fact.tree, nodes: 7 } })],
  ])('where what is kept %s', async (_what, broken) => {
    const { file } = written();
    const { facts, look } = opener();
    await look(file, () => undefined);
    const whole = facts.known as string;
    const made = broken(JSON.parse(whole) as Fact, whole);
    facts.known = typeof made === 'string' ? made : JSON.stringify(made);
    expect(await look(file, partsOf)).toEqual(['temp@48']);
    // It is kept again.
    expect(facts.known).toBe(whole);
  });
});
