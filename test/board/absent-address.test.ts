import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Board, openBoard } from '../../src/board/index.ts';
import { testFolder } from '../cli/folder.ts';
import { dtbusHere } from '../cli/run-here.ts';

const folder = testFolder();
let board: Board;
let file: string;

const bus = (name: string, clients: string) =>
  `${name} { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; ${clients} };`;
const rom = (address: number) =>
  `rom@${address.toString(16)} { compatible = "atmel,24c00"; reg = <${address}>; };`;

beforeAll(async () => {
  file = folder.write(
    'board.dts',
    `/dts-v1/; / { aliases { i2c0 = "/few"; i2c1 = "/none"; i2c2 = "/many"; };
      ${bus('few', 'temp@48 { compatible = "national,lm75"; reg = <0x48>; }; gone@2c { compatible = "acme,gone"; reg = <0x2c>; }; ten@234 { compatible = "acme,ten"; reg = <0x80000234>; };')}
      ${bus('none', '')}
      ${bus('many', Array.from({ length: 9 }, (_, index) => rom(0x30 + index)).join(' '))}
    };`,
  );
  board = await openBoard(file);
});
afterAll(() => board.close());

describe('an address that the tree does not have on that bus', () => {
  it('is the one that the error names, wherever its message stands', () => {
    const messages = [
      { addr: 0x48, write: Uint8Array.of(0) },
      { addr: 0x33, write: Uint8Array.of(0) },
      { addr: 0x48, read: 2 },
    ];
    expect(() => board.open('/dev/i2c-0').transferSync(messages)).toThrow(
      'ENXIO: /dev/i2c-0, address 0x33: the address was not acknowledged',
    );
  });

  it.each([
    ['/dev/i2c-0', 0x49, 'the tree has 0x2c, 0x48, 0x234 on this bus'],
    ['/dev/i2c-1', 0x48, 'the tree has no part on this bus'],
    ['/dev/i2c-2', 0x48, 'the tree has 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, … on this bus'],
  ])('of %s is answered with those that it has', async (path, addr, sentence) => {
    const i2c = board.open(path as '/dev/i2c-0');
    const message = `ENXIO: ${path}, address 0x${addr.toString(16)}: the address was not acknowledged; ${sentence}`;
    expect(() => i2c.transferSync([{ addr, read: 1 }])).toThrow(
      expect.objectContaining({ message, code: 'ENXIO', errno: 6 }),
    );
    await expect(i2c.transfer([{ addr, read: 1 }])).rejects.toThrow(message);
  });

  it('is not what failed where the tree has it', () => {
    expect(() => board.open('/dev/i2c-0').transferSync([{ addr: 0x2c, read: 1 }])).toThrow(
      expect.objectContaining({
        message: 'ENXIO: /dev/i2c-0, address 0x2c: the address was not acknowledged',
      }),
    );
  });

  it.each([
    [['i2cget', '-y', '0', '0x49', '0']],
    [['i2cset', '-y', '0', '0x49', '0', '0']],
    [['i2ctransfer', '-y', '0', 'r1@0x49']],
    [['i2cdump', '-y', '0', '0x49', 's', '0']],
  ])('is told by the command line: %j', async (words) => {
    const { status, err } = await dtbusHere(...words, '-b', file);
    expect(status).not.toBe(0);
    expect(err).toMatch(
      /^dtbus: ENXIO: \/dev\/i2c-0, address 0x49: .*; the tree has 0x2c, 0x48, 0x234 on this bus$/m,
    );
  });

  it('is no news to a scan', async () => {
    const { status, err } = await dtbusHere('i2cdetect', '-y', '0', '-b', file);
    expect([status, err]).toEqual([0, '']);
  });
});
