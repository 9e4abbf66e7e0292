import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedBoard, serveBoard } from '../../src/board/index.ts';
import { boardText, testFolder } from './folder.ts';
import { type Refusal, refuses } from './refusals.ts';
import { dtbusHere } from './run-here.ts';

/** What newcomers wrote, in the order in which they were told of it badly: twenty-five kinds. */
const folder = testFolder();
const LM75 = 'temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };';
const GOOD = boardText(`${LM75} rom: rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };`, '');
const part = (text: string) => boardText(text, '');
const sensor = (more: string) => part(`temp@48 { compatible = "national,lm75"; ${more} };`);
const pirate = (port: string, more = '') =>
  part(LM75)
    .replace(
      '/ {',
      `/ {\n\tp: p { compatible = "dangerousprototypes,bus-pirate"; port = "${port}"; ${more} };`,
    )
    .replace('virtio-i2c";', 'virtio-i2c"; dtbus,host = <&p>;');
const own = (file: string) =>
  part(`odd@30 { compatible = "acme,odd"; reg = <0x30>; dtbus,model = "${file}"; }; ${LM75}`);
const model = (about: string, more: string, methods = 'stop() {},') =>
  `export const models = [{ title: 'Odd', properties: [], ${about} create: () => ({ state: {}, reset() {}, start: () => true,
  ${more} read: (into) => into.fill(1), write: (data) => data.length, ${methods} }) }];`;
const ODD = `compatible: ['acme,odd'], bus: 'i2c',`;

const FILES: Readonly<Record<string, string>> = {
  'good.dts': GOOD,
  'semicolon.dts': '/dts-v1/;\n/ {\n\ta = <1>\n};\n',
  'string.dts': '/dts-v1/;\n/ {\n\ta = "x;\n};\n',
  'plain-reg.dts': sensor('reg = 0x76;'),
  'reference.dts': GOOD.replace('&i2c_bus', '&i2c_buss'),
  'clash.dts': part(`${LM75} other@48 { compatible = "ti,tmp102"; reg = <0x48>; };`),
  'set.dts': sensor('reg = <0x48>; dtbus,set = "temprature=1";'),
  'range.dts': sensor('reg = <0x48>; dtbus,set = "temperature=900";'),
  'eight-bit.dts': part('temp@ec { compatible = "bosch,bme280"; reg = <0xec>; };'),
  'no-port.dts': pirate('/dev/ttyNOWHERE'),
  'host.dts': part(LM75)
    .replace('/ {', '/ {\n\tx: x { compatible = "acme,pirate"; };')
    .replace('virtio-i2c";', 'virtio-i2c"; dtbus,host = <&x>;'),
  'kernel-name.dts': part(LM75).replace('platform,virtio-i2c', 'virtio-i2c'),
  'overlay.dts': '/dts-v1/;\n/plugin/;\n&i2c_bus { status = "okay"; };\n',
  'simulat.dts': sensor('reg = <0x48>; dtbus,simulat;'),
  'pullups.dts': pirate('/dev/ttyNOWHERE', 'dtbus,pullups;'),
  'cells.dts': sensor('reg = <0x48>;').replace('#address-cells = <1>;', ''),
  'unit.dts': part('temp@76 { compatible = "bosch,bme280"; reg = <76>; };'),
  'no-reg.dts': sensor(''),
  'vendor.dts': part('temp@76 { compatible = "bosh,bme280"; reg = <0x76>; };'),
  'bom.dts': `\uFEFF${GOOD}`,
  'syntax.mjs': 'export const models = [\n  { compatible error',
  'addresses.mjs': model(ODD, ''),
  'throws.mjs': `export const models = [{ ${ODD} title: 'Odd', properties: [], create: () => {\n  throw new Error('boom'); } }];`,
  'other.mjs': model(`compatible: ['acme,other'], bus: 'i2c',`, 'addresses: [0x30],'),
  'no-bus.mjs': model(`compatible: ['acme,odd'],`, 'addresses: [0x30],'),
  'no-stop.mjs': model(ODD, 'addresses: [0x30],', ''),
  'typo.cjs': `require('dtbus/drop-ins').environmentBoard().part('&temp').temprature = 99;`,
  'closed.cjs': `const { openBoard } = require('dtbus');
openBoard(process.env.DTBUS_BOARD).then(async (board) => { await board.close(); board.open('/dev/i2c-1'); });`,
  'option.cjs': `require('dtbus').openBoardSync(process.env.DTBUS_BOARD, { clok: 'stepped' });`,
  'bus-down.cjs': `require('dtbus').openBoardSync(process.env.DTBUS_BOARD).open('/dev/i2c-1');`,
};
for (const name of ['syntax', 'addresses', 'throws', 'other', 'no-bus', 'no-stop'])
  Object.assign(FILES, { [`${name}.dts`]: own(`${name}.mjs`) });

let rubbish: Server;
let served: ServedBoard;
beforeAll(async () => {
  for (const [name, text] of Object.entries(FILES)) folder.write(name, text);
  mkdirSync(folder.path('node_modules'));
  symlinkSync(process.cwd(), folder.path('node_modules/dtbus'));
  rubbish = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write('zzz'));
  });
  await new Promise<void>((listening) => rubbish.listen(0, '127.0.0.1', listening));
  const { port } = rubbish.address() as { port: number };
  folder.write('rubbish.dts', pirate(`tcp:127.0.0.1:${port}`));
  folder.write(
    'owners.dts',
    part(`temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,owner = "alice"; };`),
  );
  served = await serveBoard(folder.path('owners.dts'), {
    onWarning: () => {},
    socketDirectory: folder.path('served'),
  });
});
afterAll(async () => {
  rubbish.close();
  await served.close();
});

const ROWS: readonly Refusal[] = [
  ['ls @semicolon.dts', 1, /semicolon\.dts:3\.\d+/, 'add ";" here'],
  ['ls @string.dts', 1, /string\.dts:3/, /close it/],
  ['ls @plain-reg.dts', 1, /plain-reg\.dts:4/, '< >'],
  ['ls @reference.dts', 1, /reference\.dts:3/, 'did you mean &i2c_bus?'],
  // What is wrong with one part costs that part: the others answer.
  ['ls @clash.dts', 1, /clash\.dts:4/, '/i2c/temp@48', 'change one of the two'],
  ['i2cget -b @clash.dts -y 1 0x48', 0, 'is used by /i2c/temp@48 too', 'change one of the two'],
  ['ls @set.dts', 1, /set\.dts:4/, 'not found: temprature', 'did you mean temperature'],
  ['i2cget -b @set.dts -y 1 0x48', 0, 'did you mean temperature'],
  ['ls @range.dts', 1, /range\.dts:4/, 'expected -55 to', 'got 900'],
  ['ls @eight-bit.dts', 1, /eight-bit\.dts:4/, 'looks like an 8-bit address', 'write reg = <0x76>'],
  ['i2cget -b @no-port.dts -y 1 0x48', 2, /no-port\.dts:3/, '/dev/ttyNOWHERE', /plug/],
  ['i2cget -b @rubbish.dts -y 1 0x48', 2, 'EPROTO: no Bus Pirate v3 or v4 found on tcp:', 'check the port'],
  ['ls @host.dts', 1, /host\.dts:3/, 'no driver for acme,pirate', 'dangerousprototypes,bus-pirate'],
  ['flash info rom -b @good.dts', 2, 'I2C bus', 'dtbus eeprom'],
  ['ls @kernel-name.dts', 0, /kernel-name\.dts:4/, 'write compatible = "platform,virtio-i2c"'],
  ['ls --strict @kernel-name.dts', 1, 'write compatible = "platform,virtio-i2c"'],
  ['ls @overlay.dts', 0, 'this is an overlay, not a board', 'add this file with -o'],
  ['ls @simulat.dts', 0, /simulat\.dts:4/, 'did you mean dtbus,simulate?'],
  ['ls @pullups.dts', 0, /pullups\.dts:3/, 'did you mean dtbus,pull-ups?'],
  ['ls --strict @pullups.dts', 1, 'did you mean dtbus,pull-ups?'],
  ['ls @cells.dts', 0, /cells\.dts:4/, 'write #address-cells = <1>; in /i2c'],
  ['ls @unit.dts', 0, /unit\.dts:4/, 'reg is 0x4c, but the name says 76', 'write reg = <0x76>'],
  ['ls @no-reg.dts', 0, /no-reg\.dts:4/, 'missing property reg', 'add reg = <0x48>;'],
  ['ls @vendor.dts', 0, /vendor\.dts:4/, 'did you mean "bosch,bme280"?'],
  ['ls --strict @bom.dts', 0, /^$/],
  ['i2cget -b @addresses.dts -y 1 0x48', 0, /addresses\.dts:4/, 'no list "addresses" of numbers'],
  ['i2cget -b @throws.dts -y 1 0x48', 0, /throws\.dts:4/, /boom \(.*throws\.mjs:2/],
  ['i2cget -b @other.dts -y 1 0x48', 0, /other\.dts:4/, 'expected compatible "acme,other", got "acme,odd"'],
  ['i2cget -b @no-bus.dts -y 1 0x48', 0, /no-bus\.dts:4/, 'not found: key bus of the model; add it'],
  ['i2cget -b @no-stop.dts -y 1 0x48', 0, /no-stop\.dts:4/, 'no method stop()'],
  ['i2cdetec', 2, 'Did you mean i2cdetect?'],
  ['ls --bord x', 2, "unknown option '--bord'", '--board'],
  ['serve @owners.dts --socket-dir @served', 1, 'another server is listening at', 'i2c1.sock'],
  ['i2cget --connect @served/carol -y 1 0x48', 1, 'not found: ', 'has the owners alice'],
  [`serve @good.dts --socket-dir ${'a'.repeat(120)}`, 1, 'invalid socket path: expected 1 to 107 bytes'],
];

/** Calls in a process of their own: of scripts, of models as Node itself loads them, and of a server in this one. */
const CALLS: readonly Refusal[] = [
  [
    'run @good.dts @typo.cjs',
    1,
    /typo\.cjs:1/,
    'PartError: not found: temprature of /i2c/temp@48',
    'did you mean temperature',
  ],
  [
    'run @good.dts @closed.cjs',
    1,
    /closed\.cjs:2/,
    'ENODEV: the board is closed; open it again with openBoard',
  ],
  ['run @good.dts @option.cjs', 1, /option\.cjs:1/, 'unknown option clok of openBoard', 'did you mean clock'],
  ['run @host.dts @bus-down.cjs', 1, /host\.dts:3:/, '/dev/i2c-1 did not come up: no driver for acme,pirate'],
  ['i2cget -b @syntax.dts -y 1 0x48', 0, /syntax\.dts:4/, /cannot load .*syntax\.mjs:2: syntax error/],
  ['i2cget --connect @served -y 1 0x48', 2, 'may not use address 0x48', 'it belongs to alice'],
];

const named = (word: string) => (word.startsWith('@') ? folder.path(word.slice(1)) : word);

describe('what newcomers do', () => {
  refuses(ROWS, named);

  it.each(CALLS.map(([line, status, ...sentence]) => ({ line, status, sentence })))(
    '$line, in a process of its own, ends with $status and says where and what to do',
    async ({ line, status, sentence }) => {
      const child = spawn(process.execPath, ['bin/dtbus.js', ...line.split(' ').map(named)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (data) => {
        said += data;
      });
      const [code] = await once(child, 'close');
      for (const each of sentence) expect(said).toMatch(each);
      expect(code).toBe(status);
    },
  );

  it('a model whose write returns nothing acknowledges everything', async () => {
    folder.write('nothing.mjs', model(ODD, 'addresses: [0x30],').replace('data.length', '{}'));
    folder.write('nothing.dts', own('nothing.mjs'));
    expect(await dtbusHere('i2cset', '-b', folder.path('nothing.dts'), '-y', '1', '0x30', '1', '2')).toEqual({
      status: 0,
      out: '',
      err: '',
    });
  });
});
