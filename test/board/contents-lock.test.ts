import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBoard } from '../../src/board/index.ts';

let folder: string;
let board: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-lock-'));
  board = join(folder, 'board.dts');
  writeFileSync(
    board,
    `/dts-v1/; / { i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
      mem: eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; dtbus,contents = "mem.bin"; }; }; };`,
  );
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Another process that has the board open; resolves when it has. */
async function holder(): Promise<ChildProcess> {
  const program = `import { openBoard } from './dist/src/board/index.js';
    const board = await openBoard(${JSON.stringify(board)});
    process.stdin.on('data', async () => { await board.close(); process.exit(0); });
    console.log('open');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

/** `dtbus eeprom write` of one byte at the beginning. */
function write(byte: number) {
  const image = join(folder, 'image.bin');
  writeFileSync(image, Uint8Array.of(byte));
  const argv = ['bin/dtbus.js', 'eeprom', 'write', 'mem', image, '-b', board];
  return spawnSync(process.execPath, argv, { encoding: 'utf8' });
}

const contents = () =>
  existsSync(join(folder, 'mem.bin')) ? readFileSync(join(folder, 'mem.bin'))[0] : undefined;
const locks = () => readdirSync(folder).filter((name) => name.includes('.lock'));

describe('a file of contents', () => {
  it('is written by one process at a time; who has it is said, and others may read', async () => {
    const child = await holder();
    const refused = write(0x42);
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringMatching(
        new RegExp(`cannot write its contents to .*mem\\.bin: process ${child.pid} \\(.*\\) has it open`),
      ),
    ]);
    expect(contents()).toBeUndefined();
    const argv = ['bin/dtbus.js', 'eeprom', 'read', 'mem', '-b', board, join(folder, 'out.bin')];
    expect(spawnSync(process.execPath, argv, { encoding: 'utf8' })).toMatchObject({ status: 0 });
    child.stdin?.write('end\n');
    await once(child, 'exit');
    expect(locks()).toEqual([]);
    expect(write(0x43).status).toBe(0);
    expect([contents(), locks()]).toEqual([0x43, []]);
  });

  it('is free again when its process was killed', async () => {
    const child = await holder();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(locks()).toEqual(['mem.bin.lock']);
    expect(write(0x44)).toMatchObject({ status: 0 });
    expect([contents(), locks()]).toEqual([0x44, []]);
  });

  it('belongs to one board of a process', async () => {
    const told: string[] = [];
    const onWarning = (sentence: string) => told.push(sentence);
    const first = await openBoard(board, { backEnd: 'inline' });
    const second = await openBoard(board, { onWarning });
    const set = [{ addr: 0x50, write: Uint8Array.of(0, 0x45) }];
    await second.open('/dev/i2c-0').transfer(set);
    await second.close();
    expect(told.join()).toContain('another board of this process has it open');
    await first.open('/dev/i2c-0').transfer(set);
    await first.close();
    expect([contents(), locks()]).toEqual([0x45, []]);
  });
});
