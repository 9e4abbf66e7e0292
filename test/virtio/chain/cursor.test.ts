import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChainTooShort, type DescriptorChain, GuestMemoryError } from '../../../src/virtio/index.ts';
import { MockGuest } from '../../support/mock-guest.ts';

/** A chain whose halves hold these bytes, cut into pieces of these lengths. */
function chainOf(readable: Uint8Array, cuts: readonly number[], writableCuts: readonly number[]) {
  const guest = new MockGuest(64, 0);
  const driver = guest.driver<string>();
  const device = guest.device();
  let at = 0;
  const pieces = cuts.map((length) => {
    const piece = guest.alloc(readable.subarray(at, at + length));
    at += length;
    return piece;
  });
  const room = writableCuts.map((length) => guest.alloc(length, 0xee));
  driver.addBuf(pieces, room, 'request');
  driver.kickPrepare();
  const chain = device.pop() as DescriptorChain;
  const written = () => room.flatMap((piece) => [...guest.bytes(piece)]);
  return { guest, driver, device, chain, written };
}

/** The bytes 1, 2, 3, … */
const count = (length: number) => Uint8Array.from({ length }, (_, i) => i + 1);

const cutting = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 });
const total = (cuts: readonly number[]) => cuts.reduce((sum, n) => sum + n, 0);

describe('2.7.4.1 a reader does not care how the driver cut the request', () => {
  it('reads the same bytes by every method, whatever the pieces', () => {
    const method = fc.constantFrom('u8', 'u16', 'u32', 'into', 'take', 'head', 'skip');
    fc.assert(
      fc.property(cutting, fc.array(fc.tuple(method, fc.nat(8)), { maxLength: 20 }), (cuts, reads) => {
        const bytes = count(total(cuts));
        const { readable } = chainOf(bytes, cuts, [1]).chain;
        const oracle = new DataView(bytes.buffer);
        let at = 0;
        for (const [how, n] of reads) {
          const length = { u8: 1, u16: 2, u32: 4, into: n, take: n, head: n, skip: n }[how];
          expect(readable.remaining).toBe(bytes.length - at);
          const read = () => {
            if (how === 'u8') return readable.readU8();
            if (how === 'u16') return readable.readU16();
            if (how === 'u32') return readable.readU32();
            if (how === 'take') return [...readable.take(n)];
            if (how === 'skip') return readable.skip(n);
            if (how === 'head') {
              const from = readable.head(n);
              return Array.from({ length: n }, (_, i) => readable.view.getUint8(from + i));
            }
            const target = new Uint8Array(n);
            readable.readInto(target);
            return [...target];
          };
          if (at + length > bytes.length) {
            expect(read).toThrow(ChainTooShort);
            continue;
          }
          const expected = {
            u8: () => oracle.getUint8(at),
            u16: () => oracle.getUint16(at, true),
            u32: () => oracle.getUint32(at, true),
            into: () => [...bytes.subarray(at, at + n)],
            take: () => [...bytes.subarray(at, at + n)],
            head: () => [...bytes.subarray(at, at + n)],
            skip: () => undefined,
          }[how]();
          expect(read()).toEqual(expected);
          at += length;
        }
        expect(readable.segments().flatMap((piece) => [...piece])).toEqual([...bytes.subarray(at)]);
        expect(readable.remaining).toBe(bytes.length - at);
        readable.rewind();
        expect(readable.remaining).toBe(bytes.length);
      }),
    );
  });

  it('gives a view of guest memory, not a copy, when the bytes lie in one piece', () => {
    const { guest, chain } = chainOf(count(8), [8], [1]);
    const view = chain.readable.take(8);
    expect(view.buffer).toBe(guest.buffer);
  });

  it('says how many bytes were wanted and how many were left', () => {
    const { chain } = chainOf(count(3), [3], [1]);
    expect(() => chain.readable.readU32()).toThrow(
      expect.objectContaining({
        name: 'ChainTooShort',
        message: '4 bytes wanted of a descriptor chain that has 3 left',
      }),
    );
    expect(chain.readable.remaining).toBe(3);
  });

  it('has nothing to read where the driver gave nothing', () => {
    const { chain } = chainOf(count(0), [], [4]);
    expect(chain.readable.remaining).toBe(0);
    expect(chain.readable.take(0)).toHaveLength(0);
    expect(() => chain.readable.readU8()).toThrow(ChainTooShort);
    expect(chain.readable.segments()).toEqual([]);
  });
});

describe('2.7.4.1 a writer does not care how the driver cut the request', () => {
  it('puts the same bytes at the same place by every method, whatever the pieces', () => {
    const method = fc.constantFrom('u8', 'u16', 'u32', 'write', 'take', 'skip');
    fc.assert(
      fc.property(cutting, fc.array(fc.tuple(method, fc.nat(8)), { maxLength: 20 }), (cuts, writes) => {
        const { device, chain, written } = chainOf(count(1), [1], cuts);
        const { writable } = chain;
        const expected = new Uint8Array(total(cuts)).fill(0xee);
        const oracle = new DataView(expected.buffer);
        let at = 0;
        for (const [i, [how, n]] of writes.entries()) {
          const length = { u8: 1, u16: 2, u32: 4, write: n, take: n, skip: n }[how];
          const data = Uint8Array.from({ length: n }, (_, k) => 16 * i + k);
          const write = () => {
            if (how === 'u8') writable.writeU8(0xa0 + i);
            else if (how === 'u16') writable.writeU16(0xa0b0 + i);
            else if (how === 'u32') writable.writeU32(0xa0b0c0d0 + i);
            else if (how === 'take') writable.take(n).set(data);
            else if (how === 'skip') writable.skip(n);
            else writable.write(data);
          };
          expect(writable.written).toBe(at);
          expect(writable.remaining).toBe(expected.length - at);
          if (at + length > expected.length) {
            expect(write).toThrow(ChainTooShort);
            continue;
          }
          write();
          if (how === 'u8') oracle.setUint8(at, 0xa0 + i);
          else if (how === 'u16') oracle.setUint16(at, 0xa0b0 + i, true);
          else if (how === 'u32') oracle.setUint32(at, 0xa0b0c0d0 + i, true);
          else if (how !== 'skip') expected.set(data, at);
          at += length;
        }
        expect(writable.segments().reduce((sum, piece) => sum + piece.length, 0)).toBe(expected.length - at);
        device.pushUsed(chain, at);
        expect(written()).toEqual([...expected]);
      }),
    );
  });

  it.each([
    ['in one piece with the data', [9]],
    ['in a piece of its own', [8, 1]],
    ['behind a cut inside the data', [3, 6]],
    ['with empty pieces behind it', [8, 1, 0, 0]],
    ['alone', [1]],
  ])('puts the status into the last byte: %s', (_what, cuts) => {
    const { chain, written } = chainOf(count(1), [1], cuts);
    chain.writable.writeLastU8(0x7f);
    expect(chain.writable.written).toBe(0);
    expect(written()).toEqual([...new Array(total(cuts) - 1).fill(0xee), 0x7f]);
  });

  it('has no last byte where nothing may be written', () => {
    const { chain } = chainOf(count(1), [1], []);
    expect(() => chain.writable.writeLastU8(0)).toThrow(ChainTooShort);
  });

  it('gives a view of guest memory when the place lies in one piece', () => {
    const { guest, chain, written } = chainOf(count(1), [1], [4, 4]);
    const view = chain.writable.take(4);
    expect(view.buffer).toBe(guest.buffer);
    view.fill(5);
    expect(written()).toEqual([5, 5, 5, 5, 0xee, 0xee, 0xee, 0xee]);
  });

  it('lends a zeroed buffer for a place in several pieces and spreads it out when the chain goes back', () => {
    const { driver, device, chain, written } = chainOf(count(1), [1], [2, 3, 1]);
    chain.writable.skip(1);
    const lent = chain.writable.take(4);
    expect([...lent]).toEqual([0, 0, 0, 0]);
    lent.set([1, 2, 3, 4]);
    chain.writable.writeLastU8(9);
    device.pushUsed(chain, 6);
    expect(written()).toEqual([0xee, 1, 2, 3, 4, 9]);
    // It counts as written, as what was put into memory at once does.
    expect([driver.getBuf(), driver.usedLength]).toEqual(['request', 6]);
  });
});

describe('a lent buffer', () => {
  it('goes to its place before a rewind, so that what is written after it stays', () => {
    const { device, chain, written } = chainOf(count(1), [1], [2, 2]);
    chain.writable.take(4).fill(1);
    chain.writable.rewind();
    chain.writable.writeU16(0x0909);
    device.pushUsed(chain, 4);
    expect(written()).toEqual([9, 9, 1, 1]);
  });

  it('is forgotten when the queue is reset', () => {
    const { device, chain, written } = chainOf(count(1), [1], [2, 2]);
    chain.writable.take(4).fill(1);
    device.reset();
    chain.writable.rewind();
    device.pushUsed(chain, 4);
    expect(written()).toEqual([0xee, 0xee, 0xee, 0xee]);
  });

  it('that has the last byte in it gets the status too', () => {
    const { device, chain, written } = chainOf(count(1), [1], [2, 2]);
    chain.writable.skip(1);
    chain.writable.take(3).fill(1);
    chain.writable.writeLastU8(7);
    device.pushUsed(chain, 4);
    expect(written()).toEqual([0xee, 1, 1, 7]);
  });
});

describe('a change of the memory table while a chain is out', () => {
  it('makes the cursors look again: what was read comes from the new memory', () => {
    const { guest, chain } = chainOf(count(8), [4, 4], [4]);
    expect(chain.readable.readU16()).toBe(0x0201);
    const moved = new SharedArrayBuffer(guest.buffer.byteLength);
    new Uint8Array(moved).set(new Uint8Array(guest.buffer).map((byte) => byte ^ 0xff));
    guest.memory.replace([{ guestAddress: 0, size: moved.byteLength, buffer: moved, byteOffset: 0 }]);
    expect(chain.readable.readU16()).toBe(0x0403 ^ 0xffff);
    expect(chain.readable.readU32()).toBe((0x08070605 ^ 0xffff_ffff) >>> 0);
    chain.writable.writeU32(0x01020304);
    expect([...new Uint8Array(moved, chain.writableSegments.addresses[0], 4)]).toEqual([4, 3, 2, 1]);
  });

  it('fails the cursors with a sentence when the memory went away', () => {
    const { guest, device, chain } = chainOf(count(8), [8], [4]);
    guest.memory.replace([]);
    expect(() => chain.readable.readU8()).toThrow(GuestMemoryError);
    expect(() => chain.writable.writeU8(1)).toThrow('the guest unmapped memory of a request in progress');
    device.pushUsed(chain, 0);
    expect(device.inFlight).toBe(0);
    expect(device.broken).toContain('is not inside one memory region');
  });

  it('reports nothing written when a lent buffer can no longer be spread out', () => {
    const { guest, driver, device, chain } = chainOf(count(1), [1], [2, 2]);
    chain.writable.take(4).fill(1);
    const hole = chain.writableSegments.addresses[0] as number;
    const { buffer } = guest;
    const behind = hole + 64;
    guest.memory.replace([
      { guestAddress: 0, size: hole, buffer, byteOffset: 0 },
      { guestAddress: behind, size: buffer.byteLength - behind, buffer, byteOffset: behind },
    ]);
    device.pushUsed(chain, 4);
    expect(driver.getBuf()).toBe('request');
    expect(driver.usedLength).toBe(0);
  });
});
