import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BusPirateEmulator } from '../../../hosts/bus-pirate/index.ts';
import { type ServedEmulator, serveEmulator } from '../../../hosts/link/index.ts';
import { SerprogEmulator } from '../../../hosts/serprog/index.ts';
import { FLASHROM, runBeside, simulatedFlash } from '../../hosts/flashrom.ts';
import { noise, testFolder } from '../folder.ts';

const FLASH_BYTES = 1 << 20;
const LIMIT_S = 110;

const folder = testFolder();

/** An adapter, how flashrom is told of it, and how a tree describes it. */
const ADAPTERS = {
  serprog: {
    emulator: async () => new SerprogEmulator({ spi: (await simulatedFlash()).wire }),
    programmer: (port: string) => `serprog:dev=${port}:115200`,
    compatible: 'dtbus,serprog',
  },
  'Bus Pirate': {
    emulator: async () => new BusPirateEmulator({ spi: (await simulatedFlash()).wire }),
    programmer: (port: string) => `buspirate_spi:dev=${port},spispeed=1M`,
    compatible: 'dangerousprototypes,bus-pirate',
  },
};

describe.runIf(FLASHROM).each(Object.entries(ADAPTERS))(
  'flashrom and dtbus flash on one %s',
  (_, adapter) => {
    let served: ServedEmulator;
    let board: string;
    beforeAll(async () => {
      served = serveEmulator(await adapter.emulator(), { pty: true });
      board = folder.write(
        'board.dts',
        `/dts-v1/;
/ {
	spi: spi {
		compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>; dtbus,host = <&adapter>;
		flash: flash@0 { compatible = "jedec,spi-nor"; reg = <0>; };
	};
	hosts { adapter: adapter { compatible = "${adapter.compatible}"; port = "${served.port}"; }; };
};`,
      );
    });
    afterAll(() => served.close());

    /** Both in processes of their own: the emulator answers in this event loop. */
    const run = (...words: readonly string[]) => runBeside(LIMIT_S, ...words);
    const flash = (verb: string, file: string, ...options: string[]) =>
      run(process.execPath, 'bin/dtbus.js', 'flash', verb, 'flash', file, '-b', board, ...options);
    const flashrom = (...options: string[]) =>
      run('flashrom', '-p', adapter.programmer(served.port), ...options);

    it('each reads back what the other wrote', { timeout: LIMIT_S * 1000 }, async () => {
      const image = noise(24 << 10, 8);
      const written = await flash('write', folder.write('image', image), '--offset', '0x7f80');
      expect(written).toMatchObject({ status: 0, output: expect.stringContaining('written and verified') });
      const read = await flashrom('-r', folder.path('chip'));
      expect(read.status, read.output).toBe(0);
      const expected = Buffer.alloc(FLASH_BYTES, 0xff);
      expected.set(image, 0x7f80);
      expect(folder.read('chip').equals(expected)).toBe(true);

      // flashrom writes only the blocks that differ, too.
      expected.set(noise(8 << 10, 9), 0x9000);
      const changed = await flashrom('-w', folder.write('changed', expected));
      expect(changed.output).toContain('VERIFIED');
      const verified = await flash('verify', folder.path('changed'));
      expect(verified.status, verified.output).toBe(0);
      expect((await flash('read', folder.path('copy'))).status).toBe(0);
      expect(folder.read('copy').equals(expected)).toBe(true);
    });
  },
);
