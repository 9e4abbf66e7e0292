import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { boardText, testFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const folder = testFolder();
let board: string;

/** Leaves a file behind when it is imported. */
const MODEL = `import { writeFileSync } from 'node:fs';
writeFileSync(new URL('ran', import.meta.url), '');
export const models = [];
`;

beforeAll(() => {
  folder.write('model.mjs', MODEL);
  const own = 'dtbus,model = "model.mjs";';
  board = folder.write(
    'board.dts',
    boardText(
      `rom: rom@50 { compatible = "atmel,24c32"; reg = <0x50>; read-only; ${own} };
       other: other@48 { compatible = "acme,other"; reg = <0x48>; ${own} };`,
      `flash: flash@0 { compatible = "winbond,w25q80"; reg = <0>; ${own} };
       big: flash@1 { compatible = "micron,n25q512a"; reg = <1>; dtbus,contents = "big.bin"; };
       any: flash@2 { compatible = "jedec,spi-nor"; reg = <2>; };
       sized: flash@3 { compatible = "jedec,spi-nor"; reg = <3>; size = <0x20000>; };
       strange: flash@4 { compatible = "acme,strange"; reg = <4>; };
       small: rom@5 { compatible = "atmel,at25"; reg = <5>; size = <512>; pagesize = <16>; address-width = <9>; };`,
    ),
  );
});

const info = async (kind: string, ...words: string[]) => {
  const { status, out, err } = await dtbusHere(kind, 'info', ...words, '-b', board);
  return { status, err, lines: out.trimEnd().split('\n') };
};

describe('eeprom info and flash info', () => {
  // Sizes and pages: AT24C32, W25Q80DV, N25Q512A and AT25 data sheets; the nodes.
  it.each([
    [
      ['eeprom', 'rom'],
      [
        '24C32 at 0x50 on /dev/i2c-1',
        '  node        /i2c/rom@50',
        '  size        4 KiB (4096 bytes)',
        '  page        32 bytes',
        '  bus         /dev/i2c-1, address 0x50',
        '  addressing  16 bits',
        '  read-only   yes (device tree)',
      ],
    ],
    [
      ['eeprom', 'small'],
      [
        'AT25 on /dev/spidev0.5',
        '  node        /spi/rom@5',
        '  size        512 bytes',
        '  page        16 bytes',
        '  bus         /dev/spidev0.5',
        '  addressing  9 bits',
      ],
    ],
    [
      ['flash', 'flash'],
      [
        'W25Q80 SPI NOR flash on /dev/spidev0.0',
        '  node       /spi/flash@0',
        '  size       1 MiB (1048576 bytes)',
        '  page       256 bytes',
        '  addresses  3 bytes',
      ],
    ],
    [
      ['flash', 'big'],
      [
        'N25Q512A SPI NOR flash on /dev/spidev0.1',
        '  node       /spi/flash@1',
        '  size       64 MiB (67108864 bytes)',
        '  page       256 bytes',
        '  addresses  4 bytes',
      ],
    ],
  ])('%j says what the tree and the data sheet say', async ([kind, device], lines) => {
    expect(await info(kind as string, device as string)).toEqual({ status: 0, err: '', lines });
    expect(existsSync(folder.path('ran'))).toBe(false);
    expect(existsSync(folder.path('big.bin'))).toBe(false);
  });

  it('says what is not known, and how to learn it', async () => {
    expect((await info('flash', 'any')).lines).toContain(
      '  size  not in the tree; use --live to ask the chip',
    );
    expect((await info('flash', 'sized')).lines).toContain('  size       128 KiB (131072 bytes)');
    const strange = { status: 1, lines: [''] };
    expect(await info('flash', 'strange')).toEqual({
      ...strange,
      err: 'dtbus: /spi/flash@4: no data sheet for acme,strange; use --live to ask the chip\n',
    });
    expect(await info('flash', '/dev/spidev0.7')).toEqual({
      ...strange,
      err: 'dtbus: /dev/spidev0.7: no part of the tree is at /dev/spidev0.7; use --live to ask the chip\n',
    });
  });

  it('runs the models of the tree only where the part is to be asked', async () => {
    await info('flash', 'big');
    expect(existsSync(folder.path('ran'))).toBe(false);
    await info('flash', 'big', '--live');
    expect(existsSync(folder.path('ran'))).toBe(true);
  });
});
