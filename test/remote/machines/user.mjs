// A user of a bus of another machine, as a process: takes a lease, sends numbers one after another, and takes another lease when
// it is lost. Prints `seen TAG ERRNO`, `ok` for none. `node user.mjs PLACE FIRST_TAG TTL_MS`, where PLACE
// is ADDRESS:PORT or begins with `remote:`; ends at the end of stdin.
import { createRequire } from 'node:module';
import { createConnection } from 'node:net';

const built = createRequire(import.meta.url).resolve('#built/src/remote/index.js');
const { openStream, RemoteSession, remoteAddress, WAIT } = await import(built);
const [where, first, ttlMs] = process.argv.slice(2);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let isOver = false;
process.stdin.on('end', () => {
  isOver = true;
});
process.stdin.resume();
const byPort = () =>
  new Promise((resolve, reject) => {
    const [host, port] = where.split(':');
    const socket = createConnection({ host, port: Number(port), noDelay: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error) => reject(Object.assign(error, { code: 'ENODEV' })));
  });
const open = () => {
  if (!where.startsWith('remote:')) return byPort();
  const { place, name } = remoteAddress(where);
  return openStream(place, name);
};
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
