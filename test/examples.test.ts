import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';

// jumpstarter and labgrid: tests of these names in test/lab; systemd: test/cli/commands/serve-service.test.ts; wireshark:
// test/cli/watch/watch.test.ts.
it('every example has a test', () => {
  const folders = readdirSync('examples', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name)).toEqual(['jumpstarter', 'labgrid', 'pi', 'systemd', 'wireshark']);
});

it('pi: the script runs without the Pi', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['bin/dtbus.js', 'run', 'examples/pi/board.dts', 'examples/pi/thermometer.cjs', 'once'],
    { encoding: 'utf8' },
  );
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '21.5 °C\n', stderr: '' });
});
