import { beforeEach, describe, expect, it } from 'vitest';
import type { GpioLines } from '../../../src/backend/gpio.ts';
import { Client } from '../../../src/backend/index.ts';
import { BusFault, type MaybePromise } from '../../../src/bus/index.ts';
import {
  ERR,
  F_IRQ,
  fourLines,
  frontEnd,
  GET_DIRECTION,
  GET_VALUE,
  IN,
  OK,
  OUT,
  REQUESTQ,
  SET_DIRECTION,
  SET_VALUE,
} from './gpio-front-end.ts';

/** Lines on an adapter that answers later: what a guest is told is what the adapter did. */

type Finish = { done(value?: boolean): void; failed(): void };

let lines: GpioLines;
let asked: string[];
let finishes: Finish[];

/** What the adapter is asked, and what ends it. */
function later<T>(what: string): Promise<T> {
  asked.push(what);
  const promise = new Promise<T>((resolve, reject) => {
    finishes.push({
      done: (value) => resolve(value as T),
      failed: () => reject(new BusFault('ENODEV', 'unplugged')),
    });
  });
  promise.catch(() => {});
  return promise;
}

beforeEach(() => {
  lines = fourLines();
  asked = [];
  finishes = [];
  lines.source = {
    level: (line) => {
      asked.push(`level ${line}`);
      return undefined;
    },
    read: (line): MaybePromise<boolean> => later(`read ${line}`),
    input: (line) => later(`input ${line}`),
    output: (line, high) => later(`output ${line} ${high}`),
    watch: () => {},
  };
});

const guest = () => frontEnd(lines, new Client('a guest'), F_IRQ, true);
const settled = () => new Promise((resolve) => setImmediate(resolve));
const request = (type: number, line: number, value = 0) => [type, 0, line, 0, value, 0, 0, 0];

/** Sends requests at once. */
function sent({ add, device }: ReturnType<typeof frontEnd>, ...requests: number[][]): void {
  for (const each of requests) add(REQUESTQ, each, 2);
  device.processQueue(REQUESTQ);
}

describe('a level', () => {
  it('is what the adapter says, and no answer comes before', async () => {
    const front = guest();
    sent(front, request(GET_VALUE, 1));
    await settled();
    expect([front.answers(), front.device.busy, asked]).toEqual([[], true, ['read 1']]);
    finishes[0]?.done(false);
    await settled();
    expect([front.answers(), front.device.busy, front.notified]).toEqual([[[OK, 0]], false, [REQUESTQ]]);
    expect(lines.lastLevel(1)).toBe(false);
  });

  it('is refused where the adapter is gone, and the next is told again', async () => {
    const front = guest();
    sent(front, request(GET_VALUE, 1), request(GET_VALUE, 1));
    finishes[0]?.failed();
    await settled();
    expect(front.answers()).toEqual([[ERR, 0]]);
    finishes[1]?.done(true);
    await settled();
    expect(front.answers()).toEqual([[OK, 1]]);
  });

  it('is the one that was seen last for a driver that blocks the thread', () => {
    const { ask, device } = frontEnd(lines);
    expect([ask(GET_VALUE, 1), asked, device.busy]).toEqual([[OK, 1], ['level 1'], false]);
  });
});

describe('an output', () => {
  it('is one when the adapter drives it; what comes behind waits', async () => {
    const front = guest();
    sent(front, request(SET_VALUE, 0, 1), request(SET_DIRECTION, 0, OUT), request(GET_DIRECTION, 0));
    expect([front.answers(), asked]).toEqual([[[OK, 0]], ['output 0 true']]);
    finishes[0]?.done();
    await settled();
    expect(front.answers()).toEqual([
      [OK, 0],
      [OK, OUT],
    ]);
    sent(front, request(SET_VALUE, 0, 0));
    expect([front.answers(), asked[1]]).toEqual([[], 'output 0 false']);
    finishes[1]?.done();
    await settled();
    expect(front.answers()).toEqual([[OK, 0]]);
  });

  it('is none where the adapter could not drive it', async () => {
    const front = guest();
    sent(front, request(SET_DIRECTION, 0, OUT), request(GET_DIRECTION, 0));
    finishes[0]?.failed();
    await settled();
    expect(front.answers()).toEqual([
      [ERR, 0],
      [OK, IN],
    ]);
    expect(asked).toEqual(['output 0 false', 'output 0 undefined']);
  });

  it('that could not be changed is refused', async () => {
    const front = guest();
    sent(front, request(SET_DIRECTION, 0, OUT));
    finishes[0]?.done();
    await settled();
    sent(front, request(SET_VALUE, 0, 1));
    finishes[1]?.failed();
    await settled();
    expect(front.answers()).toEqual([
      [OK, 0],
      [ERR, 0],
    ]);
  });
});

it('an input is one when the adapter has made it one', async () => {
  const front = guest();
  sent(front, request(SET_DIRECTION, 2, IN));
  expect([front.answers(), asked]).toEqual([[], ['input 2']]);
  finishes[0]?.failed();
  await settled();
  expect(front.answers()).toEqual([[ERR, 0]]);
});

it('writes nothing of before a reset', async () => {
  const front = guest();
  sent(front, request(SET_DIRECTION, 0, OUT));
  front.device.reset();
  expect(asked).toEqual(['output 0 false', 'output 0 undefined']);
  finishes[0]?.failed();
  await settled();
  expect([front.answers(), front.notified, front.device.busy]).toEqual([[], [], false]);
  expect(asked).toHaveLength(2);
});
