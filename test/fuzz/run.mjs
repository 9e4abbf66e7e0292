// Runs the fuzzers one after the other. `npm run fuzz`: a minute each. `npm run fuzz -- 600`: ten minutes each.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const seconds = Number(process.argv[2] ?? 60);
if (!(seconds > 0)) {
  console.error('usage: npm run fuzz -- [SECONDS]');
  process.exit(2);
}
const fuzzers = [
  ['devicetree', String(seconds)],
  ['virtio', `${seconds}s`],
  ['back-end', `${seconds}s`],
  ['vhost-user', `${seconds}s`],
  ['front-end', `${seconds}s`],
  ['async-hosts', `${seconds}s`],
];
for (const [name, duration] of fuzzers) {
  console.log(`\n== ${name}, ${seconds} s`);
  const script = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const { status } = spawnSync(process.execPath, [script, duration], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
