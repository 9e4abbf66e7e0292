import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  assertAtMost,
  assertCount,
  assertFails,
  assertFallen,
  assertHappenedBefore,
  assertRecording,
  assertSent,
  assertSentExactly,
  assertSpacing,
  assertTouched,
  boardTest,
  fault,
  openTestBoard,
  sweep,
  type TestBoard,
} from '../../src/kit/index.ts';
import { testFolder } from '../cli/folder.ts';
import { I2C_BENCH } from '../kit/bench.ts';
import { HAS_SERVER, natsServer } from './nats-server.ts';
import { ownPlaces, testProcesses } from './processes.ts';

const folder = testFolder();
const own = () => ownPlaces(folder);
const { start, dtbus } = testProcesses(own);
const ways = HAS_SERVER ? ['a Unix socket', 'a NATS server'] : ['a Unix socket'];
const far = () => folder.path('far.dts');
const places = new Map<string, string>();

/** The same board here, its buses and lines those of the share. */
const nearSource = (place: string) => I2C_BENCH.source.replace('/ {', `/ { dtbus,remote = "${place}";`);

/** A command of dtbus on the shared board, as whoever sits beside it would touch it. */
function there(command: string, ...words: readonly string[]): string {
  const all = ['bin/dtbus.js', command, '-b', far(), ...words];
  const env = { ...process.env, ...own() };
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8', env });
  expect(status, stderr).toBe(0);
  return stdout;
}

beforeAll(async () => {
  folder.write('far.dts', I2C_BENCH.source);
  const socket = folder.path('bench.sock');
  places.set('a Unix socket', `remote:${socket}`);
  const more: string[] = [];
  if (HAS_SERVER) {
    const url = `nats://127.0.0.1:${(await natsServer({ start })).port}/bench`;
    places.set('a NATS server', `remote:${url}`);
    more.push('--nats', url);
  }
  await dtbus('share', far(), '--socket', socket, '--restore', ...more).heard(/^ready$/m);
});
beforeEach(() => {
  vi.stubEnv('DTBUS_ON', 'hardware');
});
afterEach(() => vi.unstubAllEnvs());

const readTemp = async (board: TestBoard): Promise<number> => {
  const [bytes] = await board.open('/dev/i2c-1').transfer([
    { addr: 0x48, write: Uint8Array.of(0) },
    { addr: 0x48, read: 2 },
  ]);
  return Buffer.from(bytes as Uint8Array).readInt16BE() / 256;
};
const write = (board: TestBoard, addr: number, ...bytes: number[]) =>
  board.open('/dev/i2c-1').transfer([{ addr, write: Uint8Array.from(bytes) }]);

describe.each(ways)('the kit on a board that is shared over %s', (way) => {
  let near = '';
  beforeAll(() => {
    near = folder.write('near.dts', nearSource(places.get(way) as string));
  });
  const test = (body: (board: TestBoard) => Promise<void>, more: object = {}) =>
    boardTest({ on: { hardware: near }, slack: '1 min', onWarning: () => {}, ...more }, body);

  it('expects transfers by part, register, field and bytes', async () => {
    await test(async (board) => {
      await write(board, 0x48, 1, 0x61);
      expect(await readTemp(board)).toBe(25);
      assertSent(
        board,
        { part: '&temp', register: 'CONF', fields: { SD: 1 } },
        { register: 'TEMP', read: '19 00' },
      );
      await board.open('/dev/spidev0.0').transfer([{ tx: Uint8Array.of(0x9f, 0, 0, 0), rx: 4 }]);
      assertSentExactly(
        board,
        { part: '&temp', write: '01 61' },
        { part: '&temp', read: true },
        { part: '&flash', command: 0x9f, read: 'ef ?? ??' },
      );
      assertCount(board, { part: '&temp', read: true }, 1);
      assertTouched(board, '&temp', { register: 'TEMP' });
      assertAtMost(board, { transfers: 3 });
    })();
  });

  it('and the time between them', async () => {
    await test(async (board) => {
      await write(board, 0x48, 1, 0);
      await board.pass('20 ms');
      await readTemp(board);
      const [from, to] = [{ register: 'CONF' }, { register: 'TEMP' }];
      assertSpacing(board, { from, to, atLeast: '20 ms', atMost: '20 ms' });
      expect(() => assertSpacing(board, { from, to, atLeast: '10 min' })).toThrow(/expected at least 600 s/);
    })();
  });

  it('fails as on the wire there: nobody at the address, a byte that is refused, another part', async () => {
    await test(async (board) => {
      await assertFails(write(board, 0x33, 1), 'ENXIO');
      there('inject', 'nack', '&temp', 'at=1', 'times=1');
      await assertFails(write(board, 0x48, 1, 0), 'EREMOTEIO');
      await write(board, 0x48, 1, 0);
      assertSent(
        board,
        { address: 0x33, errno: 'ENXIO' },
        { part: '&temp', errno: 'EREMOTEIO' },
        'i2c-1 48 w 01 00',
      );
      expect(board.traffic.text).toMatch(/byte 1|nack/i);
    })();
  });

  it('has what the part there is set to', async () => {
    await test(async (board) => {
      there('set', '&temp', 'temperature=31.5');
      expect(await readTemp(board)).toBe(31.5);
    })();
    // The end of a lease leaves what a part senses.
    there('set', '&temp', 'temperature=25');
  });

  it('hears the edges there, in order with the transfers', async () => {
    await test(async (board) => {
      const gpio = await board.gpio('&gpio');
      await readTemp(board);
      await vi.waitFor(() => gpio.get(2), 20_000);
      const edge = gpio.waitEdge(2, 'falling', 20_000);
      await vi.waitFor(() => there('press', '&gpio', 'button', '--for', '20'), 20_000);
      expect(await edge).toBe(true);
      assertHappenedBefore(board, { part: '&temp' }, { line: 'button', edge: 'falls' });
      assertFallen(board, 'button');
    })();
  });

  it('a fault in the answers strikes here; one of the wire skips the test with that reason', async () => {
    await test(async (board) => {
      board.inject('flip', '&temp', { byte: 0, bit: 1, direction: 'read' });
      expect(await readTemp(board)).toBe(27);
    })();
    const skip = vi.fn();
    const body = async (board: TestBoard) => void board.inject('absent', '&temp');
    await (test(body) as (context: object) => Promise<void>)({ skip });
    expect(skip).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(
        /^unsupported fault absent on &temp: a real adapter carries what is on its wires/,
      ),
    );
  });

  it('what a driver does on the simulated board is recorded there, and holds over the wire', async () => {
    const file = `${folder.write(`driver-${ways.indexOf(way)}`, '')}.bus`;
    const driver = async (board: TestBoard): Promise<void> => {
      await readTemp(board);
      await write(board, 0x48, 3, 0x50, 0);
      await assertFails(write(board, 0x51, 0), 'ENXIO');
      await board.open('/dev/spidev0.0').transfer([{ tx: Uint8Array.of(0x9f, 0, 0, 0), rx: 4 }]);
    };
    const simulated = await openTestBoard(I2C_BENCH);
    await driver(simulated);
    vi.stubEnv('DTBUS_UPDATE', '1');
    assertRecording(simulated, file);
    vi.stubEnv('DTBUS_UPDATE', '');
    await simulated.finish();
    await test(async (board) => {
      await driver(board);
      assertRecording(board, file);
    })();
  });

  it('a sweep finds each place of a fault', async () => {
    let runs = 0;
    const options = { on: { hardware: near }, onWarning: () => {} };
    const swept = sweep(
      options,
      fault('flip', '&temp', { byte: 0, bit: 7, direction: 'read' }),
      async (board) => {
        runs++;
        await readTemp(board);
        await readTemp(board);
      },
      { parallel: 1 },
    );
    await swept();
    expect(runs).toBe(3);
  });
});

describe('the example project, its hardware a shared board', () => {
  let project = '';
  beforeAll(() => {
    project = folder.path('example');
    cpSync('test/fixtures/example', project, { recursive: true });
    mkdirSync(join(project, 'node_modules'));
    symlinkSync(resolve('.'), join(project, 'node_modules/dtbus'));
    symlinkSync(resolve('node_modules/vitest'), join(project, 'node_modules/vitest'));
    const bench = join(project, 'bench-hardware.dts');
    const source = readFileSync(bench, 'utf8');
    const remote = source
      .replace('"dangerousprototypes,bus-pirate"', '"dtbus,remote"')
      .replace('"/dev/ttyUSB9"', `"${places.get('a Unix socket')}/i2c-1"`)
      .replace(/dtbus,(power|pull-ups);/g, '');
    rmSync(bench);
    folder.write('example/bench-hardware.dts', remote);
  });
  afterAll(() => rmSync(join(project, 'node_modules'), { recursive: true }));

  const ran = (...words: readonly string[]) => {
    const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, VITEST: ___, ...rest } = process.env;
    const env = {
      ...rest,
      ...own(),
      NO_COLOR: '1',
      CI: '1',
      DTBUS_ON: 'hardware',
      DTBUS_UNSUPPORTED: 'fail',
    };
    return spawnSync(process.execPath, words, { cwd: project, encoding: 'utf8', env });
  };

  it('node:test', () => {
    const { status, stdout, stderr } = ran('--test', '--test-reporter=tap', 'node/worlds.spec.mjs');
    expect(stdout, stderr).toContain('# pass 1');
    expect(status).toBe(0);
  });

  it('vitest', () => {
    const vitest = join(project, 'node_modules/vitest/vitest.mjs');
    const { status, stdout, stderr } = ran(vitest, 'run', '--project', 'hardware', '--reporter', 'verbose');
    expect(stdout, stderr).toMatch(/✓ .*hardware.* vitest\/worlds\.spec\.ts > measures once/);
    expect(status).toBe(0);
  });
});
