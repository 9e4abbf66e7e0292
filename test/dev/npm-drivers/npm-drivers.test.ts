import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bareBoardSource, boardSource, EXAMPLE_READS } from './board-source.ts';
import { type Expectation, NPM_DRIVERS, type NpmDriver } from './drivers.ts';
import { installDrivers, keepResults, VERSIONS } from './install.ts';
import { agrees, deviations, type Reading } from './readings.ts';

const run = promisify(execFile);
const DTBUS = fileURLToPath(new URL('../../../bin/dtbus.js', import.meta.url));

const installed = installDrivers();
if (typeof installed === 'string') console.warn(`the drivers of the registry are skipped: ${installed}`);
const { plain, overridden } = typeof installed === 'string' ? { plain: '', overridden: '' } : installed;

type Way = 'dtbus run' | 'dtbus/register' | 'npm overrides';

/** Runs a script of the folder and gives what it prints in its last line, as JSON. */
async function reading(way: Way, script: string): Promise<unknown> {
  const folder = way === 'npm overrides' ? overridden : plain;
  const board = join(plain, 'board.dts');
  const argv = {
    'dtbus run': [DTBUS, 'run', board, script],
    'dtbus/register': ['--import', 'dtbus/register', script],
    'npm overrides': [script],
  }[way];
  const environment = way === 'dtbus run' ? {} : { DTBUS_BOARD: board };
  const { stdout } = await run(process.execPath, argv, {
    cwd: folder,
    env: { ...process.env, ...environment },
    timeout: 25_000,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

function only({ reads }: NpmDriver, read: Reading): Reading {
  return Object.fromEntries(Object.entries(read).filter(([name]) => name in reads));
}

interface Result {
  readonly part: string;
  readonly compatible: string;
  readonly driver: string;
  readonly version: string;
  readonly set: Readonly<Record<string, number>>;
  readonly expected: Readonly<Record<string, Expectation>>;
  readonly read: Readonly<Partial<Record<Way, Reading>>>;
  readonly agrees: boolean;
}

const results: Result[] = [];

describe.skipIf(typeof installed === 'string')('drivers from the registry read what was set', () => {
  beforeAll(() => writeFileSync(join(plain, 'board.dts'), boardSource()));
  // A run of some of the tests must not leave a shorter table.
  afterAll(() => {
    if (results.length === NPM_DRIVERS.length) keepResults(results);
  });

  const scripts = new Set(NPM_DRIVERS.map(({ driver }) => driver));
  it.each([...scripts])('%s', async (driver) => {
    const script = [`${driver}.cjs`, `${driver}.mjs`].find((name) => existsSync(join(plain, name))) as string;
    const ways = ['dtbus run', 'dtbus/register', 'npm overrides'] as const;
    const read = await Promise.all(ways.map((way) => reading(way, script)));
    const byWay = Object.fromEntries(ways.map((way, index) => [way, read[index] as Reading]));
    for (const entry of NPM_DRIVERS.filter((candidate) => candidate.driver === driver)) {
      const wrong = ways.flatMap((way) => deviations(way, entry, byWay[way] as Reading));
      results.push({
        part: entry.part,
        compatible: entry.compatible,
        driver,
        version: VERSIONS[driver] as string,
        set: entry.set ?? {},
        expected: entry.reads,
        read: Object.fromEntries(ways.map((way) => [way, only(entry, byWay[way] as Reading)])),
        agrees: wrong.length === 0,
      });
      expect(wrong).toEqual([]);
    }
  });
});

describe.skipIf(typeof installed === 'string')('a recording in the place of the parts', () => {
  beforeAll(() => {
    writeFileSync(join(plain, 'board.dts'), boardSource());
    writeFileSync(join(plain, 'bare.dts'), bareBoardSource());
  });

  /** What a script prints last, run by a command of dtbus, and what the command says. */
  async function ended(...argv: string[]) {
    const options = { cwd: plain, timeout: 25_000 };
    const { stdout, stderr, code } = await run(process.execPath, [DTBUS, ...argv], options).then(
      (done) => ({ ...done, code: 0 }),
      (failed: { stdout: string; stderr: string; code: number }) => failed,
    );
    return { printed: stdout.trim().split('\n').at(-1) ?? '', stderr, code };
  }

  const scripts = new Set(NPM_DRIVERS.map(({ driver }) => driver));
  it.each([...scripts])('gives %s the values that the models gave', async (driver) => {
    const script = [`${driver}.cjs`, `${driver}.mjs`].find((name) => existsSync(join(plain, name))) as string;
    const file = join(plain, `${driver.replaceAll(/\W/g, '-')}.bus`);
    const recorded = await ended('record', file, '-b', 'board.dts', '--', script);
    expect(recorded.code, recorded.stderr).toBe(0);
    const [, count] = /recorded (\d+) events?\n/.exec(recorded.stderr) ?? [];
    const replayed = await ended('replay', file, '-b', 'bare.dts', '--', script);
    // Each transfer was the next one of its part, and none is left.
    expect(replayed.stderr).toMatch(new RegExp(`replayed ${count} transfers?, all as recorded\n`));
    // Drivers that only write: their scripts look at the model behind them, which is absent now.
    const isAbsent = /not found: simulated part &\w+; the board has: none/.test(replayed.stderr);
    expect(isAbsent).toBe(readFileSync(join(plain, script), 'utf8').includes('.part('));
    if (!isAbsent) expect([replayed.code, replayed.printed]).toEqual([0, recorded.printed]);
  });
});

describe.skipIf(typeof installed === 'string')("i2c-bus's own examples read what was set", () => {
  beforeAll(() => writeFileSync(join(plain, 'board.dts'), boardSource()));

  it.each(['sync', 'async-callback', 'promise', 'promise-plain-i2c-buffer'])(
    'mcp9808-%s.js',
    async (name) => {
      const celsius = (await reading(
        'dtbus run',
        `node_modules/i2c-bus/example/mcp9808-${name}.js`,
      )) as number;
      expect(agrees(celsius, EXAMPLE_READS), String(celsius)).toBe(true);
    },
  );
});
