import { describe, expect, it } from 'vitest';
import { boardText, testFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const folder = testFolder();

const ls = (i2c: string, ...options: string[]) =>
  dtbusHere('ls', '-b', folder.write('board.dts', boardText(i2c, '')), ...options);

describe('what is doubtful about a tree', () => {
  it.each([
    [
      'temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,simulat; };',
      /dtbus,simulat.*dtbus,simulate/s,
    ],
    ['temp@48 { compatible = "national,lm75"; reg = <0x49>; };', /temp@48.*0?x?49/s],
    ['temp@48 { compatible = "national,lm75"; };', /temp@48.*reg/s],
    ['sensor@76 { compatible = "bosch,bmme280"; reg = <0x76>; };', /bosch,bmme280.*bosch,bme280/s],
  ])('is said by ls with its place: %s', async (part, sentence) => {
    const { status, err } = await ls(part);
    expect(err).toMatch(/^[^\n]*board\.dts:\d+/m);
    expect(err).toMatch(sentence);
    expect(status).toBe(0);
  });

  it('makes ls --strict end with 1', async () => {
    const doubtful = 'temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,simulat; };';
    expect((await ls(doubtful, '--strict')).status).toBe(1);
    const sound = 'temp@48 { compatible = "national,lm75"; reg = <0x48>; };';
    expect(await ls(sound, '--strict')).toMatchObject({ status: 0, err: '' });
  });
});
