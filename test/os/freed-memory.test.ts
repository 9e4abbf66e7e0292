import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('freed-memory.mjs', import.meta.url));

/** Other C libraries give all back, and have no setting for it. */
const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
const isGlibc = header.glibcVersionRuntime !== undefined;
if (!isGlibc) console.warn('the test of freed memory is skipped: the C library is not glibc');

it.skipIf(!isGlibc)('keeps freed memory for who asks next', () => {
  const { given, kept } = JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8' }));
  // Of 1536 pages of 4 KiB, all but 128 KiB; fewer where pages are larger.
  expect(kept).toBeLessThan(given / 4);
});
