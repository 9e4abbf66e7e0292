import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutPreloads } from '../../../src/bus/index.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-drop-ins-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `script` beside dtbus on a board with an LM75 that has `properties` besides. */
async function onBoard(
  script: string,
  properties = '',
  first = ['--import', 'dtbus/register'],
): Promise<{ stdout: string; stderr: string }> {
  const board = join(folder, 'board.dts');
  writeFileSync(
    board,
    `/dts-v1/;
/ {
  aliases { i2c1 = &i2c; };
  i2c: i2c {
    compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; ${properties} };
  };
};`,
  );
  const argv = [...first, '--input-type=module', '-e', script];
  return run(process.execPath, argv, {
    cwd: ROOT,
    env: { ...process.env, DTBUS_BOARD: board },
    timeout: 60_000,
  });
}

const READ = 'i2c.openSync(1).readWordSync(0x48, 0).toString(16)';

describe('the board of a script', () => {
  it('is behind each stand-in by its own address, for tools that are told where a module lies', async () => {
    const { stdout, stderr } = await onBoard(
      `import i2c, { openSync } from 'dtbus/drop-ins/i2c-bus';
import { Gpio } from 'dtbus/drop-ins/onoff';
import spi, { MODE3 } from 'dtbus/drop-ins/spi-device';
console.log(${READ}, openSync === i2c.openSync, Gpio.HIGH, spi.MODE3 === MODE3, MODE3);`,
      'dtbus,set = "temperature=-0.5";',
      [],
    );
    expect([stdout, stderr]).toEqual(['80ff true 1 true 3\n', '']);
  });

  it('has what the tree sets, and what the script itself sets', async () => {
    const { stdout, stderr } = await onBoard(
      `import i2c from 'i2c-bus';
import { environmentBoard, i2cBus } from 'dtbus/drop-ins';
const before = ${READ};
environmentBoard().part('&temp').temperature = 31.5;
await new Promise((resolve) => setTimeout(resolve, 150));
console.log(before, ${READ}, i2c === i2cBus);`,
      'dtbus,set = "temperature=-0.5";',
    );
    // SMBus words have the low byte first, the LM75 the high one.
    expect([stdout, stderr]).toEqual(['80ff 801f true\n', '']);
  });

  it('says where the tree is wrong, and goes on without that setting', async () => {
    const { stdout, stderr } = await onBoard(
      `import i2c from 'i2c-bus';
console.log(${READ});`,
      'dtbus,set = "temperature=hot";',
    );
    // An LM75 begins at 25 °C.
    expect(stdout).toBe('19\n');
    expect(stderr).toBe(
      `dtbus: ${folder}/board.dts:6:65: /i2c/temp@48: invalid temperature: expected -55 to 150 °C, got "hot"\n`,
    );
  });
});

describe('dtbus/register in NODE_OPTIONS', () => {
  const env = (more: Readonly<Record<string, string>>) => ({
    ...process.env,
    NODE_OPTIONS: '--import dtbus/register',
    ...more,
  });
  const board = () => {
    const file = join(folder, 'options.dts');
    writeFileSync(
      file,
      '/dts-v1/; / { aliases { i2c1 = &i2c; }; i2c: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; temp@48 { compatible = "national,lm75"; reg = <0x48>; }; }; };',
    );
    return file;
  };

  it.each([
    ['import', ['--input-type=module', '-e', `import i2c from 'i2c-bus'; console.log(${READ});`]],
    ['require', ['-e', `const i2c = require('i2c-bus'); console.log(${READ});`]],
  ])('reaches a script that takes i2c-bus by %s', async (_, argv) => {
    const ended = run(process.execPath, argv, {
      cwd: ROOT,
      env: env({ DTBUS_BOARD: board() }),
      timeout: 60_000,
    });
    // 25 °C, the high byte first: i2c-bus gives the word with the low byte first.
    expect(await ended).toEqual({ stdout: '19\n', stderr: '' });
  });

  it('reaches a thread of the script', async () => {
    const script = join(folder, 'thread.cjs');
    writeFileSync(
      script,
      `const { isMainThread, Worker } = require('node:worker_threads');
if (isMainThread) new Worker(__filename);
else { const i2c = require('i2c-bus'); console.log(${READ}); }`,
    );
    const ended = run(process.execPath, [script], {
      cwd: ROOT,
      env: env({ DTBUS_BOARD: board() }),
      timeout: 60_000,
    });
    expect(await ended).toEqual({ stdout: '19\n', stderr: '' });
  });

  it('reaches a script below npm, which is a Node program itself', async () => {
    const script = join(folder, 'below-npm.cjs');
    writeFileSync(script, `const i2c = require('i2c-bus'); console.log(${READ});`);
    const { stdout } = await run('npm', ['exec', '--offline', '-c', `node ${script}`], {
      cwd: ROOT,
      env: env({ DTBUS_BOARD: board() }),
      timeout: 30_000,
    });
    expect(stdout).toBe('19\n');
  });

  it('is silent in a program that opens no node, whatever DTBUS_BOARD says', async () => {
    const ended = run(process.execPath, ['-e', 'console.log(1)'], {
      cwd: ROOT,
      env: env({ DTBUS_BOARD: join(folder, 'nowhere.dts') }),
      timeout: 60_000,
    });
    expect(await ended).toEqual({ stdout: '1\n', stderr: '' });
  });
});

describe('what a program of ours is started with', () => {
  it.each([
    ['--import dtbus/register', ''],
    [
      '--max-old-space-size=200 --import=dtbus/register --trace-warnings',
      '--max-old-space-size=200 --trace-warnings',
    ],
    ['-r ./a.cjs --require "./with blank.cjs" --no-deprecation', '--no-deprecation'],
    ['--experimental-loader ./l.mjs --loader=./m.mjs', ''],
    ['--inspect-brk=0', '--inspect-brk=0'],
  ])('of NODE_OPTIONS %j is %j', (options, rest) => {
    expect(withoutPreloads(options).replace(/\s+/g, ' ')).toBe(rest);
  });
});
