import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatsThat } from '../../src/formats/index.ts';
import { testFolder } from './folder.ts';

const folder = testFolder();
const RECORDING = `dtbus-recording 1
bus i2c-1 /i2c
+0 i2c-1 48 w 00, r 1f 80
end 1
`;

/** In an empty folder: a file called `-` would show there. */
function dtbus(input: string, ...argv: string[]) {
  const cwd = folder.path('work');
  mkdirSync(cwd, { recursive: true });
  folder.write('work/in.bus', RECORDING);
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('bin/dtbus.js'), ...argv], {
    cwd,
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr, files: readdirSync(cwd) };
}

it('finds the names of all formats in the help of convert', () => {
  const { stdout } = dtbus('', 'convert', '--help');
  const [, from, to] = /--from (.+?)--to (.+?)--channel/s.exec(stdout) ?? [];
  for (const name of formatsThat('read')) expect(from).toMatch(new RegExp(`\\b${name}\\b`));
  for (const name of formatsThat('write')) expect(to).toMatch(new RegExp(`\\b${name}\\b`));
});

describe('- in the place of a file', () => {
  it('is what convert reads and writes', () => {
    const { status, stdout, stderr, files } = dtbus(
      RECORDING,
      'convert',
      '-',
      '-',
      '--from',
      'bus',
      '--to',
      'bus',
    );
    expect([status, stderr, files]).toEqual([0, '', ['in.bus']]);
    expect(stdout).toMatch(/^dtbus-recording 1\n.*i2c-1 +48 w 00, r 1f 80.*\nend 1\n$/s);
  });

  it('is told as what it is, where something is wrong with it', () => {
    expect(dtbus('rubbish\n', 'convert', '-', 'out.csv', '--from', 'bus')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^dtbus: standard input:1: /),
    });
    expect(dtbus(RECORDING, 'convert', '-', 'out.csv')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--from FORMAT'),
    });
  });

  it('is where report writes its page', () => {
    const { status, stdout, stderr, files } = dtbus('', 'report', 'in.bus', '-o', '-');
    expect([status, stderr, files]).toEqual([0, '', ['in.bus']]);
    expect(stdout).toMatch(/^<!doctype html>.*<\/html>\s*$/is);
  });
});
