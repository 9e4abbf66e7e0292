import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { bootGuest, NO_UML, program } from '../../guest/boot.ts';

/** `npm run fuzz` makes more of them. */
const CALLS = Number(process.env['DTBUS_FUZZ_CALLS'] ?? 500);
const SEED = Number(process.env['DTBUS_FUZZ_SEED'] ?? 20261128);
/** Far more than they take; a guest that hangs is ended. */
const DEADLINE_MS = 60_000 + 10 * CALLS;
const MOST_GROWTH_MB = 24;

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const missing = NO_UML ?? program('python3');
if (missing !== undefined) console.warn(`CUSE nodes are not fuzzed: ${missing}`);

it.skipIf(missing !== undefined)(
  `${CALLS} calls to CUSE nodes, seed ${SEED}: each ends, nothing is written behind a buffer, nothing is kept`,
  async () => {
    const nodes = here('../../dev/cuse/in-guest/with-nodes.mjs');
    const board = here('../../dev/cuse/in-guest/board.dts');
    const script = `exec python3 ${here('ioctls.py')} ${CALLS} ${SEED}`;
    const { output, exitCode } = await bootGuest({
      commands: `node ${nodes} board ${board} '${script}' 2>&1`,
      deadlineMs: DEADLINE_MS,
    });
    expect(exitCode, output).toBe(0);
    const found = JSON.parse(/^\{.*\}/m.exec(output)?.[0] ?? '{}');
    console.log(`cuse: seed ${SEED}, ${JSON.stringify(found)}`);
    expect(found.problems).toEqual([]);
    expect(found.calls).toBeGreaterThanOrEqual(CALLS);
    expect(found.after.files).toBe(found.before.files);
    expect(found.after.memoryMb).toBeLessThan(found.before.memoryMb + MOST_GROWTH_MB);
    for (const node of ['i2c-1', 'spidev0.0', 'spidev0.1'])
      expect(output).toContain(`after: /dev/${node} gone`);
  },
  DEADLINE_MS + 30_000,
);
