import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Board, type BoardOptions, openBoard } from '../../../src/board/index.ts';

let folder: string;
let board: Board | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-look-'));
  mkdirSync(join(folder, 'board'));
});
afterEach(async () => {
  await board?.close();
  board = undefined;
  rmSync(folder, { recursive: true });
});

/** A model that leaves a file behind when its module is loaded. */
function model(path: string): string {
  const ran = join(folder, 'ran');
  const file = join(folder, path);
  writeFileSync(
    file,
    `import { writeFileSync } from 'node:fs';
writeFileSync(${JSON.stringify(ran)}, '');
export const models = [{
  compatible: ['acme,answer'], bus: 'i2c', title: 'Answer', properties: [],
  create: (node) => ({
    state: {}, addresses: [node.u32('reg')], reset() {}, start: () => true, write: (bytes) => bytes.length,
    read(into) { into.fill(42); }, stop() {},
  }),
}];\n`,
  );
  return file;
}

const ran = () => existsSync(join(folder, 'ran'));

async function open(children: string, options: BoardOptions = {}): Promise<Board> {
  const path = join(folder, 'board/board.dts');
  writeFileSync(
    path,
    `/dts-v1/; / {
  i2c: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; ${children} };
};`,
  );
  board = await openBoard(path, { backEnd: 'inline', ...options });
  return board;
}

const answer = (file: string) =>
  `answer@20 { compatible = "acme,answer"; reg = <0x20>; dtbus,model = "${file}"; };`;

describe('a board that is only looked at', () => {
  it('runs no model of the tree, but tells of it', async () => {
    model('board/answer.mjs');
    const looked = await open(answer('./answer.mjs'), { look: true });
    expect(looked.buses()[0]?.peripherals).toEqual([
      expect.objectContaining({ answeredBy: 'model', model: 'dtbus,model ./answer.mjs' }),
    ]);
    expect(looked.problems).toEqual([]);
    expect(ran()).toBe(false);
  });

  it('opens no file that the tree names', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const looked = await open(
      `eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; dtbus,contents = "${pipe}"; };
       odd@51 { compatible = "acme,odd"; reg = <0x51>; dtbus,dump = "${pipe}"; };`,
      { look: true },
    );
    expect(looked.problems).toEqual([]);
    expect(looked.open('/dev/i2c-0').transferSync([{ addr: 0x50, read: 1 }])).toEqual([Uint8Array.of(0xff)]);
  });

  it('opens no adapter, and waits for none', async () => {
    const looked = await open(
      `dtbus,host = <&h>; }; h: h { compatible = "dangerousprototypes,bus-pirate"; port = "/dev/ttyNOWHERE";`,
      { look: true },
    );
    await looked.settled();
    expect(looked.buses()[0]?.state).toBe('closed');
    await expect(looked.open('/dev/i2c-0').transfer([{ addr: 0x50, read: 1 }])).rejects.toThrow(/ENODEV/);
    expect(looked.buses()[0]?.fault).toBe(
      'ENODEV: the board was opened to look at it only; its adapters stay closed',
    );
  });
});

describe('a model of the tree', () => {
  const read = (on: Board) => on.open('/dev/i2c-0').transferSync([{ addr: 0x20, read: 1 }]);
  const outside = (file: string) => ({
    path: '/i2c/answer@20',
    property: 'dtbus,model',
    sentence: expect.stringContaining(`${file} lies outside the board's folder, and its code was not run`),
  });

  it('runs from below the folder of the board', async () => {
    mkdirSync(join(folder, 'board/models'));
    model('board/models/answer.mjs');
    expect(read(await open(answer('models/answer.mjs')))).toEqual([Uint8Array.of(42)]);
  });

  it('runs in the thread of a back-end, too', async () => {
    model('board/answer.mjs');
    expect(read(await open(answer('./answer.mjs'), { backEnd: 'worker' }))).toEqual([Uint8Array.of(42)]);
  });

  it('does not run from elsewhere', async () => {
    const file = model('answer.mjs');
    const on = await open(answer('../answer.mjs'));
    expect(on.problems).toEqual([outside(file)]);
    expect(ran()).toBe(false);
    expect(() => read(on)).toThrow(/ENXIO/);
  });

  it('does not run from behind a link that leads elsewhere', async () => {
    const file = model('answer.mjs');
    symlinkSync(file, join(folder, 'board/answer.mjs'));
    expect((await open(answer('./answer.mjs'))).problems).toEqual([outside(file)]);
    expect(ran()).toBe(false);
  });

  it('does not run from a folder whose name only begins like the board’s', async () => {
    mkdirSync(join(folder, 'board-of-another'));
    const file = model('board-of-another/answer.mjs');
    expect((await open(answer('../board-of-another/answer.mjs'))).problems).toEqual([outside(file)]);
  });

  it('is a regular file: to import a FIFO would never end', async () => {
    const pipe = join(folder, 'board/pipe.mjs');
    execFileSync('mkfifo', [pipe]);
    const on = await open(answer('./pipe.mjs'));
    expect(on.problems).toMatchObject([
      { path: '/i2c/answer@20', sentence: `${pipe} is a FIFO; write what comes out of it to a file` },
    ]);
  });

  it.each(['.', 'answer.mjs'])('runs from elsewhere where that is trusted: %s', async (trusted) => {
    model('answer.mjs');
    const on = await open(answer('../answer.mjs'), { trust: [join(folder, trusted)] });
    expect(read(on)).toEqual([Uint8Array.of(42)]);
  });

  it.each([
    ['\nthrow new Error("broken")', 'cannot load own.mjs:2:7: broken'],
    ['throw "text"', 'cannot load own.mjs: text'],
    [
      'const a = 1;\nexport const parts = [{ a b }];\n',
      "cannot load own.mjs:2: syntax error: Unexpected identifier 'b'",
    ],
    ['import "./helper.mjs";\n', "cannot load helper.mjs:3: syntax error: Unexpected token '}'"],
    [
      'import { nothing } from "./thrower.mjs";\n',
      "cannot load own.mjs:1: syntax error: The requested module './thrower.mjs' does not provide an export named 'nothing'",
    ],
    [
      'import { parts } from "./thrower.mjs";\nexport { parts };\n',
      'cannot load thrower.mjs:3:9: x is not defined',
    ],
    ['import "./none.mjs";\n', /^cannot load own\.mjs: Cannot find module '.*none\.mjs'$/],
    ['export const model = []', './own.mjs: not found: exported list "parts" or "models"; it exports model'],
    [
      'export const models = [{ compatible: "acme,answer", bus: "i2c", title: "x", properties: [], create() {} }]',
      './own.mjs: models[0]: invalid compatible: expected a list of names, got "acme,answer"',
    ],
    [
      'export const models = [{ compatible: ["acme,answer"], bus: "i2c", title: "x", properties: [] }]',
      './own.mjs: acme,answer: not found: key create of the model; add it',
    ],
  ])('that is none is named: %s', async (text, sentence) => {
    writeFileSync(join(folder, 'board/own.mjs'), text);
    writeFileSync(join(folder, 'board/helper.mjs'), '// A helper.\nexport const a = [\n}\n');
    writeFileSync(join(folder, 'board/thrower.mjs'), 'export const parts =\n  // None.\n        x;\n');
    const on = await open(answer('./own.mjs'), { backEnd: 'worker', onWarning: () => {} });
    const told = typeof sentence === 'string' ? sentence : expect.stringMatching(sentence);
    expect(on.problems).toEqual([{ path: '/i2c/answer@20', property: 'dtbus,model', sentence: told }]);
  });

  const partOf = (create: string) =>
    `export const models = [{ compatible: ["acme,answer"], bus: "i2c", title: "x", properties: [], create: ${create} }]`;

  it.each([
    ['() => {\n  throw new Error("no luck"); }', 'no luck (own.mjs:2:9)'],
    ['() => undefined', 'create() returned no part'],
    ['() => ({ start() {}, write() {}, read() {}, reset() {} })', 'the part has no method stop()'],
    [
      '() => ({ start() {}, write() {}, read() {}, stop() {}, reset() {} })',
      'the part has no list "addresses" of numbers',
    ],
  ])('whose part fails is named, and the others answer: %s', async (create, reason) => {
    writeFileSync(join(folder, 'board/own.mjs'), partOf(create));
    const eeprom = 'eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; };';
    const on = await open(`${answer('./own.mjs')} ${eeprom}`, { backEnd: 'worker', onWarning: () => {} });
    expect(on.problems).toEqual([
      { path: '/i2c/answer@20', property: 'dtbus,model', sentence: `the model ./own.mjs failed: ${reason}` },
    ]);
    expect(on.open('/dev/i2c-0').transferSync([{ addr: 0x50, read: 1 }])).toEqual([Uint8Array.of(0xff)]);
    expect(() => read(on)).toThrow(/ENXIO/);
  });
});
