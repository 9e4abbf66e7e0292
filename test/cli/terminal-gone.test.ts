import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it, onTestFinished } from 'vitest';
import { openPty } from '../../src/os/index.ts';
import { runtimeFolder } from './folder.ts';

const folder = runtimeFolder();
const dtbus = createRequire(import.meta.url).resolve('../../bin/dtbus.js');
const BOARD = `/dts-v1/;
/ { i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
	eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; dtbus,contents = "saved.bin"; }; }; };
`;

// Node aborts (SIGABRT) at the end of a program that listened for SIGHUP, where its terminal is gone.
it.each([
  ['up', /Ctrl-C/],
  ['monitor --terminal', /eeprom@50/],
])('%s ends in order, and saves its parts, when its terminal is closed', async (command, shown) => {
  const board = folder.write('board.dts', BOARD);
  const pty = openPty();
  onTestFinished(() => pty.close());
  const slave = openSync(pty.path, 'r+');
  const child = spawn(process.execPath, [dtbus, ...command.split(' '), board], {
    stdio: [slave, slave, slave],
    cwd: folder.path('.'),
  });
  closeSync(slave);
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
  await new Promise<void>((resolve) => {
    let text = '';
    pty.stream.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      if (shown.test(text)) resolve();
    });
  });
  execFileSync(process.execPath, [dtbus, 'set', '-b', board, '/i2c/eeprom@50', 'contents=5a']);
  pty.close();
  child.kill('SIGHUP');
  expect(await ended).toBe(0);
  expect(folder.read('saved.bin')[0]).toBe(0x5a);
});
