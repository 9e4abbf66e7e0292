import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { queryObjects } from 'node:v8';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Board, type BoardOptions, openBoard, openBoardSync } from '../../src/board/index.ts';
import { I2cWire, RealClock } from '../../src/sim/index.ts';
import { openFiles } from '../os/open-files.ts';

const READ = [{ addr: 0x48, read: 2 }];
const TEMPERATURE = [Uint8Array.of(25, 0)];
const BUS = 'compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;';
const BOMB = `import { writeFileSync } from 'node:fs';
export const models = [{ compatible: ['acme,bomb'], bus: 'i2c', title: 'Bomb',
  properties: [{ name: 'spin', kind: 'flag' }],
  create: (_node, { clock, warn }) => ({ state: {}, addresses: [0x10], stretchNs: undefined, reset() {}, start: () => true, read() {}, stop() {},
    get spin() { return false; },
    set spin(_) { for (;;); },
    write(bytes) {
      if (bytes[0] === 1) process.exit(3);
      const odd = Object.assign(new Error('a bug of dtbus'), { stack: 'Error: a bug of dtbus\\n    at elsewhere' });
      if (bytes[0] === 2) setImmediate(() => { throw odd; });
      if (bytes[0] === 3) setImmediate(() => { for (writeFileSync(new URL('looping', import.meta.url), '');;); });
      if (bytes[0] === 8) for (;;);
      if (bytes[0] === 9) clock.after(1, () => { for (;;); });
      if (bytes[0] === 10) {
        this.stretchNs = 3600e9;
        warn('stretches');
      }
      if (bytes[0] === 4) setInterval(() => {}, 1000);
      if (bytes[0] === 5) setImmediate(() => { throw new Error('a bug of the model'); });
      if (bytes[0] === 6) Promise.reject(new Error('a bug of the model'));
      if (bytes[0] === 7) Promise.reject('a bug of the model');
      return bytes.length;
    } }) }];`;

const LATE = 'the model ./bomb.mjs did not return within 0.1 s';

let directory: string;
let path: string;
let boards: Board[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dtbus-'));
  path = join(directory, 'board.dts');
  writeFileSync(join(directory, 'bomb.mjs'), BOMB);
  writeFileSync(
    path,
    `/dts-v1/; / { i2c { ${BUS}
      temp@48 { compatible = "national,lm75"; reg = <0x48>; };
      bomb@10 { compatible = "acme,bomb"; reg = <0x10>; dtbus,model = "./bomb.mjs"; }; }; };`,
  );
  boards = [];
});
afterEach(async () => {
  await Promise.all(boards.map((board) => board.close()));
  rmSync(directory, { recursive: true });
});

async function open(options: BoardOptions = {}): Promise<Board> {
  const board = await openBoard(path, options);
  boards.push(board);
  return board;
}

describe('a board that is closed', () => {
  const held = () => ({
    files: openFiles(/./),
    threads: readdirSync('/proc/self/task').length,
    listeners: process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`),
    resources: resources((kind) => !/Timeout|Immediate/.test(kind)),
  });
  const resources = (wanted: (kind: string) => boolean) =>
    process.getActiveResourcesInfo().filter(wanted).sort();
  /** The test runner has some too, that come to their end. */
  const timers = () => resources((kind) => kind === 'Timeout').length;
  const openAndClose = async (options: BoardOptions) => {
    const pair = await Promise.all([openBoard(path, options), openBoard(path, options)]);
    const reads = pair.map((board) => board.open('/dev/i2c-0').transfer(READ));
    expect(await Promise.all(reads)).toEqual([TEMPERATURE, TEMPERATURE]);
    await Promise.all(pair.map((board) => board.close()));
  };

  it('is let go, though a clock of it ticked: its parts are collected', async () => {
    // Of each kind that is reachable. Trees are kept for boards of the same files.
    const alive = () => [Board, I2cWire, RealClock].map((kind) => queryObjects(kind, { format: 'count' }));
    const before = alive();
    const openTicking = async () => {
      const board = await openBoard({
        source: `/dts-v1/; / {
          i2c { ${BUS} rtc@68 { compatible = "maxim,ds3231"; reg = <0x68>; interrupts-extended = <&gpio 0 8>; }; };
          gpio: gpio { compatible = "platform,virtio-gpio"; ngpios = <1>; gpio-controller; #gpio-cells = <2>;
            interrupt-controller; #interrupt-cells = <2>; }; };`,
        backEnd: 'inline',
      });
      await board.close();
    };
    for (let i = 0; i < 3; i++) await openTicking();
    // The last one may still lie on the stack.
    await vi.waitFor(
      () => expect(alive().every((count, at) => count - (before[at] as number) < 2)).toBe(true),
      { timeout: 60_000 },
    );
  });

  it.skipIf(process.platform !== 'linux')(
    'leaves nothing behind: 50 of them, two at a time',
    async () => {
      await openAndClose({});
      await openAndClose({ backEnd: 'inline' });
      const [before, timersBefore] = [held(), timers()];
      for (let i = 0; i < 25; i++) await openAndClose(i % 5 === 0 ? { backEnd: 'inline' } : {});
      expect(held()).toEqual(before);
      // Of each pair of boards one would be too many; the runner's few come to their end, on a busy machine later.
      expect(timers()).toBeLessThan(timersBefore + 25);
      for (const until = Date.now() + 60_000; timers() > timersBefore && Date.now() < until; )
        await new Promise(setImmediate);
      expect(timers()).toBeLessThanOrEqual(timersBefore);
    },
    120_000,
  );

  it('is closed once, however often it is told, and ends what is under way', async () => {
    const board = await open();
    const i2c = board.open('/dev/i2c-0');
    const underWay = Array.from({ length: 40 }, () => i2c.transfer(READ).catch(({ code }) => code));
    await Promise.all([board.close(), board.close()]);
    await board.close();
    for (const result of await Promise.all(underWay)) expect([TEMPERATURE, 'ENODEV']).toContainEqual(result);
    await expect(i2c.transfer(READ)).rejects.toMatchObject({ code: 'ENODEV' });
  });

  it('says so when it is asked for more', async () => {
    const board = await open();
    await board.close();
    expect(() => board.buses()).toThrow('the board is closed; open it again with openBoard');
  });
});

describe('a model of the tree', () => {
  const tell = (board: Board, what: number) =>
    board.open('/dev/i2c-0').transfer([{ addr: 0x10, write: Uint8Array.of(what) }]);

  it.each([
    ['throws later', 5],
    ['leaves a rejection', 6],
    ['rejects with what is no error', 7],
  ])('that %s is named and stops answering; the others go on', async (_, what) => {
    let hear = (_sentence: string): void => {};
    const told = new Promise<string>((resolve) => {
      hear = resolve;
    });
    const board = await open({ onWarning: (sentence) => hear(sentence) });
    await tell(board, what);
    await expect(told).resolves.toMatch(
      /^\/i2c\/bomb@10: model threw an error; part disabled until reset: [\s\S]*a bug of the model/,
    );
    await expect(tell(board, 0)).rejects.toMatchObject({ code: 'ENXIO' });
    expect(board.open('/dev/i2c-0').transferSync(READ)).toEqual(TEMPERATURE);
    board.part('/i2c/bomb@10').reset();
    await expect(tell(board, 0)).resolves.toBeDefined();
  });

  it('that leaves a timer does not keep the board from closing', async () => {
    const warnings: string[] = [];
    const board = await open({ onWarning: (sentence) => warnings.push(sentence) });
    await tell(board, 4);
    await board.close();
    expect(warnings).toEqual([]);
  });

  it.each([
    ['worker', 'in a call', 8],
    ['inline', 'in a call', 8],
    ['worker', 'on the clock', 9],
    ['inline', 'on the clock', 9],
  ] as const)('that loops is ended; the others go on: %s, %s', async (backEnd, _, what) => {
    const warnings: string[] = [];
    const board = await open({ backEnd, onWarning: (sentence) => warnings.push(sentence) });
    if (what === 8) await expect(tell(board, what)).rejects.toMatchObject({ code: 'ENXIO' });
    else await tell(board, what);
    await vi.waitFor(() => expect(warnings).toHaveLength(1), { timeout: 60_000 });
    // In a thread of its own only its caller waits longer.
    const told = backEnd === 'inline' ? 'the model did not return within 1 s' : LATE;
    expect(warnings).toEqual([`/i2c/bomb@10: ${told}; part disabled until reset`]);
    await expect(tell(board, 0)).rejects.toMatchObject({ code: 'ENXIO' });
    expect(board.open('/dev/i2c-0').transferSync(READ)).toEqual(TEMPERATURE);
    board.part('/i2c/bomb@10').reset();
    await expect(tell(board, 0)).resolves.toBeDefined();
  });

  it('that loops when a property is set is ended', async () => {
    const board = await open({ backEnd: 'inline', onWarning: () => {} });
    expect(() => board.part('/i2c/bomb@10').set('spin', true)).toThrow(
      '/i2c/bomb@10: the model did not return within 1 s',
    );
    await expect(tell(board, 0)).rejects.toMatchObject({ code: 'ENXIO' });
    expect(board.open('/dev/i2c-0').transferSync(READ)).toEqual(TEMPERATURE);
  });

  it('that stretches the clock for an hour keeps no board from closing', async () => {
    const warnings: string[] = [];
    const board = await open({ onWarning: (sentence) => warnings.push(sentence) });
    const stretched = tell(board, 10);
    stretched.catch(() => {});
    await vi.waitFor(() => expect(warnings).toHaveLength(1), { timeout: 60_000 });
    await board.close();
    await expect(stretched).rejects.toMatchObject({ code: 'ENODEV' });
    // Its thread was not stopped.
    expect(warnings).toEqual(['/i2c/bomb@10: stretches']);
  });

  it('that loops by itself keeps no board from closing', async () => {
    const warnings: string[] = [];
    const board = await open({ onWarning: (sentence) => warnings.push(sentence) });
    // It may begin before the STOP of the transfer that tells it to.
    await tell(board, 3).catch(() => {});
    await vi.waitFor(() => expect(existsSync(join(directory, 'looping'))).toBe(true), { timeout: 60_000 });
    await board.close();
    expect(warnings.filter((sentence) => !sentence.includes('./bomb.mjs did not return'))).toEqual([]);
    expect(() => board.open('/dev/i2c-0')).toThrow('ENODEV: the board is closed');
  });
});

describe('two boards in one process', () => {
  it('have nothing in common: buses, parts, ends', async () => {
    const [a, b] = [await open(), openBoardSync(path)];
    boards.push(b);
    a.part('/i2c/temp@48')['temperature'] = 31.5;
    expect(a.open('/dev/i2c-0').transferSync(READ)).toEqual([Uint8Array.of(0x1f, 0x80)]);
    expect(b.open('/dev/i2c-0').transferSync(READ)).toEqual(TEMPERATURE);
    await a.close();
    expect(b.open('/dev/i2c-0').transferSync(READ)).toEqual(TEMPERATURE);
  });
});

describe('a back-end whose thread dies', () => {
  /** Opens a board. @returns it, and its back-end's thread */
  async function withThread(make: typeof openBoard | typeof openBoardSync, options: BoardOptions = {}) {
    const threads: Worker[] = [];
    const note = (thread: Worker) => threads.push(thread);
    process.on('worker', note);
    const board = await make(path, options);
    // Node tells of a thread in the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('worker', note);
    boards.push(board);
    return [board, threads[0] as Worker] as const;
  }

  it.each([
    ['openBoard', openBoard],
    ['openBoardSync', openBoardSync],
  ])('of a fault leaves its reason, and ENODEV for everybody: %s', async (_, make) => {
    const sentences: string[] = [];
    let warn = (): void => {};
    const warned = new Promise<void>((resolve) => {
      warn = resolve;
    });
    const onWarning = (sentence: string) => {
      sentences.push(sentence);
      warn();
    };
    const [board, thread] = await withThread(make, { onWarning });
    // As Node tells of what nothing in the thread caught.
    thread.emit('error', new Error('a bug of dtbus'));
    await thread.terminate();
    await warned;
    expect(sentences).toEqual(['the back-end thread crashed; all its buses are down: a bug of dtbus']);
    const i2c = board.open('/dev/i2c-0');
    expect(() => i2c.transferSync(READ)).toThrow(expect.objectContaining({ code: 'ENODEV' }));
    await expect(i2c.transfer(READ)).rejects.toMatchObject({ code: 'ENODEV' });
    expect(() => board.parts()).toThrow('the back-end has ended: it cannot answer parts');
  });

  it('of its own accord ends the transfer that is under way, and leaves another board alone', async () => {
    const [[dying, thread], other] = [await withThread(openBoard), await open()];
    // It waits for a model that loops.
    const waiting = expect(
      dying.open('/dev/i2c-0').transfer([{ addr: 0x10, write: Uint8Array.of(8) }]),
    ).rejects.toMatchObject({ code: 'ENODEV' });
    await thread.terminate();
    await waiting;
    expect(other.open('/dev/i2c-0').transferSync(READ)).toEqual(TEMPERATURE);
  });

  it('does not keep the process from ending', () => {
    const script = `
      import { openBoard } from './dist/src/board/index.js';
      const threads = [];
      process.on('worker', (thread) => threads.push(thread));
      const board = await openBoard(${JSON.stringify(path)});
      const waiting = board.open('/dev/i2c-0').transfer([{ addr: 0x10, write: Uint8Array.of(8) }]);
      threads[0].terminate();
      try {
        await waiting;
      } catch ({ code }) {
        console.log(code);
      }`;
    const argv = ['--input-type=module', '-e', script];
    // Shorter than the time that an answer is waited for.
    const { stdout, status } = spawnSync(process.execPath, argv, { encoding: 'utf8', timeout: 8000 });
    expect([stdout, status]).toEqual(['ENODEV\n', 0]);
  });
});
