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
import { noise } from '../../cli/folder.ts';
import { FLASHROM, runBeside, simulatedFlash } from '../flashrom.ts';

const FLASH_BYTES = 1 << 20;
const LIMIT_S = 110;

describe.runIf(FLASHROM).each([
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

  const flashrom = (...options: string[]) => {
    const programmer = `buspirate_spi:dev=${served.port},spispeed=${spispeed}`;
    return runBeside(LIMIT_S, 'flashrom', '-p', programmer, ...options);
  };

  it('identifies a W25Q80', { timeout: LIMIT_S * 1000 }, async () => {
    const { status, output } = await flashrom();
    expect(output).toContain('Found Winbond flash chip "W25Q80.V" (1024 kB, SPI)');
    expect(status).toBe(0);
  });

  it('erases, writes and verifies it, and reads back the same', { timeout: LIMIT_S * 1000 }, async () => {
    const image = join(folder, 'image');
    const copy = join(folder, 'copy');
    const pattern = noise(FLASH_BYTES, 7);
    writeFileSync(image, pattern);
    const written = await flashrom('-w', image);
    expect(written.output).toMatch(/VERIFIED/);
    expect(written.status).toBe(0);
    const read = await flashrom('-r', copy);
    expect(read.status).toBe(0);
    expect(readFileSync(copy).equals(pattern)).toBe(true);
  });
});

async function serveFlash(traits: Traits): Promise<ServedEmulator> {
  const { wire } = await simulatedFlash();
  return serveEmulator(new BusPirateEmulator({ spi: wire, traits }), { pty: true });
}
