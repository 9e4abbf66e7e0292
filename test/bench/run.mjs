// Runs the benches one after the other, each in a process of its own. `npm run bench -- transfer`: only these.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const ENDING = '.bench.mjs';
const benches = readdirSync(folder)
  .filter((name) => name.endsWith(ENDING))
  .map((name) => name.slice(0, -ENDING.length))
  .sort();
const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (!benches.includes(name)) {
    console.error(`there is no bench ${name}; there are: ${benches.join(', ')}`);
    process.exit(2);
  }
}
for (const name of wanted.length > 0 ? wanted : benches) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(process.execPath, [`${folder}${name}${ENDING}`], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
