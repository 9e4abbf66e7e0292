import { beforeEach, describe, expect, it } from 'vitest';
import { GpioLines } from '../../../src/backend/devices/gpio-lines.ts';
import { HostLines } from '../../../src/backend/devices/host-lines.ts';
import { Client } from '../../../src/backend/index.ts';
import { BusFault, type LineController, type MaybePromise } from '../../../src/bus/index.ts';

/** Lines of a controller that are those of an adapter, which writes down what it is told. */

const guest = new Client('guest');
const INT = { name: 'INT' };

let calls: unknown[][];
let faults: [number, string][];
/** What the adapter answers to `get`, and what it does about everything else. */
let answer: () => MaybePromise<boolean>;
let act: () => MaybePromise<void>;
let isReady: boolean;
/** The attempt to open the adapter that is under way. */
let opening: Promise<unknown> | undefined;
let controller: LineController;
let lines: GpioLines;

beforeEach(() => {
  calls = [];
  faults = [];
  answer = () => true;
  act = () => {};
  isReady = true;
  opening = undefined;
  const did = (...call: unknown[]) => {
    calls.push(call);
    return act();
  };
  controller = {
    get: (line: number) => {
      calls.push(['get', line]);
      return answer();
    },
    input: (line: number) => did('input', line),
    drive: (line: number, high: boolean) => did('drive', line, high),
    release: (line: number) => did('release', line),
    watch: (line: number, wanted: boolean) => did('watch', line, wanted),
    onEdge: undefined,
  } as unknown as LineController;
  lines = new GpioLines('/gpio', ['a', 'b']);
  lines.source = new HostLines(lines, controller, {
    opening: () => opening,
    ready() {
      if (!isReady) throw new BusFault('ENODEV', 'unplugged');
    },
    failed: (line, fault) => faults.push([line, fault.code]),
  });
});

const fail = () => {
  throw new BusFault('EIO', 'torn');
};
const failLater = () => Promise.reject(new BusFault('EIO', 'torn'));
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('an input', () => {
  it('has the level that its adapter sees now', () => {
    answer = () => false;
    expect([lines.level(0), lines.lastLevel(0), lines.lastLevel(1)]).toEqual([false, false, true]);
    expect(lines.driversOf(0)).toEqual(['the adapter']);
    answer = () => true;
    expect(lines.level(0)).toBe(true);
    expect(calls).toEqual([
      ['get', 0],
      ['get', 0],
    ]);
  });

  it('has the level that was seen last until a slow adapter answers, which listeners hear', async () => {
    const heard: unknown[] = [];
    lines.listen((line, high) => heard.push([line, high]));
    answer = () => Promise.resolve(false);
    expect(lines.level(1)).toBe(true);
    await settled();
    expect(heard).toEqual([[1, false]]);
    expect(lines.lastLevel(1)).toBe(false);
  });

  it('follows edges with their times; those of lines that it has not are passed over', () => {
    const heard: unknown[] = [];
    lines.listen((...edge) => heard.push(edge));
    controller.onEdge?.({ line: 1, high: false, atNs: 7n });
    controller.onEdge?.({ line: 2, high: false, atNs: 8n });
    expect(heard).toEqual([[1, false, 7n]]);
  });

  it('is made one on the adapter', () => {
    lines.input(1);
    expect(calls).toEqual([['input', 1]]);
    expect(() => lines.input(2)).toThrow('/gpio has no line 2');
  });
});

describe('an output of a front-end', () => {
  beforeEach(() => lines.ownership.claim(guest, 0));

  it('is driven once for each level, low as soon as anybody pulls it low', () => {
    lines.drive(0, guest, true);
    lines.drive(0, guest, true);
    lines.drive(0, INT, false);
    lines.drive(0, INT, undefined);
    expect(calls).toEqual([
      ['drive', 0, true],
      ['drive', 0, false],
      ['drive', 0, true],
    ]);
  });

  it('is neither asked for nor changed by what the adapter sees there', () => {
    lines.drive(0, guest, true);
    calls = [];
    controller.onEdge?.({ line: 0, high: false, atNs: 1n });
    expect([lines.level(0), calls]).toEqual([true, []]);
  });

  it('no longer counts what the adapter saw before', () => {
    controller.onEdge?.({ line: 0, high: false, atNs: 1n });
    lines.drive(0, guest, true);
    expect([lines.level(0), calls.at(-1)]).toEqual([true, ['drive', 0, true]]);
  });

  it('is let go of on the adapter once, when it is none any more', () => {
    lines.drive(0, guest, false);
    lines.ownership.release(guest);
    lines.drive(0, guest, undefined);
    lines.drive(0, guest, undefined);
    expect(calls).toEqual([
      ['drive', 0, false],
      ['release', 0],
    ]);
  });

  it('that the adapter refuses stays as it was, and is tried again', () => {
    lines.drive(0, guest, true);
    act = fail;
    expect(() => lines.drive(0, guest, false)).toThrow('EIO');
    expect([lines.lastLevel(0), faults]).toEqual([true, [[0, 'EIO']]]);
    act = () => {};
    lines.drive(0, guest, false);
    expect([lines.lastLevel(0), calls.length]).toEqual([false, 3]);
  });

  it('that fails to be let go of is told, and fails nobody', async () => {
    lines.drive(0, guest, false);
    lines.ownership.release(guest);
    act = failLater;
    lines.drive(0, guest, undefined);
    await settled();
    expect([lines.lastLevel(0), faults]).toEqual([true, [[0, 'EIO']]]);
  });
});

it('lines without an owner are driven by parts of the board alone', () => {
  lines.drive(1, INT, false);
  expect([lines.lastLevel(1), calls]).toEqual([false, []]);
});

describe('changes', () => {
  const [one, other] = [{}, {}];

  it('are watched for by the adapter from the first who waits to the last', () => {
    lines.watch(0, one, false);
    lines.watch(0, one, true);
    lines.watch(0, one, true);
    lines.watch(0, other, true);
    lines.watch(0, one, false);
    expect(calls).toEqual([['watch', 0, true]]);
    lines.watch(0, other, false);
    lines.watch(0, other, false);
    expect(calls).toEqual([
      ['watch', 0, true],
      ['watch', 0, false],
    ]);
  });

  it('that cannot be watched for are refused, and asked for again', () => {
    act = fail;
    expect(() => lines.watch(0, one, true)).toThrow('EIO');
    act = () => {};
    lines.watch(0, one, true);
    expect(calls.length).toBe(2);
  });

  it('nobody waits for them any more, whatever the adapter says', () => {
    lines.watch(0, one, true);
    act = fail;
    lines.watch(0, one, false);
    act = () => {};
    lines.watch(0, one, true);
    expect([calls.length, faults]).toEqual([3, [[0, 'EIO']]]);
  });
});

describe('an adapter that fails', () => {
  it('while it is asked is told, with its line', async () => {
    answer = failLater as typeof answer;
    expect(lines.level(1)).toBe(true);
    act = failLater;
    lines.input(0);
    await settled();
    expect(faults).toEqual([
      [1, 'EIO'],
      [0, 'EIO'],
    ]);
  });

  it('or is not there refuses, and is asked for nothing', () => {
    isReady = false;
    expect(() => lines.level(1)).toThrow('unplugged');
    expect(() => lines.watch(1, guest, true)).toThrow('unplugged');
    expect([calls, faults]).toEqual([
      [],
      [
        [1, 'ENODEV'],
        [1, 'ENODEV'],
      ],
    ]);
  });
});

describe('an adapter that is being opened', () => {
  let opened: () => void;

  beforeEach(() => {
    isReady = false;
    opening = new Promise<void>((resolve) => {
      opened = () => {
        opening = undefined;
        resolve();
      };
    });
    lines.ownership.claim(guest, 0);
  });

  it('does what was wanted meanwhile once it is open, in its order', async () => {
    answer = () => false;
    lines.drive(0, guest, true);
    lines.drive(0, guest, false);
    lines.input(1);
    expect([lines.level(1), calls]).toEqual([true, []]);
    isReady = true;
    opened();
    await settled();
    expect(calls).toEqual([
      ['drive', 0, true],
      ['drive', 0, false],
      ['input', 1],
      ['get', 1],
    ]);
    expect([lines.lastLevel(1), faults]).toEqual([false, []]);
  });

  it('and cannot be is told for each line that somebody wanted something of', async () => {
    lines.drive(0, guest, true);
    expect(lines.level(1)).toBe(true);
    opened();
    await settled();
    expect([calls, faults]).toEqual([
      [],
      [
        [0, 'ENODEV'],
        [1, 'ENODEV'],
      ],
    ]);
  });
});
