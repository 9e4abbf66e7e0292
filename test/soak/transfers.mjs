// Very many transfers of one script in one process: its memory must stay level. On the compiled package.
//
//   node test/soak/transfers.mjs [COUNT]
//
// Write-then-read of a simulated LM75, back-end `inline`: every answer is looked at. What is ours, the heap after a collection
// and external memory, must be level from the first hundredth on; and what is resident, from the second on. V8's room for
// young objects has one size here: else it doubles twice, as survivors of collections add up (8, 16, 32 MB after some 4 and
// 30 million transfers), and nothing of that is kept by anybody.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openBoard } from '../../dist/src/board/index.js';

/** Of each of the two. */
const MOST_GROWTH_MB = 10;
const count = Number(process.argv[2] ?? 1e8);
if (!(count >= 100)) {
  console.error('usage: node test/soak/transfers.mjs [COUNT]');
  process.exit(2);
}
if (globalThis.gc === undefined) {
  const flags = ['--expose-gc', '--min-semi-space-size=16', '--max-semi-space-size=16'];
  const again = [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  process.exit(spawnSync(process.execPath, again, { stdio: 'inherit' }).status ?? 1);
}

const SOURCE = `/dts-v1/; / { i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
  temp@48 { compatible = "national,lm75"; reg = <0x48>; }; }; };`;
const board = await openBoard({ source: SOURCE, backEnd: 'inline' });
const i2c = board.open('/dev/i2c-0');
const messages = [
  { addr: 0x48, write: Uint8Array.of(0) },
  { addr: 0x48, read: 2 },
];
const megabytes = () => {
  const { rss } = process.memoryUsage();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return [rss, heapUsed + external].map((bytes) => bytes / 2 ** 20);
};
const step = Math.floor(count / 100);
const resident = [];
const ours = [];
let wrong = 0;
const began = performance.now();
for (let done = 0; done < count; ) {
  const end = Math.min(done + step, count);
  for (; done < end; done++) {
    const [bytes] = i2c.transferSync(messages);
    if (bytes[0] !== 25 || bytes[1] !== 0) wrong++;
  }
  const [rss, held] = megabytes();
  resident.push(rss);
  ours.push(held);
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `${done} transfers, ${seconds.toFixed(0)} s: ${rss.toFixed(1)} MB resident, ${held.toFixed(2)} heap and external`,
  );
}
await board.close();
const grew = (numbers) => Math.max(...numbers) - numbers[0];
const [growth, growthOfOurs] = [grew(resident.slice(1)), grew(ours)];
const level = Math.max(growth, growthOfOurs) <= MOST_GROWTH_MB;
console.log(
  `${count} transfers, ${wrong} wrong: resident memory grew by ${growth.toFixed(1)} MB, heap and external by ${growthOfOurs.toFixed(2)} MB${level ? '' : `: more than ${MOST_GROWTH_MB} MB`}`,
);
process.exitCode = wrong === 0 && level ? 0 : 1;
