// Runs the benches one after the other, each in a process of its own. `npm run bench -- transfer`: only these.
// `npm run bench -- --against FOLDER transfer`: each in turn on this build and on that of another checkout.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compare } from './compare.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const ENDING = '.bench.mjs';
const benches = readdirSync(folder)
  .filter((name) => name.endsWith(ENDING))
  .map((name) => name.slice(0, -ENDING.length))
  .sort();
const { values, positionals: wanted } = parseArgs({
  options: { against: { type: 'string' }, pairs: { type: 'string', default: '7' } },
  allowPositionals: true,
});
for (const name of wanted) {
  if (!benches.includes(name)) {
    console.error(`not found: bench ${name}; there are: ${benches.join(', ')}`);
    process.exit(2);
  }
}
for (const name of wanted.length > 0 ? wanted : benches) {
  console.log(`\n== ${name}`);
  const bench = `${folder}${name}${ENDING}`;
  if (values.against !== undefined) {
    if (!compare(bench, values.against, Number(values.pairs))) process.exitCode = 1;
    continue;
  }
  const { status } = spawnSync(process.execPath, [bench], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
