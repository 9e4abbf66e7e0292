import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { keptOff } from '../../src/usb/authorized.ts';

/** A folder as `/sys/bus/usb/devices`, with the files `authorized` of these. */
function devices(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-usb-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, value] of Object.entries(files)) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'authorized'), value);
  }
  return folder;
}

// Documentation/usb/authorization.rst of the kernel: "$ echo 1 > /sys/bus/usb/devices/DEVICE/authorized", and INTERFACE the same.

it('names the device that is kept off', () => {
  const folder = devices({ '1-1': '0\n', '1-1.2': '1\n', '1-1.2:1.0': '1\n' });
  expect(keptOff('1-1', 0, folder)).toBe(`it is not authorized: write 1 to ${folder}/1-1/authorized`);
  expect(keptOff('1-1', undefined, folder)).toBeDefined();
  expect(keptOff('1-1.2', 0, folder)).toBeUndefined();
});

it('names the interface, of whatever configuration', () => {
  const folder = devices({ '1-1': '1\n', '1-1:3.0': '1\n', '1-1:3.10': '0\n', '1-1.2:3.0': '0\n' });
  expect(keptOff('1-1', 10, folder)).toBe(`it is not authorized: write 1 to ${folder}/1-1:3.10/authorized`);
  expect(keptOff('1-1', 0, folder)).toBeUndefined();
});

it('says nothing where there is no such device, or no Linux', () => {
  expect(keptOff('1-1', 0, devices({}))).toBeUndefined();
  expect(keptOff('1-1', 0, '/nowhere/devices')).toBeUndefined();
});
