import { describe, expect, it } from 'vitest';
import { setUpI2c as setUp, smbus } from './i2c-program.ts';

const SMBUS = 0x0720;

describe('where the result of an SMBus read goes', () => {
  const BYTE_DATA = 2;
  const WORD_DATA = 3;

  it('is expected to be as far from the call’s structure as the last time: two requests, not three', () => {
    const { adapter, kernel } = setUp();
    const at = kernel.place(34);
    const call = smbus(kernel, 1, 0, BYTE_DATA, at);
    adapter.replies.push([1], [2], [3, 4]);
    kernel.ioctl(SMBUS, call);
    expect(kernel.requests).toBe(3);
    kernel.ioctl(SMBUS, call);
    expect(kernel.requests).toBe(2);
    expect(kernel.at(at, 2).toString('hex')).toBe('02dd');
    // The same structure, now of a word.
    kernel.at(call, 8)[4] = WORD_DATA;
    kernel.ioctl(SMBUS, call);
    expect(kernel.requests).toBe(2);
    expect(kernel.at(at, 3).toString('hex')).toBe('0304dd');
  });

  it('may be elsewhere: then nothing is written where it was', () => {
    const { adapter, kernel } = setUp();
    const [there, elsewhere] = [kernel.place(16), kernel.place(16)];
    adapter.replies.push([1], [2], [3]);
    const call = smbus(kernel, 1, 0, BYTE_DATA, there);
    kernel.ioctl(SMBUS, call);
    const moved = kernel.at(call, 16);
    moved.writeBigUInt64LE(elsewhere, 8);
    expect(kernel.ioctl(SMBUS, call)).toEqual({ value: 0 });
    expect([kernel.at(there, 1)[0], kernel.at(elsewhere, 1)[0]]).toEqual([1, 2]);
    // What was there meanwhile left the program's memory.
    moved.writeBigUInt64LE(there, 8);
    expect(kernel.ioctl(SMBUS, call)).toEqual({ value: 0 });
    expect([kernel.at(there, 1)[0], kernel.at(elsewhere, 1)[0]]).toEqual([3, 2]);
    expect(adapter.seen).toHaveLength(3);
  });

  it('is no matter for a call without one, or with an argument', () => {
    const { adapter, kernel } = setUp();
    const at = kernel.place(Buffer.of(9, 0));
    adapter.replies.push([1]);
    kernel.ioctl(SMBUS, smbus(kernel, 1, 0, BYTE_DATA, at));
    kernel.at(at, 1)[0] = 9;
    expect(kernel.ioctl(SMBUS, smbus(kernel, 0, 0, 0, 0n))).toEqual({ value: 0 });
    expect(kernel.requests).toBe(2);
    expect(kernel.ioctl(SMBUS, smbus(kernel, 0, 7, BYTE_DATA, at))).toEqual({ value: 0 });
    expect(adapter.seen.slice(1)).toEqual([['W0:'], ['W0:0709']]);
  });

  it('is not mixed up between two threads with one file', () => {
    const { adapter, kernel } = setUp();
    const [a, b] = [kernel.place(16), kernel.place(16)];
    // Both structures lie where the same guess is wrong for one of them.
    const [ofA, ofB] = [smbus(kernel, 1, 0, BYTE_DATA, a), smbus(kernel, 1, 1, BYTE_DATA, b)];
    adapter.replies.push([1], [2], [3], [4]);
    kernel.ioctl(SMBUS, ofA);
    kernel.ioctl(SMBUS, ofB);
    kernel.pid = 101;
    const first = kernel.ioctlRounds(SMBUS, ofA);
    first.next();
    kernel.pid = 102;
    const second = kernel.ioctlRounds(SMBUS, ofB);
    second.next();
    const ended = new Set<unknown>();
    for (let step = 0; ended.size < 2; step++) {
      const rounds = step % 2 === 0 ? first : second;
      if (rounds.next().done) ended.add(rounds);
    }
    expect([kernel.at(a, 1)[0], kernel.at(b, 1)[0]].sort()).toEqual([3, 4]);
    const wire = adapter.seen.slice(2).map(([write]) => write);
    // Command 0 belongs to the first.
    expect(kernel.at(a, 1)[0]).toBe(wire[0] === 'W0:00' ? 3 : 4);
  });

  it('is not taken for right since it is what was guessed for another thread', () => {
    const { adapter, kernel } = setUp();
    adapter.replies.push([1], [2], [3]);
    // A result just below its structure: that is where the next ones are expected.
    const below = kernel.place(16);
    kernel.ioctl(SMBUS, smbus(kernel, 1, 0, BYTE_DATA, below));
    const target = kernel.place(16);
    const ofB = smbus(kernel, 1, 0, BYTE_DATA, below);
    const ofA = smbus(kernel, 1, 0, BYTE_DATA, target);
    const before = Buffer.from(kernel.at(ofB, 16));
    kernel.pid = 101;
    const first = kernel.ioctlRounds(SMBUS, ofA);
    first.next();
    kernel.pid = 102;
    kernel.ioctlRounds(SMBUS, ofB).next();
    while (!first.next().done);
    expect(kernel.at(target, 1)[0]).toBe(2);
    expect(kernel.at(ofB, 16)).toEqual(before);
  });

  it('is never guessed for a caller whose thread is not known', () => {
    const { adapter, kernel } = setUp();
    kernel.pid = 0;
    const call = smbus(kernel, 1, 0, BYTE_DATA, kernel.place(16));
    for (let i = 0; i < 2; i++) {
      adapter.replies.push([i]);
      kernel.ioctl(SMBUS, call);
      expect(kernel.requests).toBe(3);
    }
  });
});
