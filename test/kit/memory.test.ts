import { queryObjects } from 'node:v8';
import { expect, it } from 'vitest';
import { Board } from '../../src/board/index.ts';
import { openTestBoard } from '../../src/kit/index.ts';
import { I2cWire } from '../../src/sim/index.ts';
import { I2C_BENCH } from './bench.ts';

/** What a script has of a board, and what its back-end has. */
const KINDS = [Board, I2cWire];
const BOARDS = 20;

/** Objects of each kind that are still reachable. */
const alive = () => KINDS.map((kind) => [kind.name, queryObjects(kind, { format: 'count' })]);

it('nothing of a board is left when it is closed', async () => {
  const before = alive();
  for (let i = 0; i < BOARDS; i++) {
    const board = await openTestBoard(I2C_BENCH);
    board.open('/dev/i2c-1').transferSync([{ addr: 0x48, read: 2 }]);
    board.part('&temp').follow('temperature', [
      [0, 20],
      [10, 30],
    ]);
    board.inject('absent', '&light', { optional: true });
    await board.pass('1 s');
    await board.finish();
  }
  // The last one may still be in a register or a promise of its test.
  const left = alive().map(([name, count], at) => [name, Number(count) - Number(before[at]?.[1])]);
  for (const [name, count] of left) expect(count, `${name}s of ${BOARDS} boards`).toBeLessThanOrEqual(1);
});
