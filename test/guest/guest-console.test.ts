import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { GuestConsole, initScript } from '../../src/guest/guest-console.ts';

const MARK = 'mark-7';

/** What becomes of console output, however it is cut. */
function take(text: string, cut = text.length) {
  let output = '';
  const notes: string[] = [];
  const console = new GuestConsole({
    mark: MARK,
    output: (bytes) => {
      output += Buffer.from(bytes).toString('latin1');
    },
    onNote: (sentence) => notes.push(sentence),
  });
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += cut) console.take(bytes.subarray(at, at + cut));
  console.end();
  return { output, notes, exitCode: console.exitCode, started: console.started };
}

describe('the console of a guest', () => {
  const whole = `SeaBIOS\r\n${MARK} note the bus is late\r\n${MARK} begin\r\nhello\r\n\r\nworld${MARK} exit 3\r\npanic\r\n`;

  it.each([1, 3, 7, 1000])('is the output between begin and exit, in pieces of %i bytes', (cut) => {
    expect(take(whole, cut)).toEqual({
      output: 'hello\n\nworld',
      notes: ['the bus is late'],
      exitCode: 3,
      started: true,
    });
  });

  it('passes bytes on as they are', () => {
    const bytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('');
    expect(take(`${MARK} begin\n${bytes}\n${MARK} exit 0\n`).output).toBe(`${bytes}\n`);
  });

  it('shows what was said when the command never begins', () => {
    expect(take('Kernel panic: no init\r\n')).toMatchObject({
      output: 'Kernel panic: no init\n',
      exitCode: undefined,
      started: false,
    });
  });

  it('has no exit code when the command never ends', () => {
    expect(take(`${MARK} begin\nhello\nwor`)).toMatchObject({ output: 'hello\nwor', exitCode: undefined });
  });
});

describe('process 1', () => {
  it('runs the command word for word, in the folder of the host, between its marks', () => {
    const words = ['sh', '-c', `printf '%s\\n' "$0" "$@"; pwd; exit 9`, "it's", '$HOME `x`', 'a  b', ''];
    // The system that it prepares is not ours to change.
    const harmless = 'mount() { :; }; mountpoint() { :; }; busybox() { :; };';
    const script = initScript(MARK, words, 'note all is well').replace('#!/bin/sh', harmless);
    const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8', cwd: '/' });
    expect(take(stdout)).toEqual({
      output: `it's\n$HOME \`x\`\na  b\n\n${process.cwd()}\n`,
      notes: ['all is well'],
      exitCode: 9,
      started: true,
    });
  });
});
