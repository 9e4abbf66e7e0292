// Prints what the test run came to, and fails when tests were skipped although what they need is here.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const results = JSON.parse(readFileSync('coverage/results.json', 'utf8'));
const coverage = JSON.parse(readFileSync('coverage/coverage-summary.json', 'utf8'));
const shared = process.env.DTBUS_SHARED ?? '../shared';

const tests = results.testResults.flatMap(({ assertionResults }) => assertionResults);
const count = (status) => tests.filter((test) => test.status === status).length;
const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
// Real hardware is somewhere else, a simulation has no adapter to pull out, and Debian has no package of labgrid or Jumpstarter.
const excused = ({ fullName }) =>
  /DTBUS_TEST_PORT|^simulated controllers when the adapter fails|^(labgrid|Jumpstarter) \(skipped where Python/.test(
    fullName,
  );

console.log(`line coverage of src and hosts: ${coverage.total.lines.pct} %`);
console.log(`${count('passed')} passed, ${count('failed')} failed, ${skipped.length} skipped`);

let ok = count('failed') === 0 && count('passed') > 0;
if (coverage.total.lines.pct < 90) {
  console.error('line coverage is below 90 %');
  ok = false;
}
if (existsSync(shared)) {
  for (const { fullName } of skipped.filter((test) => !excused(test))) {
    console.error(`skipped although ${shared} is here: ${fullName}`);
    ok = false;
  }
}
// The run writes the table of parts anew: what is committed has to be what it found.
const PARTS = 'src/sim/README.md';
const diff = spawnSync('git', ['diff', '--exit-code', '--unified=0', PARTS], { encoding: 'utf8' });
if (diff.status === 1) {
  console.error(`the table in ${PARTS} is not what the tests found; commit what they wrote:\n${diff.stdout}`);
  ok = false;
}
process.exit(ok ? 0 : 1);
