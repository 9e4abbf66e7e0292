import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boardText, testFolder } from '../folder.ts';

const folder = testFolder();

function dtbus(env: Readonly<Record<string, string>>, ...argv: string[]) {
  const { DTBUS_BOARD: _, DTBUS_CONNECT: __, ...clean } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/dtbus.js', ...argv], {
    env: { ...clean, ...env },
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

describe('a board that another process serves', () => {
  let server: ChildProcess;
  let place: Record<string, string>;
  let board: string;
  beforeAll(async () => {
    board = folder.write(
      'board.dts',
      boardText(
        'eeprom: eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; };',
        'flash: flash@0 { compatible = "winbond,w25q80"; reg = <0>; };',
      ),
    );
    place = { DTBUS_CONNECT: folder.path('sock') };
    server = spawn(process.execPath, ['bin/dtbus.js', 'serve', board, '--socket-dir', folder.path('sock')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    for await (const bytes of server.stdout as AsyncIterable<Buffer>) {
      out += bytes;
      if (out.endsWith('ready\n')) break;
    }
  });
  afterAll(async () => {
    server.kill('SIGTERM');
    await once(server, 'exit');
  });

  it('is what eeprom writes, by DTBUS_CONNECT', () => {
    const image = folder.write('two.bin', Uint8Array.of(0xca, 0xfe));
    expect(dtbus(place, 'eeprom', 'write', 'eeprom', image)).toMatchObject({ status: 0 });
    expect(dtbus(place, 'i2ctransfer', '-y', '1', 'w1@0x50', '0', 'r2').out).toBe('0xca 0xfe\n');
  });

  it('is what flash writes, by --connect', () => {
    const image = folder.write('three.bin', Uint8Array.of(1, 2, 3));
    const connect = ['--connect', folder.path('sock')];
    expect(dtbus({}, 'flash', 'write', 'flash', image, ...connect)).toMatchObject({ status: 0 });
    expect(dtbus(place, 'flash', 'verify', 'flash', image)).toMatchObject({ status: 0 });
    expect(dtbus({}, 'flash', 'verify', 'flash', image, '-b', board)).toMatchObject({ status: 1 });
  });

  it.each([
    ['watch', ['i2cdetect', '-y', '1']],
    ['guest', []],
    ['serve', ['--socket-dir', 'elsewhere']],
  ])('is refused by %s, which would take another one', (name, argv) => {
    const { status, out, err } = dtbus({ ...place, DTBUS_BOARD: board }, name, ...argv);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(
      new RegExp(`^dtbus: ${name} cannot work on a served board \\(DTBUS_CONNECT is set\\); .+`),
    );
  });

  it.each([
    ['i2cget', (file: string) => ['i2cget', '-b', file, '-y', '1', '0x48', '0']],
    ['i2cget with an overlay', (_: string, more: string) => ['i2cget', '-o', more, '-y', '1', '0x49', '0']],
    ['eeprom', (file: string) => ['eeprom', 'read', 'own', '-b', file, '--length', '1']],
    ['ls', (file: string) => ['ls', file, '--json']],
    ['run', (file: string, _: string, script: string) => ['run', file, script]],
    ['watch', (file: string, _: string, script: string) => ['watch', file, script]],
    ['watch of a command', (file: string) => ['watch', file, 'i2cget', '-y', '1', '0x48', '0']],
  ])('is not that of a command line which names another one: %s', (_, words) => {
    const parts =
      'temp@48 { compatible = "national,lm75"; reg = <0x48>; }; own: eeprom@51 { compatible = "atmel,24c02"; reg = <0x51>; };';
    const other = folder.write('other.dts', boardText(parts, ''));
    const more = folder.write(
      'more.dtso',
      '/dts-v1/; /plugin/; &eeprom { }; &{/i2c} { temp@49 { compatible = "national,lm75"; reg = <0x49>; }; };',
    );
    const script = folder.write(
      'read.cjs',
      "console.log('0x' + require('i2c-bus').openSync(1).readByteSync(0x48, 0).toString(16));",
    );
    const { status, out } = dtbus({ ...place, DTBUS_BOARD: board }, ...words(other, more, script));
    expect(status).toBe(0);
    expect(out).toMatch(/^(0x19\n|\xff|\ufffd|\[\n(?!.*dtbus serve))/s);
  });

  it('does not go with another one on the same command line', () => {
    const rest = `with ${folder.path('sock')}: the board that is served there has its own tree; leave out one of them\n`;
    const connect = ['--connect', folder.path('sock')];
    const err = (...words: string[]) => {
      const told = dtbus({}, ...words, ...connect);
      expect(told).toMatchObject({ status: 2, out: '' });
      return told.err;
    };
    expect(err('get', '-b', board)).toBe(`dtbus: cannot combine -b ${rest}`);
    expect(err('i2cdetect', '-y', '1', '-o', 'a.dtso', '--adopt')).toBe(
      `dtbus: cannot combine -o, --adopt ${rest}`,
    );
    expect(err('up', board)).toBe(`dtbus: cannot combine ${board} ${rest}`);
    expect(dtbus({}, 'ls', board, '-b', 'b.dts')).toEqual({
      status: 2,
      out: '',
      err: `dtbus: two boards: ${board} and --board b.dts; leave out one of them\n`,
    });
  });

  it('is no matter where the variable is empty', () => {
    expect(dtbus({ DTBUS_CONNECT: '' }, 'watch', board, 'i2cget', '-y', '1', '0x50', '0')).toMatchObject({
      status: 0,
    });
    expect(dtbus({ DTBUS_CONNECT: '' }, 'i2cget', '-b', board, '-y', '1', '0x50', '1').out).toBe('0xff\n');
  });
});

describe('the board of run and watch', () => {
  it.each([
    ['in front', (file: string) => ({ env: {}, words: [file] })],
    ['by -b', (file: string) => ({ env: {}, words: ['-b', file] })],
    ['by DTBUS_BOARD', (file: string) => ({ env: { DTBUS_BOARD: file }, words: [] })],
  ])('is named %s', (_, named) => {
    const file = folder.write('named.dts', boardText('', ''));
    const script = folder.write(
      'say.mjs',
      "import { openBoard } from 'dtbus';\nconst board = await openBoard();\nconsole.log(board.buses().length, ...process.argv.slice(2));\nawait board.close();\n".replace(
        "'dtbus'",
        `'${new URL('../../../dist/src/board/index.js', import.meta.url).href}'`,
      ),
    );
    const { env, words } = named(file);
    expect(dtbus(env, 'run', ...words, script, '--one', 'two')).toEqual({
      status: 0,
      out: '2 --one two\n',
      err: '',
    });
    expect(dtbus(env, 'watch', ...words, script, '--one')).toMatchObject({ status: 0, out: '2 --one\n' });
  });

  it('is asked for with the script that is missing', () => {
    expect(dtbus({}, 'run', 'board.dts')).toMatchObject({
      status: 2,
      err: 'dtbus: run needs a script behind the board; see run --help\n',
    });
    expect(dtbus({}, 'run', 'board.dts', folder.path('none.js'))).toMatchObject({
      status: 2,
      err: `dtbus: script not found: ${folder.path('none.js')}\n`,
    });
  });
});

describe.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('%s', (signal) => {
  it('reaches a script below run, and its exit code comes back', async () => {
    const script = folder.write(
      'wait.mjs',
      `process.on('${signal}', () => { console.log('told'); process.exit(7); });\nsetInterval(() => {}, 1000);\nconsole.log(process.pid);\n`,
    );
    const board = folder.write('signal.dts', boardText('', ''));
    const parent = spawn(process.execPath, ['bin/dtbus.js', 'run', board, script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // A process group of its own, as a service or a job of CI has it.
      detached: true,
    });
    let out = '';
    const ended = once(parent, 'close');
    parent.stdout?.on('data', (bytes) => {
      out += bytes;
      if (out.match(/^\d+\n$/)) parent.kill(signal);
    });
    expect(await ended).toEqual([7, null]);
    expect(out).toMatch(/^\d+\ntold\n$/);
    expect(() => process.kill(Number.parseInt(out, 10), 0)).toThrow('ESRCH');
  });

  it('reaches a server below watch, which leaves no socket', async () => {
    const board = folder.write('served.dts', boardText('', ''));
    const sockets = folder.path(`watched-${signal}`);
    const parent = spawn(
      process.execPath,
      ['bin/dtbus.js', 'watch', board, 'serve', '--socket-dir', sockets],
      { stdio: ['ignore', 'pipe', 'ignore'], detached: true },
    );
    let out = '';
    const ended = once(parent, 'close');
    parent.stdout?.on('data', (bytes) => {
      out += bytes;
      if (out.endsWith('ready\n')) parent.kill(signal);
    });
    expect(await ended).toEqual([0, null]);
    expect(existsSync(sockets) ? readdirSync(sockets) : []).toEqual([]);
  });
});
