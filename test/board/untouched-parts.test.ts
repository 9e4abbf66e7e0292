import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** It is 600 to 1,300; one that does not rest has up to 3,300. */
const MOST_BYTES = 1536;
const KINDS = 13;

it('a part that nobody touches takes little memory, whatever its kind', () => {
  const script = fileURLToPath(new URL('untouched-parts.mjs', import.meta.url));
  const printed = execFileSync(process.execPath, [script], { encoding: 'utf8' });
  const measured = printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly kind: string; readonly bytes: number });
  expect(measured).toHaveLength(KINDS);
  // One that takes nothing was not there.
  expect(measured.filter(({ bytes }) => !(bytes > 300 && bytes < MOST_BYTES))).toEqual([]);
});
