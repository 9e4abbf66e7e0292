import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { i2cBench, spiBench } from '../support.ts';

const folder = mkdtempSync(join(tmpdir(), 'dtbus-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newFile = () => join(folder, `contents${count++}.bin`);
const eeprom = (file: string) =>
  i2cBench({ compatible: 'atmel,24c02', reg: 0x50, properties: { 'dtbus,contents': file } });

describe('dtbus,contents', () => {
  it('is read at the start; a short file is filled up', async () => {
    const file = newFile();
    writeFileSync(file, Uint8Array.of(1, 2));
    const bench = await eeprom(file);
    expect(bench.warnings).toEqual([
      expect.stringContaining(`dtbus,contents: ${file} holds 2 bytes, the part 256: the rest reads 0xff`),
    ]);
    expect(bench.writeRead([0], 3)).toEqual([1, 2, 0xff]);
    expect(readFileSync(file)).toHaveLength(2);
  });

  it('that holds more than the part is refused, and stays as it is', async () => {
    const file = newFile();
    writeFileSync(file, new Uint8Array(300).fill(7));
    await expect(eeprom(file)).rejects.toThrow(`dtbus,contents: ${file} holds 300 bytes, the part only 256`);
    expect(readFileSync(file)).toEqual(Buffer.alloc(300, 7));
  });

  it('is written when the board closes, and leaves nothing beside it', async () => {
    const file = newFile();
    const bench = await eeprom(file);
    bench.write([0, 0x42]);
    expect(existsSync(file)).toBe(false);
    bench.parts.close();
    expect(readFileSync(file)).toHaveLength(256);
    expect(readFileSync(file)[0]).toBe(0x42);
    expect(readdirSync(folder).filter((name) => name.includes('.new'))).toEqual([]);
  });

  it('is written half a second after a burst of changes', async () => {
    const file = newFile();
    const bench = await eeprom(file);
    bench.set('writeTime', 0);
    bench.write([0, 1]);
    bench.clock.advance(400e6);
    bench.write([1, 2]);
    expect(existsSync(file)).toBe(false);
    bench.clock.advance(100e6);
    expect([...readFileSync(file).subarray(0, 2)]).toEqual([1, 2]);
  });

  it('is not touched when nothing changed', async () => {
    const file = newFile();
    (await eeprom(file)).parts.close();
    expect(existsSync(file)).toBe(false);
  });

  it('of a file that is too long is refused', async () => {
    const file = newFile();
    writeFileSync(file, new Uint8Array(257));
    await expect(eeprom(file)).rejects.toThrow(`${file} holds 257 bytes, the part only 256`);
  });

  it('of a folder is refused', async () => {
    await expect(eeprom(folder)).rejects.toThrow(`cannot be read: ${folder} is a folder`);
  });

  it('that cannot be written is said, and tried again later', async () => {
    const file = join(folder, 'missing', 'eeprom.bin');
    const bench = await eeprom(file);
    bench.write([0, 0x42]);
    bench.clock.advance(500e6);
    expect(bench.warnings[0]).toContain(`/i2c/part0: cannot write its contents to ${file}`);
    mkdirSync(join(folder, 'missing'));
    bench.parts.close();
    expect(readFileSync(file)[0]).toBe(0x42);
  });

  it('that still cannot be written when the board closes is an error', async () => {
    const file = join(folder, 'nowhere', 'eeprom.bin');
    const bench = await eeprom(file);
    bench.write([0, 0x42]);
    expect(() => bench.parts.save()).toThrow(
      `dtbus,contents: cannot write its contents to ${file}: not found: ${dirname(file)}`,
    );
    expect(() => bench.parts.close()).toThrow(
      `dtbus,contents: cannot write its contents to ${file}: not found: ${dirname(file)}`,
    );
  });

  it('keeps its mode, and the link that leads to it', async () => {
    const file = newFile();
    const link = newFile();
    writeFileSync(file, Uint8Array.of(1));
    chmodSync(file, 0o600);
    symlinkSync(file, link);
    const bench = await eeprom(link);
    bench.write([0, 0x42]);
    bench.parts.close();
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(file)[0]).toBe(0x42);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is not written over what another program wrote meanwhile', async () => {
    const file = newFile();
    const bench = await eeprom(file);
    const other = await eeprom(file);
    bench.write([0, 0x42]);
    other.write([1, 0x43]);
    bench.parts.close();
    expect(() => other.parts.close()).toThrow('another program has changed the file since it was read');
    expect([...readFileSync(file).subarray(0, 2)]).toEqual([0x42, 0xff]);
  });

  it('leaves nothing beside a file that could not take its place', async () => {
    const file = newFile();
    const bench = await eeprom(file);
    bench.write([0, 0x42]);
    mkdirSync(join(file, 'in the way'), { recursive: true });
    expect(() => bench.parts.close()).toThrow('cannot write its contents');
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('of a pipe is refused at once', async () => {
    const file = newFile();
    execFileSync('mkfifo', [file]);
    await expect(eeprom(file)).rejects.toThrow(`cannot be read: ${file} is a FIFO`);
  });

  it('of a device is refused at once', async () => {
    await expect(eeprom('/dev/zero')).rejects.toThrow('cannot be read: /dev/zero is a device');
  });

  it('that is as long as the part is taken as it is', async () => {
    const file = newFile();
    writeFileSync(file, new Uint8Array(256).fill(7));
    const bench = await eeprom(file);
    expect([bench.warnings, bench.writeRead([255], 1)]).toEqual([[], [7]]);
  });

  it('is written when a test has set it, and again after the next change', async () => {
    const file = newFile();
    const bench = await eeprom(file);
    bench.set('writeTime', 0);
    bench.set('contents', Uint8Array.of(1, 2));
    bench.clock.advance(1e9);
    expect([...readFileSync(file).subarray(0, 3)]).toEqual([1, 2, 0xff]);
    bench.write([2, 3]);
    bench.clock.advance(1e9);
    expect([...readFileSync(file).subarray(0, 3)]).toEqual([1, 2, 3]);
    expect(() => bench.set('contents', new Uint8Array(257))).toThrow(
      'invalid contents: expected at most 256 bytes',
    );
    bench.parts.close();
  });
});

describe('the property contents', () => {
  const at25 = { size: 128, pagesize: 16, 'address-width': 8 };

  it.each([
    ['24c02', 256, () => i2cBench({ compatible: 'atmel,24c02', reg: 0x50 })],
    ['AT25', 128, () => spiBench({ compatible: 'atmel,at25', properties: at25 })],
    ['a flash', 65_536, () => spiBench({ compatible: 'jedec,spi-nor', properties: { size: 65_536 } })],
  ])('of %s takes no more bytes than it holds, and fewer change its beginning', async (_what, size, make) => {
    const bench = await make();
    const all = () => bench.get('contents') as Uint8Array;
    bench.set('contents', new Uint8Array(size).fill(1));
    bench.set('contents', Uint8Array.of(2, 3));
    expect([...all().subarray(0, 3)]).toEqual([2, 3, 1]);
    expect(() => bench.set('contents', new Uint8Array(size + 1))).toThrow(
      `invalid contents: expected at most ${size} bytes, got ${size + 1}`,
    );
    expect([all().length, all()[0], all()[size - 1]]).toEqual([size, 2, 1]);
  });
});
