import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { type Board, openBoard } from '../../../src/board/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'dtbus-own-'));
let board: Board | undefined;
afterEach(async () => {
  await board?.close();
  board = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Opens a board with these nodes; what it complains of. */
async function problemsOf(...nodes: readonly string[]): Promise<readonly string[]> {
  const source = `/dts-v1/; / { i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    ${nodes.join('\n')} }; };`;
  writeFileSync(join(folder, 'board.dts'), source);
  board = await openBoard(join(folder, 'board.dts'), { treeChecks: 'off', onWarning: () => {} });
  return board.problems.map(({ path, property, sentence }) => `${path}: ${property}: ${sentence}`);
}

const part = (address: string, compatible: string, file: string) =>
  `part@${address} { compatible = "${compatible}"; reg = <0x${address}>; dtbus,model = "./${file}"; };`;
const sheet = (compatible: string, more = '') =>
  `{ compatible: ['${compatible}'], title: 'X', bus: { i2c: { form: 'byte registers', address: 1 } },
     registers: { ID: { at: 0, reset: 7 } }, ${more} }`;

it('a fault of a data sheet is told once, with file, part and key, and its other parts answer', async () => {
  writeFileSync(
    join(folder, 'bad.mjs'),
    `export const parts = [${sheet('acme,bad', 'sense: {}')}, ${sheet('acme,good')}];`,
  );
  const told = await problemsOf(
    part('10', 'acme,bad', 'bad.mjs'),
    part('11', 'acme,bad', 'bad.mjs'),
    part('12', 'acme,good', 'bad.mjs'),
  );
  expect(told.filter((sentence) => sentence.includes('sense'))).toEqual([
    '/i2c/part@10: dtbus,model: ./bad.mjs: acme,bad: not found: key sense of the data sheet; did you mean senses',
  ]);
  expect(board?.open('/dev/i2c-0').transferSync([{ addr: 0x12, read: 1 }])).toEqual([Uint8Array.of(7)]);
});

it('a model that misspells is told with its file, and the others live', async () => {
  writeFileSync(
    join(folder, 'typo.mjs'),
    `export const parts = [${sheet('acme,typo', 'model: () => ({ sesned() {} })')}];`,
  );
  expect(await problemsOf(part('10', 'acme,typo', 'typo.mjs'))).toEqual([
    '/i2c/part@10: dtbus,model: the model ./typo.mjs failed: ' +
      'not found: key sesned of the behaviour that the model returns; did you mean sensed',
  ]);
});

it('a node that names no part of its file is told what there is', async () => {
  writeFileSync(join(folder, 'one.mjs'), `export const parts = [${sheet('acme,answer')}];`);
  expect(await problemsOf(part('10', 'acme,answr', 'one.mjs'))).toEqual([
    '/i2c/part@10: dtbus,model: ./one.mjs: no part of it fits: ' +
      'expected compatible "acme,answer", got "acme,answr" (did you mean "acme,answer")',
  ]);
});

it('the data sheet of the README is a part by dtbus,model', async () => {
  const readme = readFileSync('src/parts/README.md', 'utf8');
  const [, example = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
  writeFileSync(join(folder, 'answer.mjs'), example);
  const path = join(folder, 'board.dts');
  writeFileSync(
    path,
    `/dts-v1/; / { i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
      part@42 { compatible = "acme,answer"; reg = <0x42>; dtbus,model = "./answer.mjs"; }; }; };`,
  );
  board = await openBoard(path);
  const i2c = board.open('/dev/i2c-0');
  const answer = () => {
    const [bytes] = i2c.transferSync([
      { addr: 0x42, write: Uint8Array.of(0) },
      { addr: 0x42, read: 1 },
    ]);
    return bytes?.[0];
  };
  expect(answer()).toBe(42);
  board.part('/i2c/part@42').set('answer', 7);
  expect(answer()).toBe(7);
});

const LOOPS: Readonly<Record<string, string>> = {
  select: 'select() { for (;;); }, transfer() {}, deselect() {},',
  transfer: 'select() {}, transfer() { for (;;); }, deselect() {},',
  deselect: 'select() {}, transfer() {}, deselect() { for (;;); },',
};

it.each(Object.keys(LOOPS))('an SPI part that loops in %s is ended, and the bus goes on', async (where) => {
  writeFileSync(
    join(folder, `spi-${where}.mjs`),
    `export const models = [{ compatible: ['acme,loop'], bus: 'spi', title: 'X', properties: [],
       create: () => ({ state: {}, reset() {}, ${LOOPS[where]} }) }];`,
  );
  const warnings: string[] = [];
  writeFileSync(
    join(folder, 'spi.dts'),
    `/dts-v1/; / { spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
      loop@0 { compatible = "acme,loop"; reg = <0>; dtbus,model = "./spi-${where}.mjs"; };
      flash@1 { compatible = "winbond,w25q80", "jedec,spi-nor"; reg = <1>; }; }; };`,
  );
  const onWarning = (sentence: string) => warnings.push(sentence);
  board = await openBoard(join(folder, 'spi.dts'), { backEnd: 'inline', onWarning });
  const [loop, flash] = [board.open('/dev/spidev0.0'), board.open('/dev/spidev0.1')];
  const read = [{ tx: Uint8Array.of(0x9f, 0, 0, 0), rx: 4 }];
  await expect(loop.transfer(read)).rejects.toMatchObject({ code: 'EIO' });
  expect(warnings).toEqual(['/spi/loop@0: the model did not return within 1 s; part disabled until reset']);
  expect((await loop.transfer(read)).rx).toEqual(Uint8Array.of(0xff, 0xff, 0xff, 0xff));
  expect((await flash.transfer(read)).rx).toEqual(Uint8Array.of(0xff, 0xef, 0x40, 0x14));
});

it('a part that loops when it is made is told, and the others live', async () => {
  writeFileSync(
    join(folder, 'create.mjs'),
    `export const models = [{ compatible: ['acme,loop'], bus: 'i2c', title: 'X', properties: [],
       create: () => { for (;;); } }];`,
  );
  expect(await problemsOf(part('10', 'acme,loop', 'create.mjs'))).toEqual([
    '/i2c/part@10: dtbus,model: the model ./create.mjs failed: the model ./create.mjs did not return within 1 s',
  ]);
});
