import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { boardText, testFolder } from '../folder.ts';

const folder = testFolder();

function run(
  script: string,
  text: string,
  env: Readonly<Record<string, string>> = {},
  options: readonly string[] = [],
) {
  const board = folder.write(
    'board.dts',
    boardText('temp@48 { compatible = "national,lm75"; reg = <0x48>; };', ''),
  );
  const { DTBUS_BOARD: _, DTBUS_CONNECT: __, NODE_OPTIONS: ___, ...clean } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['bin/dtbus.js', 'run', ...options, board, folder.write(script, text)],
    { encoding: 'utf8', env: { ...clean, ...env } },
  );
  return { status, out: stdout, err: stderr };
}

describe('what dtbus run is given', () => {
  it('is refused in a sentence where it is a program of another language', () => {
    const path = folder.path('x.py');
    expect(run('x.py', 'print(1)')).toEqual({
      status: 2,
      out: '',
      err: `dtbus: run takes scripts of Node (.js, .mjs, .cjs), got ${path}; run other programs on real nodes (sudo dtbus up BOARD --dev) or in a guest (dtbus guest BOARD --no-drivers -- COMMAND)\n`,
    });
  });

  it('is TypeScript where Node runs it, or refused with what to do', () => {
    const runs = 'typescript' in process.features && Boolean(process.features.typescript);
    const { status, out, err } = run('x.ts', 'const a: number = 3; console.log(a);');
    expect({ status, out }).toEqual(runs ? { status: 0, out: '3\n' } : { status: 2, out: '' });
    if (!runs)
      expect(err).toMatch(
        /^dtbus: Node v\S+ does not run TypeScript \(.*x\.ts\): use Node 22\.18 or newer, or install tsx and set NODE_OPTIONS='--import tsx'\n$/,
      );
  });

  it('is TypeScript of CommonJS that requires a package: Node 22 links no module behind --import there', () => {
    const runs = 'typescript' in process.features && Boolean(process.features.typescript);
    const text = `const i2c: { openSync(bus: number): any } = require('i2c-bus');
      console.log(i2c.openSync(1).readByteSync(0x48, 0));`;
    const asked = [[], ['--watch']].map((options) => run('x.cts', text, {}, options));
    for (const { status, out } of asked)
      expect({ status, out }).toEqual(runs ? { status: 0, out: '25\n' } : { status: 2, out: '' });
    if (runs) expect(asked[1]?.err).toContain('0x48');
  });

  it.each([
    ['node', 'expected a script, got the command node; put -- in front of a command: -- node ...'],
    [
      'python3',
      'run takes a script of Node, got python3; run other programs on real nodes (sudo dtbus up BOARD --dev) or in a guest (dtbus guest BOARD --no-drivers -- COMMAND)',
    ],
    ['--verbose', "unknown option '--verbose': options of run stand before the board"],
  ])('is no command and no late option: %s', (word, sentence) => {
    const { status, stderr } = spawnSync(
      process.execPath,
      ['bin/dtbus.js', 'run', 'dts/demo.dts', word, 'x.js'],
      { encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 2, stderr: `dtbus: ${sentence}\n` });
  });

  it.each([
    ['program', '\x7fELF\x02\x01', 'a program'],
    ['tool', '#!/bin/sh\nexit 0\n', 'a script of another program'],
  ])('is refused in a sentence where it begins as what Node does not run: %s', (name, text, what) => {
    expect(run(name, text)).toEqual({
      status: 2,
      out: '',
      err: `dtbus: run takes a script of Node, got ${folder.path(name)}, ${what}; run other programs on real nodes (sudo dtbus up BOARD --dev) or in a guest (dtbus guest BOARD --no-drivers -- COMMAND)\n`,
    });
  });

  it('is a script without an ending, whose first line names Node', () => {
    const { status, out } = run('started', '#!/usr/bin/env node\nconsole.log(3);\n');
    expect({ status, out }).toEqual({ status: 0, out: '3\n' });
  });

  it('starts Node programs that find the packages too', () => {
    folder.write('child.cjs', "console.log(require('i2c-bus').openSync(1).readByteSync(0x48, 0));");
    const text = `const { execFileSync } = require('node:child_process');
      process.stdout.write(execFileSync('node', [${JSON.stringify(folder.path('child.cjs'))}]));`;
    expect(run('parent.cjs', text)).toEqual({ status: 0, out: '25\n', err: '' });
  });

  it('learns from the message of an error why the call failed, where the errno does not tell', () => {
    folder.write(
      'lost.dtso',
      `/dts-v1/; /plugin/; &{/} {
        aliases { i2c4 = "/bench"; i2c5 = "/broken"; };
        bench { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; dtbus,host = <&lost>; };
        broken { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; dtbus,host = <&strange>; };
        lost: lost { compatible = "dangerousprototypes,bus-pirate"; port = "/dev/ttyNOWHERE"; };
        strange: strange { compatible = "acme,adapter"; };
      };`,
    );
    const text = `const i2c = require('i2c-bus');
      for (const [bus, address] of [[1, 0x33], [4, 0x48], [5, 0x48]])
        try { i2c.openSync(bus).readByteSync(address, 0); } catch (error) { console.log(error.message); }`;
    expect(run('caught.cjs', text, {}, ['-o', folder.path('lost.dtso')]).out.split('\n')).toEqual([
      'ENXIO, No such device or address',
      'ENODEV, No such device: /dev/i2c-4, address 0x48: not found: /dev/ttyNOWHERE; no serial adapter is plugged in',
      expect.stringMatching(
        /^ENOENT: no such file or directory, open '\/dev\/i2c-5': \/dev\/i2c-5 did not come up: .*acme,adapter/,
      ),
      '',
    ]);
  });
});
