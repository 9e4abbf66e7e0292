import { AssertionError } from 'node:assert';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openBoard } from '../../src/board/index.ts';
import { assertFails, boardTest, openTestBoard, type TestBoard } from '../../src/kit/index.ts';
import { I2C_BENCH } from './bench.ts';

const readTemp = (board: TestBoard) => board.open('/dev/i2c-1').transferSync([{ addr: 0x48, read: 2 }]);

afterEach(() => vi.unstubAllEnvs());

describe('boardTest', () => {
  it('gives each test a board of its own, and closes it, also after a throw', async () => {
    const seen: TestBoard[] = [];
    const warm = boardTest(I2C_BENCH, (board) => {
      seen.push(board);
      board.part('&temp')['temperature'] = 99;
    });
    await warm();
    const fail = boardTest(I2C_BENCH, (board) => {
      seen.push(board);
      expect(board.part('&temp')['temperature']).toBe(25);
      throw new Error('as it goes');
    });
    await expect(fail()).rejects.toThrow('as it goes');
    expect(seen).toHaveLength(2);
    expect(seen.map((board) => board.isClosed)).toEqual([true, true]);
  });

  it('says in an error what had happened on the board, and which faults were there', async () => {
    const fail = boardTest(I2C_BENCH, (board) => {
      board.inject('nack', '&temp', { optional: true, skip: 1 });
      readTemp(board);
      throw new Error('as it goes');
    });
    const error = (await fail().catch((thrown) => thrown)) as Error;
    expect(error.message).toMatch(
      /^as it goes\n\nactual, all 1 on the board:\n {4}0\.000000 {2}i2c-1 {2}0x48 temp@48 {2}ok {2}read 19 00\ninjected: nack on &temp, struck 0 times$/,
    );
    expect(error.stack).toContain('read 19 00');
  });

  it('hands on what the runner gives', async () => {
    const context = { name: 'what the runner gives' };
    await boardTest<typeof context>(I2C_BENCH, (_, given) => expect(given).toBe(context))(context);
  });

  it('refuses what is no test', () => {
    expect(() => boardTest(I2C_BENCH, 'x' as never)).toThrow('invalid test: expected a function');
  });
});

describe('a test that its runner gives up', () => {
  it('has its board closed, and standard error says what was left', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    onTestFinished(() => said.mockRestore());
    const runner = new AbortController();
    const seen: TestBoard[] = [];
    const hangs = boardTest(I2C_BENCH, async (board) => {
      seen.push(board);
      board.inject('absent', '&temp');
      await new Promise(() => {});
    });
    void hangs({ signal: runner.signal });
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    expect(seen[0]?.isClosed).toBe(false);
    runner.abort();
    await vi.waitFor(() => expect(said).toHaveBeenCalledTimes(2));
    expect(seen[0]?.isClosed).toBe(true);
    expect(said.mock.calls.map(([text]) => text)).toEqual([
      'dtbus: the board: closed, as the runner has given its test up\n',
      expect.stringMatching(/^dtbus: the board: absent on &temp never struck \(0 chances\)/),
    ]);
  });

  it('is not spoken of when it ended before', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    onTestFinished(() => said.mockRestore());
    const runner = new AbortController();
    await boardTest(I2C_BENCH, readTemp)({ signal: runner.signal });
    runner.abort();
    await new Promise(setImmediate);
    expect(said).not.toHaveBeenCalled();
  });
});

describe('what a test leaves over', () => {
  it('a fault that never struck fails it, unless it is optional', async () => {
    const never = boardTest(I2C_BENCH, (board) => {
      board.inject('nack', '&temp', { at: 3 });
      readTemp(board);
    });
    const error = (await never().catch((thrown) => thrown)) as AssertionError;
    expect(error).toBeInstanceOf(AssertionError);
    expect(error.message).toContain('nack on &temp never struck (0 chances)');
    expect(error.message).toContain('read 19 00');
    await boardTest(I2C_BENCH, (board) => {
      board.inject('nack', '&temp', { at: 3, optional: true });
    })();
    await boardTest(I2C_BENCH, async (board) => {
      board.inject('absent', '&temp');
      await assertFails(() => readTemp(board), 'ENXIO');
    })();
  });

  it('another board that it has left open is named and closed', async () => {
    const others: { isClosed: boolean }[] = [];
    const leaves = boardTest(I2C_BENCH, async () => {
      others.push(await openBoard('dts/demo.dts', { backEnd: 'inline', openHosts: 'first-use' }));
      await (await openTestBoard(I2C_BENCH)).close();
    });
    await expect(leaves()).rejects.toThrow('dts/demo.dts was left open: close each board that a test opens');
    expect(others.map((board) => board.isClosed)).toEqual([true]);
  });

  it('boards of two tests at once are none that the other has left', async () => {
    const first = await openTestBoard(I2C_BENCH);
    const second = await openTestBoard(I2C_BENCH);
    await first.finish();
    expect(second.isClosed).toBe(false);
    await second.finish();
  });

  it('a transfer that nobody waits for is named', async () => {
    const failed: Promise<unknown>[] = [];
    const leaves = boardTest('dts/demo.dts', { backEnd: 'worker' }, async (board) => {
      board.inject('stretch', '&temp', { ms: 900, optional: true });
      failed.push(
        board
          .open('/dev/i2c-2')
          .transfer([{ addr: 0x50, read: 1 }])
          .catch((error) => error),
      );
    });
    await expect(leaves()).rejects.toThrow(/1 transfer of \/i2c-bench still under way: await each of them/);
    await Promise.all(failed);
  });
});

describe('time in a failure', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const poll = (board: TestBoard) => async () => {
    board.inject('busy', '&temp', { forMs: 5 });
    for (let i = 0; i < 4; i++) {
      await board
        .open('/dev/i2c-1')
        .transfer([{ addr: 0x48, write: new Uint8Array(0) }])
        .catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    throw new Error('busy for ever');
  };

  it('is told where a driver polls on a stepped clock by timers that do not move it', async () => {
    await expect(boardTest(I2C_BENCH, (board) => poll(board)())()).rejects.toThrow(
      /^busy for ever\n.*the board's clock is stepped: 440 us passed on it while the test took \d+ ms; let time pass by board\.pass or fake timers, or open the board with clock: 'real'$/s,
    );
    vi.useFakeTimers();
    const failing = boardTest(I2C_BENCH, (board) => poll(board)())();
    const told = expect(failing).rejects.toThrow(/^busy for ever\n(?!.*stepped)/s);
    await vi.advanceTimersByTimeAsync(10);
    await told;
  });

  it('is told where timers are fake on a board that has the time of the machine', async () => {
    const real = { ...I2C_BENCH, clock: 'real' } as const;
    await expect(
      boardTest(real, () => {
        vi.useFakeTimers();
        throw new Error('hangs');
      })(),
    ).rejects.toThrow(
      "the timers of the test are fake and the board has the machine's time: use real timers",
    );
  });
});

describe('a fault that the board cannot carry', () => {
  const onAdapter = boardTest<{ skip(reason: string): void }>('dts/demo.dts', (board) => {
    board.inject('scl', 'i2c-2');
  });

  it('skips the test with that reason', async () => {
    const skip = vi.fn();
    await onAdapter({ skip });
    expect(skip).toHaveBeenCalledExactlyOnceWith(
      'unsupported fault scl on i2c-2: the emulator of this adapter does not have it (of faults of the lines: sda, incomplete_address_phase, incomplete_write_byte); use a simulated bus, or an adapter that has it in hosts/README.md',
    );
  });

  it('fails it where DTBUS_UNSUPPORTED is fail, and where the runner cannot skip', async () => {
    await expect(onAdapter()).rejects.toThrow('unsupported fault scl on i2c-2');
    vi.stubEnv('DTBUS_UNSUPPORTED', 'fail');
    const skip = vi.fn();
    await expect(onAdapter({ skip })).rejects.toThrow('DTBUS_UNSUPPORTED=fail makes this a failure');
    expect(skip).not.toHaveBeenCalled();
  });
});

it('transfers one after the other without an end let timers have their turn', async () => {
  const board = await openTestBoard(I2C_BENCH);
  let isOver = false;
  setTimeout(() => {
    isOver = true;
  }, 1);
  const i2c = board.open('/dev/i2c-1');
  let count = 0;
  while (!isOver && count++ < 100_000) await i2c.transfer([{ addr: 0x48, read: 1 }]);
  expect(isOver).toBe(true);
  await board.finish();
});

describe('board.pass', () => {
  it('steps a stepped clock', async () => {
    const board = await openTestBoard(I2C_BENCH);
    const readLight = () => board.open('/dev/i2c-1').transferSync([{ addr: 0x23, read: 2 }])[0];
    board.part('&light')['illuminance'] = 100;
    board.open('/dev/i2c-1').transferSync([{ addr: 0x23, write: Uint8Array.of(0x20) }]); // one-time, 120 ms
    await board.pass('100 ms');
    expect(readLight()).toEqual(Uint8Array.of(0, 0));
    await board.pass(100);
    expect(readLight()).toEqual(Uint8Array.of(0, 120)); // 100 lx are 120 counts
    await board.finish();
  });

  it('waits where the clock is real', async () => {
    const board = await openTestBoard({ ...I2C_BENCH, clock: 'real' });
    const begin = performance.now();
    await board.pass('30 ms');
    expect(performance.now() - begin).toBeGreaterThan(25);
    await board.finish();
  });

  it('refuses what is no time', async () => {
    const board = await openTestBoard(I2C_BENCH);
    for (const wrong of ['120', '3 parsecs', -1, Number.NaN])
      await expect(board.pass(wrong)).rejects.toThrow('invalid duration: expected a number of ms');
    await board.finish();
  });
});

describe('fake timers of the runner', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Reads as a driver does: starts a conversion, waits, and takes what there is. */
  async function measure(board: TestBoard): Promise<number> {
    const i2c = board.open('/dev/i2c-1');
    await i2c.transfer([{ addr: 0x23, write: Uint8Array.of(0x20) }]);
    await new Promise((resolve) => setTimeout(resolve, 180));
    const [bytes = new Uint8Array(2)] = await i2c.transfer([{ addr: 0x23, read: 2 }]);
    return ((bytes[0] as number) * 256 + (bytes[1] as number)) / 1.2;
  }

  it('move the board: what a driver waits by setTimeout has passed for the part', async () => {
    const board = await openTestBoard(I2C_BENCH);
    board.part('&light')['illuminance'] = 100;
    vi.useFakeTimers();
    const reading = measure(board);
    await vi.advanceTimersByTimeAsync(180);
    expect(await reading).toBe(100);
    expect(board.traffic.transfers[1]?.startedMs).toBeCloseTo(
      (board.traffic.transfers[0]?.endedMs ?? 0) + 180,
      6,
    );
    await board.finish();
  });

  /** Writes two pages of an EEPROM, and polls for the end of each write until a deadline. */
  async function writePages(board: TestBoard): Promise<void> {
    const i2c = board.open('/dev/i2c-1');
    for (let page = 0; page < 2; page++) {
      await i2c.transfer([{ addr: 0x50, write: Uint8Array.of(page * 8, 1, 2, 3) }]);
      const giveUp = Date.now() + 25;
      const isReady = () =>
        i2c.transfer([{ addr: 0x50, write: new Uint8Array(0) }]).then(
          () => true,
          () => false,
        );
      while (!(await isReady())) {
        if (Date.now() >= giveUp) throw new Error('busy for too long');
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  }

  it('never overtake a driver that sends several transfers between two waits', async () => {
    const board = await openTestBoard(I2C_BENCH);
    vi.useFakeTimers();
    const writing = writePages(board);
    await vi.advanceTimersByTimeAsync(40);
    await writing;
    const [first, last] = [board.traffic.transfers[0], board.traffic.transfers.at(-1)];
    expect((last?.endedMs ?? 0) - (first?.startedMs ?? 0)).toBeLessThan(20);
    await board.finish();
  });

  it('are moved by board.pass, where the kit knows how', async () => {
    const board = await openTestBoard({
      ...I2C_BENCH,
      tick: (ms) => vi.isFakeTimers() && vi.advanceTimersByTimeAsync(ms),
    });
    board.part('&light')['illuminance'] = 100;
    vi.useFakeTimers();
    const reading = measure(board);
    await board.pass('1 s');
    expect(await reading).toBe(100);
    const mark = board.traffic.mark();
    await board.pass('1 h');
    readTemp(board);
    const [last] = board.traffic.since(mark).transfers;
    const first = board.traffic.transfers[0]?.startedMs ?? 0;
    // The transfers of the measurement took 0.47 ms of their own.
    expect((last?.startedMs ?? 0) - first - 3_601_000).toBeCloseTo(0.49, 2);
    vi.useRealTimers();
    await board.finish();
  });
});
