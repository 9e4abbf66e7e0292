import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GpioLines, VirtioGpioDevice } from '../../../src/backend/gpio.ts';
import { Client } from '../../../src/backend/index.ts';
import {
  BOTH,
  ERR,
  EVENTQ,
  F_IN_ORDER,
  F_IRQ,
  FALLING,
  fourLines,
  frontEnd,
  GET_DIRECTION,
  GET_LINE_NAMES,
  GET_VALUE,
  HIGH,
  IN,
  INVALID,
  LOW,
  OK,
  OUT,
  REQUESTQ,
  RISING,
  SET_DIRECTION,
  SET_IRQ_TYPE,
  SET_VALUE,
  VALID,
  WORLD,
} from './gpio-front-end.ts';

describe('5.18.4 the configuration space', () => {
  it('has the number of lines and the size of the names', () => {
    // 4 + 1 + 12 + 1 bytes of names.
    expect([...new VirtioGpioDevice(fourLines(), new Client('')).config]).toEqual([4, 0, 0, 0, 18, 0, 0, 0]);
    const nameless = new GpioLines('/gpio', Array<string>(300).fill(''));
    expect([...new VirtioGpioDevice(nameless, new Client('')).config]).toEqual([44, 1, 0, 0, 0, 0, 0, 0]);
  });

  it('goes with feature 0 and two queues, and with no ring that is used in order', () => {
    const { device, accepted } = frontEnd(fourLines());
    expect([device.deviceId, device.features, device.queueCount, accepted]).toEqual([41, F_IRQ, 2, true]);
    expect(device.acceptFeatures(F_IRQ + F_IN_ORDER)).toBe(false);
    expect(device.acceptFeatures(F_IN_ORDER)).toBe(true);
  });
});

describe('5.18.6 requestq', () => {
  it('answers the names as zero-terminated strings', () => {
    const { ask } = frontEnd(fourLines());
    expect(ask(GET_LINE_NAMES, 0, 0, 19)).toEqual([OK, ...Buffer.from('led\0\0card detect\0\0')]);
  });

  it('reports the bytes that it wrote, however many there was room for', () => {
    const { ask } = frontEnd(fourLines());
    expect(ask(GET_LINE_NAMES, 0, 0, 40)).toHaveLength(19);
    expect(ask(GET_VALUE, 0, 0, 40)).toEqual([OK, 1]);
  });

  it('refuses the names where there are none, and a response that is too short for them', () => {
    expect(frontEnd(new GpioLines('/gpio', ['', ''])).ask(GET_LINE_NAMES, 0, 0, 19)).toEqual([ERR, 0]);
    expect(frontEnd(fourLines()).ask(GET_LINE_NAMES, 0, 0, 18)).toEqual([ERR, 0]);
  });

  it('senses what is on the wire', () => {
    const lines = fourLines();
    const { ask } = frontEnd(lines);
    expect(ask(GET_VALUE, 1)).toEqual([OK, 1]);
    lines.drive(1, WORLD, false);
    expect(ask(GET_VALUE, 1)).toEqual([OK, 0]);
  });

  it('drives the value that was set before, from when the line is an output', () => {
    const lines = fourLines();
    const { ask } = frontEnd(lines);
    expect(ask(GET_DIRECTION, 2)).toEqual([OK, IN]);
    expect(ask(SET_VALUE, 2, 0)).toEqual([OK, 0]);
    expect(lines.level(2)).toBe(true);
    expect(ask(SET_DIRECTION, 2, OUT)).toEqual([OK, 0]);
    expect([ask(GET_DIRECTION, 2), lines.level(2)]).toEqual([[OK, OUT], false]);
    ask(SET_VALUE, 2, 1);
    expect(lines.level(2)).toBe(true);
  });

  it.each([
    ['input', IN],
    ['none', 0],
  ])('lets the line go with direction %s', (_, direction) => {
    const lines = fourLines();
    const { ask } = frontEnd(lines);
    ask(SET_DIRECTION, 2, OUT);
    expect(lines.level(2)).toBe(false);
    expect(ask(SET_DIRECTION, 2, direction)).toEqual([OK, 0]);
    expect([lines.level(2), ask(GET_DIRECTION, 2)]).toEqual([true, [OK, IN]]);
  });

  it('forgets all of a line with direction none: its value and its interrupt', () => {
    const lines = fourLines();
    const { ask, unmask, events } = frontEnd(lines);
    ask(SET_VALUE, 2, 1);
    ask(SET_IRQ_TYPE, 2, FALLING);
    unmask(2);
    ask(SET_DIRECTION, 2, 0);
    expect(events()).toEqual([[INVALID]]);
    lines.drive(2, WORLD, false);
    expect(events()).toEqual([]);
    lines.drive(2, WORLD, undefined);
    ask(SET_DIRECTION, 2, OUT);
    expect(lines.level(2)).toBe(false);
  });

  it.each([
    ['a line beyond the last', GET_VALUE, 4, 0],
    ['a far line', GET_VALUE, 0xffff, 0],
    ['direction 3', SET_DIRECTION, 0, 3],
    ['direction 0x10001', SET_DIRECTION, 0, 0x10001],
    ['value 2', SET_VALUE, 0, 2],
    ['a value above 31 bits', SET_VALUE, 0, 0x8000_0001],
    ['interrupt type 5', SET_IRQ_TYPE, 0, 5],
    ['interrupt type 0x100', SET_IRQ_TYPE, 0, 0x100],
    ['type 0', 0, 0, 0],
    ['type 7', 7, 0, 0],
    ['type 0x104', 0x104, 0, 0],
  ])('refuses %s, and sets all fields of the response', (_, type, line, value) => {
    expect(frontEnd(fourLines()).ask(type, line, value)).toEqual([ERR, 0]);
  });

  it('refuses interrupts that were not negotiated, and on an output', () => {
    expect(frontEnd(fourLines(), new Client(''), 0).ask(SET_IRQ_TYPE, 0, RISING)).toEqual([ERR, 0]);
    const { ask } = frontEnd(fourLines());
    ask(SET_DIRECTION, 0, OUT);
    expect(ask(SET_IRQ_TYPE, 0, RISING)).toEqual([ERR, 0]);
  });

  it.each([
    ['a request cut short', [GET_VALUE, 0, 0, 0, 0, 0, 0], 2, [ERR, 0]],
    ['a request that is too long', [GET_VALUE, 0, 0, 0, 0, 0, 0, 0, 0], 2, [ERR, 0]],
    ['an empty request', [], 2, [ERR, 0]],
    ['room for the status only', [GET_VALUE, 0, 0, 0, 0, 0, 0, 0], 1, [ERR]],
    ['no room at all', [GET_VALUE, 0, 0, 0, 0, 0, 0, 0], 0, []],
  ])('gives %s back and works on', (_, request, writable, response) => {
    const { send, ask } = frontEnd(fourLines());
    expect(send(request, writable)).toEqual(response);
    expect(ask(GET_VALUE, 0)).toEqual([OK, 1]);
  });

  it('answers in the order of the questions, with one notification', () => {
    const { add, device, drivers, notified } = frontEnd(fourLines());
    for (const line of [0, 9, 1]) add(REQUESTQ, [GET_VALUE, 0, line, 0, 0, 0, 0, 0], 2);
    device.processQueue(REQUESTQ);
    expect(notified).toEqual([REQUESTQ]);
    expect(drivers[0]?.driver.getBuf()).toBeDefined();
  });
});

describe('whatever comes', () => {
  const request = fc.record({
    queue: fc.constantFrom(REQUESTQ, REQUESTQ, EVENTQ),
    readable: fc.oneof(
      fc
        .tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 9 }))
        .map(([type, line, value]) => [type, 0, line, 0, value, 0, 0, 0]),
      fc.integer({ min: 0, max: 5 }).map((line) => [line, 0]),
      fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 10 }),
    ),
    writable: fc.integer({ min: 0, max: 20 }),
    pull: fc.option(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean())),
  });

  it('every request comes back once, every event after its buffers, and no line is lost', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 60 }), (requests) => {
        const lines = fourLines();
        const { add, device, ask, events, drivers } = frontEnd(lines);
        for (const { queue, readable, writable, pull } of requests) {
          add(queue, readable, writable);
          expect(device.processQueue(queue)).toBe(Number.POSITIVE_INFINITY);
          if (pull !== null) lines.drive(pull[0], WORLD, pull[1]);
          const driver = drivers[REQUESTQ]?.driver;
          while (driver?.getBuf() !== undefined);
          expect(driver?.inFlight).toBe(0);
          events();
        }
        for (let line = 0; line < 4; line++) {
          lines.drive(line, WORLD, true);
          ask(SET_DIRECTION, line, 0);
          expect(lines.level(line)).toBe(true);
        }
        // Direction none has given all buffers back.
        events();
        expect(drivers[EVENTQ]?.driver.inFlight).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('an interrupt is told exactly as a model of one line has it', () => {
    const step = fc.constantFrom('down', 'up', 'unmask', 'enable', 'disable');
    fc.assert(
      fc.property(
        fc.constantFrom(RISING, FALLING, BOTH, HIGH, LOW),
        fc.array(step, { maxLength: 40 }),
        (type, steps) => {
          const lines = fourLines();
          const { ask, unmask, events } = frontEnd(lines);
          const model = { high: true, enabled: false, unmasked: false, latched: false };
          for (const each of steps) {
            const expected: number[][] = [];
            if (each === 'down' || each === 'up') {
              const high = each === 'up';
              if (model.enabled && high !== model.high && (type & (high ? RISING : FALLING)) !== 0)
                model.latched = true;
              model.high = high;
              lines.drive(0, WORLD, high);
            } else if (each === 'unmask') {
              if (model.enabled && !model.unmasked) model.unmasked = true;
              else expected.push([INVALID]);
              unmask(0);
            } else if (each === 'enable') {
              model.latched = false;
              model.enabled = true;
              ask(SET_IRQ_TYPE, 0, type);
            } else {
              if (model.unmasked) expected.push([INVALID]);
              Object.assign(model, { enabled: false, unmasked: false, latched: false });
              ask(SET_IRQ_TYPE, 0, 0);
            }
            const active = model.latched || (type & (model.high ? HIGH : LOW)) !== 0;
            if (model.unmasked && active) {
              expected.push([VALID]);
              Object.assign(model, { unmasked: false, latched: false });
            }
            expect(events()).toEqual(expected);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
