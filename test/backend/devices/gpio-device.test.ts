import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GpioLines, VirtioGpioDevice } from '../../../src/backend/gpio.ts';
import { Client } from '../../../src/backend/index.ts';
import {
  allocateQueueAreas,
  createDeviceQueue,
  createDriverQueue,
  DmaAllocator,
  type DmaBuffer,
  GuestMemory,
} from '../../../src/virtio/index.ts';

// virtio 1.4, 5.18. Numbers are written out: the messages are held to the specification, byte for byte.
const GET_LINE_NAMES = 1;
const GET_DIRECTION = 2;
const SET_DIRECTION = 3;
const GET_VALUE = 4;
const SET_VALUE = 5;
const SET_IRQ_TYPE = 6;
const F_IRQ = 1;
const F_IN_ORDER = 2 ** 35;
const OK = 0;
const ERR = 1;
const OUT = 1;
const IN = 2;
const RISING = 1;
const FALLING = 2;
const BOTH = 3;
const HIGH = 4;
const LOW = 8;
const INVALID = 0;
const VALID = 1;
const REQUESTQ = 0;
const EVENTQ = 1;
const UNTOUCHED = 0xee;

const NAMES = ['led', '', 'card detect', ''];

/** What a line's wire is pulled by, beside the front-ends. */
const WORLD = { name: 'the world' };

/** A front-end's driver that may put anything on either ring, and the device model behind it. */
function frontEnd(lines: GpioLines, client = new Client('a guest'), features = F_IRQ) {
  const buffer = new SharedArrayBuffer(1 << 20);
  const bytes = new Uint8Array(buffer);
  const memory = GuestMemory.over(buffer);
  const dma = new DmaAllocator(0x1000, (1 << 20) - 0x1000);
  const device = new VirtioGpioDevice(lines, client);
  const accepted = device.acceptFeatures(features);
  const drivers = [0, 1].map(() => {
    const config = { ...allocateQueueAreas(dma, 64, 0), size: 64, features: 0 };
    return { driver: createDriverQueue<DmaBuffer>(memory, config), queue: createDeviceQueue(memory, config) };
  });
  const notified: number[] = [];
  device.activate(
    drivers.map(({ queue }) => queue),
    (queue) => notified.push(queue),
  );
  const alloc = (content: readonly number[]): DmaBuffer => {
    const addr = dma.alloc(Math.max(1, content.length));
    bytes.set(content, addr);
    return { addr, len: content.length };
  };
  const add = (queue: number, readable: readonly number[], writable: number): void => {
    const response = alloc(Array<number>(writable).fill(UNTOUCHED));
    drivers[queue]?.driver.addBuf([alloc(readable)], writable === 0 ? [] : [response], response);
    drivers[queue]?.driver.kickPrepare();
  };
  /** What came back on a queue: the bytes that the device says it wrote. */
  const used = (index: number): number[][] => {
    const driver = drivers[index]?.driver;
    const answers: number[][] = [];
    for (let token = driver?.getBuf(); token !== undefined; token = driver?.getBuf()) {
      answers.push([...bytes.subarray(token.addr, token.addr + (driver?.usedLength ?? 0))]);
    }
    return answers;
  };
  /** One request of raw bytes; its whole response. */
  const send = (request: readonly number[], writable = 2): number[] => {
    add(REQUESTQ, request, writable);
    device.processQueue(REQUESTQ);
    const [answer, ...more] = used(REQUESTQ);
    expect(more).toEqual([]);
    return answer as number[];
  };
  const ask = (type: number, line: number, value = 0, writable = 2): number[] =>
    send([type, type >> 8, line, line >> 8, value, value >> 8, value >> 16, value >>> 24], writable);
  const unmask = (line: number): void => {
    add(EVENTQ, [line & 0xff, line >> 8], 1);
    device.processQueue(EVENTQ);
  };
  const events = () => used(EVENTQ);
  return { device, accepted, ask, send, add, unmask, events, notified, drivers };
}

const fourLines = () => new GpioLines('/gpio', NAMES);

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
    const { ask, unmask, add, device, drivers } = frontEnd(lines);
    for (const line of [0, 1, 2]) ask(SET_IRQ_TYPE, line, LOW);
    unmask(0);
    unmask(1);
    add(EVENTQ, [2, 0], 1);
    device.processQueue(EVENTQ);
    lines.drive(2, WORLD, false);
    lines.drive(0, WORLD, false);
    const driver = drivers[EVENTQ]?.driver;
    const [second, first] = [driver?.getBuf(), driver?.getBuf()].map((token) => token?.addr ?? 0);
    expect(second).toBeGreaterThan(first as number);
    expect(driver?.getBuf()).toBeUndefined();
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
