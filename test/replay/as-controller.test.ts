import { expect, it } from 'vitest';
import { BusFault, I2C_M, type I2cAdapter } from '../../src/bus/index.ts';
import { playAsController, Recording } from '../../src/replay/index.ts';

/** Answers what is asked of it, one answer after another: bytes, or an errno. */
async function play(lines: readonly string[], answers: readonly (readonly number[] | 'ENXIO')[]) {
  const asked: string[] = [];
  const left = [...answers];
  const adapter: Pick<I2cAdapter, 'transfer'> = {
    async transfer(messages) {
      asked.push(messages.map(({ flags, buf }) => (flags & I2C_M.RD ? 'r' : `w${[...buf]}`)).join());
      const answer = left.length > 1 ? left.shift() : left[0];
      if (answer === 'ENXIO') throw new BusFault('ENXIO', 'as it goes', { nack: { message: 0, byte: -1 } });
      for (const { flags, buf } of messages) if (flags & I2C_M.RD) buf.set(answer ?? []);
    },
  };
  const text = ['dtbus-recording 1', 'bus i2c-1 /i2c', ...lines, 'end', ''].join('\n');
  const { sent, differences } = await playAsController(new Recording('x.bus', Buffer.from(text)), {
    i2c: () => adapter as I2cAdapter,
    spi: () => undefined,
  });
  expect(sent).toBe(asked.length);
  return { asked: asked.join(' '), differences };
}

const BUSY = 'repeat i2c-1 50 w 05, r 03';
const READY = 'i2c-1 50 w 05, r 02';

it('sends repeat until the answer is that of the next line', async () => {
  expect(await play([BUSY, READY, 'i2c-1 50 w 06'], [[3], [3], [3], [2]])).toEqual({
    asked: 'w5,r w5,r w5,r w5,r w6',
    differences: [],
  });
  // It was ready at once.
  expect(await play([BUSY, READY, 'i2c-1 50 w 06'], [[2]])).toEqual({ asked: 'w5,r w6', differences: [] });
});

it('tells of an answer that is neither', async () => {
  expect(await play([BUSY, READY], [[3], [7]])).toEqual({
    asked: 'w5,r w5,r',
    differences: ['x.bus:4: expected i2c-1 50 w 05, r 02; got i2c-1 50 w 05, r 07'],
  });
  expect(await play([BUSY, READY], [[7]])).toEqual({
    asked: 'w5,r',
    differences: ['x.bus:4: expected i2c-1 50 w 05, r 02; got i2c-1 50 w 05, r 07'],
  });
  // Nothing of the part follows.
  expect(await play([BUSY, 'i2c-1 51 w 00'], [[7]])).toEqual({
    asked: 'w5,r w0',
    differences: ['x.bus:3: expected i2c-1 50 w 05, r 03; got i2c-1 50 w 05, r 07'],
  });
});

it('lines of other parts may stand between', async () => {
  expect(await play([BUSY, 'i2c-1 51 w 00', READY], [[3], [0], [3], [2]])).toEqual({
    asked: 'w5,r w0 w5,r w5,r',
    differences: [],
  });
});

it('what is refused is sent until it is acknowledged, whatever follows', async () => {
  expect(await play(['repeat i2c-1 50 w! ENXIO', 'i2c-1 50 w 00'], ['ENXIO', 'ENXIO', []])).toEqual({
    asked: 'w w w w0',
    differences: [],
  });
});

it('what answers an optional line otherwise answers the next', async () => {
  const lines = ['optional i2c-1 50 w 05, r 03', READY];
  expect(await play(lines, [[3], [2]])).toEqual({ asked: 'w5,r w5,r', differences: [] });
  expect(await play(lines, [[2]])).toEqual({ asked: 'w5,r', differences: [] });
  expect(await play(lines, [[3], [3]])).toEqual({
    asked: 'w5,r w5,r',
    differences: ['x.bus:4: expected i2c-1 50 w 05, r 02; got i2c-1 50 w 05, r 03'],
  });
});

it('lines of any are sent in their order, and each is compared', async () => {
  expect(await play(['any {', 'i2c-1 50 w 01', 'i2c-1 51 r 09', '}'], [[], [8]])).toEqual({
    asked: 'w1 r',
    differences: ['x.bus:5: expected i2c-1 51 r 09; got i2c-1 51 r 08'],
  });
});
