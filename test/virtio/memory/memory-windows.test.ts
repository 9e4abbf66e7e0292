import { describe, expect, it } from 'vitest';
import { createDeviceQueue, GuestMemory } from '../../../src/virtio/index.ts';

const WINDOW = 1 << 16;
const BASE = 0x8_0000_1000;

/** Memory of which only views exist, each of its own buffer over the same bytes: the views that were made. */
function windowed(size: number, bytes = new Uint8Array(0)) {
  const views: [number, number][] = [];
  const viewOf = (offset: number, length: number) => {
    views.push([offset, length]);
    const buffer = new ArrayBuffer(length);
    new Uint8Array(buffer).set(bytes.subarray(offset, offset + length));
    return buffer;
  };
  return { memory: new GuestMemory([{ guestAddress: BASE, size, viewOf }]), views };
}

describe('memory that is too large for one view', () => {
  it('is seen in windows of 64 KiB, each made once', () => {
    const { memory, views } = windowed(3 * WINDOW);
    for (const offset of [0, 5, WINDOW - 1, WINDOW, 2 * WINDOW + 7, 3, WINDOW + 9]) {
      expect(memory.find(BASE + offset, 1)).toBeDefined();
    }
    expect(views).toEqual([
      [0, WINDOW],
      [WINDOW, WINDOW],
      [2 * WINDOW, WINDOW],
    ]);
  });

  it('has the bytes that lie there, and says where its windows lie', () => {
    const bytes = Uint8Array.from({ length: 2 * WINDOW }, (_, i) => i % 251);
    const { memory } = windowed(bytes.length, bytes);
    for (const offset of [0, 1000, WINDOW - 4, WINDOW, WINDOW + 12_345]) {
      expect([...memory.slice(BASE + offset, 4)]).toEqual([...bytes.subarray(offset, offset + 4)]);
      const window = memory.region(BASE + offset, 4);
      expect([window.guestAddress, window.guestEnd, window.size, window.byteOffset]).toEqual(
        offset < WINDOW ? [BASE, BASE + WINDOW, WINDOW, 0] : [BASE + WINDOW, BASE + 2 * WINDOW, WINDOW, 0],
      );
      expect(window.view.getUint8(offset % WINDOW)).toBe(bytes[offset]);
    }
  });

  it('shows what lies across windows, or is longer than one, by a view of its own from the window on', () => {
    const bytes = Uint8Array.from({ length: 3 * WINDOW }, (_, i) => i % 253);
    const { memory, views } = windowed(bytes.length, bytes);
    for (const [offset, length] of [
      [WINDOW - 2, 4],
      [WINDOW + 5, 2 * WINDOW - 5],
    ] as const) {
      const found = memory.slice(BASE + offset, length);
      expect(Buffer.from(found).equals(bytes.subarray(offset, offset + length))).toBe(true);
    }
    expect(views).toEqual([
      [0, WINDOW + 2],
      [WINDOW, 2 * WINDOW],
    ]);
    // Exactly to the end of a window is inside of it.
    memory.find(BASE + 2, WINDOW - 2);
    memory.find(BASE, 1);
    expect(views.slice(2)).toEqual([[0, WINDOW]]);
  });

  it('ends where it ends: its last window is shorter, and nothing lies behind', () => {
    const { memory, views } = windowed(WINDOW + 100);
    expect(memory.find(BASE + WINDOW + 99, 1)?.guestEnd).toBe(BASE + WINDOW + 100);
    expect(memory.find(BASE + WINDOW + 99, 2)).toBeUndefined();
    expect(memory.find(BASE + WINDOW + 100, 0)).toBeUndefined();
    expect(memory.find(BASE - 1, 1)).toBeUndefined();
    expect(views).toEqual([[WINDOW, 100]]);
  });

  it('tells windows apart that are a multiple of 64 of them apart, whatever was looked at before', () => {
    const { memory, views } = windowed(129 * WINDOW);
    const look = () => [0, 64, 128].map((n) => memory.region(BASE + n * WINDOW, 4).guestAddress - BASE);
    expect([look(), look()]).toEqual([
      [0, 64 * WINDOW, 128 * WINDOW],
      [0, 64 * WINDOW, 128 * WINDOW],
    ]);
    expect(views).toHaveLength(3);
  });

  it('keeps 4096 windows, and begins anew with the next', () => {
    const { memory, views } = windowed(4098 * WINDOW);
    const look = (index: number) => memory.find(BASE + index * WINDOW, 1);
    for (let i = 0; i < 4096; i++) look(i);
    look(0);
    look(4095);
    expect(views).toHaveLength(4096);
    look(4096);
    look(0);
    look(4096);
    expect(views.slice(4096)).toEqual([
      [4096 * WINDOW, WINDOW],
      [0, WINDOW],
    ]);
  });
});

describe('a ring', () => {
  it('needs memory that is mapped at a multiple of 4 bytes', () => {
    const memory = new GuestMemory([
      { guestAddress: 0, size: 4096, buffer: new SharedArrayBuffer(4098), byteOffset: 2 },
    ]);
    const config = { size: 4, features: 0, descriptor: 0, driver: 0x100, device: 0x200 };
    expect(() => createDeviceQueue(memory, config)).toThrow(
      'descriptor table at 0x0 lies in a region that is not mapped at a multiple of 4 bytes',
    );
  });
});
