import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveEmulator } from '../../../hosts/link/index.ts';
import { SerprogEmulator } from '../../../hosts/serprog/index.ts';
import { noise } from '../../cli/folder.ts';
import { FLASHROM, runBeside, simulatedFlash } from '../flashrom.ts';

const FLASH_BYTES = 1 << 20;
const LIMIT_S = 110;

const flash = new SerprogEmulator({ spi: (await simulatedFlash()).wire });

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

describe.runIf(FLASHROM).each(Object.entries(ways))(
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

    const flashrom = (...options: string[]) => runBeside(LIMIT_S, 'flashrom', '-p', programmer, ...options);

    it('identifies, erases, writes, verifies and reads back a W25Q80', {
      timeout: LIMIT_S * 1000,
    }, async () => {
      const image = noise(FLASH_BYTES, programmer.length);
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
