import { AssertionError } from 'node:assert';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  assertAtMost,
  assertCount,
  assertErrno,
  assertFails,
  assertFired,
  assertNotSent,
  assertQuiet,
  assertSent,
  assertSentExactly,
  assertSentInAnyOrder,
  assertSpacing,
  openTestBoard,
  type TestBoard,
} from '../../src/kit/index.ts';
import { I2C_BENCH } from './bench.ts';

let board: TestBoard;
beforeEach(async () => {
  board = await openTestBoard(I2C_BENCH);
});
afterEach(() => board.finish());

const i2c = () => board.open('/dev/i2c-1');
const write = (addr: number, ...bytes: number[]) =>
  i2c().transferSync([{ addr, write: Uint8Array.from(bytes) }]);
const readRegister = (addr: number, register: number, read: number) =>
  i2c().transferSync([
    { addr, write: Uint8Array.of(register) },
    { addr, read },
  ]);

/** The error of what is expected and does not hold. */
function failing(expectation: () => void): AssertionError {
  let thrown: unknown;
  try {
    expectation();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(AssertionError);
  return thrown as AssertionError;
}

describe('assertSent', () => {
  it('finds transfers in order, others between them, by the names of the data sheet', () => {
    write(0x48, 1, 0x61); // CONF: SD and two of the fault queue
    readRegister(0x48, 1, 1);
    readRegister(0x48, 0, 2);
    assertSent(
      board,
      { part: '&temp', register: 'CONF', write: '61' },
      { register: 'temp', read: [0x19, 0] },
    );
    assertSent(board, { part: 'temp@48', register: 1, fields: { SD: 1, tm: 0 } });
    assertSent(board, { bus: 'i2c-1', address: 0x48, write: '01 ??' }, { read: '*' });
    assertSent(board.traffic.of('&temp'), { text: /^write CONF \(0x01\): 61/ });
  });

  it('says what is missing, what was found, and what happened instead, decoded', () => {
    write(0x48, 1, 0x01);
    readRegister(0x48, 0, 2);
    const error = failing(() =>
      assertSent(
        board,
        { part: '&temp', register: 'CONF', write: 1 },
        { part: '&temp', register: 'TEMP', read: '1f 80' },
      ),
    );
    expect(error.message.split('\n')).toEqual([
      'not sent: &temp: read TEMP: 1f 80, behind the first',
      'expected:',
      '  found    &temp: write CONF: 01',
      '  missing  &temp: read TEMP: 1f 80',
      'actual, all 2 on the board:',
      '    0.000000  i2c-1  0x48 temp@48  ok  write CONF (0x01): 01 [SD=1]',
      '    0.000290  i2c-1  0x48 temp@48  ok  read TEMP (0x00): 19 00',
    ]);
    // The order counts.
    failing(() => assertSent(board, { register: 'TEMP', read: true }, { register: 'CONF', write: true }));
  });

  it('takes what failed only where that is said', () => {
    board.inject('nack', '&temp', { at: 1 });
    expect(() => write(0x48, 1, 1)).toThrow('EREMOTEIO');
    failing(() => assertSent(board, { part: '&temp', write: true }));
    assertSent(board, { part: '&temp', write: true, errno: 'EREMOTEIO' });
    assertSent(board, { part: '&temp', register: 'CONF', errno: 'any' });
    failing(() => assertSent(board, { part: '&temp', errno: 'ENXIO' }));
  });

  it('a read that follows the selection of a register is of that register, and no later one', () => {
    write(0x48, 1);
    i2c().transferSync([{ addr: 0x48, read: 1 }]);
    i2c().transferSync([{ addr: 0x48, read: 1 }]);
    assertCount(board, { register: 'CONF', read: true }, 1);
  });

  it('knows instructions of SPI, and commands', () => {
    board.open('/dev/spidev0.0').transferSync([{ tx: Uint8Array.of(0x9f, 0, 0, 0), rx: 4 }]);
    assertSent(board, { part: '&flash', command: 0x9f, read: 'ef ?? ??' });
    failing(() => assertSent(board, { part: '&flash', command: 0x9f, read: 'c2 *' }));
  });

  it('has GPIO edges in the same order', () => {
    board.line('&gpio', 'button').set(false);
    readRegister(0x48, 0, 2);
    board.line('&gpio', 'button').set(true);
    assertSent(
      board,
      { line: 'button', edge: 'falls' },
      { part: '&temp', read: true },
      { line: 2, edge: 'rises' },
    );
    failing(() => assertSent(board, { part: '&temp', read: true }, { line: 'button', edge: 'falls' }));
    assertCount(board.traffic.of('&gpio'), { line: 'button' }, 2);
  });

  it('refuses names that the board does not have: nothing would ever match', () => {
    expect(() => assertNotSent(board, { part: '&tmep' })).toThrow('did you mean &temp');
    expect(() => assertNotSent(board, { part: '&temp', register: 'CONG' })).toThrow(
      /^not found: register CONG of &temp; known: TEMP, CONF.*did you mean CONF/,
    );
    expect(() => assertNotSent(board, { part: '&temp', fields: { SDN: 1 } })).toThrow(
      /^not found: field SDN of &temp; known: .*did you mean SD\)$/,
    );
    expect(() => assertNotSent(board, { part: '&temp', command: 'reset' })).toThrow(
      'not found: command reset',
    );
    expect(() => assertNotSent(board, { part: '&temp', red: true } as never)).toThrow('did you mean read');
    expect(() => assertNotSent(board, { read: 'xy' })).toThrow('invalid read: expected bytes');
    expect(() => assertSent(undefined as never, {})).toThrow('invalid traffic: expected the board of a test');
  });
});

describe('the other expectations', () => {
  it('assertSentExactly: these and nothing else', () => {
    write(0x48, 1, 1);
    readRegister(0x48, 0, 2);
    assertSentExactly(board, { register: 'CONF', write: 1 }, { register: 'TEMP', read: true });
    expect(failing(() => assertSentExactly(board, { register: 'CONF', write: 1 })).message).toContain(
      'expected 1 transfers and nothing else, got 2',
    );
    expect(
      failing(() => assertSentExactly(board, { register: 'TEMP', read: true }, { read: true })).message,
    ).toContain('expected read TEMP as number 1, got temp@48: write CONF (0x01): 01 [SD=1]');
  });

  it('assertSentInAnyOrder: each by a transfer of its own', () => {
    write(0x48, 1, 1);
    readRegister(0x48, 0, 2);
    assertSentInAnyOrder(board, { register: 'TEMP', read: true }, { register: 'CONF', write: 1 });
    failing(() => assertSentInAnyOrder(board, { register: 'CONF' }, { register: 'CONF' }));
  });

  it('assertCount, assertNotSent and assertQuiet', () => {
    assertQuiet(board);
    write(0x48, 1, 1);
    write(0x48, 1, 0);
    assertCount(board, { register: 'CONF', write: true }, 2);
    failing(() => assertCount(board, { register: 'CONF', write: true }, 1));
    assertNotSent(board, { register: 'TEMP', read: true });
    failing(() => assertNotSent(board, { register: 'CONF', write: 0 }));
    const mark = board.traffic.mark();
    assertQuiet(board.traffic.since(mark));
    failing(() => assertQuiet(board));
    failing(() => assertQuiet(board.traffic.of('i2c-1')));
    assertQuiet(board.traffic.of('spi-0'));
    expect(() => i2c().transferSync([{ addr: 0x33, read: 1 }])).toThrow('ENXIO');
    failing(() => assertQuiet(board.traffic.since(mark)));
  });

  it('assertSpacing: from the end of one to the beginning of the next', async () => {
    write(0x23, 0x20);
    await board.pass('120 ms');
    i2c().transferSync([{ addr: 0x23, read: 2 }]);
    const [from, to] = [
      { part: '&light', write: 0x20 },
      { part: '&light', read: true },
    ] as const;
    assertSpacing(board, { from, to, atLeast: '120 ms', atMost: '120 ms' });
    expect(failing(() => assertSpacing(board, { from, to, atLeast: '180 ms' })).message).toMatch(
      /^expected at least 180 ms from &light: write: 20 to &light: read, got 120 ms\n/,
    );
    failing(() => assertSpacing(board, { from, to, atMost: '119.9 ms' }));
    failing(() => assertSpacing(board, { from: to, to: from }));
  });

  it('assertAtMost: a budget', () => {
    readRegister(0x48, 0, 2);
    readRegister(0x48, 0, 2);
    assertAtMost(board, { transfers: 2, bytes: 6, busTime: '1 ms' });
    // Two times: START, address, register, START, address, two bytes, STOP: 48 bits at 100 kHz.
    expect(failing(() => assertAtMost(board, { transfers: 1, bytes: 5, busTime: '0.9 ms' })).message).toMatch(
      /^transfers: expected at most 1, got 2; bytes: expected at most 5, got 6; time on the bus: expected at most 900 us, got 960 us\n/,
    );
  });

  it('assertErrno and assertFails', async () => {
    const probe = () => i2c().transferSync([{ addr: 0x33, read: 1 }]);
    assertErrno(await assertFails(probe, 'EBUSY', 'ENXIO'), 'ENXIO');
    await expect(assertFails(probe, 'EBUSY')).rejects.toThrow(/^expected a failure with EBUSY, got ENXIO/);
    await expect(assertFails(Promise.resolve(3), 'EBUSY')).rejects.toThrow('but it went well');
    failing(() => assertErrno(new Error('something else'), 'ENXIO'));
    expect(failing(() => assertErrno(undefined, 'ENXIO')).message).toBe(
      'expected an error with ENXIO (No such device or address), got no error',
    );
  });

  it('assertFired', async () => {
    const fault = board.inject('nack', '&temp', { times: 2 });
    expect(failing(() => assertFired(fault)).message).toBe(
      'expected nack on &temp to strike at least once, got 0 times in 0 chances',
    );
    await assertFails(() => readRegister(0x48, 0, 2), 'ENXIO');
    assertFired(fault);
    assertFired(fault, 1);
    expect(failing(() => assertFired(fault, 2)).message).toContain('\n  write to 0x48');
  });

  it('events that were lost are an error, and no quiet bus', () => {
    for (let i = 0; i < 12_000; i++) readRegister(0x48, 0, 2);
    expect(() => assertQuiet(board)).toThrow(/\d+ events of the board were lost; look at board\.traffic/);
  });
});
