// Very many transfers of one script in one process: its memory must stay level. On the compiled package.
//
//   node test/soak/transfers.mjs [COUNT]
//
// Write-then-read of a simulated LM75, back-end `inline`: every answer is looked at. Resident memory, heap and external
// memory are told at each hundredth. V8 makes room for young objects in steps, the last of them after some 30 million: what
// is resident from a third on decides.
import { openBoard } from '../../dist/src/board/index.js';

/** From a third of the run to the end. */
const MOST_GROWTH_MB = 10;
const count = Number(process.argv[2] ?? 1e8);
if (!(count >= 100)) {
  console.error('usage: node test/soak/transfers.mjs [COUNT]');
  process.exit(2);
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
  const { rss, heapUsed, external } = process.memoryUsage();
  return [rss, heapUsed, external].map((bytes) => bytes / 2 ** 20);
};
const step = Math.floor(count / 100);
let [least, most, heap, wrong] = [Number.POSITIVE_INFINITY, 0, 0, 0];
const began = performance.now();
for (let done = 0; done < count; ) {
  const end = Math.min(done + step, count);
  for (; done < end; done++) {
    const [bytes] = i2c.transferSync(messages);
    if (bytes[0] !== 25 || bytes[1] !== 0) wrong++;
  }
  const [rss, used, external] = megabytes();
  if (done >= count / 3) [least, most] = [Math.min(least, rss), Math.max(most, rss)];
  heap = Math.max(heap, used);
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `${done} transfers, ${seconds.toFixed(0)} s: ${rss.toFixed(1)} MB resident, ${used.toFixed(1)} heap, ${external.toFixed(1)} external`,
  );
}
await board.close();
const level = most - least <= MOST_GROWTH_MB;
console.log(
  `${count} transfers, ${wrong} wrong: ${least.toFixed(1)} to ${most.toFixed(1)} MB resident from a third on, heap at most ${heap.toFixed(1)} MB${level ? '' : `: more than ${MOST_GROWTH_MB} MB`}`,
);
process.exitCode = wrong === 0 && level ? 0 : 1;
