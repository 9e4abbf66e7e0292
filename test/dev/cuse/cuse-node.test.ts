import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freeNumber } from '../../../src/dev/cuse/machine.ts';
import { CuseError, checkCuse } from '../../../src/dev/index.ts';

describe('the number of a node', () => {
  it('is the board’s where it is free', () => {
    expect(freeNumber('i2c', 1, ['null', 'i2c-0', 'spidev1.0'])).toBe(1);
    expect(freeNumber('spi', 0, ['i2c-0', 'spidev1.0'])).toBe(0);
  });

  it('is above all that are taken where it is not', () => {
    expect(freeNumber('i2c', 1, ['i2c-0', 'i2c-1', 'i2c-12'])).toBe(13);
    expect(freeNumber('spi', 0, ['spidev0.0', 'spidev3.1', 'spidev'])).toBe(4);
  });
});

describe('a machine that cannot make nodes', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dtbus-cuse-'));
    writeFileSync(join(folder, 'file'), '');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is told how to get CUSE', () => {
    expect(() => checkCuse(join(folder, 'missing'))).toThrow(/modprobe cuse/);
    expect(() => checkCuse(join(folder, 'missing'))).toThrow(CuseError);
  });

  it('is fine when the file can be opened', () => {
    expect(() => checkCuse(join(folder, 'file'))).not.toThrow();
  });

  it('is told who may open it', () => {
    const refuse = () => {
      throw new Error('EACCES');
    };
    expect(() => checkCuse(join(folder, 'file'), refuse)).toThrow(/udev rule/);
  });
});
