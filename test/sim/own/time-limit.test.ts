import { Script } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SteppedClock } from '../../../src/sim/index.ts';
import {
  callLimited,
  limitedClock,
  limitedPart,
  StoppedModelError,
  transferLimited,
} from '../../../src/sim/own/time-limit.ts';

const forever = (): never => {
  for (;;);
};
const boom = () => {
  throw new Error('boom');
};

afterEach(() => vi.restoreAllMocks());

describe('a call of a model', () => {
  it('gives what the model gives, and throws what it throws', () => {
    expect(callLimited(() => 42)).toBe(42);
    expect(callLimited(() => undefined)).toBeUndefined();
    expect(() => callLimited(boom)).toThrow('boom');
  });

  it('is ended when it does not return, and the next one is not', () => {
    expect(() => callLimited(forever)).toThrow(
      expect.objectContaining({
        name: 'StoppedModelError',
        message: 'the model did not return within 1 s',
      }),
    );
    expect(callLimited(() => 'next')).toBe('next');
  });

  it('within another one has that one’s time', () => {
    const run = vi.spyOn(Script.prototype, 'runInThisContext');
    expect(callLimited(() => callLimited(() => 7))).toBe(7);
    expect(run.mock.calls).toEqual([[{ timeout: 1000 }]]);
    // It is over then: the next has a time of its own.
    callLimited(() => {});
    expect(run).toHaveBeenCalledTimes(2);
  });
});

describe('a transfer', () => {
  it.each([
    [0, 1000],
    [1, 1001],
    [1024, 1001],
    [1025, 1002],
    [65_536, 1064],
  ])('of %i bytes has %i ms', (bytes, timeout) => {
    const run = vi.spyOn(Script.prototype, 'runInThisContext');
    expect(transferLimited(bytes, () => {})).toBeUndefined();
    expect(run.mock.calls).toEqual([[{ timeout }]]);
  });

  it('within a call has that one’s time, and its errors are those of the call', () => {
    const run = vi.spyOn(Script.prototype, 'runInThisContext');
    expect(() => callLimited(() => transferLimited(1, boom))).toThrow('boom');
    expect(callLimited(() => transferLimited(1, () => {}))).toBeUndefined();
    expect(run).toHaveBeenCalledTimes(2);
  });

  it('tells what a part throws, for the wire to name it', () => {
    expect(() => transferLimited(1, boom)).toThrow('boom');
  });

  it('is ended when one of its parts does not return, which is told, and no other', () => {
    const told: [string, unknown][] = [];
    const part = (name: string, read: () => void) =>
      limitedPart({ read }, (error) => void told.push([name, error]));
    const [good, bad] = [part('good', () => {}), part('bad', forever)];
    const error = transferLimited(1, () => {
      bad.read;
      good.read();
      good.read();
      bad.read();
      good.read();
    });
    expect(error).toBeInstanceOf(StoppedModelError);
    expect(told).toEqual([['bad', error]]);
  });

  it('whose models call each other is the outer one’s again after the inner call', () => {
    const told: string[] = [];
    const inner = limitedPart({ read: boom }, () => void told.push('inner'));
    const outer = limitedPart(
      {
        read() {
          expect(() => inner.read()).toThrow('boom');
          forever();
        },
      },
      () => void told.push('outer'),
    );
    expect(transferLimited(1, () => outer.read())).toBeInstanceOf(StoppedModelError);
    expect(told).toEqual(['outer']);
  });
});

describe('a part as its wire sees it', () => {
  class Counter {
    #count = 0;
    readonly addresses = [0x42];
    add(much: number): number {
      this.#count += much;
      return this.#count;
    }
    get count() {
      return this.#count;
    }
  }

  it('has what it has, and methods that are its own', () => {
    const part = limitedPart(new Counter(), () => {});
    expect([part.add(2), part.add(3), part.count, part.addresses]).toEqual([2, 5, 5, [0x42]]);
    expect(part.add).toBe(part.add);
  });

  it('has each call limited', () => {
    const run = vi.spyOn(Script.prototype, 'runInThisContext');
    const part = limitedPart(new Counter(), () => {});
    part.add(1);
    part.count;
    expect(run).toHaveBeenCalledTimes(1);
  });
});

describe('the clock of a model', () => {
  it('is the clock', () => {
    const clock = new SteppedClock();
    const seen = limitedClock(clock, () => {});
    clock.pass(5000);
    expect(seen.now()).toBe(5000);
    expect(seen.timesTransfers).toBe(clock.timesTransfers);
  });

  it('calls later, limited, until it is called off', () => {
    const clock = new SteppedClock();
    const run = vi.spyOn(Script.prototype, 'runInThisContext');
    const called: number[] = [];
    const seen = limitedClock(clock, () => {});
    seen.after(1000, () => called.push(clock.now()));
    seen.after(2000, () => called.push(clock.now()))();
    clock.pass(5000);
    expect(called).toEqual([1000]);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('fails the part alone whose call fails later', () => {
    const clock = new SteppedClock();
    const told: unknown[] = [];
    limitedClock(clock, (error) => told.push(error)).after(1000, boom);
    clock.pass(5000);
    expect(told).toEqual([new Error('boom')]);
  });
});
