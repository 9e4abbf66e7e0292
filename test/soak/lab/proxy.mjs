// A way to a host that goes wrong: streams are cut, also in the middle of a frame, answers are swallowed, all is held back.
import { createConnection, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** @param at a path or a port to listen at @param target where it leads, as `createConnection` takes it */
export async function proxyTo(at, target, random) {
  const pairs = new Set();
  const server = createServer({ noDelay: true }, (near) => {
    const far = createConnection({ ...target, noDelay: true });
    const pair = { near, far, swallows: false, cutIn: false };
    pairs.add(pair);
    const carry = (from, to, isAnswer) => {
      from.on('data', (bytes) => {
        if (isAnswer && pair.swallows) return;
        if (!pair.cutIn) to.write(bytes);
        else to.write(bytes.subarray(0, random(bytes.length)), () => end(pair));
      });
      from.on('error', () => {});
      from.on('close', () => end(pair));
    };
    carry(near, far, false);
    carry(far, near, true);
  });
  const end = (pair) => {
    pairs.delete(pair);
    pair.near.destroy();
    pair.far.destroy();
  };
  const one = () => [...pairs][random(Math.max(1, pairs.size))];
  await new Promise((resolve) =>
    server.listen(...(typeof at === 'string' ? [at] : [at, '127.0.0.1']), resolve),
  );
  return {
    port: server.address().port,
    /** Cuts a stream within the next bytes that it carries. @returns whether there was one */
    cut() {
      const pair = one();
      if (pair !== undefined) pair.cutIn = true;
      return pair !== undefined;
    },
    /** What is asked arrives, and what is answered does not; then the stream is cut. */
    async swallow(ms) {
      const pair = one();
      if (pair === undefined) return false;
      pair.swallows = true;
      await sleep(ms);
      end(pair);
      return true;
    },
    /** Nothing arrives for a while: then what was sent meanwhile does, late. */
    async hold(ms) {
      const pair = one();
      if (pair === undefined) return false;
      for (const stream of [pair.near, pair.far]) stream.pause();
      await sleep(ms);
      for (const stream of [pair.near, pair.far]) stream.resume();
      return true;
    },
    close() {
      server.close();
      for (const pair of pairs) end(pair);
    },
  };
}
