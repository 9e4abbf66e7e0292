import { describe, expect, it } from 'vitest';
import { assertReplayedAll, boardTest, type TestBoard } from '../../src/kit/index.ts';
import { testFolder } from '../cli/folder.ts';
import { I2C_BENCH } from './bench.ts';

const folder = testFolder();
const TEXT = `dtbus-recording 1
bus i2c-1 /i2c
part i2c-1 48 temp@48 national,lm75
i2c-1 48 w 00, r 1f 80
i2c-1 48 w 01 60
end
`;
const SET = [{ addr: 0x48, write: Uint8Array.of(1, 0x60) }];
const READ = [
  { addr: 0x48, write: Uint8Array.of(0) },
  { addr: 0x48, read: 2 },
];
const replayed = (body: (board: TestBoard) => unknown) => {
  const replay = folder.write('boot.bus', TEXT);
  return boardTest({ ...I2C_BENCH, replay, onWarning: () => {} }, body)();
};

describe('a test whose board is a recording', () => {
  it('passes where all of it was asked for, as it was', async () => {
    await replayed((board) => {
      const i2c = board.open('/dev/i2c-1');
      expect([...(i2c.transferSync(READ)[0] as Uint8Array)]).toEqual([0x1f, 0x80]);
      expect(() => assertReplayedAll(board)).toThrow('boot.bus:5: 1 transfer recorded from this line on');
      i2c.transferSync(SET);
      assertReplayedAll(board);
    });
  });

  it('fails where some is left, or something else was asked, even if the driver caught it', async () => {
    const test = replayed((board) => {
      const i2c = board.open('/dev/i2c-1');
      try {
        i2c.transferSync(SET);
      } catch {
        // As a driver that tries again.
      }
      i2c.transferSync(READ);
    });
    await expect(test).rejects.toThrow(
      /boot\.bus:4: expected i2c-1 48 w 00, r 1f 80 \(temp@48: read TEMP \(0x00\): 1f 80\); got i2c-1 48 w 01 60 \(temp@48: write CONF \(0x01\): 60\)\n.*boot\.bus:5: 1 transfer recorded from this line on was not asked for/s,
    );
  });
});
