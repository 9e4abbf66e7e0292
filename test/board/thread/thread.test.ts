import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBoard } from '../../../src/board/index.ts';

const BUS = 'compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;';
const board = (child: string) => `/dts-v1/; / { i2c { ${BUS} ${child} }; };`;
const LM75 = 'temp@48 { compatible = "national,lm75"; reg = <0x48>; };';
const OWN =
  'temp@48 { compatible = "national,lm75"; reg = <0x48>; }; own@10 { compatible = "acme,own"; reg = <0x10>; dtbus,model = "./own.mjs"; };';

let directory: string;
let started: number;
const count = () => void started++;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dtbus-thread-'));
  started = 0;
  process.on('worker', count);
});
afterEach(() => {
  process.off('worker', count);
  rmSync(directory, { recursive: true });
});

/** Opens a board, reads its thermometer and closes it. @returns the temperature's register */
async function temperatureOf(source: string, degrees: number): Promise<readonly number[]> {
  const path = join(directory, 'board.dts');
  writeFileSync(path, source);
  const opened = await openBoard(path, { onWarning: () => {} });
  try {
    opened.part('/i2c/temp@48').set('temperature', degrees);
    const [read] = await opened.open('/dev/i2c-0').transfer([
      { addr: 0x48, write: Uint8Array.of(0) },
      { addr: 0x48, read: 2 },
    ]);
    return [...(read ?? [])];
  } finally {
    await opened.close();
  }
}

describe('the thread of a closed board', () => {
  it('serves the next ones, of which each has its own parts', async () => {
    const seen: (readonly number[])[] = [];
    for (const degrees of [1, 2, 3, 4, 5]) seen.push(await temperatureOf(board(LM75), degrees));
    expect(seen).toEqual([1, 2, 3, 4, 5].map((degrees) => [degrees, 0]));
    expect(started).toBeLessThanOrEqual(1);
  });

  it('is not that of two boards at a time', async () => {
    const path = join(directory, 'board.dts');
    writeFileSync(path, board(LM75));
    const boards = [await openBoard(path), await openBoard(path)];
    boards[0]?.part('/i2c/temp@48').set('temperature', 7);
    const [read] = (await boards[1]?.open('/dev/i2c-0').transfer([{ addr: 0x48, read: 2 }])) ?? [];
    expect([...(read ?? [])]).toEqual([25, 0]);
    expect(started).toBeGreaterThanOrEqual(1);
    await Promise.all(boards.map((one) => one.close()));
    started = 0;
    await temperatureOf(board(LM75), 1);
    expect(started).toBe(0);
  });

  it('serves nobody else once code of the user’s own was loaded there, even such that failed', async () => {
    await temperatureOf(board(LM75), 1);
    for (const own of ['globalThis.Date = undefined;', 'throw new Error("not today");']) {
      writeFileSync(join(directory, 'own.mjs'), own);
      await temperatureOf(board(OWN), 1);
      started = 0;
      await temperatureOf(board(LM75), 2);
      expect(started).toBe(1);
    }
  });

  it('is ended when the environment of the process has changed: it has a copy of the old one', async () => {
    await temperatureOf(board(LM75), 1);
    started = 0;
    process.env['DTBUS_THREAD_TEST'] = '1';
    try {
      await temperatureOf(board(LM75), 2);
    } finally {
      delete process.env['DTBUS_THREAD_TEST'];
    }
    expect(started).toBe(1);
  });

  it('serves the next board after one that could not be read', async () => {
    await temperatureOf(board(LM75), 1);
    started = 0;
    await expect(openBoard(join(directory, 'none.dts'))).rejects.toThrow('none.dts');
    await temperatureOf(board(LM75), 2);
    expect(started).toBe(0);
  });

  it('does not keep the process alive', async () => {
    await temperatureOf(board(LM75), 1);
    const kept = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort');
    expect(kept).toEqual(idleResources);
  });
});

const idleResources = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort');
