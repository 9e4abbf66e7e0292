import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

/** The first inputs of each fuzzer, the same in every run; `npm run fuzz` makes new ones. */
it.runIf(process.platform === 'linux').each([
  ['virtio', '20000', /\nvirtio: 20,\d+ chains/],
  ['back-end', '100000', /\nback-end: 100\d+ requests/],
  ['vhost-user', '100', /\nvhost-user: 100 sessions/],
  ['front-end', '50', /\nfront-end: 50 sessions/],
  ['async-hosts', '2000', /\nasync-hosts: 2\d{3} requests in [1-9]\d{2,} transfers/],
  ['served/serve', '10000', /\nserve: 1\d{4} messages .* round trips right/],
  ['serial', '100', /\nserial: 100 sessions, .* nothing found$/],
  ['trees/overlays', '40', /\noverlays: 40 bases, .* nothing found$/],
  ['trees/boards', '16', /\nboards: 16 boards, .* nothing found$/],
  ['devicetree', '1', /, 0 finds$/],
])(
  '%s: %s and no find',
  async (name, count, line) => {
    const script = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
    const { stdout } = await run(process.execPath, [script, count, '20261128']);
    expect(stdout.trim()).toMatch(line);
  },
  120_000,
);
