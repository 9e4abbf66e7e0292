import { ftruncateSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemfd, type FileDescriptor } from '../../../../src/os/index.ts';
import { MAX_MEMORY_SLOTS, MemoryTable } from '../../../../src/transport/vhost-user/memory/memory-table.ts';
import type { Region } from '../../../../src/transport/vhost-user/messages/message.ts';

const PAGE = 4096;
const mapped = (): number => readFileSync('/proc/self/maps', 'utf8').split('/memfd:table').length - 1;
const region = (guestAddress: number, size = PAGE, mmapOffset = 0): Region => ({
  guestAddress,
  size,
  userAddress: guestAddress + 0x7000_0000_0000,
  mmapOffset,
});

let table: MemoryTable;
const files: FileDescriptor[] = [];
const file = (size = PAGE): FileDescriptor => {
  const made = createMemfd('table', size);
  files.push(made);
  return made;
};
beforeEach(() => {
  table = new MemoryTable();
});
afterEach(() => {
  table.clear();
  for (const each of files.splice(0)) each.close();
  expect(mapped()).toBe(0);
});

describe('the memory table', () => {
  it('maps the files and shows them at their guest addresses', () => {
    const [low, high] = [file(), file(3 * PAGE)];
    table.replace([region(0x1000), region(0x10_0000, PAGE, 2 * PAGE)], [low, high]);
    table.memory.slice(0x10_0000, 1)[0] = 42;
    table.replace([region(0x5000, 3 * PAGE)], [high]);
    expect(table.memory.slice(0x5000 + 2 * PAGE, 1)[0]).toBe(42);
    expect(mapped()).toBe(1);
    expect(table.regions).toEqual([region(0x5000, 3 * PAGE)]);
  });

  it('translates front-end addresses to the guest’s, within one region', () => {
    table.replace([region(0x1000), region(0x2000)], [file(), file()]);
    expect(table.toGuest(0x7000_0000_1010, 0x10, 'ring')).toBe(0x1010);
    expect(table.toGuest(0x7000_0000_1000, PAGE, 'ring')).toBe(0x1000);
    for (const [address, length] of [
      [0x7000_0000_0fff, 1],
      [0x7000_0000_1fff, 2],
      [0x7000_0000_3000, 1],
      [0, 1],
    ] as const) {
      expect(() => table.toGuest(address, length, 'used ring')).toThrow(
        /the used ring at 0x.* is not inside one/,
      );
    }
  });

  it('changes as a whole or not at all', () => {
    table.replace([region(0x1000)], [file()]);
    const bad: [Region[], FileDescriptor[], RegExp][] = [
      [[region(0x1000), region(0x1800)], [file(), file()], /overlap/],
      [
        [region(0x1000), region(0x8000, 2 * PAGE)],
        [file(), file()],
        /cannot map the .*: .*4096 bytes, got 8192/,
      ],
      [[region(0x1000), region(0x8000)], [file()], /expected 2 descriptors, got 1/],
      [[region(0x8000, 0)], [file()], /cannot map|empty/],
      [[region(0x8000, 0, PAGE)], [file()], /is empty/],
      [[region(0x8000, 8, 4)], [file()], /not aligned to 8/],
      [[region(0x8004, 8)], [file()], /not aligned to 8/],
      [[region(0x8000, PAGE, 2 ** 50)], [file()], /too much memory: expected at most 1099511627776 bytes/],
    ];
    for (const [regions, from, reason] of bad) {
      expect(() => table.replace(regions, from)).toThrow(reason);
      expect(() => table.replace(regions, from)).toThrow(expect.objectContaining({ name: 'VhostUserError' }));
      expect(table.regions).toEqual([region(0x1000)]);
      expect(table.memory.find(0x1000, PAGE)).toBeDefined();
      expect(mapped()).toBe(1);
    }
  });

  it('takes regions one by one and gives them up again', () => {
    table.add(region(0x1000), file());
    table.add(region(0x2000), file());
    expect(() => table.add(region(0x2000), file())).toThrow(/overlap/);
    expect(mapped()).toBe(2);
    table.remove(region(0x1000));
    expect(table.memory.find(0x1000, 1)).toBeUndefined();
    expect(table.memory.find(0x2000, 1)).toBeDefined();
    expect(mapped()).toBe(1);
    expect(() => table.remove(region(0x1000))).toThrow(/memory region not found: 0x1000/);
    expect(() => table.remove(region(0x2000, 8))).toThrow(/memory region not found/);
  });

  it('has so many slots and no more', () => {
    const one = file();
    for (let i = 0; i < MAX_MEMORY_SLOTS; i++) table.add(region(i * PAGE), one);
    expect(() => table.add(region(2 ** 40), one)).toThrow(/all 64 memory slots are in use/);
  });

  it('keeps the files from shrinking under it where they let it', () => {
    const shared = file();
    table.replace([region(0)], [shared]);
    expect(() => ftruncateSync(shared.fd, 0)).toThrow(/EPERM/);
  });

  it('shows a region that is longer than V8 can view at once in pieces', () => {
    const size = 2 ** 32 + 2 ** 20;
    table.replace([region(2 ** 32, size)], [file(size)]); // sparse
    table.memory.slice(2 ** 32 + size - 1, 1)[0] = 9;
    expect(table.memory.slice(2 ** 33 + 2 ** 20 - 1, 1)[0]).toBe(9);
  });
});
