// A user of a bus of another machine, as a process: takes a lease, sends numbers one after another, and takes another lease when
// it is lost. Prints `seen TAG ERRNO`, `ok` for none. `node user.mjs ADDRESS PORT FIRST_TAG TTL_MS WAIT`; ends at the end of stdin.
import { createRequire } from 'node:module';
import { createConnection } from 'node:net';

const built = createRequire(import.meta.url).resolve('#built/src/remote/index.js');
const { RemoteSession, WAIT } = await import(built);
const [host, port, first, ttlMs] = process.argv.slice(2);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let isOver = false;
process.stdin.on('end', () => {
  isOver = true;
});
process.stdin.resume();
const open = () =>
  new Promise((resolve, reject) => {
    const socket = createConnection({ host, port: Number(port), noDelay: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error) => reject(Object.assign(error, { code: 'ENODEV' })));
  });
const wish = { buses: ['i2c-1'], why: '', idleMs: 60_000, priority: 0, steal: false, restore: false };
for (let tag = Number(first); !isOver; ) {
  let lost = false;
  const onLost = () => {
    lost = true;
  };
  const session = new RemoteSession({ name: 'A', who: `user ${first}`, open, onLost });
  try {
    await session.connect();
    await session.acquire({ ...wish, ttlMs: Number(ttlMs), graceMs: Number(ttlMs), wait: WAIT.YES });
    console.log(`granted ${session.fence}`);
    while (!lost && !isOver) {
      const data = Buffer.alloc(4);
      data.writeUInt32LE(++tag);
      const mine = tag;
      const messages = [{ addr: 0x50, flags: 0, length: 4, data }];
      const code = await session.transfer({ kind: 'i2c', bus: 0, messages }, 5e9).then(
        () => 'ok',
        (fault) => fault.code,
      );
      console.log(`seen ${mine} ${code}`);
      lost ||= code !== 'ok';
    }
  } catch (error) {
    console.log(`log ${error.message}`);
    await pause(50);
  }
  await Promise.race([session.close(), pause(500)]);
}
process.exit(0);
