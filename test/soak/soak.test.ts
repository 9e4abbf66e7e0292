import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const SECONDS = 45;
const run = promisify(execFile);

/** The short form of `npm run soak`; what it holds and how stands there. */
it.runIf(process.platform === 'linux')(
  'guests come and go, servers are killed, an adapter is unplugged and models fail: nothing is lost or doubled, nothing grows',
  async () => {
    const script = fileURLToPath(new URL('soak.mjs', import.meta.url));
    const { stdout } = await run(process.execPath, [script, String(SECONDS), '20261128']).catch(
      (error) => error,
    );
    expect(stdout).toMatch(/no fault\n$/);
  },
  SECONDS * 1000 + 150_000,
);
