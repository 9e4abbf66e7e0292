import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/**
 * A runner as jest is below Node 24.9: each file runs in a context of its own, `require` there runs CommonJS and refuses
 * ES modules, and node:module and `process.getBuiltinModule` are the runner's, too.
 */
const RUNNER = `
const { readFileSync } = require('node:fs');
const { createRequire, isBuiltin } = require('node:module');
const { dirname } = require('node:path');
const vm = require('node:vm');
const sandbox = { console, process: { env: { ...process.env }, getBuiltinModule: core } };
const context = vm.createContext(sandbox);
const loaded = new Map();
function core(name) {
  return /^(node:)?module$/.test(name) ? { createRequire: requireOf } : require(name);
}
function requireOf(from) {
  return (name) => (isBuiltin(name) ? core(name) : load(createRequire(from).resolve(name)));
}
function load(file) {
  if (loaded.has(file)) return loaded.get(file).exports;
  const text = readFileSync(file, 'utf8');
  if (/^(import|export)\\b/m.test(text)) throw new Error('Must use import to load ES Module: ' + file);
  const module = { exports: {} };
  loaded.set(file, module);
  const make = vm.runInContext('(function (exports, require, module, __filename, __dirname) {' + text + '\\n})', context);
  make(module.exports, requireOf(file), module, file, dirname(file));
  return module.exports;
}
load(process.argv[1]);
`;

const ROOT = join(import.meta.dirname, '..');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-commonjs-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/dtbus'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What `script` prints, run by Node itself or by a runner. */
function printed(script: string, runner: string[] = []): string {
  const file = join(folder, runner.length === 0 ? 'test.mjs' : 'test.cjs');
  writeFileSync(file, script);
  const env = { ...process.env, DTBUS_BOARD: join(ROOT, 'dts/demo.dts') };
  return execFileSync(process.execPath, [...runner, file], { encoding: 'utf8', env });
}

/** What has types or stands in for a package, by a name that it exports. */
const DOORS = {
  dtbus: 'openBoard',
  'dtbus/test': 'boardTest',
  'dtbus/sim': 'loadModels',
  'dtbus/bus': 'ERRNO',
  'dtbus/devicetree': 'parse',
  'dtbus/virtio': 'GuestMemory',
  'dtbus/guest': 'runGuest',
  'dtbus/drop-ins': 'environmentBoard',
  'dtbus/drop-ins/i2c-bus': 'openSync',
  'dtbus/drop-ins/onoff': 'Gpio',
  'dtbus/drop-ins/spi-device': 'openSync',
};

test('each door can be required where a runner refuses ES modules', () => {
  const script = `
for (const [door, name] of ${JSON.stringify(Object.entries(DOORS))}) console.log(door, typeof require(door)[name]);`;
  const kinds = Object.keys(DOORS).map((door) => `${door} ${door === 'dtbus/bus' ? 'object' : 'function'}\n`);
  expect(printed(script, ['-e', RUNNER])).toBe(kinds.join(''));
});

test('require and import of a door are one module', () => {
  const script = `import { createRequire } from 'node:module';
for (const [door, name] of ${JSON.stringify(Object.entries(DOORS))}) {
  const all = await import(door);
  console.log(door, createRequire(import.meta.url)(door)[name] === (all[name] ?? all.default[name]));
}`;
  expect(printed(script)).toBe(
    Object.keys(DOORS)
      .map((door) => `${door} true\n`)
      .join(''),
  );
});

test('a board opens there, and a script reaches the board of DTBUS_BOARD', () => {
  const script = `
const i2c = require('dtbus/drop-ins/i2c-bus').openSync(1);
console.log(i2c.readWordSync(0x48, 0));
require('dtbus').openBoard({ source: '/dts-v1/; / { i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; ' +
  '#size-cells = <0>; temp@48 { compatible = "national,lm75"; reg = <0x48>; }; }; };' }).then(async (board) => {
  console.log(board.open('/dev/i2c-0').transferSync([{ addr: 0x48, read: 2 }])[0].join());
  await board.close();
});`;
  expect(printed(script, ['-e', RUNNER])).toBe('25\n25,0\n');
});
