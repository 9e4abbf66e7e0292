import { expect, it } from 'vitest';
import { makeHistory } from './history.ts';

/** `DTBUS_HISTORY=100000 npx vitest run test/remote/history.test.ts` for a long one; `DTBUS_FUZZ_SEED` for another. */
const TRANSFERS = Number(process.env['DTBUS_HISTORY'] ?? 1000);
const SEED = Number(process.env['DTBUS_FUZZ_SEED'] ?? 20_261_129);

it(
  `sends nothing twice, loses nothing without an errno, and lets no older lease to the wire, in ${TRANSFERS} transfers`,
  async () => {
    const { wrong, ends, faults, transfers } = await makeHistory(TRANSFERS, SEED);
    console.info(`${transfers} transfers, seed ${SEED}: ${JSON.stringify({ ends, faults })}`);
    expect(wrong).toEqual([]);
    expect(ends['done']).toBeGreaterThan(TRANSFERS / 4);
    expect(ends['EACCES']).toBeGreaterThan(0);
  },
  60_000 + TRANSFERS * 20,
);
