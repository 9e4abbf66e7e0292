import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Controllable } from '../../../src/board/control/controllable.ts';
import { serveControl } from '../../../src/board/control/server.ts';
import { testFolder } from '../../cli/folder.ts';

const folder = testFolder();
const DESCRIBE = `${JSON.stringify({ call: 'describe' })}\n`;

/** Requests that were carried out, and what each takes. */
let asked: number;
let work: () => void;
let socket: string;
let end: () => void;
const clients: Socket[] = [];

beforeEach(() => {
  asked = 0;
  work = () => {};
  socket = folder.path('control.sock');
  const board = {
    // An answer of 10 kB.
    name: 'x'.repeat(10_000),
    parts: () => {
      asked++;
      work();
      return [];
    },
    lines: () => [],
    buses: () => [],
    real: () => [],
  };
  end = serveControl(board as unknown as Controllable, socket);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  end();
});

async function connected(): Promise<Socket> {
  const client = createConnection(socket);
  clients.push(client);
  await once(client, 'connect');
  return client;
}

/** Turns of the event loop, until `found` or `most` of them. */
async function turns(most: number, found: () => boolean): Promise<void> {
  for (let turn = 0; turn < most && !found(); turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}

it('who does not read its answers is asked no further, and gets them all, in order, when it reads', async () => {
  const client = await connected();
  const requests = 2000;
  client.pause();
  for (let at = 0; at < requests; at++) client.write(DESCRIBE);
  let before = -1;
  while (before !== asked || asked === 0) {
    before = asked;
    await turns(100, () => false);
  }
  // 1 MiB in the process, and what the kernel takes: not the 20 MB of all.
  expect(asked).toBeLessThan(500);
  let lines = 0;
  client.on('data', (chunk) => {
    lines += String(chunk).split('\n').length - 1;
  });
  client.resume();
  await turns(20_000, () => lines === requests);
  expect(lines).toBe(requests);
});

it('many requests at once leave turns of the event loop to others', async () => {
  let row = 0;
  let longest = 0;
  work = () => {
    longest = Math.max(longest, ++row);
    const until = performance.now() + 1;
    while (performance.now() < until);
  };
  let isOver = false;
  const other = () => {
    row = 0;
    if (!isOver) setImmediate(other);
  };
  other();
  const client = await connected();
  client.resume();
  client.write(DESCRIBE.repeat(200));
  await turns(5000, () => asked === 200);
  isOver = true;
  expect(asked).toBe(200);
  expect(longest).toBeLessThan(10);
});

it('a connection more than 64 is closed, and the others go on', async () => {
  const first = await connected();
  for (let at = 1; at < 64; at++) await connected();
  const extra = await connected();
  extra.resume();
  await once(extra, 'close');
  first.write(DESCRIBE);
  const [answer] = await once(first, 'data');
  expect(String(answer)).toMatch(/^\{"result":\{"pid":/);
});

it('lines that never end are not kept beyond the longest that there can be, of all connections together', async () => {
  const piece = 'x'.repeat(1 << 20);
  const pair = [await connected(), await connected()];
  let closed = 0;
  for (const client of pair) {
    client.on('error', () => {});
    client.once('close', () => closed++);
  }
  // 96 MiB each: either alone would be taken.
  for (let at = 0; at < 96 && closed === 0; at++)
    await Promise.all(
      pair.map(
        (client) =>
          new Promise((resolve) => (client.destroyed || client.write(piece, resolve) ? 0 : resolve(0))),
      ),
    );
  await turns(2000, () => closed > 0);
  expect(closed).toBe(1);
  const client = pair.find((each) => !each.destroyed) as Socket;
  client.write(`\n${DESCRIBE}`);
  const [answer] = await once(client, 'data');
  expect(String(answer)).toContain('"error":"invalid request');
});
