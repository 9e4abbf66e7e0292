import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openBoard } from '../../../src/board/index.ts';
import { MISDEEDS, misbehavingBoard, toldOf } from './misbehaving.ts';

const READ = [
  { addr: 0x48, write: Uint8Array.of(0) },
  { addr: 0x48, read: 2 },
];
const TEMPERATURE = [Uint8Array.of(25, 0)];
/** However busy the machine is. */
const PATIENCE = { timeout: 60_000, interval: 50 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-models-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const names = Object.keys(MISDEEDS);

function expectAllTold(sentences: readonly string[]): void {
  names.forEach((name, index) => {
    expect([name, toldOf(index, sentences)]).toEqual([
      name,
      expect.stringMatching(MISDEEDS[name]?.told as RegExp),
    ]);
  });
}

describe('models that misbehave by themselves', () => {
  it('are named, and the others go on: openBoard', async () => {
    const told: string[] = [];
    const onWarning = (sentence: string) => told.push(sentence);
    const board = await openBoard(misbehavingBoard(folder, 300), { onWarning, treeChecks: 'off' });
    try {
      const i2c = board.open('/dev/i2c-0');
      await vi.waitFor(() => {
        expect(i2c.transferSync(READ)).toEqual(TEMPERATURE);
        expectAllTold(told);
      }, PATIENCE);
      for (const index of names.keys()) {
        const read = [{ addr: 0x10 + index, read: 1 }];
        expect(() => i2c.transferSync(read)).toThrow(expect.objectContaining({ code: 'ENXIO' }));
      }
      board.part('/i2c/bad@10').reset();
      expect(i2c.transferSync([{ addr: 0x10, read: 1 }])).toEqual([Uint8Array.of(7)]);
    } finally {
      await board.close();
    }
    expect(told.filter((sentence) => sentence.includes('keeps its thread'))).toEqual([]);
  });

  it('are named, and what is behind them is gone, and guests go on, and SIGTERM is heard: serve', async () => {
    const sockets = join(folder, 'sockets');
    const file = misbehavingBoard(folder, 100, true);
    const serve = spawn(process.execPath, ['bin/dtbus.js', 'serve', file, '--socket-dir', sockets]);
    const told: string[] = [];
    serve.stderr.on('data', (chunk) => told.push(String(chunk)));
    const ended = once(serve, 'exit');
    try {
      await vi.waitFor(() => expect(existsSync(join(sockets, 'board.dtb'))).toBe(true), PATIENCE);
      const guest = await openBoard({ connect: sockets });
      const i2c = guest.open('/dev/i2c-0');
      const behind = (index: number) => i2c.transfer([{ addr: 0x60 + index, read: 2 }]);
      for (const index of names.keys()) expect(await behind(index)).toEqual(TEMPERATURE);
      for (const index of names.keys())
        await i2c.transfer([{ addr: 0x10 + index, write: Uint8Array.of(0) }]).catch(() => {});
      await vi.waitFor(async () => {
        expect(await i2c.transfer(READ)).toEqual(TEMPERATURE);
        expectAllTold(told.join('').split('\n'));
      }, PATIENCE);
      for (const index of names.keys()) await expect(behind(index)).rejects.toMatchObject({ code: 'ENXIO' });
      await guest.close();
      serve.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
      expect(existsSync(join(sockets, 'i2c0.sock'))).toBe(false);
    } finally {
      serve.kill('SIGKILL');
    }
  });
});
