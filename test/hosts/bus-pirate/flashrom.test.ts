import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BusPirateEmulator,
  type Traits,
  V3_FIRMWARE_6_1,
  V4_FIRMWARE_8_0,
} from '../../../hosts/bus-pirate/index.ts';
import { type ServedEmulator, serveEmulator } from '../../../hosts/link/index.ts';
import { loadModels, populateSpi, RealClock } from '../../../src/sim/index.ts';
import { node } from '../../sim/support.ts';

const FLASH_BYTES = 1 << 20;
const LIMIT_S = 110;

const found = spawnSync('flashrom', ['--version']).error === undefined;
if (!found)
  console.info('flashrom is not installed (apt install flashrom): its tests of the emulator do not run');

/** Contents that neither an erased chip nor a stuck line could pass for. */
function pattern(seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: FLASH_BYTES }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

describe.runIf(found).each([
  { traits: V4_FIRMWARE_8_0, spispeed: '8M' },
  { traits: V3_FIRMWARE_6_1, spispeed: '2M' },
])('flashrom on an emulated Bus Pirate $traits.hardware', ({ traits, spispeed }) => {
  let folder: string;
  let served: ServedEmulator;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'flashrom-'));
    served = await serveFlash(traits);
  });
  afterAll(() => {
    served.close();
    rmSync(folder, { recursive: true });
  });

  /** Asynchronous: the emulator answers in this very event loop. */
  function flashrom(...options: string[]): Promise<{ status: number | null; output: string }> {
    const programmer = `buspirate_spi:dev=${served.port},spispeed=${spispeed}`;
    const child = spawn('timeout', [String(LIMIT_S), 'flashrom', '-p', programmer, ...options]);
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    child.stderr.on('data', (text) => {
      output += text;
    });
    return new Promise((resolve) => child.on('close', (status) => resolve({ status, output })));
  }

  it('identifies a W25Q80', { timeout: LIMIT_S * 1000 }, async () => {
    const { status, output } = await flashrom();
    expect(output).toContain('Found Winbond flash chip "W25Q80.V" (1024 kB, SPI)');
    expect(status).toBe(0);
  });

  it('erases, writes and verifies it, and reads back the same', { timeout: LIMIT_S * 1000 }, async () => {
    const image = join(folder, 'image');
    const copy = join(folder, 'copy');
    writeFileSync(image, pattern(7));
    const written = await flashrom('-w', image);
    expect(written.output).toMatch(/VERIFIED/);
    expect(written.status).toBe(0);
    const read = await flashrom('-r', copy);
    expect(read.status).toBe(0);
    expect(readFileSync(copy).equals(pattern(7))).toBe(true);
  });
});

async function serveFlash(traits: Traits): Promise<ServedEmulator> {
  const bus = node({ name: 'spi', children: [{ name: 'flash@0', compatible: 'winbond,w25q80', reg: 0 }] });
  const catalogue = await loadModels(['winbond,w25q80']);
  const { wire } = populateSpi(bus, { catalogue, clock: new RealClock() });
  return serveEmulator(new BusPirateEmulator({ spi: wire, traits }), { pty: true });
}
