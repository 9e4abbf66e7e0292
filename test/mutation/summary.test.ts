import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** A mutant of Stryker's report, at a line. */
function mutant(status: string, line: number) {
  return { status, mutatorName: 'Boolean', replacement: 'true', location: { start: { line, column: 3 } } };
}

describe('the table of a mutation run', () => {
  it('counts mutants by file, leaves static ones out of the score, and lists what nobody noticed', () => {
    const report = {
      files: {
        'a.ts': {
          source: 'one\n  two\nthree',
          mutants: ['Killed', 'Killed', 'Timeout', 'Survived', 'Ignored'].map((status) => mutant(status, 2)),
        },
        'b.ts': { source: 'four', mutants: [mutant('NoCoverage', 1), mutant('Ignored', 1)] },
        'c.ts': { source: '', mutants: [mutant('Ignored', 1)] },
      },
    };
    const program = `import { summary } from './test/mutation/summary.mjs'; console.log(summary(${JSON.stringify(report)}));`;
    const { stdout } = spawnSync('node', ['--input-type=module', '-e', program], { encoding: 'utf8' });
    expect(stdout.split('\n')).toEqual([
      'file\tkilled\ttimeout\tsurvived\tno cov.\tstatic\tscore',
      'a.ts\t2\t1\t1\t0\t1\t75.0 %',
      'b.ts\t0\t0\t0\t1\t1\t0.0 %',
      'c.ts\t0\t0\t0\t0\t1\t-',
      'all\t2\t1\t1\t1\t3\t60.0 %',
      '',
      'a.ts:2:3 Survived Boolean',
      '  - two',
      '  + true',
      'b.ts:1:3 NoCoverage Boolean',
      '  - four',
      '  + true',
      '',
    ]);
  });

  it.each([[[]], [['nowhere']], [['virtio', '--concurrency', '0']]])(
    '%j is refused before anything is installed',
    (argv) => {
      const { status, stderr } = spawnSync('node', ['test/mutation/run.mjs', ...argv], { encoding: 'utf8' });
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr:
          'usage: node test/mutation/run.mjs ROOM [--folder FOLDER] [--concurrency N] [FILE...]\n' +
          'ROOM is one of values, virtio, backend, parts; N is at least 1\n',
      });
    },
  );
});
