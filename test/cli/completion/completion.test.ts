import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { testFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const folder = testFolder();
const DEMO = resolve('dts/demo.dts');

/** What the shells' scripts get: values, and the endings of files. */
async function words(...typed: string[]): Promise<string[]> {
  const { out } = await dtbusHere('completion', 'words', '--', ...typed);
  return out.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] as string]));
}

describe('what fits', () => {
  it.each([
    [['ee'], ['eeprom']],
    [['eeprom', 'wr'], ['write']],
    [
      ['eeprom', 'read', '-b', DEMO, ''],
      ['eeprom', 'bench_eeprom'],
    ],
    [['eeprom', 'read', '-b', DEMO, 'b'], ['bench_eeprom']],
    [
      ['flash', 'info', '--board', '=', DEMO, ''],
      ['flash', '/spi-bench/flash@0'],
    ],
    [
      ['i2cget', '-b', DEMO, '-y', ''],
      ['1', '2'],
    ],
    [['i2cget', '-b', DEMO, '-y', '1', '0x5'], ['0x50']],
    [['i2cdump', '-b', DEMO, '-y', '1', '0x50', ''], []],
    [
      ['spi-config', '--board', DEMO, '-d', ''],
      ['/dev/spidev0.0', '/dev/spidev1.0'],
    ],
    [['i2cdetect', '-l'], ['-l']],
    [['flash', 'write', '--unp'], ['--unprotect']],
    [
      ['parts', 'tmp42'],
      ['tmp421', 'tmp422', 'tmp423'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['ls', ''], [':files:dts,dtb']],
    [['ls', '-b', ''], [':files:dts,dtb']],
    [['up', '-o', ''], [':files:dts,dtso,dtbo']],
    [['run', 'board.dts', ''], [':files:js,mjs,cjs,ts']],
    [['eeprom', 'write', 'x', ''], [':files:*']],
    [['parts', 'ne'], ['new']],
    [['parts', 'new', ''], []],
    [['i2cget', '-b', 'nowhere.dts', ''], []],
  ])('%j', async (typed, expected) => {
    expect(await words(...typed)).toEqual(expected);
  });

  it('is every command that the help shows, each with what it is', async () => {
    const { out } = await dtbusHere('completion', 'words', '--', '');
    const commands = out.trimEnd().split('\n');
    expect(commands.length).toBeGreaterThan(20);
    for (const line of commands) expect(line).toMatch(/^[a-z0-9-]+\t\S/);
  });
});

describe('a shell', () => {
  let path: string;
  beforeAll(() => {
    const command = folder.write(
      'dtbus',
      `#!/bin/sh\nexec ${process.execPath} ${resolve('bin/dtbus.js')} "$@"\n`,
    );
    chmodSync(command, 0o755);
    for (const name of ['a.dts', 'b.dtb', 'c.txt']) folder.write(name, '');
    path = `${dirname(command)}:${process.env['PATH']}`;
  });

  /** What a shell prints that runs `program`. */
  function shell(name: 'bash' | 'zsh' | 'fish', options: readonly string[], program: string): string[] {
    const { stdout, stderr } = spawnSync(name, [...options, '-c', program], {
      encoding: 'utf8',
      cwd: dirname(folder.path('x')),
      env: { PATH: path, HOME: folder.path(''), DTBUS_BOARD: DEMO },
    });
    expect(stderr).toBe('');
    return stdout.split('\n').filter((line) => line !== '');
  }
  const installed = (name: string) => {
    const found = spawnSync(name, ['--version']).error === undefined;
    if (!found) console.info(`${name} is not installed (apt install ${name}): its completion is not tried`);
    return found;
  };
  const zsh = installed('zsh');
  const fish = installed('fish');

  const bash = (...typed: string[]) =>
    shell(
      'bash',
      ['--norc'],
      `source <(dtbus completion bash)
       COMP_WORDS=(dtbus ${typed.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${typed.length}
       compopt() { :; }; _dtbus; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );

  it('bash completes commands, labels, numbers of buses and files', () => {
    expect(bash('fl')).toEqual(['flash']);
    expect(bash('eeprom', 'read', '')).toEqual(['eeprom', 'bench_eeprom']);
    expect(bash('i2cget', '-y', '1', '0x5')).toEqual(['0x50']);
    expect(bash('ls', '').sort()).toEqual(['a.dts', 'b.dtb']);
    expect(bash('eeprom', 'write', 'eeprom', 'c')).toEqual(['c.txt']);
  });

  it.runIf(zsh)('zsh does, and shows what each is', () => {
    const typed = (...words: string[]) =>
      shell(
        'zsh',
        ['-f'],
        `compdef() { :; }; _files() { print -r -- files "$@"; }
         _describe() { print -rl -- "\${(@P)2}"; }
         source <(dtbus completion zsh)
         words=(dtbus ${words.map((word) => `'${word}'`).join(' ')}); CURRENT=$#words; _dtbus`,
      );
    expect(typed('fl')).toEqual(['flash:identify, read, write, erase and verify SPI NOR flash']);
    expect(typed('i2cget', '-y', '1', '0x5')).toEqual(['0x50:atmel,24c02']);
    expect(typed('ls', '')).toEqual(['files -g *.(dts|dtb)(-.)']);
  });

  it.runIf(fish)('fish does', () => {
    const typed = (line: string) =>
      shell('fish', ['--no-config'], `dtbus completion fish | source; complete -C '${line}'`);
    expect(typed('dtbus fl')).toEqual(['flash\tidentify, read, write, erase and verify SPI NOR flash']);
    expect(typed('dtbus eeprom read b')).toEqual(['bench_eeprom\tatmel,24c32']);
    expect(
      typed('dtbus ls ')
        .map((line) => line.split('\t')[0])
        .sort(),
    ).toEqual(expect.arrayContaining(['a.dts', 'b.dtb']));
  });

  it('that there is no script for is named', async () => {
    const { status, err } = await dtbusHere('completion', 'tcsh');
    expect({ status, err }).toEqual({
      status: 2,
      err: 'dtbus: invalid shell: expected bash, zsh or fish, got tcsh\nusage: dtbus completion [options] <shell> [words...]\n(try --help)\n',
    });
  });
});
