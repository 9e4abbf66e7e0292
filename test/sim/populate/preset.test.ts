import { describe, expect, it } from 'vitest';
import { NodeError } from '../../../src/bus/index.ts';
import type { NodeLiteral } from '../support.ts';
import { i2cBench, spiBench } from '../support.ts';

const PATH = '/i2c/part0';

function preset(compatible: string, reg: number, ...settings: string[]): NodeLiteral {
  return { compatible, reg, properties: { 'dtbus,set': settings } };
}

describe('dtbus,set', () => {
  it('is what a part senses when the board comes up, and after its reset', async () => {
    const { parts } = await i2cBench(preset('bosch,bme280', 0x76, 'temperature=-7.25', 'pressure=98765'));
    expect([parts.get(PATH, 'temperature'), parts.get(PATH, 'pressure')]).toEqual([-7.25, 98765]);
    parts.at(PATH).reset();
    expect(parts.get(PATH, 'temperature')).toBe(-7.25);
  });

  it('takes flags, texts and bytes', async () => {
    const { parts } = await i2cBench(
      preset('atmel,24c02', 0x50, 'writeProtect=true', 'contents=0a Fb'),
      preset('maxim,ds3231', 0x68, 'time=2031-05-06T07:08:09'),
    );
    expect(parts.get(PATH, 'writeProtect')).toBe(true);
    expect([...(parts.get(PATH, 'contents') as Uint8Array).subarray(0, 3)]).toEqual([0x0a, 0xfb, 0xff]);
    expect(parts.get('/i2c/part1', 'time')).toMatch(/^2031-05-06T07:08:09/);
  });

  it('a flag is true or false, a number may be written in any way', async () => {
    const { parts } = await i2cBench(
      preset('atmel,24c02', 0x50, 'writeProtect=false', 'writeTime=0x10'),
      preset('national,lm75', 0x48, 'temperature= 1e1 '),
    );
    expect([parts.get(PATH, 'writeProtect'), parts.get(PATH, 'writeTime')]).toEqual([false, 16]);
    expect(parts.get('/i2c/part1', 'temperature')).toBe(10);
  });

  it('reaches parts on SPI', async () => {
    const { parts } = await spiBench(preset('microchip,mcp3008', 0, 'ch3=1.25'));
    expect(parts.get('/spi/part0', 'ch3')).toBe(1.25);
  });

  it.each([
    ['temperature', 'invalid setting "temperature": expected name=value, as in "temperature=31.5"'],
    [
      'my temperature=31',
      'invalid setting "my temperature=31": expected name=value, as in "temperature=31.5"',
    ],
    ['temperature=hot', 'invalid temperature: expected -55 to 150 °C, got "hot"'],
    ['temperature=', 'invalid temperature: expected -55 to 150 °C, got ""'],
    ['temperature=900', 'invalid temperature: expected -55 to 150 °C, got 900'],
    ['humidity=4', 'not found: humidity; it has: temperature'],
    ['temprature=4', 'not found: temprature; it has: temperature (did you mean temperature)'],
  ])('%s is refused', async (setting, sentence) => {
    const making = i2cBench(preset('national,lm75', 0x48, setting));
    await expect(making).rejects.toThrow(new NodeError({ path: PATH }, 'dtbus,set', sentence));
  });

  it.each([
    ['writeProtect=yes', 'invalid writeProtect: expected true or false, got "yes"'],
    [
      'contents=0a zz',
      'invalid contents: expected bytes (a Uint8Array; hex digits in the tree), got "0a zz"',
    ],
    ['contents=0a f', 'invalid contents: expected bytes (a Uint8Array; hex digits in the tree), got "0a f"'],
  ])('%s is refused', async (setting, sentence) => {
    const making = i2cBench(preset('atmel,24c02', 0x50, setting));
    await expect(making).rejects.toThrow(sentence);
  });

  it.each([
    ['nxp,pca9554', 'inputs=1.5', 'invalid inputs: expected an integer from 0 to 255, got 1.5'],
    ['nxp,pcf8574', 'inputs=0x100', 'invalid inputs: expected an integer from 0 to 255, got 256'],
    ['microchip,mcp23017', 'driven=0.5', 'invalid driven: expected an integer from 0 to 65535, got 0.5'],
    ['nxp,pca9552', 'inputs=-1', 'invalid inputs: expected an integer from 0 to 65535, got -1'],
  ])('bits of %s are integers: %s is refused', async (compatible, setting, sentence) => {
    await expect(i2cBench(preset(compatible, 0x20, setting))).rejects.toThrow(sentence);
  });

  it('bits are taken in hex digits, too', async () => {
    const { parts } = await i2cBench(preset('nxp,pca9554', 0x20, 'inputs=0xfe'));
    expect(parts.get(PATH, 'inputs')).toBe(0xfe);
  });
});
