// Runs the fuzzers one after the other. `npm run fuzz`: a minute each. `npm run fuzz -- 600`: ten minutes each;
// `npm run fuzz -- 600 --seed 7` repeats what seed 7 did. Names behind it: only those.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Of a guest; it takes its time for them. */
const CALLS_A_SECOND = 100;
const words = process.argv.slice(2);
const at = words.indexOf('--seed');
const seed = at < 0 ? Date.now() % 2 ** 31 : Number(words.splice(at, 2)[1]);
const [seconds = 60, ...only] = [Number(words.shift() ?? 60), ...words];
const fuzzers = [
  ['devicetree', String(seconds)],
  ['virtio', `${seconds}s`],
  ['back-end', `${seconds}s`],
  ['vhost-user', `${seconds}s`],
  ['front-end', `${seconds}s`],
  ['async-hosts', `${seconds}s`],
  ['served/serve', `${seconds}s`],
  ['serial', `${seconds}s`],
  ['trees/overlays', `${seconds}s`],
  ['trees/boards', `${seconds}s`],
  // In a guest: as a test, which skips where there is no kernel for it.
  ['cuse', String(CALLS_A_SECOND * seconds)],
];
const unknown = only.filter((name) => fuzzers.every(([known]) => known !== name));
if (!(seconds > 0) || !Number.isInteger(seed) || unknown.length > 0) {
  console.error('usage: npm run fuzz -- [SECONDS] [--seed SEED] [NAME]...');
  process.exit(2);
}
for (const [name, duration] of fuzzers) {
  if (only.length > 0 && !only.includes(name)) continue;
  console.log(`\n== ${name}, ${seconds} s, seed ${seed}`);
  if (name === 'cuse') {
    const env = { ...process.env, DTBUS_FUZZ_CALLS: duration, DTBUS_FUZZ_SEED: String(seed) };
    const { status } = spawnSync('npx', ['vitest', 'run', 'test/fuzz/cuse'], { stdio: 'inherit', env });
    if (status !== 0) process.exitCode = 1;
    continue;
  }
  const script = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const { status } = spawnSync(process.execPath, [script, duration, String(seed)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
