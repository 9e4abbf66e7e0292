import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeFolder, keepingIn } from './code-cache.ts';
import { testFolder } from './folder.ts';

const folder = testFolder();
let runs = 0;

/** A folder of its own for the code that V8 has made. */
const emptyCache = () => folder.path(`cache-${++runs}`);
/** A folder that nobody can make. */
const belowFile = () => join(folder.write(`cache-${++runs}`, ''), 'below');
const isFact = (name: string) => name.startsWith('fact-');
const isBeside = (name: string) =>
  /-(adapters|hosts-[\w-]+|models|parts(-\w+)?|rest|source|trees)-v\d/.test(name);
/** The names of the code that is kept there, without what is known of boards and what few calls use. */
const codeIn = (cache: string) =>
  readdirSync(codeFolder(cache)).filter((name) => !isFact(name) && !isBeside(name));
/** The one file of code that is kept there of calls on boards that are not known, or on those that are. */
const keptIn = (cache: string, known = false) => {
  const names = codeIn(cache).filter((name) => name.includes('-known-') === known);
  expect(names).toHaveLength(1);
  return join(codeFolder(cache), names[0] as string);
};
/** The one file of facts. */
const factIn = (cache: string) => {
  const names = readdirSync(codeFolder(cache)).filter(isFact);
  expect(names).toHaveLength(1);
  return join(codeFolder(cache), names[0] as string);
};

const GET = ['i2cget', '-b', 'dts/demo.dts', '-y', '1', '0x48', '0', 'w'];

function dtbus(cache: string, words: readonly string[] = GET, bin = 'bin/dtbus.js', env = {}) {
  mkdirSync(cache, { recursive: true });
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...words], {
    env: keepingIn(cache, env),
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const READ = { status: 0, stdout: '0x0019\n', stderr: '' };

/** From the second call on the board is known. @returns the file of code that such calls take */
function known(cache: string): string {
  for (let n = 0; n < 2; n++) expect(dtbus(cache)).toEqual(READ);
  return keptIn(cache, true);
}

describe.skipIf(process.platform === 'win32')('a command that is started often', () => {
  it('keeps what V8 made of it, for this user alone, and takes it from there the next time', () => {
    const cache = emptyCache();
    const file = known(cache);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(codeFolder(cache)).mode & 0o777).toBe(0o700);
    const { ino } = statSync(file);
    expect(dtbus(cache)).toEqual(READ);
    // What is rejected is written anew.
    expect(statSync(file).ino).toBe(ino);
  });

  it('runs nothing of the language on a board that is known', () => {
    const cache = emptyCache();
    known(cache);
    const files = readdirSync(codeFolder(cache)).filter((name) => !isFact(name));
    const holders = (text: string) =>
      files
        .filter((name) => readFileSync(join(codeFolder(cache), name)).includes(text))
        .map((name) => name.replace(/-v\d.*/, ''))
        .sort();
    for (const name of ['ValueParser', 'MacroExpander', 'Tokenizer', 'SourceMap'])
      expect([name, holders(name)]).toEqual([name, ['i2cget-source']]);
    expect(holders('LiveTree')).toEqual(['i2cget', 'i2cget-known']);
  });

  it('loads modules later, too', () => {
    const cache = emptyCache();
    // The adapter of this bus is emulated: in a process of its own, over a pseudo-terminal.
    const words = ['i2cget', '-b', 'dts/demo.dts', '-y', '2', '0x49', '0', 'w'];
    for (let n = 0; n < 2; n++) expect(dtbus(cache, words)).toEqual(READ);
    // What few calls use are scripts of their own, which are kept, too.
    expect(
      readdirSync(codeFolder(cache))
        .filter(isBeside)
        .map((name) => name.replace(/-v\d.*/, ''))
        .sort(),
    ).toEqual([
      'i2cget-adapters',
      'i2cget-hosts-bus-pirate',
      'i2cget-known-adapters',
      'i2cget-known-hosts-bus-pirate',
      'i2cget-known-parts',
      'i2cget-known-parts-memories',
      'i2cget-parts',
      'i2cget-parts-memories',
      'i2cget-source',
    ]);
  });

  it('keeps the code of each command', () => {
    const cache = emptyCache();
    dtbus(cache, ['i2cdetect', '-b', 'dts/demo.dts', '-y', '1']);
    dtbus(cache, ['dtc', '-o', '/dev/null', 'dts/demo.dts']);
    expect(codeIn(cache).map((name) => name.split('-')[0])).toEqual(['dtc', 'i2cdetect']);
  });

  it('loads none of the modules that Node has its clock and the user part of its loader in', () => {
    const list = folder.write(
      'list.cjs',
      "process.on('exit', () => console.log(process.moduleLoadList.join()))",
    );
    const read = ['flash', 'read', 'flash', folder.path('read.bin'), '-b', 'dts/demo.dts'];
    const { status, stdout } = dtbus(emptyCache(), [list, 'bin/dtbus.js', ...read], '--require');
    expect(status).toBe(0);
    expect(stdout).toContain('NativeModule vm');
    expect(stdout).not.toContain('perf_hooks');
    expect(stdout).not.toMatch(/internal\/source_map\/source_map(?!_)/);
  });

  it('takes away what it kept more than 30 days ago', () => {
    const cache = emptyCache();
    dtbus(cache);
    const days = (ago: number) => new Date(Date.now() - ago * 24 * 3_600_000);
    for (const [name, ago] of [
      ['of-a-script-that-is-gone', 31],
      ['of-another', 29],
    ] as const) {
      writeFileSync(join(codeFolder(cache), name), 'code');
      utimesSync(join(codeFolder(cache), name), days(ago), days(ago));
    }
    dtbus(cache, ['dtc', '-o', '/dev/null', 'dts/demo.dts']);
    expect(
      codeIn(cache)
        .map((name) => name.replace(/-v\d.*/, ''))
        .sort(),
    ).toEqual(['dtc', 'i2cget', 'of-another']);
  });

  it.each([
    ['says only what it is', ['dtc', '--version'], 0],
    ['fails', ['dtc', 'absent.dts'], 1],
    ['has an option that the script does not know', [...GET, '--strict'], 0],
  ])(
    'does not keep the code of a call that %s: the next ones need other functions',
    (_what, words, status) => {
      const cache = emptyCache();
      expect(dtbus(cache, words).status).toBe(status);
      // Newer Nodes have a cache of their own beside it.
      expect(existsSync(codeFolder(cache))).toBe(false);
    },
  );

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
    ['empty', () => Buffer.alloc(0)],
    ['not its own', () => Buffer.from('something else, which somebody put there')],
    ['changed in one place', (bytes: Buffer) => bytes.fill(0xff, bytes.length - 5000, bytes.length - 4990)],
  ])('runs without kept code that is %s, and writes it anew', (_what, broken) => {
    const cache = emptyCache();
    const file = known(cache);
    const whole = readFileSync(file);
    writeFileSync(file, broken(Buffer.from(whole)));
    expect(dtbus(cache)).toEqual(READ);
    expect(readFileSync(file).length).toBeGreaterThan(whole.length / 2);
    const { ino } = statSync(file);
    expect(dtbus(cache)).toEqual(READ);
    expect(statSync(file).ino).toBe(ino);
  });

  it('neither waits for a pipe in the place of what is kept, nor fails for a folder', () => {
    const cache = emptyCache();
    dtbus(cache);
    const files = readdirSync(codeFolder(cache)).map((name) => join(codeFolder(cache), name));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      rmSync(file);
      expect(spawnSync('mkfifo', [file]).status).toBe(0);
    }
    expect(dtbus(cache)).toEqual(READ);
    // The pipes made room for it.
    expect(files.filter((file) => !statSync(file).isFile())).toEqual([]);
    for (const file of files) {
      rmSync(file);
      mkdirSync(file);
    }
    expect(dtbus(cache)).toEqual(READ);
    expect(files.filter((file) => !statSync(file).isDirectory())).toEqual([]);
  });

  it.each([
    ['is a file', () => folder.write(`cache-${++runs}`, '')],
    ['is below a file', belowFile],
    ['has a name that is too long', () => `/tmp/${'x'.repeat(300)}`],
  ])('works where the folder for kept code %s', (_what, place) => {
    const cache = emptyCache();
    for (let n = 0; n < 2; n++)
      expect(dtbus(cache, GET, 'bin/dtbus.js', { NODE_COMPILE_CACHE: place() })).toEqual(READ);
  });

  it.each([
    ['in a folder that can be written', emptyCache, 1],
    ['where nothing can be written', belowFile, 0],
  ])('makes the code to keep only once it can: %s', (_what, place, times) => {
    const program = `
      const { Script } = require('node:vm');
      let made = 0;
      Script.prototype.createCachedData = () => Buffer.alloc(++made);
      const { load, shortScript } = require('./bin/kept-code.cjs');
      load(shortScript('trees'), 'trees', (keep) => keep(), performance);
      console.log(made);`;
    const env = keepingIn(place());
    const { stdout } = spawnSync(process.execPath, ['-e', program], { env, encoding: 'utf8' });
    expect(stdout).toBe(`${times}\n`);
  });

  it('makes no folder for temporary files where there is none', () => {
    const TMPDIR = folder.path(`absent-${++runs}`);
    expect(dtbus(emptyCache(), GET, 'bin/dtbus.js', { NODE_COMPILE_CACHE: '', TMPDIR })).toEqual(READ);
    expect(existsSync(TMPDIR)).toBe(false);
  });

  it('does not run the code of a script that was there before', () => {
    const cache = emptyCache();
    const copy = folder.path(`package-${runs}`);
    for (const part of ['bin', 'dist/short', 'package.json'])
      cpSync(part, join(copy, part), { recursive: true });
    const bin = join(copy, 'bin/dtbus.js');
    const print = ['dtc', '-O', 'dts', 'dts/demo.dts'];
    expect(dtbus(cache, print, bin).stdout).toMatch(/^\/dts-v1\/;/);
    keptIn(cache);
    const script = join(copy, 'dist/short/trees.cjs');
    const text = readFileSync(script, 'utf8');
    // V8 looks at the length alone.
    writeFileSync(script, text.replace('[`/dts-v1/;', '[`/dts-v9/;'));
    expect(dtbus(cache, print, bin).stdout).toMatch(/^\/dts-v9\/;/);
  });

  it('neither reads nor writes where others may', () => {
    const cache = emptyCache();
    mkdirSync(codeFolder(cache), { recursive: true });
    chmodSync(codeFolder(cache), 0o777);
    expect(dtbus(cache)).toEqual(READ);
    expect(readdirSync(codeFolder(cache))).toEqual([]);
    chmodSync(codeFolder(cache), 0o700);
    const file = known(cache);
    chmodSync(file, 0o666);
    const { ino } = statSync(file);
    expect(dtbus(cache)).toEqual(READ);
    expect(statSync(file).ino).not.toBe(ino);
  });

  it('finds what it loads of the package itself', () => {
    const fromBin = createRequire(resolve('bin/dtbus.js'));
    const names = readdirSync('dist/short').flatMap((name) => {
      const text = readFileSync(join('dist/short', name), 'utf8');
      return [...text.matchAll(/\brequire\.plain(?:\.resolve)?\(`([^`]+)`/g)].map(([, asked]) => asked ?? '');
    });
    const own = [...new Set(names)].filter((name) => /^(\.|#|dtbus)/.test(name));
    expect(own.length).toBeGreaterThan(3);
    for (const name of own) expect(fromBin.resolve(name)).toMatch(/\.(c?js|json)$/);
    const { status, stderr } = dtbus(emptyCache(), ['i2cget', '-b', 'no/demo.dts', '-y', '1', '0x48']);
    expect(stderr).toBe('dtbus: board not found: no/demo.dts; the demo board is dts/demo.dts\n');
    expect(status).toBe(1);
  });

  it('keeps nothing where Node is told to keep nothing', () => {
    const cache = emptyCache();
    const run = dtbus(cache, GET, 'bin/dtbus.js', { NODE_DISABLE_COMPILE_CACHE: '1' });
    expect(run).toEqual(READ);
    expect(readdirSync(cache)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')(
    'writes all to a pipe that is full and must not be waited for',
    () => {
      const nodes = Array.from({ length: 20_000 }, (_, i) => `n${i} { reg = <${i}>; };`).join('\n');
      const board = folder.write('many.dts', `/dts-v1/;\n/ {\n${nodes}\n};\n`);
      // In order, Node would end with the pipe as it was; what it starts itself has a pipe that waits.
      const script = `
      import { setNonBlocking } from './dist/src/os/index.js';
      setNonBlocking(1);
      process.kill(process.pid, 'SIGKILL');`;
      const piped = '{ "$0" --input-type=module -e "$1"; "$0" bin/dtbus.js dtc -q -O dts "$2"; } | cat';
      const { stdout } = spawnSync('sh', ['-c', piped, process.execPath, script, board], {
        encoding: 'utf8',
        maxBuffer: 1e8,
      });
      expect(stdout.match(/\n\tn\d+ \{/g)).toHaveLength(20_000);
    },
  );

  it.each([
    ['i2cget', (board: string) => ['i2cget', '-b', board, '-y', '1', '0x48', '0', 'w'], '0x0019\n'],
    [
      'flash, by the name of a part',
      (board: string) => ['flash', 'read', 'flash', '-', '--length', '4', '-b', board],
      '\ufffd'.repeat(4),
    ],
    [
      'flash, by a node',
      (board: string) => ['flash', 'read', '/dev/spidev0.0', '-', '--length', '4', '-b', board],
      '\ufffd'.repeat(4),
    ],
  ])(
    'keeps that nothing was said of a board, for this user alone, and tells of what is wrong with it since: %s',
    (_what, wordsFor, stdout) => {
      const cache = emptyCache();
      const board = folder.write('known.dts', readFileSync('dts/demo.dts', 'utf8'));
      const words = wordsFor(board);
      const done = { status: 0, stdout, stderr: '' };
      expect(dtbus(cache, words)).toEqual(done);
      const fact = factIn(cache);
      expect(statSync(fact).mode & 0o777).toBe(0o600);
      const { ino } = statSync(fact);
      expect(dtbus(cache, words)).toEqual(done);
      expect(statSync(fact).ino).toBe(ino);
      expect(keptIn(cache, true)).toContain('-known-');
      // Of another bus than that which is read.
      folder.write(
        'known.dts',
        readFileSync('dts/demo.dts', 'utf8').replace(
          'compatible = "platform,virtio-i2c";',
          '$& dtbus,nothing;',
        ),
      );
      const { stderr, ...rest } = dtbus(cache, words);
      expect(rest).toEqual({ status: 0, stdout });
      expect(stderr).toContain('unknown property dtbus,nothing');
      expect(dtbus(cache, words).stderr).toBe(stderr);
    },
  );

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
    ['empty', () => Buffer.alloc(0)],
    ['changed in one place', (bytes: Buffer) => bytes.fill(0x20, bytes.length - 500, bytes.length - 490)],
    [
      'no JSON, but whole',
      (bytes: Buffer) => {
        const half = bytes.subarray(0, bytes.length >> 1).fill(0x7b, (bytes.length >> 1) - 40);
        return Buffer.concat([half, half]);
      },
    ],
  ])('opens a board of which the fact is %s as one that is not known', (_what, broken) => {
    const cache = emptyCache();
    dtbus(cache);
    const fact = factIn(cache);
    const whole = readFileSync(fact);
    writeFileSync(fact, broken(Buffer.from(whole)));
    expect(dtbus(cache)).toEqual(READ);
    expect(readFileSync(fact).equals(whole)).toBe(true);
  });

  it('ends in words, not a stack, in a folder that was taken away', () => {
    const gone = `rmdir "$PWD" && exec "$0" "$@"`;
    const words = (...rest: string[]) => [
      '-c',
      gone,
      process.execPath,
      join(process.cwd(), 'bin/dtbus.js'),
      ...rest,
    ];
    const run = (...rest: string[]) => {
      const cwd = emptyCache();
      mkdirSync(cwd);
      return spawnSync('sh', words(...rest), { cwd, encoding: 'utf8' });
    };
    expect(run('i2cdetect', '-V')).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/^i2cdetect version .*\n$/),
    });
    const { status, stderr } = run('i2cget', '-y', '1', '0x48');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^dtbus: board not found: .*\n$/);
  });

  it('runs where nothing can be kept', () => {
    const cache = folder.write('no-folder', '');
    const { status, stdout } = spawnSync(process.execPath, ['bin/dtbus.js', ...GET], {
      env: { ...process.env, NODE_COMPILE_CACHE: cache },
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '0x0019\n' });
  });
});
