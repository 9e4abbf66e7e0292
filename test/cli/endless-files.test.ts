import { execFileSync, spawnSync } from 'node:child_process';
import { beforeAll, expect, it } from 'vitest';
import { neverEnds } from '../../src/input/index.ts';
import { boardText, testFolder } from './folder.ts';

/** A file whose reader would wait for ever is refused at once, by each command that takes a file. */
const folder = testFolder();
beforeAll(() => {
  folder.write('board.dts', boardText('', 'rom: f@0 { compatible = "winbond,w25q80"; reg = <0>; };'));
  execFileSync('mkfifo', [folder.path('fifo')]);
});

it.each([
  'ls @fifo',
  'ls @board.dts -o @fifo',
  'i2cdetect -b @fifo -y 1',
  'dtc @fifo',
  'dtdiff @fifo @board.dts',
  'fdtdump @fifo',
  'fdtget @fifo / model',
  'fdtput @fifo / model x',
  'fdtoverlay -i @fifo -o @out.dtb @board.dts',
  'flash write rom @fifo -b @board.dts',
  'flash verify rom @fifo -b @board.dts',
  'flash read rom @fifo --length 16 -b @board.dts',
])('%s', (line) => {
  const words = line.split(' ').map((word) => (word.startsWith('@') ? folder.path(word.slice(1)) : word));
  const { status, stderr, signal } = spawnSync(process.execPath, ['bin/dtbus.js', ...words], {
    encoding: 'utf8',
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  expect(signal).toBeNull();
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/fifo is a FIFO; (write what comes out of it to a file|name a file)/);
});

it.runIf(process.platform === 'linux')("nor is the kernel's log read", () => {
  expect(neverEnds('/proc/kmsg')).toBe('/proc/kmsg is a log without end; expected a regular file');
  expect(neverEnds('/dev/zero')).toBe('/dev/zero is a device; expected a regular file');
  expect(neverEnds('/proc/self/status')).toBeUndefined();
});
