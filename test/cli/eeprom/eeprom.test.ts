import { existsSync, rmSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { boardText, noise, testFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const folder = testFolder();
const FILES = ['small.bin', 'blocks.bin', 'wide.bin', 'nine.bin', 'at25.bin'];
let board: string;

beforeAll(() => {
  board = folder.write(
    'board.dts',
    boardText(
      `small: eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; dtbus,contents = "small.bin"; };
       blocks: eeprom@58 { compatible = "atmel,24c16"; reg = <0x58>; dtbus,contents = "blocks.bin"; };
       wide: eeprom@54 { compatible = "atmel,24c32"; reg = <0x54>; size = <0x800>; pagesize = <64>; dtbus,contents = "wide.bin"; };
       locked: eeprom@51 { compatible = "atmel,24c02"; reg = <0x51>; read-only; };
       temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };`,
      `nine: eeprom@0 { compatible = "atmel,at25"; reg = <0>; size = <512>; pagesize = <8>; address-width = <9>; dtbus,contents = "nine.bin"; };
       at25: eeprom@1 { compatible = "atmel,at25"; reg = <1>; size = <4096>; pagesize = <32>; address-width = <16>; dtbus,contents = "at25.bin"; };
       sealed: eeprom@2 { compatible = "atmel,at25"; reg = <2>; size = <256>; pagesize = <8>; address-width = <8>; read-only; };`,
    ),
  );
});
beforeEach(() => {
  for (const file of FILES) if (existsSync(folder.path(file))) rmSync(folder.path(file));
});

const eeprom = (verb: string, ...argv: string[]) => dtbusHere('eeprom', verb, ...argv, '-b', board);

describe('dtbus eeprom info', () => {
  it.each([
    ['small', /24C02 at 0x50 on \/dev\/i2c-1\n.*\n {2}size {8}256 bytes\n {2}page {8}8 bytes/],
    ['wide', /size {8}2 KiB \(2048 bytes\)\n {2}page {8}64 bytes\n.*\n {2}addressing {2}16 bits/],
    ['blocks', /address 0x58 \(answers up to 0x5f\)/],
    ['nine', /AT25 on \/dev\/spidev0.0\n[\s\S]*addressing {2}9 bits\n {2}status {6}0x00: protects nothing/],
    ['sealed', /protects the whole array\n {2}read-only {3}yes \(device tree\)/],
    ['/i2c/eeprom@50', /24C02/],
    ['&small', /24C02/],
    ['1:0x50', /24C02/],
    ['1:0x50:24lc64', /24C64 at 0x50/],
    ['/dev/spidev0.1', /AT25/],
    ['/dev/spidev0.1:25LC320A', /25320/],
  ])('%s', async (device, expected) => {
    const { status, out, err } = await eeprom('info', device, '--live');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(expected);
  });
});

describe('dtbus eeprom write and read', () => {
  it.each([
    ['small', 'small.bin', 256],
    ['blocks', 'blocks.bin', 2048],
    ['wide', 'wide.bin', 2048],
    ['nine', 'nine.bin', 512],
    ['at25', 'at25.bin', 4096],
  ])('%s keeps what is written to it, in every page and block', async (device, contents, size) => {
    const image = noise(size, size);
    const written = await eeprom('write', device, folder.write('image', image));
    expect(written.status).toBe(0);
    expect(folder.read(contents).equals(image)).toBe(true);
    const read = await eeprom('read', device, folder.path('copy'));
    expect(read.status).toBe(0);
    expect(folder.read('copy').equals(image)).toBe(true);
  });

  it('writes a range that begins and ends within pages, and nothing around it', async () => {
    const image = noise(21, 1);
    const { status, err } = await eeprom('write', 'small', folder.write('image', image), '--offset', '0x15');
    expect(status).toBe(0);
    expect(err).toMatch(/^written and verified 0x15-0x29 \(21 bytes\) in .*: 4 pages differed\n$/);
    const expected = Buffer.alloc(256, 0xff);
    expected.set(image, 0x15);
    expect(folder.read('small.bin').equals(expected)).toBe(true);
  });

  it('leaves pages alone that hold the same already', async () => {
    const image = noise(64, 2);
    await eeprom('write', 'small', folder.write('image', image));
    expect((await eeprom('write', 'small', folder.path('image'))).err).toContain('nothing was written');
    image[20] = (image[20] as number) ^ 1;
    expect((await eeprom('write', 'small', folder.write('image', image))).err).toContain('1 page differed');
  });

  it('reads a range to standard output as it is', async () => {
    await eeprom('write', 'small', folder.write('image', 'Hello'), '--offset', '32');
    const { out } = await eeprom('read', 'small', '--offset', '31', '--length', '7');
    expect(out).toBe('\xffHello\xff');
  });

  it('erases a range', async () => {
    const image = noise(256, 3);
    await eeprom('write', 'small', folder.write('image', image));
    expect((await eeprom('erase', 'small', '--offset', '3', '--length', '30')).status).toBe(0);
    image.fill(0xff, 3, 33);
    expect(folder.read('small.bin').equals(image)).toBe(true);
  });
});

describe('dtbus eeprom verify', () => {
  it('agrees, or names the first byte that differs', async () => {
    const image = noise(256, 4);
    await eeprom('write', 'small', folder.write('image', image));
    const same = await eeprom('verify', 'small', folder.path('image'));
    expect(same).toMatchObject({ status: 0, err: expect.stringContaining('matches ') });
    image[0x45] = 0x12;
    image[0x99] = (image[0x99] as number) ^ 1;
    const { status, err } = await eeprom('verify', 'small', folder.write('image', image));
    expect(status).toBe(1);
    expect(err).toMatch(/^dtbus: 0x45 reads 0x[0-9a-f]{2} instead of 0x12; 2 bytes differ in total\n$/);
  });
});

describe('what cannot be done', () => {
  it.each([
    [
      'a part that does not keep what it is told: AT25 with its array protected',
      ['write', 'sealed', '--force'],
      1,
      /0x00 reads 0xff instead of [\s\S]*perhaps partly changed: 0x00-0x07[\s\S]*BP1 and BP0 of its status register are set, which protects the whole array[\s\S]*run the command again/,
    ],
    [
      'a node that is read-only',
      ['write', 'locked'],
      1,
      /is marked read-only in the device tree; use --force/,
    ],
    [
      'nobody at the address',
      ['write', '1:0x20:24c02'],
      1,
      /24C02 at 0x20 on \/dev\/i2c-1 does not answer[\s\S]*Nothing was changed/,
    ],
    ['no such part', ['write', 'nowhere'], 1, /not found: nowhere; use a label/],
    [
      'a part that is no EEPROM',
      ['write', 'temp'],
      2,
      /national,lm75 at \/i2c\/temp@48 is not a known EEPROM type; use one of: 24c00/,
    ],
    [
      'an address without a type',
      ['write', '1:0x20'],
      2,
      /unknown EEPROM type at \/dev\/i2c-1; use 1:0x20:24c32/,
    ],
    [
      'an image that is too long',
      ['write', 'small', '--offset', '250'],
      2,
      /too long: 8 bytes, the range holds 6/,
    ],
    [
      'an offset behind the end',
      ['write', 'small', '--offset', '256'],
      2,
      /the part has 256 bytes \(0x00 to 0xff\)/,
    ],
    [
      'an offset that is no number',
      ['write', 'small', '--offset', 'ten'],
      2,
      /invalid --offset: expected a number such as 4096, 0x1000 or 4k, got ten/,
    ],
  ])('%s', async (_, [verb = '', device = '', ...options], status, sentence) => {
    const image = folder.write('image', noise(8, 5));
    const ended = await eeprom(verb, device, image, ...options);
    expect(ended.err).toMatch(sentence);
    expect(ended.status).toBe(status);
  });

  it('says what cannot be read', async () => {
    const { status, err } = await eeprom('write', 'small', folder.path('missing'));
    expect({ status, err: err.includes('not found: ') }).toEqual({ status: 1, err: true });
  });

  it('has nothing to write', async () => {
    expect(await eeprom('write', 'small', folder.write('empty', ''))).toMatchObject({ status: 2 });
  });
});
