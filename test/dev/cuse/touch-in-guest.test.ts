import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bootGuest, NO_UML, program } from '../../guest/boot.ts';

/** Where `/dev/cuse` is: a board of `dtbus up --dev`, touched from a second process. */
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const BOARD = here('in-guest/board.dts');
const DTBUS = `node ${here('../../../bin/dtbus.js')}`;
const missing = NO_UML ?? program('i2cget');
if (missing !== undefined) console.warn(`real nodes are not touched from a second process: ${missing}`);

/** Starts the board, does something on its nodes and beside them, and ends it. @returns what was printed */
async function onNodes(options: string, commands: string): Promise<string> {
  const { output, exitCode } = await bootGuest({
    commands: `
      export XDG_RUNTIME_DIR=/run DTBUS_BOARD=${BOARD}
      ${DTBUS} up --dev ${options} > /run/up 2> /run/errors & up=$!
      until grep -q '^up;' /run/up; do busybox usleep 100000; done
      ${commands}
      kill -TERM $up; wait $up; echo "up ended with $?"
      ls /run/dtbus; cat /run/errors`,
    deadlineMs: 200_000,
  });
  expect(exitCode, output).toBe(0);
  return output.replaceAll('\r', '');
}

describe.skipIf(missing !== undefined)('a board whose nodes are real', { timeout: 400_000 }, () => {
  // All in one thread; and with a thread for each node beside the board's own.
  it.each(['', '--watch'])('is set, read and watched by a second process: up --dev %s', async (options) => {
    const output = await onNodes(
      options,
      `${DTBUS} set /i2c/temp@48 temperature=-5; i2cget -y 1 0x48 0
       ${DTBUS} get /i2c/temp@48 temperature
       ${DTBUS} get '&nothing'
       ${DTBUS} watch --json --part /i2c/temp@48 > /run/seen & watch=$!
       while [ ! -s /run/seen ] && kill -0 $watch; do i2cget -y 1 0x48 0 > /dev/null; done
       kill -TERM $watch; wait $watch; echo "watch ended with $?"
       grep -o -m1 'read TEMP (0x00): fb' /run/seen
       # Many requests in a row at one node, which is then waited for alone.
       (while :; do i2cdump -y 1 0x48 > /dev/null; done) & busy=$!
       ${DTBUS} set /i2c/temp@48 temperature=33; kill $busy
       ${DTBUS} get /i2c/temp@48 temperature`,
    );
    // -5 degrees: FBh (LM75 data sheet, table 4).
    expect(output).toContain('0xfb\n-5\n');
    expect(output).toContain('dtbus: not found: simulated part &nothing; the board has: ');
    expect(output).toContain('watch ended with 0\nread TEMP (0x00): fb\n');
    expect(output).toContain('33\nup ended with 0\n');
    expect(output).not.toContain('.sock');
  });
});
