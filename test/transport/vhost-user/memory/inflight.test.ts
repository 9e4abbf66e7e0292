import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createMemfd, type FileDescriptor, Mapping } from '../../../../src/os/index.ts';
import {
  createInflight,
  InflightBuffer,
  type InflightRing,
} from '../../../../src/transport/vhost-user/memory/inflight.ts';
import type { Inflight } from '../../../../src/transport/vhost-user/messages/message.ts';
import { leaks } from '../harness.ts';

const ASKED: Inflight = { mmapSize: 0, mmapOffset: 0, queues: 2, queueSize: 16, padded: true };
const opened: { file: FileDescriptor; mapping: Mapping; buffer: InflightBuffer }[] = [];

function make(): { description: Inflight; bytes: DataView; buffer: InflightBuffer; file: FileDescriptor } {
  const { file, answer } = createInflight(ASKED);
  const mapping = new Mapping(file.fd, answer.mmapSize);
  const buffer = new InflightBuffer(answer, file);
  opened.push({ file, mapping, buffer });
  return { description: answer, bytes: new DataView(mapping.view()), buffer, file };
}

afterEach(() => {
  for (const { file, mapping, buffer } of opened.splice(0)) {
    buffer.unmap();
    mapping.unmap();
    file.close();
  }
});

/** Where things are in the region of a split ring (vhost-user, "Inflight I/O tracking"). */
const at = { version: 8, entries: 10, lastBatch: 12, usedIdx: 14 };
const entry = (head: number): number => 16 + 16 * head;

describe('the inflight buffer', () => {
  it('has room for the header and sixteen bytes an entry of each ring, in lines of 64 bytes', () => {
    expect(make().description).toEqual({ ...ASKED, mmapSize: 2 * 320 });
    const { file, answer } = createInflight({ ...ASKED, queues: 1, queueSize: 3 });
    expect(answer.mmapSize).toBe(64);
    file.close();
  });

  it('is prepared by the first who uses it', () => {
    const { buffer, bytes } = make();
    expect(buffer.ring(0, 16).recover(5)).toEqual([]);
    expect(bytes.getUint16(at.version, true)).toBe(1);
    expect(bytes.getUint16(at.entries, true)).toBe(16);
    expect(bytes.getUint16(at.usedIdx, true)).toBe(5);
  });

  it('notes what is taken and strikes it out once it is shown', () => {
    const { buffer, bytes } = make();
    const ring = buffer.ring(0, 16);
    ring.recover(0);
    ring.taken(7);
    ring.taken(3);
    expect([bytes.getUint8(entry(7)), bytes.getUint8(entry(3))]).toEqual([1, 1]);
    expect(bytes.getBigUint64(entry(3) + 8, true)).toBeGreaterThan(bytes.getBigUint64(entry(7) + 8, true));
    ring.staged(7);
    expect([bytes.getUint16(at.lastBatch, true), bytes.getUint8(entry(7))]).toEqual([7, 1]);
    ring.shown(1);
    expect([bytes.getUint16(at.usedIdx, true), bytes.getUint8(entry(7)), bytes.getUint8(entry(3))]).toEqual([
      1, 0, 1,
    ]);
  });

  it('keeps its rings apart', () => {
    const { buffer, bytes } = make();
    buffer.ring(1, 16).recover(0);
    buffer.ring(1, 16).taken(0);
    expect(bytes.getUint8(320 + entry(0))).toBe(1);
    expect(bytes.getUint8(entry(0))).toBe(0);
  });
});

describe('a successor', () => {
  it('learns what was taken and not given back, oldest first', () => {
    const { buffer } = make();
    const ring = buffer.ring(0, 16);
    ring.recover(0);
    for (const head of [9, 2, 5]) ring.taken(head);
    ring.staged(2);
    ring.shown(1);
    expect(buffer.ring(0, 16).recover(1)).toEqual([9, 5]);
  });

  it('counts on: what it takes itself is younger', () => {
    const { buffer } = make();
    const first = buffer.ring(0, 16);
    first.recover(0);
    for (const head of [9, 2]) first.taken(head);
    const second = buffer.ring(0, 16);
    second.recover(0);
    second.taken(1);
    expect(buffer.ring(0, 16).recover(0)).toEqual([9, 2, 1]);
  });

  it('counts on beyond 32 bits', () => {
    const { buffer, bytes } = make();
    buffer.ring(0, 16).recover(0);
    bytes.setUint8(entry(9), 1);
    bytes.setBigUint64(entry(9) + 8, 0x3_ffff_ffffn, true);
    const ring = buffer.ring(0, 16);
    ring.recover(0);
    ring.taken(4);
    expect(bytes.getBigUint64(entry(4) + 8, true)).toBe(0x4_0000_0000n);
    expect(buffer.ring(0, 16).recover(0)).toEqual([9, 4]);
  });

  it('hears of a batch once, also where the same heads come again', () => {
    const { buffer, bytes } = make();
    const ring = buffer.ring(0, 16);
    ring.recover(0);
    for (const head of [9, 2]) ring.taken(head);
    for (const head of [9, 2]) ring.staged(head);
    ring.shown(2);
    for (const head of [9, 2]) ring.taken(head);
    ring.staged(2);
    ring.shown(3);
    expect([bytes.getUint8(entry(9)), bytes.getUint8(entry(2))]).toEqual([1, 0]);
    expect(buffer.ring(0, 16).recover(3)).toEqual([9]);
  });

  it('knows of a death between showing a batch and striking it out by the used index', () => {
    const { buffer } = make();
    const ring = buffer.ring(0, 16);
    ring.recover(0);
    for (const head of [9, 2, 5]) ring.taken(head);
    for (const head of [9, 5]) ring.staged(head);
    // The used ring shows both (its index is 2), and then the process dies.
    expect(buffer.ring(0, 16).recover(2)).toEqual([2]);
    expect(buffer.ring(0, 16).recover(2)).toEqual([2]);
  });

  it('knows of a death before the batch was shown', () => {
    const { buffer } = make();
    const ring = buffer.ring(0, 16);
    ring.recover(0);
    for (const head of [9, 2]) ring.taken(head);
    ring.staged(9);
    expect(buffer.ring(0, 16).recover(0)).toEqual([9, 2]);
  });
});

describe('whatever a process was doing when it died', () => {
  it('the successor has exactly what the driver has not got back', () => {
    const step = fc.record({ what: fc.constantFrom('take', 'stage', 'show'), pick: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, diesWhileStriking) => {
        const { buffer } = make();
        let ring: InflightRing = buffer.ring(0, 16);
        ring.recover(0);
        const taken: number[] = [];
        let staged: number[] = [];
        let used = 0;
        for (const { what, pick } of steps) {
          const free = Array.from({ length: 16 }, (_, i) => i).filter(
            (i) => !taken.includes(i) && !staged.includes(i),
          );
          if (what === 'take' && free.length > 0) {
            const head = free[pick % free.length] as number;
            taken.push(head);
            ring.taken(head);
          } else if (what === 'stage' && taken.length > 0) {
            const [head] = taken.splice(pick % taken.length, 1) as [number];
            staged.push(head);
            ring.staged(head);
          } else if (what === 'show') {
            used = (used + staged.length) & 0xffff;
            if (diesWhileStriking) {
              // The ring shows the batch, but nothing is struck out: then another process goes on.
              ring = buffer.ring(0, 16);
              expect(ring.recover(used)).toEqual(taken);
            } else {
              ring.shown(used);
            }
            staged = [];
          }
        }
        const left = new Set(buffer.ring(0, 16).recover(used));
        expect(left).toEqual(new Set([...taken, ...staged]));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a buffer that does not fit', () => {
  it('is refused with a reason, and nothing stays mapped or open', () => {
    const before = leaks();
    const { file, answer } = createInflight(ASKED);
    expect(() => new InflightBuffer({ ...answer, mmapSize: 639 }, file)).toThrow(
      /639 bytes at 0 cannot hold 2 rings of 16/,
    );
    expect(() => new InflightBuffer({ ...answer, mmapOffset: 3 }, file)).toThrow(/inflight buffer/);
    expect(() => new InflightBuffer({ ...answer, mmapSize: 641 }, file)).toThrow(/cannot map/);
    expect(() => new InflightBuffer(answer, file).ring(2, 16)).toThrow(/ring 2 of 16 entries does not fit/);
    expect(() => new InflightBuffer(answer, file).ring(0, 17)).toThrow(/ring 0 of 17 entries does not fit/);
    file.close();
    expect(() => createInflight({ ...ASKED, queues: 0 })).toThrow(/at least one ring and one entry/);
    expect(leaks()).toEqual(before);
  });

  it('is refused when it was made for another version or size', () => {
    const { buffer, bytes } = make();
    bytes.setUint16(at.version, 2, true);
    expect(() => buffer.ring(0, 16).recover(0)).toThrow(/expected version 1 and 16 entries, got 2 and 0/);
    bytes.setUint16(at.version, 1, true);
    bytes.setUint16(at.entries, 8, true);
    expect(() => buffer.ring(0, 16).recover(0)).toThrow(/expected version 1 and 16 entries, got 1 and 8/);
  });

  it('with a batch list that points nowhere or in circles does not stop anybody', () => {
    const { buffer, bytes } = make();
    const ring = buffer.ring(0, 16);
    ring.recover(0);
    ring.taken(4);
    bytes.setUint16(at.lastBatch, 0xffff, true);
    expect(buffer.ring(0, 16).recover(3)).toEqual([4]);
    bytes.setUint16(at.lastBatch, 2, true);
    bytes.setUint16(entry(2) + 6, 2, true);
    expect(buffer.ring(0, 16).recover(60000)).toEqual([4]);
  });

  it('cannot be mapped from a file that is too short', () => {
    const file = createMemfd('short', 8);
    expect(() => new InflightBuffer({ ...ASKED, mmapSize: 640 }, file)).toThrow(/the file has 8 bytes/);
    file.close();
  });
});
