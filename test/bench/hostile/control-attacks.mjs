// Attacks by the control socket of a served board, and on what is counted of it.
import { closeSync, openSync, readlinkSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { carriedOut } from './count.mjs';

const WATCHERS = 8;
const pause = (ms = 1) => new Promise((resolve) => setTimeout(resolve, ms));

function connected(socket) {
  return new Promise((resolve, reject) => {
    const it = createConnection(socket);
    it.once('connect', () => resolve(it));
    it.once('error', reject);
  });
}

const control = (folder) => connected(join(folder, 'control.sock'));
const line = (request) => `${JSON.stringify(request)}\n`;

/** Resolves once the other end took what was written. */
const taken = (it, text) =>
  new Promise((resolve, reject) => it.write(text, (error) => (error ? reject(error) : resolve())));

/** Asks without a pause, for as long as the other end takes it, and reads no answer. */
async function askWithoutReading(folder, request) {
  const many = line(request).repeat(200);
  for (;;) {
    const asked = await Promise.all(Array.from({ length: 4 }, () => control(folder)));
    const end = performance.now() + 500;
    while (performance.now() < end) {
      await Promise.race([
        Promise.all(asked.map((it) => taken(it, many).then(() => carriedOut(200)))),
        pause(100),
      ]);
    }
    for (const it of asked) it.destroy();
  }
}

export const CONTROL_ATTACKS = {
  /** Each is told of every transfer of the board, and reads nothing. A watch that was begun counts. */
  'watchers that never read': async (folder) => {
    for (;;) {
      const watchers = await Promise.all(Array.from({ length: WATCHERS }, () => control(folder)));
      await Promise.all(watchers.map((it) => taken(it, line({ call: 'watch' })).then(() => carriedOut())));
      await pause(400);
      for (const it of watchers) it.destroy();
    }
  },

  /** What a dashboard asks for, without a pause; none of the answers is read. A request that was taken counts. */
  'a scraper that never reads': (folder) => askWithoutReading(folder, { call: 'describe' }),

  /** The file of `--metrics`: opened, held and not read. One that was opened counts. */
  'a scraper of metrics that never reads': async (folder) => {
    const held = [];
    for (;;) {
      held.push(openSync(join(folder, 'metrics'), 'r'));
      if (!readlinkSync(`/proc/self/fd/${held.at(-1)}`).includes('metrics')) throw new Error('another file');
      carriedOut();
      if (held.length > 500) closeSync(held.shift());
      await pause(0);
    }
  },
};
