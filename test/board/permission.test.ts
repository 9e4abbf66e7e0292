import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FLAG = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';
const REGISTER = pathToFileURL(resolve('dist/src/board/entries/module-hook.js')).href;
const BOARD = `/dts-v1/; / { aliases { i2c1 = &i2c; i2c2 = &bench; };
  i2c: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    temp@48 { compatible = "national,lm75"; reg = <0x48>; }; };
  bench: bench { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; dtbus,host = <&host>; };
  host: host { ADAPTER };
};`;
const EMULATED =
  'compatible = "dtbus,bus-pirate-emulator"; i2c { #address-cells = <1>; #size-cells = <0>; };';
const READ = '[{ addr: 0x48, read: 1 }]';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-'));
  mkdirSync(join(folder, 'board'));
  write('emulated.dts', BOARD.replace('ADAPTER', EMULATED));
  write('board/board.dts', BOARD.replace('dtbus,host = <&host>;', '').replace('ADAPTER', ''));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** Runs a script that opens a board and prints what it caught, or what it read. */
function run(allowed: readonly string[], board: string, options: string, bus = 1) {
  const script = write(
    'script.mjs',
    `import { openBoard } from ${JSON.stringify(pathToFileURL(resolve('dist/src/board/index.js')).href)};
     try {
       const board = await openBoard(${JSON.stringify(join(folder, board))}, { onWarning: () => {}, ${options} });
       try { console.log(String((await board.open('/dev/i2c-${bus}').transfer(${READ}))[0])); } finally { await board.close(); }
     } catch (error) { console.log(error.message); }`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, [FLAG, '--no-warnings', ...allowed, script], {
    encoding: 'utf8',
  });
  return { out: stdout, err: stderr };
}

const denied = (what: string, option: string) =>
  `denied by Node's permission model: ${what}; start node with ${option}, or run without --permission`;

describe("a board under Node's permission model", () => {
  it('needs threads', () => {
    const out = `${denied('WorkerThreads', '--allow-worker')}\n`;
    expect(run(['--allow-fs-read=*'], 'emulated.dts', '')).toEqual({ out, err: '' });
    expect(run(['--allow-fs-read=*', '--allow-worker'], 'emulated.dts', '')).toEqual({
      out: '25\n',
      err: '',
    });
  });

  it('needs none in one thread', () => {
    const options = "backEnd: 'inline'";
    expect(run(['--allow-fs-read=*'], 'board/board.dts', options)).toEqual({ out: '25\n', err: '' });
  });

  it('needs its file', () => {
    const allowed = [resolve('.'), join(folder, 'script.mjs')].map((path) => `--allow-fs-read=${path}`);
    const { out } = run(allowed, 'board/board.dts', "backEnd: 'inline'");
    const file = join(folder, 'board/board.dts');
    expect(out).toContain(denied(`FileSystemRead of ${file}`, `--allow-fs-read=${file}`));
  });

  it('needs add-ons for what calls Linux', () => {
    const allowed = ['--allow-fs-read=*', '--allow-worker'];
    expect(run(allowed, 'emulated.dts', '', 2).out).toContain(denied('Addons', '--allow-addons'));
  });

  it('is told by dtbus/register in one line', () => {
    const script = write('drop-in.cjs', "console.log(require('i2c-bus').openSync(1).readByteSync(0x48, 0));");
    const register = (...allowed: string[]) => {
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        [FLAG, '--no-warnings', '--allow-fs-read=*', ...allowed, '--import', REGISTER, script],
        { encoding: 'utf8', env: { ...process.env, DTBUS_BOARD: join(folder, 'board/board.dts') } },
      );
      return { status, stdout, stderr };
    };
    const stderr = `dtbus: ${denied('WorkerThreads', '--allow-worker')}\n`;
    expect(register()).toEqual({ status: 1, stdout: '', stderr });
    expect(register('--allow-worker')).toEqual({ status: 0, stdout: '25\n', stderr: '' });
  });
});
