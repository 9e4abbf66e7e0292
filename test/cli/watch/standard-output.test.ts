import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { testFolder } from '../folder.ts';

/** `-` as the place of what is watched: nothing else may stand there. */

const folder = testFolder();

function script(): string {
  const file = folder.path('script.mjs');
  writeFileSync(
    file,
    "import { openSync } from 'i2c-bus'; console.log('of the script'); openSync(1).readByteSync(0x48, 0);\n",
  );
  return file;
}

const watch = (...options: string[]) =>
  spawnSync(process.execPath, ['bin/dtbus.js', 'watch', ...options, 'dts/demo.dts', script()]);

/** Section header and its byte order: what a pcapng file begins with. */
const PCAPNG = /^0a0d0d0a.{8}4d3c2b1a/;

it('a capture there is a capture, and what the script prints goes to standard error', () => {
  const { status, stdout, stderr } = watch('-w', '-');
  expect(stdout.toString('hex')).toMatch(PCAPNG);
  expect(stdout.toString('latin1')).not.toContain('of the script');
  expect(stderr.toString()).toContain('of the script\n');
  expect(status).toBe(0);
});

it('lines of JSON there are nothing else', () => {
  const { status, stdout, stderr } = watch('--json', '--to', '-');
  const lines = stdout.toString().trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).part)).toContain('temp@48');
  expect(stderr.toString()).toContain('of the script\n');
  expect(status).toBe(0);
});

it('both there are refused', () => {
  const { status, stderr } = watch('-w', '-', '--to', '-');
  expect(stderr.toString()).toBe(
    'dtbus: --to and --write cannot both be standard output; give one of them a file\n',
  );
  expect(status).toBe(2);
});
