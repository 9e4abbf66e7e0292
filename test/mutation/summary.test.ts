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

  it('takes in what slower tests noticed of the rest', () => {
    const at = (line: number, status: string) => ({
      ...mutant(status, line),
      location: { start: { line, column: 3 }, end: { line, column: 7 } },
    });
    const states = ['Killed', 'Survived', 'NoCoverage', 'NoCoverage', 'Survived', 'Survived'];
    const later = [undefined, 'Killed', 'Survived', 'NoCoverage', 'Timeout', 'NoCoverage'];
    const fileOf = (mutants: unknown) => ({ files: { 'a.ts': { source: '', mutants } } });
    const before = fileOf(states.map((status, line) => at(line, status)));
    const after = fileOf(later.flatMap((status, line) => (status === undefined ? [] : [at(line, status)])));
    const program =
      "import { leftOver, merged } from './test/mutation/summary.mjs';" +
      `const before = ${JSON.stringify(before)};` +
      `const { files } = merged(before, ${JSON.stringify(after)});` +
      "console.log(JSON.stringify([leftOver(before), files['a.ts'].mutants.map(({ status }) => status)]));";
    const { stdout } = spawnSync('node', ['--input-type=module', '-e', program], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toEqual([
      ['a.ts:1:2-1:6', 'a.ts:2:2-2:6', 'a.ts:3:2-3:6', 'a.ts:4:2-4:6', 'a.ts:5:2-5:6'],
      ['Killed', 'Killed', 'Survived', 'NoCoverage', 'Timeout', 'Survived'],
    ]);
  });

  it.each([[[]], [['nowhere']], [['virtio', '--concurrency', '0']]])(
    '%j is refused before anything is installed',
    (argv) => {
      const { status, stderr } = spawnSync('node', ['test/mutation/run.mjs', ...argv], { encoding: 'utf8' });
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr:
          'usage: node test/mutation/run.mjs ROOM [--folder FOLDER] [--concurrency N] [--tests PATTERN]... [FILE...]\n' +
          'ROOM is one of values, virtio, backend, parts, sim, trace, recording, kit, faults; N is at least 1\n',
      });
    },
  );
});
