import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BatchingDriver, i2cRead, i2cWrite, spiTransfer } from './batching-driver.ts';

const FRONT_ENDS = fileURLToPath(new URL('dying-front-ends.mjs', import.meta.url));
const COUNT = 100;
const OK = 0;

/** Simulated buses, and buses on an adapter, whose transfers take time. */
const BUSES = [
  { deviceId: 34, name: 'i2c1' },
  { deviceId: 34, name: 'i2c2' },
  { deviceId: 45, name: 'spi0' },
  { deviceId: 45, name: 'spi1' },
] as const;

let folder: string;
let server: ChildProcess;
let warnings: Interface;
/** Connections that the server has said to be over. */
let ended = 0;
let wake = (): void => {};

const socket = (name: string): string => join(folder, `${name}.sock`);

/** The lines of a program's output up to `line`. */
async function said(child: ChildProcess, line: string): Promise<void> {
  for await (const each of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    if (each === line) return;
  }
  throw new Error(`it ended without saying "${line}"`);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-dying-'));
  const argv = ['bin/dtbus.js', 'serve', 'dts/demo.dts', '--socket-dir', folder, '--trace'];
  server = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  warnings = createInterface({ input: server.stderr as NodeJS.ReadableStream });
  warnings.on('line', (line) => {
    if (!line.includes('front-end closed') && !line.endsWith('connected')) console.log(line);
    if (line.includes('connection ended')) ended++;
    wake();
  });
  await said(server, 'ready');
});
afterAll(() => {
  server.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Descriptors of the server by kind, and its mappings of front-ends' memory. */
function held(): Record<string, number> {
  const counts: Record<string, number> = { mappings: 0 };
  for (const fd of readdirSync(`/proc/${server.pid}/fd`)) {
    const kind = readlinkSync(`/proc/${server.pid}/fd/${fd}`).replace(/\d+/g, 'N');
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  const maps = readFileSync(`/proc/${server.pid}/maps`, 'latin1');
  counts['mappings'] = maps.match(/memfd:dtbus/g)?.length ?? 0;
  return counts;
}

/** Uses every bus once, as the only one. @returns the status of each */
function useAll(): Record<string, number | undefined> {
  return Object.fromEntries(
    BUSES.map(({ deviceId, name }) => {
      const driver = new BatchingDriver(socket(name), deviceId);
      const address = name === 'i2c1' ? 0x50 : 0x51;
      const i2c = [i2cWrite(address, name === 'i2c1' ? [0] : [0, 0], true), i2cRead(address, 1)];
      const answers = driver.batch(deviceId === 34 ? i2c : [spiTransfer(0, [0x9f, 0], 1)]);
      driver.close();
      return [name, answers.at(-1)?.at(-1)];
    }),
  );
}

const ALL_OK = { i2c1: OK, i2c2: OK, spi0: OK, spi1: OK };

/** Resolves when so many connections have ended. */
async function until(count: number): Promise<void> {
  while (ended < count) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

it(`${COUNT} front-ends, that die with requests in flight leave nothing behind`, async () => {
  expect(useAll()).toEqual(ALL_OK);
  await until(BUSES.length);
  const before = held();
  for (let round = 1; round <= 2; round++) {
    const all = BUSES.flatMap(({ deviceId, name }) => [String(deviceId), socket(name)]);
    const child = spawn(process.execPath, [FRONT_ENDS, String(COUNT), ...all], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await said(child, 'ready');
    const alive = held();
    expect(alive['socket:[N]']).toBeGreaterThanOrEqual((before['socket:[N]'] ?? 0) + COUNT);
    expect(alive['mappings']).toBeGreaterThanOrEqual(COUNT / 4);
    child.stdin.write('die');
    await until(BUSES.length + round * COUNT + (round - 1) * BUSES.length);
    expect(held()).toEqual(before);
    // Chips that they had selected and transactions that they had begun are nobody's any more.
    expect(useAll()).toEqual(ALL_OK);
    await until(round * (BUSES.length + COUNT) + BUSES.length);
  }
});
