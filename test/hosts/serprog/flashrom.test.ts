import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveEmulator } from '../../../hosts/link/index.ts';
import { SerprogEmulator } from '../../../hosts/serprog/index.ts';
import { loadModels, populateSpi, RealClock } from '../../../src/sim/index.ts';
import { node } from '../../sim/support.ts';

const FLASH_BYTES = 1 << 20;
const LIMIT_S = 110;

const found = spawnSync('flashrom', ['--version']).error === undefined;
if (!found)
  console.info('flashrom is not installed (apt install flashrom): its tests of the emulator do not run');

async function emulator(): Promise<SerprogEmulator> {
  const bus = node({ name: 'spi', children: [{ name: 'flash@0', compatible: 'winbond,w25q80', reg: 0 }] });
  const catalogue = await loadModels(['winbond,w25q80']);
  return new SerprogEmulator({ spi: populateSpi(bus, { catalogue, clock: new RealClock() }).wire });
}

const flash = await emulator();

/** Serves the same programmer in two ways. @returns what flashrom is told, and how to end it. */
const ways = {
  'over TCP': async () => {
    const server = createServer((stream) => {
      serveEmulator(flash, { stream });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { programmer: `serprog:ip=127.0.0.1:${port}`, close: () => server.close() };
  },
  'over a serial port': async () => {
    const served = serveEmulator(flash, { pty: true });
    return { programmer: `serprog:dev=${served.port}:115200,spispeed=20M`, close: served.close };
  },
};

describe.runIf(found).each(Object.entries(ways))(
  'flashrom on an emulated serprog programmer %s',
  (_, serve) => {
    let folder: string;
    let programmer: string;
    let close: () => void;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'flashrom-'));
      ({ programmer, close } = await serve());
    });
    afterAll(() => {
      close();
      rmSync(folder, { recursive: true });
    });

    /** Asynchronous: the emulator answers in this very event loop. */
    function flashrom(...options: string[]): Promise<{ status: number | null; output: string }> {
      const child = spawn('timeout', [String(LIMIT_S), 'flashrom', '-p', programmer, ...options]);
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (text) => {
          output += text;
        });
      }
      return new Promise((resolve) => child.on('close', (status) => resolve({ status, output })));
    }

    it('identifies, erases, writes, verifies and reads back a W25Q80', {
      timeout: LIMIT_S * 1000,
    }, async () => {
      let state = programmer.length;
      const image = Uint8Array.from({ length: FLASH_BYTES }, () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state >>> 24;
      });
      writeFileSync(join(folder, 'image'), image);
      const written = await flashrom('-w', join(folder, 'image'));
      expect(written.output).toContain('Programmer name is "dtbus"');
      expect(written.output).toContain('Found Winbond flash chip "W25Q80.V" (1024 kB, SPI)');
      expect(written.output).toMatch(/VERIFIED/);
      expect(written.status).toBe(0);
      expect((await flashrom('-r', join(folder, 'copy'))).status).toBe(0);
      expect(readFileSync(join(folder, 'copy')).equals(image)).toBe(true);
    });
  },
);
