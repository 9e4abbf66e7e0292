import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/backend/index.ts';
import {
  BOTH,
  ERR,
  EVENTQ,
  FALLING,
  fourLines,
  frontEnd,
  GET_DIRECTION,
  GET_VALUE,
  HIGH,
  IN,
  INVALID,
  LOW,
  OK,
  OUT,
  RISING,
  SET_DIRECTION,
  SET_IRQ_TYPE,
  SET_VALUE,
  VALID,
  WORLD,
} from './gpio-front-end.ts';

describe('5.18.7 eventq', () => {
  it.each([
    ['rising', RISING, [false], [true]],
    ['falling', FALLING, [], [false]],
    ['both, down', BOTH, [], [false]],
    ['both, up', BOTH, [false], [true]],
    ['high', HIGH, [false], [true]],
    ['low', LOW, [], [false]],
  ])('tells of an interrupt: %s', (_, type, before, after) => {
    const lines = fourLines();
    const { ask, unmask, events, notified } = frontEnd(lines);
    for (const level of before) lines.drive(3, WORLD, level);
    expect(ask(SET_IRQ_TYPE, 3, type)).toEqual([OK, 0]);
    unmask(3);
    expect(events()).toEqual([]);
    notified.length = 0;
    for (const level of after) lines.drive(3, WORLD, level);
    expect(events()).toEqual([[VALID]]);
    expect(notified).toEqual([EVENTQ]);
  });

  it.each([
    ['rising', RISING, [false]],
    ['falling', FALLING, [false, true]],
  ])('tells of nothing but its kind: %s', (_, type, levels) => {
    const lines = fourLines();
    const { ask, unmask, events } = frontEnd(lines);
    ask(SET_IRQ_TYPE, 3, type);
    unmask(3);
    lines.drive(3, WORLD, levels[0]);
    expect(events()).toEqual(type === RISING ? [] : [[VALID]]);
    for (const level of levels.slice(1)) lines.drive(3, WORLD, level);
    expect(events()).toEqual([]);
  });

  it('masks by the event, and latches one edge of those that come meanwhile', () => {
    const lines = fourLines();
    const { ask, unmask, events } = frontEnd(lines);
    ask(SET_IRQ_TYPE, 0, FALLING);
    for (let i = 0; i < 3; i++) {
      lines.drive(0, WORLD, false);
      lines.drive(0, WORLD, true);
    }
    expect(events()).toEqual([]);
    unmask(0);
    expect(events()).toEqual([[VALID]]);
    unmask(0);
    expect(events()).toEqual([]);
  });

  it('latches no level: one that is over when it is unmasked was none, one that goes on is told again', () => {
    const lines = fourLines();
    const { ask, unmask, events } = frontEnd(lines);
    ask(SET_IRQ_TYPE, 0, LOW);
    lines.drive(0, WORLD, false);
    lines.drive(0, WORLD, true);
    unmask(0);
    expect(events()).toEqual([]);
    lines.drive(0, WORLD, false);
    expect(events()).toEqual([[VALID]]);
    unmask(0);
    expect(events()).toEqual([[VALID]]);
  });

  it('drops what was latched when the interrupt is disabled, and gives the buffers back as invalid', () => {
    const lines = fourLines();
    const { ask, unmask, events } = frontEnd(lines);
    ask(SET_IRQ_TYPE, 0, FALLING);
    lines.drive(0, WORLD, false);
    ask(SET_IRQ_TYPE, 0, 0);
    ask(SET_IRQ_TYPE, 0, FALLING);
    unmask(0);
    expect(events()).toEqual([]);
    expect(ask(SET_IRQ_TYPE, 0, 0)).toEqual([OK, 0]);
    expect(events()).toEqual([[INVALID]]);
  });

  it('keeps lines apart, and gives buffers back in the order of the events', () => {
    const lines = fourLines();
    const { ask, unmask, drivers } = frontEnd(lines);
    for (const line of [0, 1, 2]) ask(SET_IRQ_TYPE, line, LOW);
    const first = unmask(0);
    unmask(1);
    const third = unmask(2);
    lines.drive(2, WORLD, false);
    lines.drive(0, WORLD, false);
    const driver = drivers[EVENTQ]?.driver;
    expect([driver?.getBuf(), driver?.getBuf(), driver?.getBuf()]).toEqual([third, first, undefined]);
  });

  it.each([
    ['a line whose interrupt is off', [1, 0], 1, [[INVALID]]],
    ['a line beyond the last', [4, 0], 1, [[INVALID]]],
    ['a second pair for a line', [0, 0], 1, [[INVALID]]],
    ['a request cut short', [0], 1, [[INVALID]]],
    ['a request that is too long', [0, 0, 0], 1, [[INVALID]]],
    ['no room for the status', [0, 0], 0, [[]]],
  ])('gives %s back at once, and works on', (_, request, writable, answers) => {
    const lines = fourLines();
    const { ask, unmask, add, device, events } = frontEnd(lines);
    ask(SET_IRQ_TYPE, 0, LOW);
    unmask(0);
    add(EVENTQ, request, writable);
    device.processQueue(EVENTQ);
    expect(events()).toEqual(answers);
    lines.drive(0, WORLD, false);
    expect(events()).toEqual([[VALID]]);
  });

  it('is not looked at without F_IRQ', () => {
    const { unmask, events } = frontEnd(fourLines(), new Client(''), 0);
    unmask(0);
    expect(events()).toEqual([]);
  });

  it('is let go by a reset, as are outputs: nothing is written afterwards', () => {
    const lines = fourLines();
    const { ask, unmask, events, device } = frontEnd(lines);
    ask(SET_IRQ_TYPE, 0, LOW);
    unmask(0);
    ask(SET_DIRECTION, 1, OUT);
    device.reset();
    lines.drive(0, WORLD, false);
    expect(events()).toEqual([]);
    expect(lines.level(1)).toBe(true);
  });

  it('begins anew after a reset', () => {
    const lines = fourLines();
    const { ask, unmask, events, device, drivers } = frontEnd(lines);
    ask(SET_VALUE, 1, 1);
    ask(SET_IRQ_TYPE, 0, FALLING);
    device.reset();
    device.activate(
      drivers.map(({ queue }) => queue),
      () => {},
    );
    ask(SET_DIRECTION, 1, OUT);
    expect(lines.level(1)).toBe(false);
    ask(SET_IRQ_TYPE, 0, FALLING);
    unmask(0);
    lines.drive(0, WORLD, false);
    expect(events()).toEqual([[VALID]]);
    // An edge is one edge.
    unmask(0);
    expect(events()).toEqual([]);
  });
});

describe('two guests on one controller', () => {
  it('cannot touch the output of one another, but both see it and its interrupts', () => {
    const lines = fourLines();
    const one = frontEnd(lines, new Client('one'));
    const other = frontEnd(lines, new Client('other'));
    one.ask(SET_VALUE, 0, 1);
    one.ask(SET_DIRECTION, 0, OUT);
    for (const direction of [0, OUT, IN]) expect(other.ask(SET_DIRECTION, 0, direction)).toEqual([ERR, 0]);
    expect(other.ask(SET_VALUE, 0, 0)).toEqual([ERR, 0]);
    expect([other.ask(GET_DIRECTION, 0), other.ask(GET_VALUE, 0)]).toEqual([
      [OK, OUT],
      [OK, 1],
    ]);
    one.device.reset();
    expect(other.ask(SET_DIRECTION, 0, OUT)).toEqual([OK, 0]);
    // The value that one set is not the other's.
    expect(lines.level(0)).toBe(false);
  });

  it('have interrupts of their own', () => {
    const lines = fourLines();
    const [one, other] = [frontEnd(lines, new Client('one')), frontEnd(lines, new Client('other'))];
    for (const guest of [one, other]) {
      guest.ask(SET_IRQ_TYPE, 0, FALLING);
      guest.unmask(0);
    }
    one.ask(SET_IRQ_TYPE, 0, 0);
    lines.drive(0, WORLD, false);
    expect([one.events(), other.events()]).toEqual([[[INVALID]], [[VALID]]]);
  });

  it('stay within the lines that they are confined to', () => {
    const client = new Client('confined');
    client.confine('/gpio', [1]);
    const { ask } = frontEnd(fourLines(), client);
    expect([ask(GET_VALUE, 0), ask(GET_VALUE, 1)]).toEqual([
      [ERR, 0],
      [OK, 1],
    ]);
  });
});
