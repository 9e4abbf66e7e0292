import { expect, it } from 'vitest';
import { haveOneTask, makeRoom, roomFor } from '../../src/bus/index.ts';

const MIB = 1 << 20;

it('room of a process of one task is zeros, whose pages are there before they are written to', () => {
  haveOneTask();
  expect(roomFor(3)).toEqual(Uint8Array.of(0, 0, 0));
  const before = process.memoryUsage.rss();
  const room = roomFor(64 * MIB);
  // Of /proc/self/statm (proc(5)), less what others of this process gave back meanwhile.
  if (process.platform === 'linux') expect(process.memoryUsage.rss() - before).toBeGreaterThan(48 * MIB);
  expect(room.length).toBe(67_108_864);
  expect(room.every((byte) => byte === 0)).toBe(true);
});

it('room within memory that threads share is zeros, and nothing beside it', () => {
  haveOneTask();
  const memory = new Uint8Array(new SharedArrayBuffer(MIB)).fill(7);
  makeRoom(memory, 4096, 65_536);
  if (process.platform !== 'linux') return;
  expect([memory[4095], memory[4096], memory[69_631], memory[69_632]]).toEqual([7, 0, 0, 7]);
});
