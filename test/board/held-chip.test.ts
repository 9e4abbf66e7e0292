import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openBoard } from '../../src/board/index.ts';

describe.each(['inline', 'worker'] as const)(
  'a chip that a script leaves selected, back-end: %s',
  (backEnd) => {
    it('hears one message, however long the script waits, also behind what it read', async () => {
      const board = await openBoard('dts/demo.dts', { backEnd });
      const flash = board.open('/dev/spidev0.0');
      await flash.transfer({ tx: Uint8Array.of(0x9f), csChange: true });
      const id: number[] = [];
      for (const csChange of [true, true, false]) {
        // A chip whose driver does not tell where its messages end is deselected after 10 ms.
        await sleep(30);
        id.push(...(await flash.transfer({ rx: 1, csChange })).rx);
      }
      expect(id).toEqual([0xef, 0x40, 0x14]);
      expect([...(await flash.transfer([{ tx: Uint8Array.of(0x05) }, { rx: 1 }])).rx]).toEqual([0]);
      await board.close();
    });
  },
);
