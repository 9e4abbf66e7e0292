import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boardText, testFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const folder = testFolder();

/** A bus on an adapter that is not plugged in. */
const LOST = `/dts-v1/; / {
  aliases { i2c1 = &bench; spi0 = &spi; };
  bench: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; dtbus,host = <&pirate>; };
  spi: spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>; dtbus,host = <&pirate>; num-cs = <1>; };
  pirate: hosts { compatible = "dangerousprototypes,bus-pirate"; port = "/dev/ttyNOWHERE"; };
};`;

describe('a tool whose adapter is not there', () => {
  it.each([
    ['i2cdetect', '-y', '1'],
    ['i2cdetect', '-y', '--json', '1'],
    ['i2cdump', '-y', '1', '0x50', 'b'],
    ['i2cdump', '-y', '1', '0x50', 'w'],
    ['i2cdump', '-y', '1', '0x50', 'W'],
    ['i2cdump', '-y', '1', '0x50', 'i'],
    ['i2cdump', '-y', '1', '0x50', 'c'],
    ['i2cget', '-y', '1', '0x50', '0'],
    ['i2cset', '-y', '1', '0x50', '0', '1'],
    ['i2ctransfer', '-y', '1', 'r1@0x50'],
  ])('%s %s %s draws nothing, and says why', async (tool, ...words) => {
    const board = folder.write('lost.dts', LOST);
    const { status, out, err } = await dtbusHere(tool, '-b', board, ...words);
    expect({ status: status > 0, out }).toEqual({ status: true, out: '' });
    expect(err).toContain('ENODEV: not found: /dev/ttyNOWHERE');
  });
});

describe('a tool whose change cannot be saved', () => {
  it.each([
    ['i2cset', ['-y', '1', '0x50', '0', '1']],
    ['i2ctransfer', ['-y', '1', 'w2@0x50', '0', '1']],
  ])('%s ends with 1 and the sentence, once', async (tool, words) => {
    const board = folder.write(
      'unsaved.dts',
      boardText(
        'eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; dtbus,contents = "missing/eeprom.bin"; };',
        '',
      ),
    );
    const { status, err } = await dtbusHere(tool, '-b', board, ...words);
    expect(status).toBe(1);
    expect(
      err.match(/cannot write its contents to .*missing\/eeprom\.bin: not found: \S+missing$/gm),
    ).toHaveLength(1);
    expect(existsSync(folder.path('missing'))).toBe(false);
  });

  it('ends with 0 where nothing was changed', async () => {
    expect(await dtbusHere('i2cget', '-b', folder.path('unsaved.dts'), '-y', '1', '0x50', '0')).toEqual({
      status: 0,
      out: '0xff\n',
      err: '',
    });
  });
});

it.each([
  { tool: 'i2cget', words: ['-y', '1', '0x48', '0'], out: '0x19\n' },
  { tool: 'eeprom', words: ['read', '/dev/i2c-1:0x50', '-'], out: /^\uFFFD+$/ },
])('$tool ends on a board whose model loops in a timer', ({ tool, words, out }) => {
  folder.write(
    'loops.mjs',
    `setTimeout(() => { for (;;); }, 0);
     export const models = [{ compatible: ['acme,loop'], bus: 'i2c', title: 'a part that loops', properties: [],
       create: () => ({ addresses: [0x20], start: () => true, write: () => true, read: () => 0, stop() {}, reset() {} }) }];`,
  );
  const board = folder.write(
    'loops.dts',
    boardText(
      'loop@20 { compatible = "acme,loop"; reg = <0x20>; dtbus,model = "./loops.mjs"; }; temp@48 { compatible = "national,lm75"; reg = <0x48>; }; eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; };',
      '',
    ),
  );
  // In a process of its own, which can be ended.
  const argv = ['bin/dtbus.js', tool, ...words];
  const env = { ...process.env, DTBUS_BOARD: board };
  const { status, stdout } = spawnSync(process.execPath, argv, {
    env,
    encoding: 'utf8',
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  expect(status).toBe(0);
  expect(stdout).toMatch(out);
});
