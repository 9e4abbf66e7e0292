import { expect, it } from 'vitest';
import { dtbusHere } from './run-here.ts';

/** What was done, the exit code, and what the sentence must have: the place, the remedy. */
export type Refusal = readonly [argv: string, status: number, ...sentence: (string | RegExp)[]];

/** Tests that each call ends with its code and a sentence, and without a stack. @param word a word of a call as it is meant */
export function refuses(rows: readonly Refusal[], word: (written: string) => string): void {
  const named = rows.map(([line, status, ...sentence]) => ({ line, status, sentence }));
  it.each(named)(
    '$line ends with $status and says where and what to do',
    async ({ line, status, sentence }) => {
      const ended = await dtbusHere(...line.split(' ').map(word));
      for (const part of sentence) expect(ended.err).toMatch(part);
      expect(ended.err).not.toMatch(/^ {4}at /m);
      expect(ended.status).toBe(status);
    },
  );
}
