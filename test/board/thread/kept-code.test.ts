import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeFolder, keepingIn } from '../../cli/code-cache.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-kept-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const MODULE = resolve('dist/src/board/index.js');
/** Reads the demo board's thermometer. */
const program = (end: string) => `
  import { openBoard } from ${JSON.stringify(MODULE)};
  const board = await openBoard(${JSON.stringify(resolve('dts/demo.dts'))});
  const [read] = await board.open('/dev/i2c-1').transfer([{ addr: 0x48, read: 2 }]);
  console.log(...read);
  ${end}`;

function run(end: string, env = {}) {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program(end)], {
    env: keepingIn(folder, env),
    encoding: 'utf8',
  });
  return { stdout, stderr };
}

const READ = { stdout: '25 0\n', stderr: '' };

/** The one file of the thread's code, but for what few boards have. */
function kept(): string {
  const names = readdirSync(codeFolder(folder)).filter((name) => /^thread-v\d/.test(name));
  expect(names).toHaveLength(1);
  return join(codeFolder(folder), String(names[0]));
}

describe.skipIf(process.platform === 'win32')("the code of a back-end's thread", () => {
  it.each([
    ['closed', 'await board.close();'],
    ['left open', ''],
  ])('is kept when a board is %s, and taken from there the next time', (_, end) => {
    expect(run(end)).toEqual(READ);
    const { ino } = statSync(kept());
    expect(run(end)).toEqual(READ);
    // What is rejected is written anew.
    expect(statSync(kept()).ino).toBe(ino);
  });

  it('is made anew where what is kept is damaged', () => {
    run('');
    const whole = readFileSync(kept());
    writeFileSync(kept(), Buffer.from(whole).fill(0xff, whole.length - 5000, whole.length - 4990));
    expect(run('')).toEqual(READ);
    expect(readFileSync(kept()).includes(Buffer.alloc(10, 0xff))).toBe(false);
  });

  it('is kept nowhere where Node is told to keep nothing', () => {
    expect(run('', { NODE_DISABLE_COMPILE_CACHE: '1' })).toEqual(READ);
    expect(readdirSync(folder)).toEqual([]);
  });
});
