import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { controlSocketOf, controlSocketsOf } from '../../../src/board/control/place.ts';
import { testFolder } from '../../cli/folder.ts';

const folder = testFolder();
const before = process.env['XDG_RUNTIME_DIR'];
afterEach(() => {
  if (before === undefined) delete process.env['XDG_RUNTIME_DIR'];
  else process.env['XDG_RUNTIME_DIR'] = before;
});

/** A folder of so many bytes, for the files of this user's session. */
function runtimeOf(length: number): string {
  const path = folder.path('x'.repeat(length - folder.path('x').length + 1));
  mkdirSync(path, { mode: 0o700, recursive: true });
  process.env['XDG_RUNTIME_DIR'] = path;
  return path;
}

// unix(7): sun_path has 108 bytes, with the NUL behind the name; Node cuts a longer one off.
it.runIf(process.platform === 'linux')('is one that fits into a socket address', () => {
  const room = 107 - '/dtbus/0123456789abcdef-4194304.sock'.length;
  runtimeOf(room);
  expect(controlSocketOf('board.dts').length).toBeLessThanOrEqual(107);
  const path = runtimeOf(room + 1);
  for (const ask of [controlSocketOf, controlSocketsOf])
    expect(() => ask('board.dts')).toThrow(
      `too long a folder for control sockets: ${path}/dtbus; a socket's path takes 107 bytes: set XDG_RUNTIME_DIR to a shorter one`,
    );
  expect(readdirSync(path)).toEqual([]);
});

// A container or sudo takes the variable over and not the folder, which only the session manager makes.
it('is among the temporary files where the folder of the session is not there', () => {
  const session = folder.path('session-that-is-not-there');
  process.env['XDG_RUNTIME_DIR'] = session;
  expect(controlSocketOf('board.dts')).not.toContain(session);
  expect(existsSync(session)).toBe(false);
});
