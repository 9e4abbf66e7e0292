import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { assertRecording, openTestBoard, type TestBoard } from '../../src/kit/index.ts';
import '../../src/kit/vitest.ts';
import { testFolder } from '../cli/folder.ts';
import { I2C_BENCH } from './bench.ts';

const folder = testFolder();
let board: TestBoard;
beforeEach(async () => {
  board = await openTestBoard(I2C_BENCH);
  const i2c = board.open('/dev/i2c-1');
  i2c.transferSync([
    { addr: 0x48, write: Uint8Array.of(0) },
    { addr: 0x48, read: 2 },
  ]);
  i2c.transferSync([{ addr: 0x50, write: Uint8Array.of(0, 0x5a) }]);
  // The write cycle of 5 ms.
  for (let i = 0; i < 3; i++) expect(() => i2c.transferSync([{ addr: 0x50, read: 1 }])).toThrow();
  board.line('&gpio', 'button').set(false);
  await board.pass('10 ms');
  i2c.transferSync([{ addr: 0x50, read: 1 }]);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await board.finish();
});

const HEAD = 'dtbus-recording 1\nbus i2c-1 /i2c\nline button /gpio 2\n';
const recorded = (...lines: string[]) => folder.write('x.bus', `${HEAD}${[...lines, 'end', ''].join('\n')}`);
const READ = 'i2c-1 48 w 00, r 19 00';
const ALL = [READ, 'i2c-1 50 w 00 5a', 'repeat i2c-1 50 r! <1> ENXIO', 'button falls', 'i2c-1 50 r ??'];
const failing = (...lines: string[]): string[] => {
  try {
    assertRecording(board, recorded(...lines));
  } catch (error) {
    expect((error as Error).name).toBe('AssertionError');
    return (
      (error as Error).message
        .replaceAll(/^\S*x\.bus/gm, 'x.bus')
        .split('\nactual', 1)[0]
        ?.split('\n') ?? []
    );
  }
  return ['nothing thrown'];
};
const REMEDY = 'run it with DTBUS_UPDATE=1, or vitest with -u, to take what happened';

it('holds where all of it happened, in the order of each part', () => {
  assertRecording(board, recorded(...ALL));
  expect(board).toMatchRecording(recorded(...ALL.slice(1), READ));
  assertRecording(board, recorded('optional i2c-1 48 w 01', ...ALL));
  assertRecording(board.traffic.of('&temp'), recorded(READ));
});

it('names lines that did not happen, and what happened instead', () => {
  expect(failing(...ALL, 'i2c-1 48 w 01')).toEqual(['x.bus:9: did not happen', REMEDY]);
  expect(failing('i2c-1 48 w 00, r 19 80', ...ALL.slice(1))).toEqual([
    'x.bus:4: expected i2c-1 48 w 00, r 19 80; got i2c-1 48 w 00, r 19 00 (temp@48: read TEMP (0x00): 19 00)',
    REMEDY,
  ]);
  expect(failing(...ALL.slice(1))[0]).toMatch(
    /^x\.bus: expected no transfer to it; got i2c-1 48 w 00, r 19 00/,
  );
  expect(failing(...ALL.slice(0, 4))[0]).toMatch(
    /^x\.bus:6: expected i2c-1 50 r! <1> ENXIO; got i2c-1 50 r [0-9a-f]{2} \(eeprom@50/,
  );
  expect(failing(...ALL.map((line) => line.replace('falls', 'rises')))).toEqual([
    'x.bus:7: expected button rises; got button falls',
    REMEDY,
  ]);
});

it('refuses a recording that is cut', () => {
  const file = folder.write('cut.bus', HEAD + READ);
  expect(() => assertRecording(board, file)).toThrow(/cut\.bus:4: it is cut here; record it again/);
});

it('writes what happened where it is asked to, and no other time', () => {
  const file = `${folder.write('y', '')}.bus`;
  expect(() => assertRecording(board, file)).toThrow(`not found: ${file}`);
  expect(existsSync(file)).toBe(false);
  vi.stubEnv('DTBUS_UPDATE', '1');
  assertRecording(board, file);
  vi.unstubAllEnvs();
  assertRecording(board, file);
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/\n\+0 +i2c-1 +48 w 00, r 19 00 +~480us +; temp@48: read TEMP \(0x00\): 19 00\n/);
  expect(text).toMatch(/\nend 7\n$/);
  board.open('/dev/i2c-1').transferSync([{ addr: 0x48, read: 1 }]);
  expect(board).not.toMatchRecording(file);
});
