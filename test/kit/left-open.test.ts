import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { testFolder } from '../cli/folder.ts';

const folder = testFolder();

/** What a script prints to standard error that opens a board for tests. */
function stderrOf(...lines: string[]) {
  const script = folder.write(
    'script.mjs',
    [
      `import { openTestBoard } from ${JSON.stringify(`${process.cwd()}/dist/src/kit/index.js`)};`,
      "const board = await openTestBoard('dts/demo.dts', { backEnd: 'inline' });",
      ...lines,
    ].join('\n'),
  );
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { status, stderr, stdout } = spawnSync(process.execPath, [script], { encoding: 'utf8', env });
  return { status, stderr, stdout };
}

const LEFT =
  'dtbus: dts/demo.dts was left open: call finish() or close() of each board that openTestBoard opens\n';

it('a board that is open when the process ends is named and closed', () => {
  expect(stderrOf("process.on('exit', () => console.log(board.isClosed));")).toEqual({
    status: 0,
    stderr: LEFT,
    stdout: 'true\n',
  });
});

it('also where the process is ended at once, and with what it has left', () => {
  expect(stderrOf('process.exit(3);')).toMatchObject({ status: 3, stderr: LEFT });
  const { stderr } = stderrOf("board.inject('absent', '&temp');");
  expect(stderr).toContain(LEFT);
  expect(stderr).toContain('never struck');
});

it('one that was closed is not', () => {
  expect(stderrOf('await board.finish();')).toMatchObject({ status: 0, stderr: '' });
});
