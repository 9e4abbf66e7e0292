import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ControlDescription } from '../../../src/board/index.ts';
import { boardText, testFolder } from '../folder.ts';

const folder = testFolder();
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const board = () =>
  folder.write('board.dts', boardText('temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };', ''));

/** Runs `dtbus`, whose boards leave their sockets in the test's folder. */
function dtbus(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { DTBUS_BOARD: _, DTBUS_CONNECT: __, NODE_OPTIONS: ___, ...clean } = process.env;
  const child = spawn(process.execPath, ['bin/dtbus.js', ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...clean, XDG_RUNTIME_DIR: folder.path(''), ...env },
  });
  children.push(child);
  const text = { out: '', err: '' };
  child.stdout.on('data', (bytes) => {
    text.out += bytes;
  });
  child.stderr.on('data', (bytes) => {
    text.err += bytes;
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const matched = (of: 'out' | 'err', what: RegExp) =>
    vi.waitFor(
      () => {
        const found = what.exec(text[of]);
        if (found === null) throw new Error(`no ${what} in ${text[of]}, ${text.err}`);
        return found[0];
      },
      { timeout: 30_000, interval: 20 },
    );
  return { child, text, ended, matched };
}

const URL_THERE = /http:\/\/127\.0\.0\.1:\d+\/#t=[\w-]{22}/;

/** The board behind a page's address. */
async function described(address: string): Promise<ControlDescription> {
  const { origin, hash } = new URL(address);
  const response = await fetch(`${origin}/api/ask`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${hash.slice(3)}`, 'Content-Type': 'application/json' },
    body: '{"call":"describe"}',
  });
  return ((await response.json()) as { result: ControlDescription }).result;
}

describe('the page of a board that is brought up', () => {
  it.each([
    ['up', () => ['up', board(), '--monitor'], /^page .*$/m],
    ['serve', () => ['serve', board(), '--socket-dir', folder.path('sockets'), '--monitor'], /^page .*$/m],
    [
      'serve --json',
      () => ['serve', board(), '--socket', folder.path('one.sock'), '--bus', 'i2c1', '--monitor', '--json'],
      /"page":".*"/,
    ],
    ['monitor', () => ['monitor', board()], URL_THERE],
  ])('by dtbus %s is that of this process', async (_, argv, line) => {
    const { child, ended, matched } = dtbus(argv());
    const [address = ''] = URL_THERE.exec(await matched('out', line)) ?? [];
    expect(await described(address)).toMatchObject({ pid: child.pid, parts: [{ path: '/i2c/temp@48' }] });
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  it('is opened in the browser by --open', async () => {
    const opened = folder.path('opened');
    const opener = folder.write(
      process.platform === 'darwin' ? 'open' : 'xdg-open',
      `#!/bin/sh\necho "$1" > ${opened}\n`,
    );
    chmodSync(opener, 0o755);
    const PATH = `${folder.path('')}${delimiter}${process.env['PATH']}`;
    const { child, ended, matched } = dtbus(['monitor', '--open', board()], { PATH });
    const address = await matched('out', URL_THERE);
    await vi.waitFor(
      () => expect(existsSync(opened) && folder.read('opened').toString()).toBe(`${address}\n`),
      {
        timeout: 20_000,
      },
    );
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });
});

describe('dtbus monitor BOARD -- COMMAND', () => {
  /** Reads the temperature by npm's package, and waits until it may end. */
  const READER = `console.log(require('i2c-bus').openSync(1).readByteSync(0x48, 0));
    setInterval(() => require('fs').existsSync(process.argv[1]) && process.exit(), 20);`;

  it('shows the board of what it starts, not that of another process, and ends with its exit code', async () => {
    const other = dtbus(['up', board()]);
    await other.matched('out', /up; press/);
    const may = folder.path('may-end');
    const words = ['sh', '-c', `"$0" -e "$1" "$2"; exit 7`, process.execPath, READER, may];
    const { child, text, ended, matched } = dtbus(['monitor', board(), '--', ...words]);
    const { pid, parts } = await described(await matched('err', URL_THERE));
    expect([child.pid, other.child.pid]).not.toContain(pid);
    expect(parts).toHaveLength(1);
    folder.write('may-end', '');
    expect(await ended).toBe(7);
    expect(text.out).toBe('25\n');
  });

  it('passes signals on, and waits for what the command makes of them', async () => {
    const script = `trap 'kill $!; echo ended; exit 9' TERM; "$0" -e "$1" none & wait`;
    const words = ['sh', '-c', script, process.execPath, READER];
    const { child, text, ended, matched } = dtbus(['monitor', '-b', board(), '--', ...words]);
    await matched('err', URL_THERE);
    child.kill('SIGTERM');
    expect(await ended).toBe(9);
    expect(text.out).toBe('25\nended\n');
  });

  it('says where there is no such command, and where it opened no board', async () => {
    const missing = dtbus(['monitor', board(), '--', folder.path('none')]);
    expect(await missing.ended).toBe(2);
    expect(missing.text.err).toContain(`not found: the command ${folder.path('none')}`);
    const short = dtbus(['monitor', board(), '--', 'sh', '-c', 'exit 3']);
    expect(await short.ended).toBe(3);
    expect(short.text).toEqual({ out: '', err: 'dtbus: sh ended before its board was looked at\n' });
  });
});

it('a script that says so serves the page of its own board', async () => {
  const { href } = new URL(`file://${createRequire(import.meta.url).resolve('#built/src/board/index.js')}`);
  const script = folder.write(
    'own.mjs',
    `import { openBoard } from '${href}';
     const board = await openBoard(process.argv[2], { monitor: true });
     process.on('SIGTERM', () => board.close());
     setInterval(() => board.isClosed && process.exit(4), 20);`,
  );
  const child = spawn(process.execPath, [script, board()], { stdio: ['ignore', 'inherit', 'pipe'] });
  children.push(child);
  const [line] = (await once(child.stderr, 'data')) as [Buffer];
  const [address = ''] = URL_THERE.exec(String(line)) ?? [];
  expect(String(line)).toBe(`the board's page: ${address}\n`);
  expect(await described(address)).toMatchObject({ pid: child.pid });
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([4, null]);
});
