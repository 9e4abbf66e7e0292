import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { testFolder } from '../cli/folder.ts';
import { boardSource } from '../dev/npm-drivers/board-source.ts';
import { NPM_DRIVERS, type NpmDriver } from '../dev/npm-drivers/drivers.ts';
import { installDrivers } from '../dev/npm-drivers/install.ts';
import { deviations, type Reading } from '../dev/npm-drivers/readings.ts';
import { HAS_SERVER, natsServer } from './nats-server.ts';
import { ownPlaces, testProcesses } from './processes.ts';

const installed = installDrivers();
if (typeof installed === 'string') console.warn(`the drivers of the registry are skipped: ${installed}`);
const plain = typeof installed === 'string' ? '' : installed.plain;

const folder = testFolder();
const own = () => ownPlaces(folder);
const { start, dtbus } = testProcesses(own);

/** What a command of dtbus prints, and says. */
function ran(...words: readonly string[]) {
  const { stdout, stderr } = spawnSync(process.execPath, [resolve('bin/dtbus.js'), ...words], {
    cwd: plain,
    encoding: 'utf8',
    env: { ...process.env, ...own() },
    timeout: 25_000,
  });
  return { stdout, printed: stdout.trim().split('\n').at(-1) ?? '', stderr };
}

const scriptOf = (driver: string) =>
  [`${driver}.cjs`, `${driver}.mjs`].find((name) => existsSync(join(plain, name))) as string;
const isLooking = (script: string) => readFileSync(join(plain, script), 'utf8').includes('.part(');

/** What a part of the shared board has now, as the script would have printed it. */
function onFarBoard({ label, driver }: NpmDriver): Reading {
  const { stdout, stderr } = ran('get', '-b', folder.path('far.dts'), '--json', `&${label}`);
  expect(stderr).toBe('');
  const [{ values }] = JSON.parse(stdout);
  const shown = ({ text }: { text: string }) =>
    text
      .split('\n')
      .flatMap((line, row) => [...line.matchAll(/[^ ]+/g)].map((run) => `${row}:${run.index}${run[0]}`))
      .join(' ');
  return driver === 'oled-i2c-bus' ? { shown: shown(values) } : values;
}

describe.skipIf(typeof installed === 'string')('drivers from the registry on a shared board', () => {
  const socket = () => folder.path('bench.sock');
  let server: Awaited<ReturnType<typeof natsServer>> | undefined;

  beforeAll(async () => {
    const far = folder.write('far.dts', boardSource());
    const more: string[] = [];
    if (HAS_SERVER) {
      server = await natsServer({ start });
      more.push('--nats', `nats://127.0.0.1:${server.port}/bench`);
    }
    await dtbus('share', far, '--socket', socket(), ...more).heard(/^ready$/m);
    folder.write('near.dts', boardSource(`remote:${socket()}`));
    folder.write('nats.dts', boardSource(`remote:nats://127.0.0.1:${server?.port}/bench`));
  });

  const drivers = [...new Set(NPM_DRIVERS.map(({ driver }) => driver))];

  /** Runs a driver on the board here whose buses are those there. */
  function check(board: string, driver: string): void {
    const script = scriptOf(driver);
    const { printed, stderr } = ran('run', folder.path(board), script);
    const entries = NPM_DRIVERS.filter((entry) => entry.driver === driver);
    // Scripts that look at the model of what their driver wrote: it is in the other process.
    if (isLooking(script)) expect(stderr).toMatch(/not found: simulated part &\w+/);
    for (const entry of entries) {
      const read = isLooking(script) ? onFarBoard(entry) : (JSON.parse(printed || '{}') as Reading);
      expect(deviations('remote', entry, read), stderr).toEqual([]);
    }
  }

  it.each(drivers)('%s reads what was set there, or writes what is seen there', (driver) =>
    check('near.dts', driver),
  );

  describe.skipIf(!HAS_SERVER)('over a NATS server', () => {
    it.each(['bme280', 'mcp-spi-adc', 'node-mcp23017'])('%s does the same', (driver) =>
      check('nats.dts', driver),
    );
  });
});
