import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Reads what packages read, in the ways in which they do. */
const LOOK = `
import fs, { readFileSync, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
const required = createRequire(import.meta.url)('fs');
const lines = readFileSync('/proc/cpuinfo', 'utf8').split('\\n');
const field = (name) => lines.find((line) => line.startsWith(name))?.split(': ')[1];
const chunks = [];
for await (const chunk of fs.createReadStream('/proc/device-tree/compatible')) chunks.push(chunk);
console.log(JSON.stringify({
  cpuinfo: ['Hardware', 'Revision', 'Model'].map(field),
  cores: lines.filter((line) => line.startsWith('processor')).length,
  model: required.readFileSync('/proc/device-tree/model').toString(),
  compatible: Buffer.concat(chunks).toString().split('\\0'),
  same: Buffer.compare(await readFile('/sys/firmware/devicetree/base/model'), await promisify(fs.readFile)('/proc/device-tree/model')),
  revision: (await fs.promises.readFile(new URL('file:///proc/device-tree/system/linux,revision'))).toString('hex'),
  there: [existsSync('/proc/cpuinfo'), await promisify(fs.exists)('/proc/device-tree/model'), existsSync('/proc/device-tree/nothing')],
  size: fs.statSync('/proc/device-tree/model').size,
  other: readFileSync(import.meta.filename ?? new URL(import.meta.url)).length > 0,
}));`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-pretend-test-'));
  writeFileSync(join(folder, 'look.mjs'), LOOK);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(machine: string) {
  const script = join(folder, 'look.mjs');
  const args = ['bin/dtbus.js', 'run', '--pretend', machine, 'dts/demo.dts', script];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, TMPDIR: folder },
  });
  return { stdout, stderr, status };
}

describe('a pretended machine', () => {
  // Models, compatibles and revision codes: Linux's device trees of the boards, and Raspberry Pi's documentation.
  it('is found by what reads its files, in every way, and leaves nothing behind', () => {
    const { stdout, stderr, status } = run('raspberry-pi-4');
    expect([stderr, status]).toEqual(['', 0]);
    expect(JSON.parse(stdout)).toEqual({
      cpuinfo: ['BCM2835', 'c03114', 'Raspberry Pi 4 Model B Rev 1.4'],
      cores: 4,
      model: 'Raspberry Pi 4 Model B Rev 1.4\0',
      compatible: ['raspberrypi,4-model-b', 'brcm,bcm2711', ''],
      same: 0,
      revision: '00c03114',
      there: [true, true, false],
      size: 31,
      other: true,
    });
    expect(readdirSync(folder).filter((name) => name.includes('pretend'))).toEqual([]);
  });

  it.each([
    ['raspberry-pi-3', [null, 'a02082', 'Raspberry Pi 3 Model B Rev 1.2']],
    ['raspberry-pi-zero-2-w', [null, '902120', 'Raspberry Pi Zero 2 W Rev 1.0']],
    ['raspberry-pi-5', [null, 'c04170', 'Raspberry Pi 5 Model B Rev 1.0']],
  ])('can be a %s', (machine, [, revision, model]) => {
    const { cpuinfo } = JSON.parse(run(machine).stdout) as { cpuinfo: string[] };
    expect(cpuinfo.slice(1)).toEqual([revision, model]);
  });

  it('is one that is known', () => {
    const { stderr, status } = run('raspberry-pi-6');
    expect(stderr).toBe(
      'dtbus: invalid --pretend: expected raspberry-pi-3, raspberry-pi-zero-2-w, raspberry-pi-4 or raspberry-pi-5, got raspberry-pi-6 (did you mean raspberry-pi-3)\nusage: dtbus run [options] [board] <script> [arguments...]\n       dtbus run [options] [board] -- <command> [arguments...]\n(try --help)\n',
    );
    expect(status).toBe(2);
  });
});
