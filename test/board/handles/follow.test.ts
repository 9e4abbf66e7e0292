import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Board, openBoard } from '../../../src/board/index.ts';

const SECOND = 1e9;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-follow-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const warnings: string[] = [];
let board: Board;
beforeEach(async () => {
  warnings.length = 0;
  const options = { backEnd: 'inline', openHosts: 'first-use', clock: 'stepped' } as const;
  board = await openBoard('dts/demo.dts', { ...options, onWarning: (sentence) => warnings.push(sentence) });
});
afterEach(() => board.close());

const temp = () => board.part('&temp');
const feels = () => temp()['temperature'];

/** What the sensor feels at once and after each of some seconds. */
function feltAfter(...seconds: number[]): unknown[] {
  return [0, ...seconds].map((step) => {
    board.advance(step * SECOND);
    return feels();
  });
}

function csv(text: string): string {
  const file = join(folder, 'curve.csv');
  writeFileSync(file, text);
  return file;
}

describe('board.part(…).follow', () => {
  it('points, on the clock of the board, until it is stopped or another curve is followed', () => {
    const curve = temp().follow('temperature', [
      [0, 20],
      [10, 30],
    ]);
    expect(feltAfter(1, 4, 100)).toEqual([20, 21, 25, 30]);
    temp().follow('temperature', [[0, -5]]);
    curve.stop();
    expect(feltAfter(10)).toEqual([-5, -5]);
    temp()
      .follow('temperature', (seconds) => seconds)
      .stop();
    temp()['temperature'] = 7;
    expect(feltAfter(10)).toEqual([7, 7]);
  });

  it('a function of seconds, as often as is said, in the middle of a longer step', () => {
    const asked: number[] = [];
    const double = (seconds: number) => {
      asked.push(seconds);
      return seconds * 2;
    };
    temp().follow('temperature', double, { everyMs: 250 });
    board.advance(1.1 * SECOND);
    expect(asked).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(feels()).toBe(2);
  });

  it('what is beyond the range of the part is the nearest in it', () => {
    temp().follow('temperature', (seconds) => 1000 * seconds - 1000);
    expect(feltAfter(2)).toEqual([-55, 150]);
  });

  it('a curve that throws ends with a warning', () => {
    temp().follow('temperature', (seconds) => {
      if (seconds > 1) throw new Error('no more data');
      return 3;
    });
    expect(feltAfter(5)).toEqual([3, 3]);
    expect(warnings).toEqual(['/i2c/temp@48 temperature no longer follows its curve: no more data']);
  });

  it('a CSV file: columns by name or number, seconds or dates, commas or semicolons', () => {
    temp().follow('temperature', csv('time,indoor,outdoor\n0,21,5\n# night\n\n100,22,-5\n'), {
      column: 'outdoor',
    });
    expect(feltAfter(50)).toEqual([5, 0]);
    temp().follow('temperature', csv('5;1\n6;2\n'), { column: 1, timeColumn: 2, between: 'hold' });
    expect(feltAfter(2)).toEqual([5, 6]);
    const dates = csv('"at";"value"\n2026-11-03T12:00:00Z;10\r\n2026-11-03T12:01:00Z;70\r\n');
    temp().follow('temperature', pathToFileURL(dates));
    expect(feltAfter(30)).toEqual([10, 40]);
  });

  it('says what is wrong with a file, and where', () => {
    const follow = (text: string, options = {}) => temp().follow('temperature', csv(text), options);
    expect(() => follow('time,value\n0,1\n1,warm\n')).toThrow(
      /curve\.csv:3: invalid value: expected a number, got "warm"$/,
    );
    expect(() => follow('0,1\n2,3\n1,4\n')).toThrow(/curve\.csv:3: invalid time: expected one later/);
    expect(() => follow('time,value\n')).toThrow('expected rows with a time and a value, got none');
    expect(() => follow('')).toThrow('not found: column 1');
    expect(() => follow('time,value\n0,1\n', { column: 'vlaue' })).toThrow(
      /not found: column vlaue; it has: time, value$/,
    );
    expect(() => temp().follow('temperature', join(folder, 'nowhere.csv'))).toThrow(
      /not found: .*nowhere\.csv$/,
    );
    expect(() => temp().follow('temperature', '/dev/zero')).toThrow('/dev/zero is a device');
  });

  it('refuses what is no curve', () => {
    expect(() => temp().follow('temprature' as never, [[0, 1]])).toThrow('did you mean temperature');
    expect(() => temp().follow('temperature', [])).toThrow('invalid curve: expected points of');
    expect(() =>
      temp().follow('temperature', [
        [1, 1],
        [1, 2],
      ]),
    ).toThrow('invalid point 1 of the curve');
    expect(() => temp().follow('temperature', [[0, 1]], { nose: 1 } as never)).toThrow('did you mean noise');
    expect(() => temp().follow('temperature', [[0, 1]], { everyMs: 0 })).toThrow('invalid everyMs');
    expect(() => board.part('&eeprom').follow('contents' as never, [[0, 1]])).toThrow(
      'cannot follow a curve: expected a number that can be set',
    );
  });

  it('a day of noise passes at once, and is the same each time', () => {
    const day = () => {
      temp().follow('temperature', () => 20, { noise: 0.5, seed: 3, driftPerHour: 1 });
      return feltAfter(12 * 3600, 12 * 3600);
    };
    const values = day() as number[];
    expect(values.map((value) => Math.round((value - 20) / 3))).toEqual([0, 4, 8]);
    expect(day()).toEqual(values);
  });
});

it('works in the thread of a board, with points', async () => {
  await using threaded = await openBoard('dts/demo.dts', { openHosts: 'first-use', clock: 'stepped' });
  const part = threaded.part('&temp');
  part.follow('temperature', [
    [0, 20],
    [10, 30],
  ]);
  threaded.advance(5 * SECOND);
  expect(part['temperature']).toBe(25);
  expect(() => part.follow('temperature', () => 1)).toThrow(
    "a function cannot go to the thread of the board; use backEnd: 'inline', or points",
  );
});
