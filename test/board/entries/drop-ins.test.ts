import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-drop-ins-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `script` beside dtbus on a board with an LM75 that has `properties` besides. */
async function onBoard(script: string, properties = ''): Promise<{ stdout: string; stderr: string }> {
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
  const argv = ['--import', 'dtbus/register', '--input-type=module', '-e', script];
  return run(process.execPath, argv, {
    cwd: ROOT,
    env: { ...process.env, DTBUS_BOARD: board },
    timeout: 15_000,
  });
}

const READ = 'i2c.openSync(1).readWordSync(0x48, 0).toString(16)';

describe('the board of a script', () => {
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

  it('says where the tree is wrong, and lacks that bus', async () => {
    const { stdout, stderr } = await onBoard(
      `import i2c from 'i2c-bus';
try { ${READ}; } catch ({ code }) { console.log(code); }`,
      'dtbus,set = "temperature=hot";',
    );
    expect(stdout).toBe('ENOENT\n');
    expect(stderr).toBe(
      `dtbus: ${folder}/board.dts:6:65: /i2c/temp@48: dtbus,set: temperature is a number in °C, not hot\n`,
    );
  });
});
