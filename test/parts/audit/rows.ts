import { describe, expect, it } from 'vitest';
import { loadParts } from '../../../src/parts/index.ts';

/**
 * What a data sheet says plainly and a driver can notice, and what the bus shows of it. `documented` is a value of the
 * data sheet, by the section that `behaviour` names; where a part does not do it, its page says so: `not modelled`.
 */
export type AuditRow = readonly [
  behaviour: string,
  documented: unknown,
  observed: (() => Promise<unknown>) | { readonly notModelled: string },
];

/** Tests of the rows of one part. */
export function audit(compatible: string, rows: readonly AuditRow[]): void {
  describe(compatible, () => {
    it.each(rows)('%s', async (_behaviour, documented, observed) => {
      if (typeof observed === 'function') {
        expect(await observed()).toEqual(documented);
        return;
      }
      const sheet = (await loadParts()).find((part) => part.compatible.includes(compatible));
      expect(sheet?.notModelled).toContain(observed.notModelled);
    });
  });
}
