import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { boardTest, fault, sweep } from '../../src/kit/vitest.ts';
import { I2C_BENCH } from './bench.ts';

const test = boardTest(I2C_BENCH);

test('a test has a board of its own', ({ board }) => {
  board.part('&temp')['temperature'] = 31.5;
  const bytes = board.open('/dev/i2c-1').transferSync([{ addr: 0x48, read: 2 }]);
  expect(bytes[0]).toEqual(Uint8Array.of(31, 128));
});

test('and the next one another', ({ board }) => {
  expect(board.part('&temp')['temperature']).toBe(25);
  expect(board).toHaveBeenQuiet();
});

test('matchers hold where their functions do, and their messages are those', async ({ board }) => {
  const i2c = board.open('/dev/i2c-1');
  const struck = board.inject('nack', '&temp', { at: 1, skip: 1 });
  const setUp = () => i2c.transferSync([{ addr: 0x48, write: Uint8Array.of(1, 0x21) }]);
  setUp();
  expect(setUp).toThrow(expect.objectContaining({ code: 'EREMOTEIO' }));
  await board.pass('2 ms');
  i2c.transferSync([
    { addr: 0x48, write: Uint8Array.of(0) },
    { addr: 0x48, read: 2 },
  ]);
  const conf = { part: '&temp', register: 'CONF', write: 0x21 };
  const temp = { register: 'TEMP', read: true } as const;
  const refused = { write: true, errno: 'EREMOTEIO' } as const;
  expect(board).toHaveSent(conf, temp);
  expect(board.traffic.of('&temp')).toHaveSentExactly(conf, refused, temp);
  expect(board).toHaveSent('i2c-1 48 w 01 21', 'i2c-1 48 w 01 21!', 'i2c-1 48 w 00, r ?? 00');
  expect(board).not.toHaveSent('i2c-1 48 w 01 22');
  expect(board).not.toHaveSent('i2c-1 48 w 00, r 19');
  expect(board).toHaveSent('i2c-1 48 w 00, r *');
  expect(board).toHaveSentInAnyOrder(temp, conf);
  expect(board).toHaveSentTimes(conf, 1);
  expect(board).toHaveKept({ from: refused, to: temp, atLeast: '2 ms', atMost: '2 ms' });
  expect(board).toHaveUsedAtMost({ transfers: 3 });
  expect(struck).toHaveFired(1);
  const wrong = [
    () => expect(board).toHaveSent(temp, conf),
    () => expect(board).toHaveSentExactly(conf, temp),
    () => expect(board).toHaveSentInAnyOrder(temp, temp),
    () => expect(board).toHaveSentTimes(conf, 2),
    () => expect(board).toHaveBeenQuiet(),
    () => expect(board).toHaveKept({ from: refused, to: temp, atMost: '1 ms' }),
    () => expect(board).toHaveUsedAtMost({ transfers: 2 }),
    () => expect(struck).toHaveFired(2),
    () => expect(new Error('else')).toBeErrno('ENXIO'),
    () => expect(board).not.toHaveSent(conf),
  ];
  const messages = wrong.map((expectation) => {
    try {
      expectation();
      return 'nothing thrown';
    } catch (error) {
      return (error as Error).message.split('\n')[0];
    }
  });
  expect(messages).toEqual([
    'not sent: &temp: write CONF: 21, behind the first',
    expect.stringMatching(/^expected read TEMP as number 2, got temp@48: write CONF/),
    'not sent: read TEMP',
    'expected &temp: write CONF: 21 2 times, got 1',
    'expected no transfer, got 3',
    'expected at most 1 ms from write that fails with EREMOTEIO to read TEMP, got 2 ms',
    'transfers: expected at most 2, got 3',
    expect.stringMatching(/^expected nack on &temp to strike 2 times, got 1 times/),
    'expected an error with ENXIO (No such device or address), got Error: else',
    'expected that toHaveSent does not hold, but it does',
  ]);
  // A mistake in the test itself is no failed expectation.
  expect(() => expect(board).not.toHaveSent({ part: '&tmep' })).toThrow('did you mean &temp');
});

test('matchers of lines, order, recovery, and what a promise comes to', async ({ board }) => {
  const i2c = board.open('/dev/i2c-1');
  const read = (addr: number) => i2c.transfer([{ addr, read: 1 }]);
  board.inject('incomplete_address_phase', '&temp');
  await read(0x48);
  await expect(read(0x48)).toResolveOrReject('ENXIO');
  await expect(read(0x33)).toResolveOrReject('ENXIO', 'EBUSY');
  await expect(expect(read(0x33)).toResolveOrReject('EBUSY')).rejects.toThrow(
    /^expected success or a failure with EBUSY, got ENXIO/,
  );
  await expect(expect(read(0x33)).not.toResolveOrReject('ENXIO')).rejects.toThrow(
    'does not hold, but it does',
  );
  board.line('&gpio', 'button').set(false);
  board.line('&gpio', 'button').set(true);
  await board.pass(0);
  expect(board).toHaveRecovered({ clocks: 9 });
  expect(board).not.toHaveRecovered({ clocks: 3 });
  expect(board).toHaveTouched('&temp');
  expect(board).not.toHaveTouched('&temp', { register: 'CONF' });
  expect(board).toHaveRisen('button', { times: 1 });
  expect(board).toHaveFallen('button', { times: 1 });
  expect(board).toHaveToggled('button', { times: 2 });
  expect(board).not.toHaveToggled('button', { times: 1 });
  expect(board).toHaveHappenedBefore({ part: '&temp' }, { line: 'button', edge: 'falls' });
  expect(board).not.toHaveHappenedBefore({ line: 'button' }, { part: '&temp' });
  expect(() => expect(board).toHaveReplayedAll()).toThrow(
    'invalid board: expected one whose parts are a recording',
  );
});

test('a failed transfer, by its errno', async ({ board }) => {
  board.inject('absent', '&temp');
  const read = board.open('/dev/i2c-1').transfer([{ addr: 0x48, read: 2 }]);
  await expect(read).rejects.toBeErrno('ENXIO');
});

test('fake timers and the board are one time, whichever is moved', async ({ board }) => {
  vi.useFakeTimers();
  try {
    const times: number[] = [];
    const i2c = board.open('/dev/i2c-1');
    setInterval(() => {
      i2c.transferSync([{ addr: 0x48, read: 1 }]);
      times.push(Date.now());
    }, 60_000);
    const began = Date.now();
    await board.pass('1 h');
    expect(times.map((time) => time - began)).toEqual(Array.from({ length: 60 }, (_, i) => (i + 1) * 60_000));
    vi.advanceTimersByTime(60_000);
    const { transfers } = board.traffic;
    expect(transfers).toHaveLength(61);
    const [first, last] = [transfers[0]?.startedMs ?? 0, transfers[60]?.endedMs ?? 0];
    // An hour, and 61 transfers of 20 bits at 100 kHz.
    expect(last - first).toBeCloseTo(3_600_000 + 61 * 0.2, 2);
  } finally {
    vi.useRealTimers();
  }
});

it(
  'a sweep is a test of vitest as it is',
  sweep(I2C_BENCH, fault('nack', '&temp', { at: 'any' }), (board) => {
    try {
      board.open('/dev/i2c-1').transferSync([{ addr: 0x48, write: Uint8Array.of(1, 0) }]);
    } catch (error) {
      expect(['ENXIO', 'EREMOTEIO']).toContain((error as { code: string }).code);
    }
  }),
);
describe('with fake timers', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  it(
    'a sweep moves them by board.pass',
    sweep(I2C_BENCH, fault('nack', '&temp'), async (board) => {
      let rang = 0;
      setTimeout(() => rang++, 40);
      await board
        .open('/dev/i2c-1')
        .transfer([{ addr: 0x48, read: 1 }])
        .catch(() => {});
      await board.pass('50 ms');
      expect(rang).toBe(1);
    }),
  );
});
test(
  'with fixtures too',
  sweep(I2C_BENCH, fault('absent', '&temp'), (board) => {
    expect(() => board.open('/dev/i2c-1').transferSync([{ addr: 0x48, read: 1 }])).not.toThrow(TypeError);
  }),
);
