import { expect, it } from 'vitest';
import { haveOneTask, roomFor } from '../../src/bus/index.ts';

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
