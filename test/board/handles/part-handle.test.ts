import { deepEqual } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Board, openBoard, PartError } from '../../../src/board/index.ts';

const UNKNOWN = 'not found: temprature of /i2c/temp@48; it has: temperature (did you mean temperature)';
const RANGE = '/i2c/temp@48: invalid temperature: expected -55 to 150 °C, got ';
const BOARD = `/dts-v1/; / { i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
  temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
  eeprom: eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
  rtc: rtc@68 { compatible = "dallas,ds1307"; reg = <0x68>; };
  expander: gpio@20 { compatible = "nxp,pca9554"; reg = <0x20>; gpio-controller; #gpio-cells = <2>; }; }; };`;

let folder: string;
let board: Board;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'dtbus'));
  writeFileSync(join(folder, 'board.dts'), BOARD);
  board = await openBoard(join(folder, 'board.dts'));
});
afterAll(async () => {
  await board.close();
  rmSync(folder, { recursive: true });
});

/** A handle as JavaScript has it: any name may be tried. */
const part = (name: string) => board.part(name) as unknown as Record<string, unknown>;

function run(name: string, text: string) {
  writeFileSync(join(folder, name), text);
  const { stdout, stderr } = spawnSync(process.execPath, [name], { cwd: folder, encoding: 'utf8' });
  return { stdout, stderr };
}

describe('a name that a part does not have', () => {
  it('throws when it is read or written', () => {
    expect(() => part('&temp')['temprature']).toThrow(UNKNOWN);
    expect(() => {
      part('&temp')['temprature'] = 5;
    }).toThrow(UNKNOWN);
    expect(() => board.part('&temp').get('temprature')).toThrow(UNKNOWN);
    expect(() => board.part('&temp').set('temprature', 5)).toThrow(UNKNOWN);
  });

  it('throws without a remedy where no name is near', () => {
    expect(() => part('&temp')['humidity']).toThrow(
      /^not found: humidity of \/i2c\/temp@48; it has: temperature$/,
    );
  });

  it('throws in CommonJS that is not strict, as in a module', () => {
    const body = (open: string) => `${open}
      const say = (work) => { try { console.log('nothing', work()); } catch (error) { console.log(error.name + ': ' + error.message); } };
      openBoard('board.dts').then(async (board) => {
        const temp = board.part('&temp');
        say(() => temp.temprature);
        say(() => { temp.temprature = 99; });
        say(() => delete temp.temperature);
        await board.close();
      });`;
    const expected = `PartError: ${UNKNOWN}\nPartError: ${UNKNOWN}\nTypeError: cannot delete temperature\n`;
    expect(run('sloppy.cjs', body("const { openBoard } = require('dtbus');")).stdout).toBe(expected);
    expect(run('module.mjs', body("import { openBoard } from 'dtbus';")).stdout).toBe(expected);
  });
});

describe('what is no name', () => {
  it.each([
    ['an object', { temperature: 5 }],
    ['undefined', undefined],
    ['Symbol(temperature)', Symbol('temperature')],
    ['5', 5],
  ])('is refused, with what to write: %s', (got, name) => {
    const temp = board.part('&temp') as unknown as Record<'get' | 'set', (...args: unknown[]) => unknown>;
    const sentence = `invalid property of /i2c/temp@48: expected a name, got ${got}; use`;
    expect(() => temp.set(name)).toThrow(
      new TypeError(`${sentence} set(name, value), once for each property`),
    );
    expect(() => temp.get(name)).toThrow(new TypeError(`${sentence} get(name)`));
  });

  it.each([
    ['&tmp', '&temp'],
    ['/i2c/temp@49', '/i2c/temp@48'],
  ])('names what is meant by %s: %s', (name, near) => {
    expect(() => board.part(name)).toThrow(`(did you mean ${near})`);
  });

  it('takes a label without its &, and names the one that is meant', () => {
    expect(board.part('temp').path).toBe(board.part('&temp').path);
    expect(() => board.part('tmp')).toThrow(
      /^not found: simulated part tmp; the board has: .* \(did you mean &temp\)$/,
    );
  });
});

describe('a time that is none', () => {
  it.each([undefined, '5', Number.NaN, -1, Number.POSITIVE_INFINITY])('is refused by advance: %s', (ns) => {
    expect(() => board.advance(ns as never)).toThrow(
      /^invalid time to advance by: expected a number of ns, 0 or more, got /,
    );
  });
});

describe('a pin of an expander', () => {
  it('is driven by true and false, or let go', () => {
    for (const level of [0, 'low', null])
      expect(() => board.drivePin('&expander', 3, level as never)).toThrow(
        /^invalid level: expected true \(high\), false \(low\) or undefined \(let go\), got /,
      );
    expect(part('&expander')['inputs']).toBe(0xff);
  });

  it.each([['3'], [{}], [8], [-1]])('is a number: %s', (pin) => {
    expect(() => board.drivePin('&expander', pin as never, false)).toThrow(
      /^\/i2c\/gpio@20: invalid pin: expected 0 to 7, got /,
    );
  });

  it('is one of an expander', () => {
    expect(() => board.drivePin('&temp', 0, false)).toThrow(/^\/i2c\/temp@48 is not a GPIO expander$/);
  });
});

describe('a value that a part cannot take', () => {
  it.each([
    ['&temp', 'temperature', 1000, `${RANGE}1000`],
    ['&temp', 'temperature', Number.NaN, `${RANGE}NaN`],
    ['&temp', 'temperature', '31.5', `${RANGE}"31.5"`],
    ['&temp', 'temperature', undefined, `${RANGE}undefined`],
    ['&temp', 'temperature', null, `${RANGE}null`],
    ['&temp', 'temperature', 5n, `${RANGE}5n`],
    ['&temp', 'temperature', () => 31.5, `${RANGE}a function`],
    ['&temp', 'temperature', Symbol('hot'), `${RANGE}Symbol(hot)`],
    ['&temp', 'temperature', new Date(0), `${RANGE}a Date`],
    ['&eeprom', 'writeProtect', 1, '/i2c/eeprom@50: invalid writeProtect: expected true or false, got 1'],
    [
      '&eeprom',
      'contents',
      [1, 2],
      '/i2c/eeprom@50: invalid contents: expected bytes (a Uint8Array; hex digits in the tree), got an array',
    ],
    ['&rtc', 'time', 5, '/i2c/rtc@68: invalid time: expected text, got 5'],
    ['&rtc', 'time', 'noon', '/i2c/rtc@68: invalid time: expected one like 2024-02-29T12:34:56Z, got noon'],
    ['&expander', 'pins', 1, '/i2c/gpio@20: pins can only be read'],
    ['&temp', 'path', '/i2c/other', '/i2c/temp@48: path can only be read'],
    ['&temp', 'set', () => {}, '/i2c/temp@48: set can only be read'],
  ])('%s.%s = %s is refused with what is expected', (name, property, value, sentence) => {
    expect(() => {
      part(name)[property] = value;
    }).toThrow(sentence);
  });

  it('leaves what was there', () => {
    board.part('&temp').set('temperature', 12);
    expect(() => board.part('&temp').set('temperature', 500)).toThrow(PartError);
    expect(board.part('&temp').get('temperature')).toBe(12);
  });

  it.each([undefined, 'before', [1]])('a snapshot that is not one is refused: %s', (snapshot) => {
    expect(() => board.part('&temp').restore(snapshot as never)).toThrow(/invalid snapshot: expected what/);
  });
});

describe('what is done with every object', () => {
  beforeAll(() => board.part('&temp').set('temperature', -5));

  it('a handle can be awaited', async () => {
    const temp = await board.part('&temp');
    expect(temp.path).toBe('/i2c/temp@48');
    await expect(Promise.resolve(temp)).resolves.toBe(temp);
  });

  it('prints with what it holds', () => {
    expect(inspect(board.part('&temp'))).toBe('/i2c/temp@48 { temperature: -5 }');
    expect(`${board.part('&temp')}`).toBe('[object Object]');
    expect(() => inspect(board.part('&temp'), { showProxy: true, showHidden: true })).not.toThrow();
  });

  it('becomes JSON', () => {
    expect(JSON.parse(JSON.stringify(board.part('&temp')))).toEqual({
      path: '/i2c/temp@48',
      title: expect.stringContaining('LM75'),
      temperature: -5,
    });
  });

  it('compares by what it holds, by vitest and by node:assert', () => {
    const temp = board.part('&temp');
    expect(temp).toEqual(board.part('&temp'));
    expect(temp).toStrictEqual(temp);
    expect(temp).not.toEqual(board.part('&eeprom'));
    expect(temp).toMatchObject({ temperature: -5 });
    expect(temp).toHaveProperty('temperature', -5);
    expect([temp]).toContain(temp);
    deepEqual(temp, board.part('&temp'));
  });

  it('a comparison that fails says how', () => {
    const compare = () => expect(board.part('&temp')).toEqual({ temperature: 5 });
    expect(compare).toThrow(/expected .* to deeply equal/);
    expect(compare).toThrow(expect.objectContaining({ actual: board.part('&temp') }));
    expect(board.part('&temp')).toMatchInlineSnapshot(`
      {
        "path": "/i2c/temp@48",
        "temperature": -5,
        "title": "LM75 temperature sensor, 9 bits",
      }
    `);
  });

  it('has names and symbols as others have', () => {
    const temp = part('&temp');
    expect('temperature' in temp).toBe(true);
    expect('temprature' in temp).toBe(false);
    expect(Object.keys(temp)).toEqual(['path', 'title', 'temperature']);
    expect(Reflect.get(temp, Symbol.iterator)).toBeUndefined();
    expect(Object.prototype.toString.call(temp)).toBe('[object Object]');
  });
});
