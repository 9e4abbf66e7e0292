import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { assertSpacing, boardTest, openTestBoard, type TestBoard } from '../../src/kit/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'dtbus-worlds-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** An LM75 on a bus that `more` says the rest of. */
function tree(name: string, more: string, hosts = ''): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `/dts-v1/;
/ {
	aliases { i2c1 = &i2c; };
	i2c: i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		${more}
		temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
	};
	${hosts}
};
`,
  );
  return path;
}

const sim = tree('sim.dts', '');
const emulated = tree(
  'emulated.dts',
  'dtbus,host = <&pirate>;',
  `hosts {
		pirate: bus-pirate {
			compatible = "dtbus,bus-pirate-emulator";
			dtbus,power;
			dtbus,pull-ups;
			i2c {
				#address-cells = <1>;
				#size-cells = <0>;
				temp@48 { compatible = "national,lm75"; reg = <0x48>; };
			};
		};
	};`,
);
/** What stands for the hardware here: a bus that is simulated, too. */
const hardware = join(folder, 'hardware.dts');
copyFileSync(sim, hardware);
const on = { sim, emulated, hardware };
const read = (board: TestBoard) =>
  board.open('/dev/i2c-1').transfer([
    { addr: 0x48, write: Uint8Array.of(0) },
    { addr: 0x48, read: 2 },
  ]);

describe('on: the worlds of a suite', () => {
  it.each(['sim', 'emulated'])(
    'on %s the node of the bus names the part: to set it, and for faults',
    async (world) => {
      vi.stubEnv('DTBUS_ON', world);
      await boardTest({ on }, async (board) => {
        board.part<'national,lm75'>('&temp').temperature = 31.5;
        expect((await read(board))[0]).toEqual(Uint8Array.of(0x1f, 0x80));
        const gone = board.inject('absent', '&temp');
        await expect(read(board)).rejects.toMatchObject({ code: 'ENXIO' });
        expect(gone.fired).toBeGreaterThan(0);
      })();
    },
  );

  it.each([
    ['sim', 'sim.dts', true],
    ['emulated', 'emulated.dts', false],
    ['hardware', 'hardware.dts', false],
    ['', 'sim.dts', true],
  ])('DTBUS_ON=%s: %s', async (world, name, isStepped) => {
    vi.stubEnv('DTBUS_ON', world);
    const body = vi.fn(async (board: TestBoard) => {
      expect([...((await read(board))[0] as Uint8Array)]).toEqual([25, 0]);
      expect(board.traffic.words).toContain(name);
      // What lasts so long from when it is injected does not end while the adapter opens.
      expect(board.buses().map(({ state }) => state)).toEqual(['open']);
      const begin = performance.now();
      await board.pass('60 ms');
      expect(performance.now() - begin < 50).toBe(isStepped);
    });
    await boardTest({ on }, body)();
    expect(body).toHaveBeenCalledOnce();
  });

  it('a world without a tree skips the test with that reason; DTBUS_UNSUPPORTED=fail lets it fail', async () => {
    vi.stubEnv('DTBUS_ON', 'hardware');
    const skip = vi.fn();
    const body = vi.fn();
    await boardTest<{ skip(reason: string): void }>({ on: { sim, emulated } }, body)({ skip });
    expect(skip).toHaveBeenCalledExactlyOnceWith('no tree for hardware: this suite runs on sim, emulated');
    vi.stubEnv('DTBUS_UNSUPPORTED', 'fail');
    await expect(boardTest({ on: { sim } }, body)()).rejects.toThrow(
      'no tree for hardware: this suite runs on sim; DTBUS_UNSUPPORTED=fail makes this a failure',
    );
    expect(body).not.toHaveBeenCalled();
  });

  it('hardware that is not there skips the test, with what is missing', async () => {
    vi.stubEnv('DTBUS_ON', 'hardware');
    const gone = tree(
      'gone.dts',
      'dtbus,host = <&pirate>;',
      `hosts { pirate: bus-pirate {
		compatible = "dangerousprototypes,bus-pirate";
		port = "/dev/dtbus-none";
	}; };`,
    );
    const skip = vi.fn();
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    await boardTest<{ skip(reason: string): void }>({ on: { hardware: gone } }, () => {})({ skip });
    warned.mockRestore();
    expect(skip).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(
        /^no hardware for .*gone\.dts: .*the adapter is not open: ENODEV: not found: \/dev\/dtbus-none/,
      ),
    );
    expect(existsSync(`${gone}.lock`)).toBe(false);
  });

  it.each([
    [{ DTBUS_ON: 'real' }, { on }, 'invalid DTBUS_ON: expected sim, emulated or hardware, got "real"'],
    [{}, { on: { simulated: sim } }, 'simulated'],
    [{}, { on: { sim: 3 } }, 'invalid on.sim: expected a path or a file: URL, got 3'],
    [{ DTBUS_ON: 'hardware' }, { on, slack: 'much' }, 'invalid slack'],
  ])('%j %j is refused', async (env, options, sentence) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    await expect(boardTest(options as never, () => {})()).rejects.toThrow(sentence);
    expect(existsSync(`${hardware}.lock`)).toBe(false);
  });
});

describe('hardware', () => {
  it('is one test board at a time; the other is told who has it', async () => {
    vi.stubEnv('DTBUS_ON', 'hardware');
    const first = await openTestBoard({ on });
    await expect(openTestBoard({ on })).rejects.toThrow(
      `${hardware}: the hardware is in use by another board of this process; run one test file at a time, or wait until it has ended`,
    );
    await first.finish();
    await (await openTestBoard({ on })).finish();
    expect(existsSync(`${hardware}.lock`)).toBe(false);
  });

  it('of another process: it is named, and has it no more when it was killed', async () => {
    vi.stubEnv('DTBUS_ON', 'hardware');
    const program = `import { openTestBoard } from ${JSON.stringify(new URL('../../dist/src/kit/index.js', import.meta.url))};
await openTestBoard({ on: { hardware: ${JSON.stringify(hardware)} } });
console.log('open');
setInterval(() => {}, 1000);
`;
    const script = join(folder, 'holder.mjs');
    writeFileSync(script, program);
    const holder: ChildProcess = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout as NodeJS.ReadableStream, 'data');
    await expect(openTestBoard({ on })).rejects.toThrow(
      `the hardware is in use by process ${holder.pid} (holder.mjs)`,
    );
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await (await openTestBoard({ on })).finish();
  });
});

describe('slack', () => {
  const late = (slack: string) =>
    boardTest({ on, slack }, async (board) => {
      await board.open('/dev/i2c-1').transfer([{ addr: 0x48, write: Uint8Array.of(1, 0) }]);
      await board.pass('30 ms');
      await read(board);
      const [from, to] = [{ register: 'CONF' }, { register: 'TEMP' }];
      assertSpacing(board, { from, to, atMost: '10 ms' });
    });

  it('widens an upper limit where time is the machine’s, and a failure says so', async () => {
    vi.stubEnv('DTBUS_ON', 'hardware');
    await late('1 min')();
    await expect(late('1 ms')()).rejects.toThrow(
      /expected at most 10 ms, and 1 ms of slack on hardware from .*CONF to .*TEMP, got /,
    );
  });

  it('is none where time is exact', async () => {
    await expect(late('1 min')()).rejects.toThrow(/expected at most 10 ms from .* got 30/);
  });
});
