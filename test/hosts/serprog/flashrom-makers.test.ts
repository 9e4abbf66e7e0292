import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveEmulator } from '../../../hosts/link/index.ts';
import { SerprogEmulator } from '../../../hosts/serprog/index.ts';
import { FLASHROM, runBeside, simulatedFlash } from '../flashrom.ts';

/**
 * flashrom is the judge of flash of other makers: it finds each by its id, opens what is protected after power-on, and
 * programs it as that maker wants it, SST's words by ADh among them.
 */

const LIMIT_S = 100;
/** The name that flashrom has for it, or the beginning of it. */
const CHIPS: readonly (readonly [compatible: string, name: string])[] = [
  ['sst,sst25vf016b', 'SST25VF016B'],
  ['sst,sst25wf080', 'SST25WF080'],
  ['atmel,at25df041a', 'AT25DF041A'],
  ['micron,m25p40', 'M25P40'],
  ['micron,n25q032', 'N25Q032..3E'],
  ['spansion,s25sl008a', 'S25FL008A'],
  ['winbond,w25x40', 'W25X40'],
  ['macronix,mx25l4005a', 'MX25L4005'],
  ['gigadevice,gd25q16', 'GD25Q16'],
];

async function serve(compatible: string) {
  const { wire, contents } = await simulatedFlash(compatible);
  const emulator = new SerprogEmulator({ spi: wire });
  const server = createServer((stream) => {
    serveEmulator(emulator, { stream });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { programmer: `serprog:ip=127.0.0.1:${port}`, contents, close: () => server.close() };
}

const flashrom = (...options: string[]) => runBeside(LIMIT_S, 'flashrom', ...options);

describe.runIf(FLASHROM)('flashrom and flash of other makers', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'flashrom-makers-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(CHIPS)(
    '%s: finds, erases, programs and verifies it',
    { timeout: LIMIT_S * 1000 },
    async (compatible, name) => {
      const { programmer, contents, close } = await serve(compatible);
      try {
        const file = join(folder, 'image');
        const image = new Uint8Array(contents().length).fill(0xff);
        for (const [at, byte] of new TextEncoder().encode('written by flashrom').entries())
          image[0x1fd + at] = byte;
        writeFileSync(file, image);
        const first = await flashrom('-p', programmer, '-w', file);
        expect(first.output).toContain(`"${name}`);
        expect(first.output, first.output).toContain('VERIFIED');
        expect(Buffer.from(contents()).equals(image)).toBe(true);
        // Other bits: its sector has to be erased before.
        image.fill(0x5a, 0x1fd, 0x204);
        writeFileSync(file, image);
        expect((await flashrom('-p', programmer, '-w', file)).output).toContain('VERIFIED');
        expect(Buffer.from(contents()).equals(image)).toBe(true);
      } finally {
        close();
      }
    },
  );
});
