import { ftruncateSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Mapping } from '../../src/os/index.ts';
import { canGuardMemory } from '../../src/os/sigbus-guard.ts';
import { plainFile } from '../transport/vhost-user/harness.ts';

const PAGE = 4096;

describe.runIf(canGuardMemory())('a mapping of a file that somebody else makes shorter', () => {
  it('is lost once it is touched, and reads as zeros from then on', () => {
    const file = plainFile(3 * PAGE);
    const map = Mapping.foreign(file.fd, 3 * PAGE);
    const bytes = new Uint8Array(map.view());
    bytes.fill(7);
    expect(map.lost).toBe(false);
    ftruncateSync(file.fd, PAGE);
    expect(bytes[0]).toBe(7); // still there
    expect(map.lost).toBe(false);
    expect(bytes[2 * PAGE]).toBe(0);
    expect(map.lost).toBe(true);
    expect(bytes[0]).toBe(0);
    bytes[5] = 9; // ours alone now
    expect(bytes[5]).toBe(9);
    map.unmap();
    expect(map.lost).toBe(false);
    file.close();
  });

  it('survives every kind of access', () => {
    const accesses: ((bytes: Uint8Array, words: Int32Array) => unknown)[] = [
      (bytes) => bytes.set(new Uint8Array(PAGE)),
      (bytes) => bytes.slice(),
      (bytes) => bytes.fill(1),
      (bytes) => Buffer.from(bytes.buffer).toString('latin1'),
      (_, words) => Atomics.load(words, 0),
      (_, words) => Atomics.add(words, 0, 1),
      (bytes) => new DataView(bytes.buffer).getBigUint64(8, true),
    ];
    for (const access of accesses) {
      const file = plainFile(PAGE);
      const map = Mapping.foreign(file.fd, PAGE);
      const buffer = map.view();
      ftruncateSync(file.fd, 0);
      access(new Uint8Array(buffer), new Int32Array(buffer));
      expect(map.lost).toBe(true);
      map.unmap();
      file.close();
    }
  });

  it('leaves other mappings alone, and its place is used again', () => {
    const files = Array.from({ length: 3 }, () => plainFile(PAGE));
    const maps = files.map((file) => Mapping.foreign(file.fd, PAGE));
    const bytes = maps.map((map) => new Uint8Array(map.view()));
    bytes.forEach((each, i) => {
      each[0] = i + 1;
    });
    maps[1]?.unmap();
    ftruncateSync((files[2] as { fd: number }).fd, 0);
    expect(bytes[2]?.[0]).toBe(0);
    expect(maps.map(({ lost }) => lost)).toEqual([false, false, true]);
    expect(bytes[0]?.[0]).toBe(1);
    const again = Mapping.foreign((files[1] as { fd: number }).fd, PAGE);
    expect(again.lost).toBe(false);
    for (const map of [...maps, again]) map.unmap();
    for (const file of files) file.close();
  });

  it('is guarded in every thread, also after another thread has ended', async () => {
    const file = plainFile(PAGE);
    const map = Mapping.foreign(file.fd, PAGE);
    const bytes = new Uint8Array(map.view());
    bytes[0] = 5;
    for (let i = 0; i < 2; i++) {
      const thread = new Worker(new URL('./guarded-thread.mjs', import.meta.url));
      const seen = new Promise((resolve, reject) => {
        thread.once('message', resolve);
        thread.once('error', reject);
      });
      expect(await seen).toEqual([0, true]);
      await thread.terminate();
    }
    expect([bytes[0], map.lost]).toEqual([5, false]);
    ftruncateSync(file.fd, 0);
    expect([bytes[0], map.lost]).toEqual([0, true]);
    map.unmap();
    file.close();
  });
});
