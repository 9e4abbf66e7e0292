import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { controlFolder } from '../../../src/board/control/place.ts';
import { boardText, runtimeFolder } from '../folder.ts';

const folder = runtimeFolder();

const BOARD = boardText(
  'temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; }; rom@50 { compatible = "atmel,24c32"; reg = <0x50>; };',
  'flash: flash@0 { compatible = "winbond,w25q80", "jedec,spi-nor"; reg = <0>; };',
);

/** A process of dtbus and what it has written. */
class Program {
  out = '';
  err = '';
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  #heard: () => void = () => {};

  constructor(...argv: string[]) {
    const child = spawn(process.execPath, ['bin/dtbus.js', ...argv], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child = child;
    this.ended = once(child, 'close').then(([code]) => code as number | null);
    void this.ended.then(() => this.#heard());
    child.stdout.on('data', (chunk) => {
      this.out += chunk;
      this.#heard();
    });
    child.stderr.on('data', (chunk) => {
      this.err += chunk;
      this.#heard();
    });
  }

  /** Waits until it has written this. */
  async says(text: string | RegExp): Promise<void> {
    const said = () => (typeof text === 'string' ? this.out.includes(text) : text.test(this.out));
    while (!said()) {
      if (this.child.exitCode !== null) throw new Error(`ended without ${text}: ${this.out}${this.err}`);
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  interrupt(): Promise<number | null> {
    this.child.kill('SIGINT');
    return this.ended;
  }
}

const programs: Program[] = [];
afterEach(async () => {
  for (const { child, ended } of programs.splice(0)) {
    child.kill('SIGTERM');
    await ended;
  }
});

function dtbus(...argv: string[]): Program {
  const program = new Program(...argv);
  programs.push(program);
  return program;
}

/** A script that reads, misses and writes whenever a line comes in, and says when it has. */
function script(): string {
  return folder.write(
    'script.cjs',
    `const bus = require('i2c-bus').openSync(1);
     const flash = require('spi-device').openSync(0, 0);
     console.log('up');
     require('readline').createInterface({ input: process.stdin }).on('line', () => {
       bus.readWordSync(0x48, 0);
       try { bus.receiveByteSync(0x33); } catch {}
       flash.transferSync([{ sendBuffer: Buffer.of(0x9f, 0, 0, 0), receiveBuffer: Buffer.alloc(4), byteLength: 4 }]);
       console.log('done');
     }).on('close', () => process.exit(0));`,
  );
}

async function running(file: string): Promise<Program> {
  const board = dtbus('run', file, script());
  await board.says('up');
  return board;
}

/** Lets the script do something until the watcher has seen it: it may not watch yet. */
async function seen(board: Program, watcher: Program, text: string | RegExp): Promise<void> {
  const said = watcher.says(text);
  const poke = setInterval(() => board.child.stdin?.write('\n'), 100);
  try {
    await said;
  } finally {
    clearInterval(poke);
  }
}

describe('dtbus watch without a script', () => {
  it('shows what happens on a board that runs, until Ctrl-C', async () => {
    const file = folder.write('board.dts', BOARD);
    const board = await running(file);
    const watcher = dtbus('watch', file);
    await seen(board, watcher, 'flash@0');
    expect(await watcher.interrupt()).toBe(0);
    expect(watcher.out).toMatch(
      /^ +[\d.]+ {2}i2c-1 {4}0x48 temp@48 {10}ok +\d+ {2}read TEMP \(0x00\): 19 00$/m,
    );
    expect(watcher.out).toMatch(/^! +[\d.]+ {2}i2c-1 {4}0x33 +ENXIO +\d+ {2}read 1 byte$/m);
    expect(watcher.out).toMatch(/^ +[\d.]+ {2}spi-0 {4}cs 0 flash@0 +ok +\d+ {2}read JEDEC id: ef 40 14$/m);
    expect(watcher.out).toMatch(/^bus +target +transfers +failed /m);
    expect(watcher.err).toBe('');
    // The board goes on, and another may watch.
    const next = dtbus('watch', '-b', file);
    await seen(board, next, 'temp@48');
    expect(await next.interrupt()).toBe(0);
  });

  it('shows some parts and buses, as JSON', async () => {
    const file = folder.write('json.dts', BOARD);
    const board = await running(file);
    const watcher = dtbus('watch', '--json', '--part', '&temp', '--bus', 'spi-0', '-b', file);
    await seen(board, watcher, 'flash@0');
    expect(await watcher.interrupt()).toBe(0);
    const lines = watcher.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(lines.map(({ part }) => part))).toEqual(new Set(['temp@48', 'flash@0']));
    expect(lines.find(({ part }) => part === 'flash@0')).toMatchObject({
      bus: 'spi-0',
      fault: null,
      text: 'read JEDEC id: ef 40 14',
      segments: [{ chipSelect: 0, sent: '9f000000', sentBytes: 4, receivedBytes: 4 }],
    });
  });

  it('ends when the board ends, with all that it did', async () => {
    const file = folder.write('ends.dts', BOARD);
    const board = await running(file);
    const watcher = dtbus('watch', file);
    await seen(board, watcher, 'temp@48');
    // The last transfers of a process that ends at once.
    const before = watcher.out.match(/JEDEC/g)?.length ?? 0;
    const done = board.out.match(/done/g)?.length ?? 0;
    board.child.stdin?.end('\n'.repeat(20));
    await board.ended;
    expect(await watcher.ended).toBe(0);
    expect(watcher.err).toBe('dtbus: the board has ended\n');
    const shown = (watcher.out.match(/JEDEC/g)?.length ?? 0) - before;
    expect(shown).toBeGreaterThanOrEqual((board.out.match(/done/g)?.length ?? 0) - done);
    expect(shown).toBeGreaterThanOrEqual(20);
    expect(readdirSync(controlFolder())).toEqual([]);
  });

  it('shows a board that is served, by its folder and by its file', async () => {
    const file = folder.write('served.dts', BOARD);
    const sockets = folder.path('sockets');
    await dtbus('serve', file, '--socket-dir', sockets).says('ready');
    const watchers = [dtbus('watch', '--connect', sockets), dtbus('watch', '--json', file)];
    const poke = setInterval(() => dtbus('i2cget', '--connect', sockets, '-y', '1', '0x48', '0', 'w'), 1000);
    await Promise.all(watchers.map((watcher) => watcher.says('read TEMP (0x00): 19 00'))).finally(() =>
      clearInterval(poke),
    );
    for (const watcher of watchers) expect(await watcher.interrupt()).toBe(0);
    expect(watchers[1]?.out).toContain('"client":"i2c1 front-end ');
  });

  it('leaves events out while its reader is slow, and says how many', async () => {
    const file = folder.write('slow.dts', BOARD);
    const COUNT = 6000;
    const script = folder.write(
      'many.cjs',
      `const bus = require('i2c-bus').openSync(1);
       console.log('up');
       require('readline').createInterface({ input: process.stdin }).on('line', async (line) => {
         if (line === '') return bus.receiveByteSync(0x48);
         for (let i = 0; i < ${COUNT}; i++) {
           bus.i2cReadSync(0x50, 2048, Buffer.alloc(2048));
           if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
         }
         // Shown when the others were.
         setInterval(() => bus.receiveByte(0x33, () => {}), 100);
         console.log('done');
       });`,
    );
    const board = dtbus('run', file, script);
    await board.says('up');
    const watcher = dtbus('watch', '--json', file);
    await seen(board, watcher, 'temp@48');
    watcher.child.stdout?.pause();
    board.child.stdin?.write('go\n');
    await board.says('done');
    watcher.child.stdout?.resume();
    await watcher.says('ENXIO');
    expect(await watcher.interrupt()).toBe(0);
    const lines = watcher.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const shown = lines.filter(({ part }) => part === 'rom@50').length;
    const dropped = lines.reduce((sum, line) => sum + (line.dropped ?? 0), 0);
    expect(shown + dropped).toBe(COUNT);
    expect(dropped).toBeGreaterThan(0);
  });

  it('refuses what the board does not have', async () => {
    const file = folder.write('refuses.dts', BOARD);
    await running(file);
    const watcher = dtbus('watch', '--part', '&tmp', file);
    expect(await watcher.ended).toBe(1);
    expect(watcher.err).toBe(
      'dtbus: not found: part &tmp; the board has: /i2c/temp@48, /i2c/rom@50, /spi/flash@0 (did you mean &temp)\n',
    );
  });
});
