import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { serveEmulator } from '../../../hosts/link/index.ts';
import { SerprogEmulator } from '../../../hosts/serprog/index.ts';
import { COMMAND } from '../../../hosts/serprog/protocol.ts';
import { loadModels, populateSpi, RealClock } from '../../../src/sim/index.ts';
import { node } from '../../sim/support.ts';
import { noise, testFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const folder = testFolder();
let server: Server | undefined;
afterEach(() => server?.close());

const PARTS = {
  flash: { name: 'flash@0', compatible: 'winbond,w25q80', reg: 0 },
  eeprom: {
    name: 'eeprom@0',
    compatible: 'atmel,at25',
    reg: 0,
    size: 1024,
    pagesize: 64,
    'address-width': 16,
  },
};
const SOURCE = {
  flash: 'flash: f@0 { compatible = "winbond,w25q80"; reg = <0>; };',
  eeprom:
    'eeprom: e@0 { compatible = "atmel,at25"; reg = <0>; size = <1024>; pagesize = <64>; address-width = <16>; };',
};

/** A board on a serprog programmer that carries at most so many bytes an operation, and cannot hold chip select. */
async function boardOn(maxLength: number, part: keyof typeof PARTS): Promise<string> {
  const parts = { name: 'spi', children: [PARTS[part]] };
  const catalogue = await loadModels([PARTS[part].compatible]);
  const { wire: spi } = populateSpi(node(parts), { catalogue, clock: new RealClock() });
  const emulator = new SerprogEmulator({ spi, maxLength, without: [COMMAND.SET_CS_MODE] });
  const listening = createServer((stream) => {
    serveEmulator(emulator, { stream });
  });
  server = listening;
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  return folder.write(
    'small.dts',
    `/dts-v1/;
/ {
	aliases { spi0 = &s; };
	s: spi {
		compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>; dtbus,host = <&p>;
		${SOURCE[part]}
	};
	hosts { p: prog { compatible = "dtbus,serprog"; port = "tcp:127.0.0.1:${port}"; }; };
};
`,
  );
}

describe('a programmer that carries few bytes an operation', () => {
  it.each([256, 64, 32, 8])('of %d bytes writes a flash in pieces, and reads it', async (maxLength) => {
    const board = await boardOn(maxLength, 'flash');
    const image = folder.write('image.bin', noise(300, maxLength));
    const wrote = await dtbusHere('flash', 'write', 'flash', image, '--offset', '0x1000', '-b', board);
    expect(wrote).toMatchObject({ status: 0, err: expect.stringContaining('written and verified') });
    const to = folder.path('read.bin');
    const range = ['--offset', '0x1000', '--length', '300'];
    expect((await dtbusHere('flash', 'read', 'flash', to, ...range, '-b', board)).status).toBe(0);
    expect(folder.read('read.bin').equals(noise(300, maxLength))).toBe(true);
  });

  it('erases nothing when it cannot program a single byte', async () => {
    const board = await boardOn(64, 'flash');
    const before = folder.write('before.bin', noise(100, 1));
    expect((await dtbusHere('flash', 'write', 'flash', before, '-b', board)).status).toBe(0);
    server?.close();
    const tiny = await boardOn(4, 'flash');
    const { status, err } = await dtbusHere('flash', 'write', 'flash', before, '-b', tiny);
    expect(status).toBe(1);
    expect(err).toMatch(/EMSGSIZE|takes 4 bytes/);
    expect(err).not.toContain('erased');
  });

  it('writes an EEPROM page in pieces', async () => {
    const board = await boardOn(16, 'eeprom');
    const image = folder.write('image.bin', noise(200, 3));
    const wrote = await dtbusHere('eeprom', 'write', 'eeprom', image, '--offset', '10', '-b', board);
    expect(wrote).toMatchObject({ status: 0, err: expect.stringContaining('written and verified') });
    const verified = await dtbusHere('eeprom', 'verify', 'eeprom', image, '--offset', '10', '-b', board);
    expect(verified.status).toBe(0);
  });
});

describe('a part whose file cannot be written', () => {
  it.each(['flash', 'eeprom'])('ends a write of %s with 1, and says so', async (kind) => {
    const parts =
      kind === 'flash'
        ? 'part: f@0 { compatible = "winbond,w25q80"; reg = <0>; dtbus,contents = "missing/part.bin"; };'
        : 'part: e@0 { compatible = "atmel,at25"; reg = <0>; size = <1024>; pagesize = <64>; address-width = <16>; dtbus,contents = "missing/part.bin"; };';
    const board = folder.write(
      'unsaved.dts',
      `/dts-v1/; / { aliases { spi0 = &s; }; s: spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>; ${parts} }; };`,
    );
    const image = folder.write('image.bin', noise(32, 9));
    const { status, err } = await dtbusHere(kind, 'write', 'part', image, '-b', board);
    expect(status).toBe(1);
    expect(err).toContain('dtbus: not saved: part was changed, but its file was not');
    expect(err).not.toContain('written and verified');
  });
});
