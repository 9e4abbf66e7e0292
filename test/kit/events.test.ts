import { AssertionError } from 'node:assert';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  assertFallen,
  assertHappenedBefore,
  assertRecovered,
  assertRisen,
  assertToggled,
  assertTouched,
  openTestBoard,
  type TestBoard,
} from '../../src/kit/index.ts';
import { I2C_BENCH } from './bench.ts';

let board: TestBoard;
beforeEach(async () => {
  board = await openTestBoard(I2C_BENCH);
});
afterEach(() => board.finish());

const write = (addr: number, ...bytes: number[]) =>
  board.open('/dev/i2c-1').transferSync([{ addr, write: Uint8Array.from(bytes) }]);
const read = (addr: number, length = 1) => board.open('/dev/i2c-1').transferSync([{ addr, read: length }]);
const drive = (level: boolean) => board.line('&gpio', 'button').set(level);

function failing(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    expect(error).toBeInstanceOf(AssertionError);
    return (error as Error).message.split('\n', 1)[0] as string;
  }
  return 'nothing thrown';
}

it('assertTouched: a part, a register of it, a direction', () => {
  expect(failing(() => assertTouched(board, '&temp'))).toBe('not touched: &temp');
  write(0x48, 1, 0x21);
  assertTouched(board, '&temp');
  assertTouched(board, '&temp', { register: 'CONF' });
  assertTouched(board, '&temp', { register: 'CONF', write: true });
  expect(failing(() => assertTouched(board, '&temp', { register: 'CONF', read: true }))).toBe(
    'not touched: &temp: read CONF',
  );
  expect(failing(() => assertTouched(board, '&light'))).toBe('not touched: &light');
  expect(() => assertTouched(board, '&temp', { register: 'CNOF' })).toThrow('did you mean CONF');
});

it('assertTouched: what failed does not count', () => {
  board.inject('nack', '&temp');
  expect(() => read(0x48)).toThrow();
  expect(failing(() => assertTouched(board, '&temp'))).toBe('not touched: &temp');
});

it('assertHappenedBefore: across buses and lines', () => {
  drive(false);
  write(0x48, 1, 0x21);
  drive(true);
  board.open('/dev/spidev0.0').transferSync([{ tx: Uint8Array.of(0x9f, 0, 0, 0) }]);
  const [conf, id] = [{ part: '&temp', write: true } as const, { part: '&flash' }];
  const falls = { line: 'button', edge: 'falls' } as const;
  assertHappenedBefore(board, falls, conf);
  assertHappenedBefore(board, conf, id);
  assertHappenedBefore(board, { line: 'button', edge: 'rises' }, id);
  expect(failing(() => assertHappenedBefore(board, id, conf))).toBe(
    'expected &flash before &temp: write, got it after that',
  );
  expect(failing(() => assertHappenedBefore(board, conf, conf))).toContain('got it after that');
  expect(failing(() => assertHappenedBefore(board, conf, { part: '&light' }))).toBe('not sent: &light');
});

it('assertRisen, assertFallen, assertToggled: how often, and for how long', async () => {
  expect(failing(() => assertToggled(board, 'button'))).toBe(
    'expected line button to toggle at least once, got 0 times',
  );
  // It is high where nobody drives it.
  drive(false);
  const since = board.traffic.since(board.traffic.mark());
  drive(true);
  await board.pass('10 ms');
  drive(false);
  await board.pass('3 ms');
  drive(true);
  await board.pass('20 ms');
  assertRisen(since, 'button');
  assertRisen(since, 'button', { times: 2 });
  assertFallen(since, 'button', { times: 1, atLeast: '3 ms', atMost: '3 ms', controller: '&gpio' });
  assertToggled(since, 2, { times: 3 });
  // The second is high still.
  assertRisen(since, 'button', { atLeast: '10 ms', atMost: '10 ms' });
  expect(failing(() => assertRisen(since, 'button', { times: 3 }))).toBe(
    'expected line button to rise 3 times, got 2 times',
  );
  expect(failing(() => assertFallen(since, 'button', { atLeast: '4 ms' }))).toBe(
    'expected line button to be low for at least 4 ms, got 3 ms',
  );
  expect(failing(() => assertRisen(since, 'button', { atMost: '9 ms' }))).toBe(
    'expected line button to be high for at most 9 ms, got 10 ms',
  );
  expect(() => assertRisen(since, 'button', { width: '9 ms' } as never)).toThrow(TypeError);
});

it('assertRecovered: by how many clocks', () => {
  read(0x48);
  expect(failing(() => assertRecovered(board))).toBe('expected the bus to be freed, got no recovery');
  board.inject('incomplete_address_phase', '&temp');
  read(0x48);
  assertRecovered(board);
  // The acknowledge, and the zeros that 25 °C (0001 1001) begins with.
  assertRecovered(board, { clocks: 4 });
  expect(failing(() => assertRecovered(board, { clocks: 3 }))).toBe(
    'expected the bus to be freed by at most 3 clocks, got 4 clocks',
  );
});
