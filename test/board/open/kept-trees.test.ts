import { mkdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Board, type BoardOptions, openBoard, openBoardSync } from '../../../src/board/index.ts';
import { compile, resolve } from '../../../src/devicetree/index.ts';
import { testFolder } from '../../cli/folder.ts';

/** A tree that was read is used again for the same files, and for no others. */
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

async function opened<T>(file: string, look: (board: Board) => T, options: BoardOptions = {}): Promise<T> {
  await using board = await openBoard(file, { backEnd: 'inline', treeChecks: 'off', ...options });
  return look(board);
}

const treeOf = (file: string, options?: BoardOptions) => opened(file, ({ tree }) => tree, options);
const partsOf = (file: string, options?: BoardOptions) =>
  opened(file, (board) => board.parts().map(({ path }) => path.replace('/i2c/', '')), options);

/** A folder of its own, with the board and what it includes. */
let count = 0;
function written(parts = TEMP, board = BOARD) {
  const name = `board-${count++}`;
  mkdirSync(folder.path(name));
  folder.write(`${name}/parts.dtsi`, parts);
  return { name, file: folder.write(`${name}/board.dts`, board) };
}

describe('boards of the same files', () => {
  it('share the tree', async () => {
    const { file } = written();
    const first = await treeOf(file);
    expect(await treeOf(file)).toBe(first);
    expect(await treeOf(file, { clock: 'stepped' })).toBe(first);
    await using threaded = await openBoard(file, { treeChecks: 'off' });
    expect(threaded.tree).toBe(first);
    await using waited = openBoardSync(file, { treeChecks: 'off' });
    expect(waited.tree).toBe(first);
  });

  it('share nothing that changes', async () => {
    const { file } = written();
    await using one = await openBoard(file, { backEnd: 'inline', clock: 'stepped' });
    await using other = await openBoard(file, { backEnd: 'inline', clock: 'stepped' });
    one.part<'national,lm75'>('&temp').temperature = 40;
    one.inject('absent', '&temp');
    const read = (board: Board) =>
      board.open('/dev/i2c-0').transferSync([
        { addr: 0x48, write: Uint8Array.of(0) },
        { addr: 0x48, read: 2 },
      ])[0];
    expect(() => read(one)).toThrow('ENXIO');
    expect(read(other)).toEqual(Uint8Array.of(25, 0));
    expect(other.part<'national,lm75'>('&temp').temperature).toBe(25);
  });

  it('warn each of what is doubtful, and may change the list of it', async () => {
    const { file } = written(TEMP.replace('reg = <0x48>', 'reg = <0x49>'));
    const warnings: string[] = [];
    const onWarning = (sentence: string) => void warnings.push(sentence);
    const options = { treeChecks: 'warn', onWarning } as const;
    await opened(file, ({ doubts }) => (doubts as unknown[]).splice(0), options);
    const doubts = await opened(file, (board) => board.doubts, options);
    expect(doubts).toHaveLength(1);
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toBe(warnings[0]);
    await expect(openBoard(file, { treeChecks: 'error' })).rejects.toThrow('doubtful as a board');
  });
});

describe('a tree is read again', () => {
  it('where its file was changed, whatever length and time it has', async () => {
    const { file, name } = written('', BOARD.replace('PARTS', TEMP.slice(14)));
    expect(await partsOf(file)).toEqual(['temp@48']);
    const { atime, mtime } = statSync(file);
    folder.write(`${name}/board.dts`, BOARD.replace('PARTS', TEMP.slice(14)).replaceAll('48', '4f'));
    utimesSync(file, atime, mtime);
    expect(await partsOf(file)).toEqual(['temp@4f']);
  });

  it('where a file that it includes was changed, is gone, or is there again', async () => {
    const { file, name } = written();
    expect(await partsOf(file)).toEqual(['temp@48']);
    folder.write(`${name}/parts.dtsi`, ROM);
    expect(await partsOf(file)).toEqual(['rom@50']);
    rmSync(folder.path(`${name}/parts.dtsi`));
    await expect(treeOf(file)).rejects.toThrow('cannot find parts.dtsi');
    folder.write(`${name}/parts.dtsi`, TEMP);
    expect(await partsOf(file)).toEqual(['temp@48']);
  });

  it('where a file has appeared that its includes find first', async () => {
    const { file, name } = written(TEMP, BOARD.replace('"parts.dtsi"', '<sub/parts.dtsi>'));
    const [near, far] = [`${name}/near`, `${name}/far`];
    mkdirSync(folder.path(`${near}/sub`), { recursive: true });
    mkdirSync(folder.path(`${far}/sub`), { recursive: true });
    folder.write(`${far}/sub/parts.dtsi`, TEMP);
    const options = { includePaths: [folder.path(near), folder.path(far)] };
    expect(await partsOf(file, options)).toEqual(['temp@48']);
    folder.write(`${near}/sub/parts.dtsi`, ROM);
    expect(await partsOf(file, options)).toEqual(['rom@50']);
  });

  it('where a folder of headers has appeared above it', async () => {
    const { file, name } = written(TEMP, BOARD.replace('"parts.dtsi"', '<dt-bindings/parts.h>'));
    await expect(treeOf(file)).rejects.toThrow('cannot find dt-bindings/parts.h');
    const optional = BOARD.replace(
      '#include "parts.dtsi"',
      '#if __has_include(<dt-bindings/parts.h>)\n#include <dt-bindings/parts.h>\n#else\n#define PARTS\n#endif',
    );
    folder.write(`${name}/board.dts`, optional);
    expect(await partsOf(file)).toEqual([]);
    mkdirSync(folder.path(`${name}/include/dt-bindings`), { recursive: true });
    folder.write(`${name}/include/dt-bindings/parts.h`, ROM);
    expect(await partsOf(file)).toEqual(['rom@50']);
  });

  it('where the bytes of an /incbin/ were changed', async () => {
    const { file, name } = written(TEMP, `${BOARD}/ { blob = /incbin/("blob.bin", 1, 2); };\n`);
    const blobOf = () => opened(file, ({ tree }) => [...(tree.root.bytes('blob') ?? [])]);
    folder.write(`${name}/blob.bin`, 'abcd');
    expect(await blobOf()).toEqual([98, 99]);
    folder.write(`${name}/blob.bin`, 'axyd');
    expect(await blobOf()).toEqual([120, 121]);
  });

  it('where it says when it was read', async () => {
    const { file } = written(TEMP, `${BOARD}/ { at = __TIME__; };\n`);
    expect(await treeOf(file)).not.toBe(await treeOf(file));
  });

  it('with other options and overlays', async () => {
    const { file, name } = written();
    const plain = await treeOf(file);
    const symbols = await treeOf(file, { symbols: true });
    expect([plain, symbols].map((tree) => tree.byPath('/__symbols__') !== undefined)).toEqual([false, true]);
    const overlay = folder.write(`${name}/o.dtso`, '/dts-v1/; /plugin/; &temp { status = "disabled"; };');
    const overlays = [overlay];
    expect(await partsOf(file, { overlays })).toEqual([]);
    expect(await partsOf(file)).toEqual(['temp@48']);
    folder.write(`${name}/o.dtso`, '/dts-v1/; /plugin/; &temp { label = "spare"; };');
    expect(await partsOf(file, { overlays })).toEqual(['temp@48']);
    expect((await treeOf(file, { overlays })).byPath('/i2c/temp@48')?.string('label')).toBe('spare');
  });

  it('of a controller that is taken over', async () => {
    const { file } = written('#define PARTS\n', BOARD.replace('"platform,virtio-i2c"', '"vendor,i2c"'));
    const buses = (adopt: boolean) => opened(file, (board) => board.buses().length, { adopt });
    expect([await buses(false), await buses(true), await buses(false)]).toEqual([0, 1, 0]);
  });

  it('of other source text, and of another blob', async () => {
    const text = (parts: string) => BOARD.replace('#include "parts.dtsi"', parts);
    for (const _ of [1, 2])
      for (const [parts, expected] of [
        [TEMP, 'temp@48'],
        [ROM, 'rom@50'],
      ] as const) {
        await using board = await openBoard({ source: text(parts), backEnd: 'inline' });
        expect(board.parts().map(({ path }) => path)).toEqual([`/i2c/${expected}`]);
        const source = compile('b', text(parts)).blob as Uint8Array;
        await using ofBlob = await openBoard({ source, backEnd: 'inline' });
        expect(ofBlob.parts().map(({ path }) => path)).toEqual([`/i2c/${expected}`]);
      }
  });

  it('after resolve() has changed it', async () => {
    const { file } = written();
    const changed = await treeOf(file);
    resolve(changed, { symbols: true });
    const again = await treeOf(file);
    expect(changed.byPath('/__symbols__')).toBeDefined();
    expect(again.byPath('/__symbols__')).toBeUndefined();
  });
});

it('only few trees are kept', async () => {
  const { file } = written();
  const first = await treeOf(file);
  for (let other = 0; other < 8; other++) await treeOf(written().file);
  expect(await treeOf(file)).not.toBe(first);
});
