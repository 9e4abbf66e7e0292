import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { Recording } from '../../../src/recording/index.ts';
import { boardText, testFolder } from '../folder.ts';

const folder = testFolder();
const board = () =>
  folder.write('board.dts', boardText('temp@48 { compatible = "national,lm75"; reg = <0x48>; };', ''));

const { DTBUS_BOARD: _, DTBUS_CONNECT: __, NODE_OPTIONS: ___, ...env } = process.env;

function dtbus(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/dtbus.js', ...argv], {
    encoding: 'utf8',
    env,
  });
  return { status, out: stdout, err: stderr };
}

const READER = 'console.log(require("i2c-bus").openSync(1).readByteSync(0x48, 0));';
/** Writes a byte each time that it is told to, and says so. */
const WRITER = `const bus = require('i2c-bus').openSync(1);
process.on('message', (value) => { bus.writeByteSync(0x48, 3, value); process.send(value); });
process.on('disconnect', () => process.exit());`;

/** The transfers of a recording, without times and comments. */
const transfers = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('+'))
    .map((line) =>
      line
        .replace(/^\+\S+ +/, '')
        .replace(/ *~.*$/, '')
        .replaceAll(/ +/g, ' '),
    );

describe('dtbus record FILE -b BOARD -- COMMAND', () => {
  it('records all processes of a command, and ends with its exit code', () => {
    const file = folder.path('all.bus');
    const words = ['sh', '-c', '"$0" -e "$1"; "$0" -e "$1"; exit 7', process.execPath, READER];
    expect(dtbus('record', file, '-b', board(), '--', ...words)).toEqual({
      status: 7,
      out: '25\n25\n',
      err: `dtbus: ${file}: recorded 2 events\n`,
    });
    expect(transfers(folder.read('all.bus').toString())).toEqual(Array(2).fill('i2c-1 48 w 00, r 19'));
    expect(Recording.read(file).summary).toMatchObject({ entries: 2, lost: 0, cut: undefined });
  });

  it('has what two processes do in turn in one order', () => {
    const file = folder.path('turns.bus');
    const writer = folder.write('writer.cjs', WRITER);
    const turns = folder.write(
      'turns.cjs',
      `const { fork } = require('node:child_process');
       const { once } = require('node:events');
       const two = [0, 1].map(() => fork(${JSON.stringify(writer)}));
       (async () => {
         for (let turn = 0; turn < 40; turn++) {
           two[turn % 2].send(turn);
           await once(two[turn % 2], 'message');
         }
         for (const one of two) one.disconnect();
       })();`,
    );
    const { status, err } = dtbus('record', file, '-b', board(), '--', 'env', process.execPath, turns);
    expect([status, err]).toEqual([0, `dtbus: ${file}: recorded 40 events\n`]);
    expect(transfers(folder.read('turns.bus').toString())).toEqual(
      Array.from({ length: 40 }, (_each, turn) => `i2c-1 48 w 03 ${turn.toString(16).padStart(2, '0')}`),
    );
  });

  it('passes signals on, and has all that was done before', async () => {
    const file = folder.path('signal.bus');
    const script = `trap 'kill $!; wait $!; exit 9' TERM; "$0" -e "$1" & wait`;
    const words = ['sh', '-c', script, process.execPath, `${READER} setInterval(() => {}, 1000);`];
    const child = spawn(process.execPath, ['bin/dtbus.js', 'record', file, '-b', board(), '--', ...words], {
      env,
    });
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([9, null]);
    expect(Recording.read(file).summary).toMatchObject({ entries: 1, cut: undefined });
  });

  it('is cut where a process was killed, and says so', () => {
    const file = folder.path('killed.bus');
    const words = [process.execPath, '-e', `${READER} process.kill(process.pid, 'SIGKILL');`];
    const { status, err } = dtbus('record', file, '-b', board(), '--', ...words);
    expect(status).toBe(137);
    expect(err).toMatch(
      /^dtbus: process \d+ was killed; what it did last may be missing\ndtbus: \S+: recorded \d events?; the recording is cut\n$/,
    );
    expect(Recording.read(file).summary.cut).toBeDefined();
  });

  it('has what a thread did that is ended without a word to it', () => {
    const file = folder.path('thread.bus');
    const { href } = new URL(`file://${createRequire(import.meta.url).resolve('#built/src/board/index.js')}`);
    const thread = folder.write(
      'thread.mjs',
      `import { parentPort } from 'node:worker_threads';
       import { openBoard } from ${JSON.stringify(href)};
       const board = await openBoard(${JSON.stringify(board())}, { backEnd: 'inline' });
       board.open('/dev/i2c-1').transferSync([{ addr: 0x48, read: 1 }]);
       await board.close();
       parentPort.postMessage('done');
       setInterval(() => {}, 1000);`,
    );
    const main = folder.write(
      'main.mjs',
      `import { Worker } from 'node:worker_threads';
       const worker = new Worker(${JSON.stringify(thread)});
       worker.once('message', () => worker.terminate());`,
    );
    const { status, err } = dtbus('record', file, '-b', board(), '--', 'env', process.execPath, main);
    expect([status, err]).toEqual([0, `dtbus: ${file}: recorded 1 event\n`]);
    expect(Recording.read(file).summary).toMatchObject({ entries: 1, cut: undefined });
  });

  it.each([
    ['path', () => folder.path('none')],
    ['name', () => 'dtbus-none'],
  ])('says where there is no command of a %s, and leaves the file', (_, named) => {
    const none = named();
    const kept = folder.write('kept.bus', 'what was recorded before');
    expect(dtbus('record', kept, '-b', board(), '--', none)).toMatchObject({
      status: 2,
      err: expect.stringContaining(`not found: the command ${none}`),
    });
    expect(folder.read('kept.bus').toString()).toBe('what was recorded before');
  });
});

it('dtbus watch BOARD -- COMMAND shows what all processes of a command do, with one table', () => {
  const words = ['sh', '-c', '"$0" -e "$1"; "$0" -e "$1"; exit 7', process.execPath, READER];
  const { status, err } = dtbus('watch', board(), '--', ...words);
  expect([status, err.match(/read TEMP \(0x00\): 19/g)?.length]).toEqual([7, 2]);
  expect(err.match(/^i2c-1 +0x48 temp@48 +2 +0 /gm)).toHaveLength(1);
});

it('dtbus run BOARD -- COMMAND lets Node programs of a command find the packages', () => {
  const words = ['sh', '-c', '"$0" -e "$1"; exit 7', process.execPath, READER];
  expect(dtbus('run', board(), '--', ...words)).toEqual({ status: 7, out: '25\n', err: '' });
});
