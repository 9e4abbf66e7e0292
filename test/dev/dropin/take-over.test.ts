import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageOfFile, packageOfMissing } from '../../../src/dev/dropin/packages.ts';

const run = promisify(execFile);
const DIST = new URL('../../../dist/src/dev/index.js', import.meta.url).href;
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const DROPIN = join(ROOT, 'bin/drop-ins');

let folder: string;

function file(path: string, text: string): string {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
}

/** A copy of a package whose native part was never built. */
function broken(at: string, name: string): void {
  file(`${at}/${name}/package.json`, JSON.stringify({ name, version: '1.2.3', main: `${name}.js` }));
  file(`${at}/${name}/${name}.js`, "throw new Error('the native part is missing');");
}

/** Nodes on which every I2C read gives 0x2a and every SPI transfer 0x17. */
const NODES = `
const i2c = { number: 1, name: 'i2c', functionality: 0x0eff0009,
  transferSync(messages) { for (const { buf, flags } of messages) if (flags & 1) buf.fill(0x2a); },
  async transfer(messages) { this.transferSync(messages); } };
const spi = { number: 0, name: 'spi',
  capabilities: { chipSelects: 1, modes: 3, bitsPerWordMask: 0, maxSpeedHz: 0, maxWordDelayNs: 0,
    maxCsSetupNs: 0, maxCsHoldNs: 0, maxCsInactiveNs: 0 },
  transferSync(chip, mode, transfers) { for (const { rx } of transfers) rx?.fill(0x17); },
  async transfer(...args) { this.transferSync(...args); } };
const nodes = new dtbus.NodeRegistry();
nodes.addI2c(i2c);
nodes.addSpi(spi, 0);
`;

const READ_I2C = 'i2c.openSync(1).readByteSync(0x48, 0)';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-take-over-'));
  file(
    'register.mjs',
    `import * as dtbus from ${JSON.stringify(DIST)};
${NODES}
dtbus.setBoardProvider(() => nodes);
dtbus.takeOverPackages();
`,
  );
  file('package.json', '{ "name": "app" }');
  broken('node_modules', 'i2c-bus');
  file('node_modules/nesting/package.json', '{ "name": "nesting", "main": "index.js" }');
  file('node_modules/nesting/index.js', `const i2c = require('i2c-bus'); exports.value = ${READ_I2C};`);
  broken('node_modules/nesting/node_modules', 'i2c-bus');
  file('node_modules/relative/package.json', '{ "name": "relative", "main": "index.js" }');
  file('node_modules/relative/index.js', `const i2c = require('../i2c-bus'); exports.value = ${READ_I2C};`);
  file('node_modules/modern/package.json', '{ "name": "modern", "type": "module", "exports": "./index.js" }');
  file(
    'node_modules/modern/index.js',
    `import i2c, { openSync } from 'i2c-bus';
export const value = [${READ_I2C}, openSync === i2c.openSync];`,
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script of the application and gives what it prints as JSON. */
async function app(name: string, text: string): Promise<unknown> {
  const script = file(name, text);
  const { stdout } = await run(process.execPath, ['--import', join(folder, 'register.mjs'), script], {
    timeout: 60_000,
  });
  return JSON.parse(stdout);
}

const print = (expression: string) => `console.log(JSON.stringify(${expression}));`;

describe('taking the place of the packages', () => {
  it('answers require by name, nested, relative, and for what is not installed', async () => {
    const value = await app(
      'all.cjs',
      `const i2c = require('i2c-bus');
const { Gpio } = require('onoff');
const spi = require('spi-device');
const rx = Buffer.alloc(1);
spi.openSync(0, 0).transferSync([{ byteLength: 1, receiveBuffer: rx }]);
${print(`[${READ_I2C}, require('nesting').value, require('relative').value, rx[0], Gpio.accessible]`)}`,
    );
    expect(value).toEqual([0x2a, 0x2a, 0x2a, 0x17, false]);
  });

  it('answers import, of installed packages and of one that is not, and of drivers in CommonJS', async () => {
    const value = await app(
      'all.mjs',
      `import i2c from 'i2c-bus';
import { MODE3 } from 'spi-device';
import { Gpio } from 'onoff';
import { value } from 'modern';
import nesting from 'nesting';
import relative from 'relative';
const again = await import('i2c-bus');
${print(`[${READ_I2C}, value, nesting.value, relative.value, MODE3, again.default === i2c, Gpio.HIGH]`)}`,
    );
    expect(value).toEqual([0x2a, [0x2a, true], 0x2a, 0x2a, 3, true, 1]);
  });

  it('answers what TypeScript and Babel compile imports to', async () => {
    // With esModuleInterop, and Babel: modules without __esModule become the default of an object.
    const value = await app(
      'compiled.cjs',
      `const importDefault = (mod) => (mod && mod.__esModule ? mod : { default: mod });
const importStar = (mod) => {
  const result = {};
  for (const key in mod) if (Object.prototype.hasOwnProperty.call(mod, key)) result[key] = mod[key];
  return Object.assign(result, { default: mod });
};
const byDefault = importDefault(require('i2c-bus'));
const byStar = importStar(require('i2c-bus'));
const i2c = byDefault.default;
${print(`[${READ_I2C}, (0, byStar.openSync)(1).readByteSync(0x48, 0), byStar.default === i2c, typeof require('i2c-bus').default]`)}`,
    );
    expect(value).toEqual([0x2a, 0x2a, true, 'undefined']);
  });

  it('answers import of all names, of a file by its URL, and in a loaded module of CommonJS', async () => {
    const value = await app(
      'names.mjs',
      `import * as i2c from 'i2c-bus';
import * as spi from 'spi-device';
import { createRequire } from 'node:module';
const byUrl = await import(new URL('node_modules/i2c-bus/i2c-bus.js', import.meta.url).href);
const required = createRequire(import.meta.url)('./node_modules/i2c-bus');
${print('[Object.keys(i2c).sort(), Object.keys(spi).sort(), byUrl.openSync === i2c.openSync, required === i2c.default]')}`,
    );
    const i2cNames = ['default', 'open', 'openPromisified', 'openSync'];
    const spiNames = ['MODE0', 'MODE1', 'MODE2', 'MODE3', 'default', 'open', 'openSync'];
    expect(value).toEqual([i2cNames, spiNames, true, true]);
  });

  it('answers an ES module that is required, as mocha loads tests', async () => {
    file('required.mjs', `import i2c from 'i2c-bus'; export const value = ${READ_I2C};`);
    expect(await app('requires.cjs', print("require('./required.mjs').value"))).toEqual(0x2a);
  });

  it("answers the package's own examples and tests", async () => {
    file('node_modules/i2c-bus/example/read.js', `const i2c = require('../'); ${print(READ_I2C)}`);
    file('node_modules/i2c-bus/example/read.mjs', `import i2c from '../i2c-bus.js'; ${print(READ_I2C)}`);
    expect(await app('example.cjs', "require('i2c-bus/example/read.js');")).toBe(0x2a);
    expect(await app('example.mjs', "import 'i2c-bus/example/read.mjs';")).toBe(0x2a);
  });

  it('says once that another package is not taken over', async () => {
    file('node_modules/i2c/index.js', 'module.exports = 7;');
    file('node_modules/pi-spi/index.js', 'module.exports = 8;');
    file('node_modules/pigpio/index.js', 'module.exports = 9;');
    const script = file(
      'foreign.mjs',
      `import spi from 'pi-spi';
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
${print("[spi, require('i2c'), require('i2c'), require('pigpio')]")}`,
    );
    const { stdout, stderr } = await run(
      process.execPath,
      ['--import', join(folder, 'register.mjs'), script],
      {
        timeout: 60_000,
      },
    );
    expect(JSON.parse(stdout)).toEqual([8, 7, 7, 9]);
    const named = [
      ...stderr.matchAll(
        /dtbus: the npm package (\S+) looks for this machine's own hardware, not for the board; (.*)/g,
      ),
    ];
    const buses = "use i2c-bus or spi-device, or make the board's nodes real ones with `dtbus up --dev`";
    const lines = "use onoff, or the board's lines: board.gpio() in dtbus's API";
    expect(named.map(([, name, remedy]) => [name, remedy]).sort()).toEqual([
      ['i2c', buses],
      ['pi-spi', buses],
      ['pigpio', lines],
    ]);
  });

  it('gives the same object to require and import', async () => {
    const value = await app(
      'same.mjs',
      `import i2c from 'i2c-bus';
import { createRequire } from 'node:module';
${print("createRequire(import.meta.url)('i2c-bus') === i2c")}`,
    );
    expect(value).toBe(true);
  });

  it('leaves alone what is not the package: its manifest, files of the same name, other errors', async () => {
    file('drivers/i2c-bus.js', "module.exports = 'mine';");
    file('i2c-bus/index.js', "module.exports = 'a folder of mine';");
    const value = await app(
      'mine.cjs',
      `let missing;
try { require('./no-i2c-bus'); } catch (error) { missing = error.code; }
${print("[require('./drivers/i2c-bus'), require('./i2c-bus'), require('i2c-bus/package.json').version, missing]")}`,
    );
    expect(value).toEqual(['mine', 'a folder of mine', '1.2.3', 'MODULE_NOT_FOUND']);
  });

  it('leaves alone what is imported of the same name', async () => {
    file('drivers/i2c-bus.mjs', "export default 'mine';");
    const value = await app(
      'mine.mjs',
      `import mine from './drivers/i2c-bus.mjs';
const missing = await import('./no-i2c-bus.mjs').catch((error) => error.code);
${print('[mine, missing]')}`,
    );
    expect(value).toEqual(['mine', 'ERR_MODULE_NOT_FOUND']);
  });
});

describe('which package a request means', () => {
  it('is found by the manifest of the folder, wherever it lies', () => {
    expect(packageOfFile(join(folder, 'node_modules/i2c-bus/i2c-bus.js'))).toBe('i2c-bus');
    expect(packageOfFile(join(folder, 'node_modules/i2c-bus/package.json'))).toBeUndefined();
    expect(packageOfFile(join(folder, 'all.cjs'))).toBeUndefined();
    expect(packageOfFile('/nowhere/i2c-bus/i2c-bus.js')).toBeUndefined();
  });

  it('is none where the manifest is broken', () => {
    file('node_modules/broken/package.json', '{');
    expect(packageOfFile(join(folder, 'node_modules/broken/i2c-bus.js'))).toBeUndefined();
    file('node_modules/odd/package.json', '7');
    expect(packageOfFile(join(folder, 'node_modules/odd/i2c-bus.js'))).toBeUndefined();
  });

  it('is guessed for what is missing: by its bare name, or by where its copy would be', () => {
    expect(packageOfMissing('i2c-bus', undefined)).toBe('i2c-bus');
    expect(packageOfMissing('spi-device', '/app')).toBe('spi-device');
    expect(packageOfMissing('../i2c-bus', '/app/node_modules/ina219')).toBe('i2c-bus');
    expect(packageOfMissing('./i2c-bus', '/app/src')).toBeUndefined();
    expect(packageOfMissing('i2c-bus/lib', '/app')).toBeUndefined();
    expect(packageOfMissing('../i2c-bus', undefined)).toBeUndefined();
  });
});

describe('the folders for npm overrides', () => {
  /** What the board's room gives them. */
  const DROP_INS = `import * as dtbus from ${JSON.stringify(DIST)};
${NODES}
dtbus.setBoardProvider(() => nodes);
export const { i2cBus, spiDevice } = dtbus;
`;

  it('are published', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT });
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    const names = files.map(({ path }) => path).filter((path) => path.startsWith('bin/drop-ins/'));
    expect(names.sort()).toEqual([
      'bin/drop-ins/i2c-bus/index.js',
      'bin/drop-ins/i2c-bus/package.json',
      'bin/drop-ins/onoff/index.d.ts',
      'bin/drop-ins/onoff/index.js',
      'bin/drop-ins/onoff/package.json',
      'bin/drop-ins/spi-device/index.js',
      'bin/drop-ins/spi-device/package.json',
    ]);
  });

  it('give the drop-ins, linked inside dtbus or copied out of it', async () => {
    file(
      'overridden/node_modules/dtbus/package.json',
      JSON.stringify({
        name: 'dtbus',
        type: 'module',
        exports: { './drop-ins': './dist/src/board/entries/drop-ins.js' },
      }),
    );
    file('overridden/node_modules/dtbus/dist/src/board/entries/drop-ins.js', DROP_INS);
    cpSync(DROPIN, join(folder, 'overridden/node_modules/dtbus/bin/drop-ins'), { recursive: true });
    cpSync(join(DROPIN, 'i2c-bus'), join(folder, 'overridden/node_modules/i2c-bus'), { recursive: true });
    const script = file(
      'overridden/app.cjs',
      `const i2c = require('i2c-bus');
const linked = require('./node_modules/dtbus/bin/drop-ins/i2c-bus');
const spi = require('./node_modules/dtbus/bin/drop-ins/spi-device');
${print(`[${READ_I2C}, linked.openSync(1).readByteSync(0x48, 0), spi.MODE2, require('i2c-bus/package.json').version]`)}`,
    );
    const { stdout, stderr } = await run(process.execPath, [script], { timeout: 60_000 });
    expect([JSON.parse(stdout), stderr]).toEqual([[0x2a, 0x2a, 2, '5.2.3'], '']);
  });
});
