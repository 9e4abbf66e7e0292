import { existsSync, mkdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { boardText, testFolder } from './folder.ts';
import { type Refusal, refuses } from './refusals.ts';

const folder = testFolder();
const LM75 = 'temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };';
const ROM = 'rom: rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };';

/** Boards by the name that a row below uses; `@good` in an argument is the path of one. */
const BOARDS: Readonly<Record<string, string | Uint8Array>> = {
  good: boardText(`${LM75} ${ROM}`, 'flash: flash@0 { compatible = "winbond,w25q80"; reg = <0>; };'),
  semicolon: '/dts-v1/;\n/ {\n\ta = <1>\n};\n',
  string: '/dts-v1/;\n/ {\n\ta = "x;\n};\n',
  reg: boardText('temp@48 { compatible = "national,lm75"; reg = 0x48; };', ''),
  reference: boardText(LM75, '').replace('&i2c_bus', '&i2c_buss'),
  clash: boardText(`${LM75} other@48 { compatible = "ti,tmp102"; reg = <0x48>; };`, ''),
  set: boardText('temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,set = "temprature=1"; };', ''),
  range: boardText(
    'temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,set = "temperature=900"; };',
    '',
  ),
  host: boardText(LM75, '')
    .replace('/ {', '/ {\n\tx: x { compatible = "acme,unknown-host"; };')
    .replace('virtio-i2c";', 'virtio-i2c"; dtbus,host = <&x>;'),
  port: boardText(LM75, '')
    .replace(
      '/ {',
      '/ {\n\tx: x { compatible = "dangerousprototypes,bus-pirate"; port = "/dev/ttyNOWHERE"; };',
    )
    .replace('virtio-i2c";', 'virtio-i2c"; dtbus,host = <&x>;'),
  empty: '/dts-v1/; / { };',
  model: boardText('odd@30 { compatible = "acme,odd"; reg = <0x30>; dtbus,model = "missing.mjs"; };', ''),
  binary: Uint8Array.of(1, 2, 0, 3),
  text: 'hello',
};
beforeAll(() => {
  for (const [name, text] of Object.entries(BOARDS)) folder.write(`${name}.dts`, text);
  folder.write('long.bin', new Uint8Array(300));
  folder.write('empty.bin', '');
  if (!existsSync(folder.path('folder'))) mkdirSync(folder.path('folder'));
});

const ROWS: readonly Refusal[] = [
  // Trees.
  ['ls @semicolon', 1, 'semicolon.dts:', 'add ";" here'],
  ['ls @string', 1, 'string.dts:3', /close it/],
  ['ls @reg', 1, 'reg.dts:', '< >'],
  ['ls @reference', 1, 'reference.dts:', 'did you mean &i2c_bus?'],
  ['ls @clash', 1, '/i2c/other@48', '0x48'],
  ['ls @set', 1, '/i2c/temp@48', 'temprature', 'temperature'],
  ['ls @range', 1, '/i2c/temp@48', '-55 to'],
  ['ls @host', 1, 'acme,unknown-host', 'dangerousprototypes,bus-pirate'],
  ['i2cdetect -b @port -y 1', 1, '/dev/ttyNOWHERE', /port|adapter/],
  ['ls @text', 1, 'text.dts:1', '/dts-v1/'],
  ['ls @binary', 1, 'binary.dts', 'd0 0d fe ed'],
  ['ls @folder', 1, 'folder', '.dts or .dtb'],
  ['ls nowhere.dts', 1, 'nowhere.dts', '--board'],
  ['ls -b @good -o nowhere.dtso', 1, 'nowhere.dtso'],
  ['i2cdetect -b @model -y 1', 0, 'missing.mjs', '/i2c/odd@30'],
  // Calls.
  ['frobnicate', 2, "unknown command 'frobnicate'"],
  ['scan', 2, "unknown command 'scan'", '(Did you mean i2cdetect?)'],
  [
    'set &temp',
    2,
    "missing required argument 'property=value'",
    'usage: dtbus set [options] <part> <property=value...>',
  ],
  [
    'guest @good i2cdetect -y 1',
    2,
    "unknown option '-y'",
    'usage: dtbus guest [options] [board] [-- command...]',
  ],
  ['guest @good --kernel nowhere -- i2cdetect -y 1', 1, 'kernel not found', 'nowhere'],
  ['guest -b @good --kernel nowhere -- i2cdetect -y 1', 1, 'kernel not found', 'nowhere'],
  [
    'ls elsewhere/dts/demo.dts',
    1,
    'board not found: elsewhere/dts/demo.dts',
    'the demo board is dts/demo.dts',
  ],
  ['ls', 1, 'board not found: board.dts', 'make one: dtbus init FOLDER'],
  ['i2cdetec', 2, 'Did you mean i2cdetect?'],
  ['ls --bord x', 2, "unknown option '--bord'", '--board'],
  ['run', 2, 'missing'],
  ['run @good', 2, 'script', '--help'],
  ['run @good nowhere.js', 2, 'script not found', 'nowhere.js'],
  ['watch @good nowhere', 2, 'not found: nowhere', 'i2cdetect'],
  ['watch @good --json ls', 2, 'before the board'],
  ['up @good --dev --mode 9', 2, 'invalid --mode', '0660'],
  ['serve @good', 2, '--socket-dir', '--fd'],
  ['serve @good --fd three', 2, 'invalid --fd', 'three'],
  ['serve @good --socket x --socket-dir y', 2, '--socket-dir'],
  ['serve @good --bus i2c1 --socket nodir/x', 1, 'nodir/x: no such folder', 'make the folder'],
  ['serve @good --bus i2c1 --socket empty.bin/x', 1, 'empty.bin is a file and not a folder', 'another path'],
  [
    'serve @good --bus i2c1 --socket empty.bin --client',
    1,
    'empty.bin: not a socket but a file',
    'another path',
  ],
  [
    'serve @good --bus i2c1 --socket @folder --client',
    1,
    'folder: not a socket but a folder',
    'another path',
  ],
  ['serve @good --bus i2c1 --socket empty.bin/x --client', 1, 'empty.bin is a file', 'another path'],
  ['serve @good --socket-dir empty.bin', 1, 'empty.bin is a file and not a folder', 'another path'],
  [
    'serve @good --socket-dir @folder/s --metrics @folder',
    1,
    /cannot write metrics to .*folder: /,
    'another path',
  ],
  ['set &temp temperature=1 --connect empty.bin', 1, 'empty.bin is a file', 'dtbus serve'],
  ['i2cget --connect empty.bin -y 1 0x48', 1, 'empty.bin is a file', 'dtbus serve'],
  ['i2cget --connect empty.bin/x -y 1 0x48', 1, 'not found: ', 'empty.bin/x', 'dtbus serve'],
  ['completion tcsh', 2, 'bash, zsh or fish'],
  ['parts frobnicator', 1, 'part not found', '`dtbus parts`'],
  ['guest @good --timeout soon --kernel x', 2, 'invalid --timeout', 'soon'],
  // Tools.
  ['i2cdetect -b @good -y 9', 1, '/dev/i2c-9', '/dev/i2c-1'],
  ['i2cset -b @good -y 1 0x48 0x100 1', 1, 'Data address invalid'],
  ['i2cget -b @good -y 1 0x99', 1, '0x08-0x77'],
  // Memories.
  ['eeprom info nowhere -b @good', 1, 'not found: nowhere', '`dtbus ls`'],
  ['eeprom info temp -b @good', 2, 'national,lm75', '24c02'],
  ['flash info rom -b @good', 2, 'I2C bus', 'dtbus eeprom'],
  ['eeprom write rom long.bin -b @good', 2, 'too long', '--length'],
  ['eeprom write rom empty.bin -b @good', 2, 'empty.bin is empty'],
  ['eeprom write rom nowhere.bin -b @good', 1, 'not found: ', 'nowhere.bin'],
  ['flash read flash --offset ten -b @good', 2, 'invalid --offset', '4k'],
  ['flash read flash --offset 2m -b @good', 2, 'invalid range', '0x00000 to 0xfffff'],
  ['flash erase flash --offset 1 --length 1 -b @good', 2, 'whole blocks of 4 KiB', '--offset'],
  // A running board.
  ['get &temp -b @good', 1, 'not running', 'dtbus up'],
  ['set &temp temperature=1 --connect nowhere', 1, 'not found: nowhere', 'dtbus serve'],
  ['i2cget --connect nowhere -y 1 0x48', 1, 'nowhere', 'dtbus serve'],
  ['i2cget --connect @folder -y 1 0x48', 1, /no board is served at .*folder: start dtbus serve/],
];

describe('a wrong input', () => {
  it('is one of at least forty', () => expect(ROWS.length).toBeGreaterThanOrEqual(40));

  refuses(ROWS, (word) => {
    if (word.startsWith('@folder')) return folder.path(word.slice(1));
    if (word.startsWith('@')) return folder.path(`${word.slice(1)}.dts`);
    return /\.bin(\/|$)/.test(word) ? folder.path(word) : word;
  });
});
