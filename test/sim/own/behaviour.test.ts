import { describe, expect, it } from 'vitest';
import { failureOf, running } from './running.ts';

/** What stands before the reason. */
const FAILED = '/i2c/part: the model "Answer" failed: ';

describe('what a model returns', () => {
  it.each([
    [{ memory: { read() {} } }, 'not found: key write of memory; add it'],
    [{ memory: { write() {} } }, 'not found: key read of memory; add it'],
    [{ memory: { read() {}, write: 1 } }, 'invalid memory.write: expected a function, got 1'],
    [
      { memory: { read() {}, write() {}, size: 1 } },
      'not found: key size of memory; expected one of read, write',
    ],
    [{ memory: [] }, 'invalid memory: expected an object, got an array'],
    [{ onWrite: 1 }, 'invalid onWrite: expected an object, got 1'],
    [{ onWrite: [] }, 'invalid onWrite: expected an object, got an array'],
    [{ onWrite: null }, 'invalid onWrite: expected an object, got null'],
    [{ onWrite: { CONFIG: 1 } }, 'invalid onWrite.CONFIG: expected a function, got 1'],
    [{ properties: 1 }, 'invalid properties: expected an object, got 1'],
    [[], 'invalid the behaviour that the model returns: expected an object, got an array'],
  ])('%j is refused', (behaviour, sentence) => {
    expect(failureOf(() => behaviour)).toBe(`${FAILED}${sentence}`);
  });

  it('may leave a hook open', () => {
    expect(failureOf(() => ({ onWrite: { CONFIG: undefined }, sensed: undefined }))).toBeUndefined();
    expect(failureOf(() => ({ memory: { read() {}, write() {} } }))).toBeUndefined();
    expect(failureOf(() => undefined)).toBeUndefined();
  });

  class Own {
    /** For itself, no hook. */
    readonly count = 0;
    reset() {}
  }

  it('may have more for itself where it is an instance of a class', () => {
    expect(failureOf(() => new Own())).toBeUndefined();
    expect(failureOf(() => ({ onWrite: new Own() }))).toBeUndefined();
  });

  it('may not where it is a plain object, with or without a prototype', () => {
    expect(failureOf(() => ({ ...new Own() }))).toContain('not found: key count of the behaviour');
    expect(failureOf(() => Object.assign(Object.create(null), { count: 0 }))).toContain(
      'not found: key count of the behaviour',
    );
    expect(failureOf(() => ({ onWrite: { count() {} } }))).toContain('not found: register count of onWrite');
  });

  it('is told of its first fault alone, and not of what it does not show besides', () => {
    const shows = { lit: { doc: 'x' } };
    const missing = 'not found: lit in properties of the behaviour';
    expect(() => running(() => ({ properties: {} }), { shows })).toThrow(missing);
    expect(() => running(() => ({ reset: 1 }), { shows })).toThrow('invalid reset');
  });
});

describe('what a model is given', () => {
  it('cannot be changed', () => {
    expect(failureOf((_, kit) => Object.assign(kit, { once: 1 }))).toBe(
      `${FAILED}once of the kit can only be read`,
    );
  });
});
