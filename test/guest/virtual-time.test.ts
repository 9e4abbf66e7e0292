import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ServedBoard } from '../../src/board/served.ts';
import { bootGuest, NO_UML } from './boot.ts';

const BOARD = fileURLToPath(new URL('../../dts/demo.dts', import.meta.url));
const SECONDS = 3600;

it.skipIf(NO_UML !== undefined)(
  'a Linux in virtual time works on a bus that is served with in-band notifications, and sleeps for nothing',
  { timeout: 90_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dtbus-virtual-'));
    const board = await ServedBoard.open(BOARD, {
      socketDirectory: folder,
      inBand: true,
      onWarning: () => {},
    });
    try {
      const guest = await bootGuest({
        commands: `for i in 1 2 3; do i2cget -y 0 0x48 0 w; cut -d. -f1 /proc/uptime; sleep ${SECONDS}; done`,
        devices: [{ socket: join(folder, 'i2c1.sock'), deviceId: 34 }],
        kernelArguments: ['time-travel=inf-cpu'],
        deadlineMs: 80_000,
      });
      expect(guest.exitCode, guest.output).toBe(0);
      // Not a second more than was slept: transfers take no virtual time, however busy this machine is.
      const lines = guest.output.split('\n').filter((line) => /^\w+$/.test(line));
      expect(lines).toEqual(['0x0019', '0', '0x0019', `${SECONDS}`, '0x0019', `${2 * SECONDS}`]);
    } finally {
      await board.close();
      rmSync(folder, { recursive: true });
    }
  },
);
