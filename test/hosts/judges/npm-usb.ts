import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { awaitProduct, type Judge } from './session.ts';

const DRIVE = fileURLToPath(new URL('../in-guest/drive.mjs', import.meta.url));

/** The folder of the npm package `usb`, which only real USB adapters need. */
export function npmUsbFolder(): string | undefined {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve('usb/package.json')));
  } catch {
    return undefined;
  }
}

/** No judge but the way to a real adapter: our controller, npm's `usb`, libusb, the kernel, and the emulator in it. */
export function npmUsb(folder: string, compatible: string, productId: string, hasI2c = true): Judge {
  const found = npmUsbFolder();
  return {
    name: `our controller through npm's usb, ${compatible}`,
    folder,
    missing: found === undefined ? 'npm package usb (2) is not installed' : undefined,
    script: `${awaitProduct(productId)}
      DTBUS_USB=npm NODE_PATH=${found} node ${DRIVE} ${folder} ${compatible}`,
    check(output) {
      if (hasI2c) {
        expect(output).toMatch(/^temperature 5000$/m);
        expect(output).toMatch(/^eeprom 9911ffff$/m);
        expect(output).toMatch(/^long 200$/m);
        expect(output).toContain('absent ENXIO: address 0x21 was not acknowledged');
        expect(output).toContain('late ETIMEDOUT');
      }
      expect(output).toMatch(/^closed$/m);
      if (!hasI2c || output.includes('flash')) expect(output).toMatch(/^flash ef4014\narray 65536$/m);
    },
  };
}
