import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { paintFor } from '../../../src/cli/terminal/style.ts';

beforeEach(() => {
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS']) vi.stubEnv(name, undefined);
  vi.stubEnv('TERM', 'xterm');
});
afterEach(() => vi.unstubAllEnvs());

// `dtbus watch` writes from a thread, which has no terminal of its own: its lines had no colour anywhere.
it('paints for the stream that it is told of, whatever standard output is', () => {
  expect(process.stdout.isTTY).not.toBe(true);
  expect(paintFor({ isTTY: true })('red', '!')).toBe('\x1b[31m!\x1b[39m');
  expect(paintFor({ isTTY: false })('red', '!')).toBe('!');
  vi.stubEnv('NO_COLOR', '1');
  expect(paintFor({ isTTY: true })('red', '!')).toBe('!');
});
