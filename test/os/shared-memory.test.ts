import { ftruncateSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createMemfd,
  FileDescriptor,
  fileSize,
  MAX_VIEW_LENGTH,
  Mapping,
  sealAgainstShrinking,
} from '../../src/os/index.ts';
import { openFiles } from './open-files.ts';

const PAGE = 4096;

describe('anonymous shared memory', () => {
  it('is zeros of the size asked for', () => {
    const file = createMemfd('guest', 3 * PAGE);
    expect(fileSize(file.fd)).toBe(3 * PAGE);
    const map = new Mapping(file.fd, 3 * PAGE);
    expect(new Uint8Array(map.view()).every((byte) => byte === 0)).toBe(true);
    map.unmap();
    file.close();
    expect(openFiles(/memfd/)).toEqual([]);
  });

  it('gives its descriptor back when the size is impossible', () => {
    expect(() => createMemfd('guest', -1)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(openFiles(/memfd/)).toEqual([]);
  });

  it('can be sealed, and then nobody makes it shorter', () => {
    const file = createMemfd('guest', PAGE);
    expect(sealAgainstShrinking(file.fd)).toBe(true);
    expect(() => ftruncateSync(file.fd, 0)).toThrow(/EPERM/);
    file.close();
  });

  it('says when a file cannot be sealed', () => {
    const path = join(tmpdir(), `dtbus-seal-${process.pid}`);
    writeFileSync(path, 'x');
    const file = new FileDescriptor(openSync(path, 'r+'));
    expect(sealAgainstShrinking(file.fd)).toBe(false);
    file.close();
    rmSync(path);
  });
});

describe('a mapping', () => {
  it('shows what others write, and they see what is written', () => {
    const file = createMemfd('guest', PAGE);
    const map = new Mapping(file.fd, PAGE);
    const bytes = new Uint8Array(map.view());
    writeSync(file.fd, Uint8Array.of(1, 2, 3), 0, 3, 100);
    expect([...bytes.subarray(99, 104)]).toEqual([0, 1, 2, 3, 0]);
    bytes[200] = 77;
    const read = new Uint8Array(1);
    readSync(file.fd, read, 0, 1, 200);
    expect(read[0]).toBe(77);
    map.unmap();
    file.close();
  });

  it('outlives its descriptor', () => {
    const file = createMemfd('guest', PAGE);
    const map = new Mapping(file.fd, PAGE);
    file.close();
    new Uint8Array(map.view())[0] = 5;
    expect(new Uint8Array(map.view())[0]).toBe(5);
    map[Symbol.dispose]();
  });

  it('leaves empty views behind: stale use throws and does not touch memory', () => {
    const file = createMemfd('guest', PAGE);
    const map = new Mapping(file.fd, PAGE);
    const bytes = new Uint8Array(map.view(16, 64));
    const words = new Int32Array(map.view());
    map.unmap();
    map.unmap();
    expect(map.isMapped).toBe(false);
    expect(bytes.length).toBe(0);
    expect(() => bytes.set([1])).toThrow(TypeError);
    expect(() => Atomics.load(words, 0)).toThrow(TypeError);
    expect(() => map.view()).toThrow(RangeError);
    file.close();
  });

  it('is refused where the file is shorter: touching it would kill the process', () => {
    const file = createMemfd('guest', PAGE);
    expect(() => new Mapping(file.fd, PAGE + 1)).toThrow(
      /EINVAL: invalid length: the file has 4096 bytes, got 4097/,
    );
    for (const length of [0, -1, Number.NaN, 2 ** 60]) {
      expect(() => new Mapping(file.fd, length)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    }
    file.close();
  });

  it('gives views of any part, but none that V8 would die of', () => {
    const length = MAX_VIEW_LENGTH + 2 * PAGE;
    const file = createMemfd('guest', length); // sparse: takes no memory until it is touched
    const map = new Mapping(file.fd, length);
    expect(new Uint8Array(map.view(PAGE, MAX_VIEW_LENGTH)).length).toBe(MAX_VIEW_LENGTH);
    expect(() => map.view()).toThrow(RangeError);
    expect(() => map.view(-1, 2)).toThrow(RangeError);
    expect(() => map.view(length - 1, 2)).toThrow(RangeError);
    expect(() => map.view(length, 0)).toThrow(RangeError);
    map.unmap();
    file.close();
  });

  it('cannot be made of what cannot be mapped', () => {
    const path = join(tmpdir(), `dtbus-map-${process.pid}`);
    writeFileSync(path, Buffer.alloc(PAGE));
    const file = new FileDescriptor(openSync(path, 'r')); // read-only: a shared writable mapping is refused
    expect(() => new Mapping(file.fd, PAGE)).toThrow(expect.objectContaining({ code: 'EACCES' }));
    file.close();
    rmSync(path);
  });
});

describe('memory that is handed to other processes', () => {
  it('can be made longer, not shorter: that would end this process when it touches it', () => {
    const file = createMemfd('guest', 2 * PAGE);
    expect(() => ftruncateSync(file.fd, PAGE)).toThrow(/EPERM/);
    ftruncateSync(file.fd, 3 * PAGE);
    file.close();
  });
});
