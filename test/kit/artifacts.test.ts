import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { boardTest, fault, sweep, type TestBoard } from '../../src/kit/index.ts';
import { I2C_BENCH } from './bench.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-artifacts-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

const read = (board: TestBoard) => board.open('/dev/i2c-1').transferSync([{ addr: 0x48, read: 2 }]);
const fails = (board: TestBoard) => {
  read(board);
  throw new Error('as it goes');
};
const messageOf = async (test: (this: unknown, context?: never) => Promise<void>, context?: object) =>
  ((await test.call(undefined, context as never).catch((error) => error)) as Error).message;

describe('the files of a failed test', () => {
  it('are in the folder that DTBUS_ARTIFACTS names, and the message names them; others leave none', async () => {
    vi.stubEnv('DTBUS_ARTIFACTS', folder);
    await boardTest(I2C_BENCH, read)({ name: 'goes well' } as never);
    expect(readdirSync(folder)).toEqual([]);
    const message = await messageOf(boardTest(I2C_BENCH, fails), { name: 'reads: 25 °C' });
    expect(message).toContain(
      `traffic: ${join(folder, 'reads-25-C.bus')}\ntraffic: ${join(folder, 'reads-25-C.vcd')}`,
    );
    // The context of vitest is a function that is called `context`.
    const context = Object.assign(function context() {}, { task: { name: 'by its task' } });
    expect(await messageOf(boardTest(I2C_BENCH, fails), context)).toContain(join(folder, 'by-its-task.bus'));
    const recording = readFileSync(join(folder, 'reads-25-C.bus'), 'utf8');
    expect(recording).toMatch(/^dtbus-recording 1\ntree {2}"the board" sha256:[0-9a-f]{64}\nclock stepped\n/);
    expect(recording).toMatch(/\n\+0 +i2c-1 +48 r 19 00 +~290us +; temp@48: read 19 00\nend 1\n$/);
    const waves = readFileSync(join(folder, 'reads-25-C.vcd'), 'utf8');
    expect(waves).toContain('$var wire 1 ! i2c-1.SCL $end');
    // 29 clocks: start, three bytes of nine bits, stop.
    expect(waves.match(/^1!$/gm)?.length).toBeGreaterThanOrEqual(28);
  });

  it('have a name of their own where tests have the same, and go where the option says', async () => {
    for (let i = 0; i < 2; i++)
      await messageOf(boardTest({ ...I2C_BENCH, artifacts: folder }, fails), { fullName: 'a > b' });
    expect(readdirSync(folder).sort()).toEqual(['a-b-2.bus', 'a-b-2.vcd', 'a-b.bus', 'a-b.vcd']);
  });

  it('have a page of the same among them, where DTBUS_REPORT or the option wants one', async () => {
    vi.stubEnv('DTBUS_ARTIFACTS', folder);
    const test = (options: object) => boardTest({ ...I2C_BENCH, ...options }, fails);
    const message = await messageOf(test({ report: true }), { name: 'x </script> <img>' });
    expect(message).toContain(`traffic: ${join(folder, 'x-script-img.html')}`);
    const page = readFileSync(join(folder, 'x-script-img.html'), 'utf8');
    const [, data = ''] = /<script type="application\/json">(.*?)<\/script>/s.exec(page) ?? [];
    expect(JSON.parse(data)).toMatchObject({
      board: 'x </script> <img>',
      lanes: [{ name: 'i2c-1' }, { name: 'spi-0' }],
      rows: [{ n: 1, bus: 'i2c-1', target: '0x48 temp@48', text: 'read 19 00' }],
      lost: 0,
    });
    vi.stubEnv('DTBUS_REPORT', '1');
    await messageOf(test({}), { name: 'by environment' });
    await messageOf(test({ report: false }), { name: 'none' });
    expect(readdirSync(folder).filter((name) => name.endsWith('.html'))).toEqual([
      'by-environment.html',
      'x-script-img.html',
    ]);
  });

  it('of a sweep are those of each place', async () => {
    const swept = sweep(
      I2C_BENCH,
      fault('nack', '&temp', { at: 'any' }),
      (board) => {
        board.open('/dev/i2c-1').transferSync([{ addr: 0x48, write: Uint8Array.of(1, 0) }]);
      },
      { artifacts: folder },
    );
    await messageOf(swept, { name: 'sets' });
    expect(readdirSync(folder).filter((name) => name.endsWith('.bus'))).toEqual([
      'sets-place-1.bus',
      'sets-place-2.bus',
      'sets-place-3.bus',
    ]);
    expect(readFileSync(join(folder, 'sets-place-2.bus'), 'utf8')).toContain('48 w 01! 00');
  });

  it('that cannot be written are told of, beside what the test failed of', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const message = await messageOf(boardTest({ ...I2C_BENCH, artifacts: file }, fails));
    expect(message).toMatch(/^as it goes\n/);
    expect(message).toContain('traffic not kept: ');
    expect(message).toContain(file);
  });

  it('are attached to the report of vitest', { timeout: 240_000 }, () => {
    const { VITEST: _, DTBUS_ARTIFACTS: __, ...env } = process.env;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [
        ...[
          'node_modules/vitest/vitest.mjs',
          'run',
          '--root',
          'test/fixtures/failed',
          '--testTimeout',
          '120000',
        ],
        ...['--attachmentsDir', folder, '--reporter', 'verbose'],
      ],
      { encoding: 'utf8', env: { ...env, NO_COLOR: '1' } },
    );
    const files = readdirSync(folder);
    expect(files.map((name) => name.replace(/-[0-9a-f]+\./, '.')).sort(), stdout + stderr).toEqual([
      'traffic-leaves-a-fault-bus.bus',
      'traffic-leaves-a-fault-vcd.vcd',
      'traffic-reads-wrongly-bus.bus',
      'traffic-reads-wrongly-vcd.vcd',
    ]);
    for (const file of files) expect(stdout + stderr).toContain(`traffic: ${join(folder, file)}`);
    expect(stdout).toContain('2 failed | 1 passed | 1 skipped');
  });
});
