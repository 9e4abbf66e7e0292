// A user of a shared bus, as a process: takes a lease and writes counting numbers to a register, as fast as it is answered.
// Prints `granted FENCE`, then a line for each fault. `node user.mjs SOCKET BUS TTL_MS`
import { createRequire } from 'node:module';

const built = createRequire(import.meta.url).resolve('#built/src/remote/index.js');
const { openStream, RemoteSession, WAIT } = await import(built);
const [path, bus, ttlMs] = process.argv.slice(2);
const session = new RemoteSession({
  name: path,
  who: 'a process',
  open: () => openStream({ way: 'unix', path }, path),
});
const { buses } = await session.connect();
const wish = { buses: [bus], why: '', idleMs: 60_000, graceMs: 0, priority: 0, steal: false, restore: false };
await session.acquire({ ...wish, ttlMs: Number(ttlMs), wait: WAIT.YES });
console.log(`granted ${session.fence}`);
const index = buses.findIndex(({ name }) => name === bus);
for (let n = 0; ; n = (n + 1) & 0x3f) {
  const data = Uint8Array.of(3, n, 0);
  try {
    await session.transfer(
      { kind: 'i2c', bus: index, messages: [{ addr: 0x48, flags: 0, length: 3, data }] },
      1e9,
    );
  } catch (fault) {
    console.log(fault.message);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
