// The attacker of `serve.mjs`: a process of its own that talks to the sockets of a served board.
//
//   node test/fuzz/served/serve-attacker.mjs FOLDER [COUNT | SECONDSs] [--seed SEED]     COUNT: messages
//
// Three kinds of peers in turn: front-ends that mostly tell the truth and send many messages in one write, front-ends that
// lie, and users of the control socket. Each leaves when it likes, in the middle of a message too.
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { connectUnix, setNonBlocking } from '../../../dist/src/os/index.js';
import { REQUEST } from '../../../dist/src/transport/vhost-user/messages/protocol.js';
import { limitOf, within } from '../limit.mjs';
import { randomFrom } from '../random.mjs';
import { START } from '../vhost-user.mjs';
import { LyingFrontEnd } from '../vhost-user-liar.mjs';

const [folder, ...rest] = process.argv.slice(2);
const limit = limitOf(rest);
const random = randomFrom(limit.seed);
const goesOn = within(limit);
const SOCKETS = ['i2c1.sock', 'spi0.sock', 'gpio0.sock'];
const GONE = ['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'EAGAIN', 'EMFILE'];
/** The channel's buffer, less the longest message. */
const BURST_BYTES = 3400;
const BURSTS = 40;
/** What an honest front-end may say at any time. */
const ANY_TIME = [
  REQUEST.SET_OWNER,
  REQUEST.SET_VRING_ENABLE,
  REQUEST.GET_FEATURES,
  REQUEST.GET_PROTOCOL_FEATURES,
  REQUEST.GET_QUEUE_NUM,
  REQUEST.GET_STATUS,
  REQUEST.SET_STATUS,
  REQUEST.GET_CONFIG,
];
const REQUESTS = Object.values(REQUEST);
const count = { messages: 0, connections: 0, abrupt: 0, bytes: 0, lines: 0 };
const turn = () => new Promise((resolve) => setImmediate(resolve));

function drain({ channel }) {
  for (let got = channel.receive(3500, 500); got !== undefined; got = channel.receive(3500, 500)) {
    if (got.length === 0) return false;
    for (const file of got.files) file.close();
  }
  return true;
}

/** @returns false when the server has ended it */
async function deliver(liar, length, fds) {
  for (let at = 0; at < length; ) {
    const sent = liar.channel.send(at, length - at, at === 0 ? fds : []);
    if (sent === undefined) {
      if (!drain(liar)) return false;
      await turn();
    }
    at += sent ?? 0;
  }
  count.bytes += length;
  return true;
}

/** One write of many messages; those with files go alone. */
async function burst(liar, next) {
  let end = 0;
  let made = 0;
  while (end < BURST_BYTES) {
    const [length, fds] = liar.compose(next(), end);
    made++;
    if (fds.length > 0) {
      liar.channel.data.copyWithin(0, end, end + length);
      count.messages++;
      return deliver(liar, length, fds);
    }
    end += length;
  }
  count.messages += made;
  return deliver(liar, end, []);
}

async function frontEnd(socket) {
  const file = connectUnix(socket);
  setNonBlocking(file.fd, true);
  const liar = new LyingFrontEnd(random, file, [4, 64, 1024, 16384][random(4)]);
  count.connections++;
  try {
    for (const request of random(4) === 0 ? [] : START) {
      liar.send(request);
      count.messages++;
    }
    const wild = random(4);
    for (let i = random(BURSTS); i > 0; i--) {
      const next = () => (random(wild === 0 ? 3 : 400) === 0 ? REQUESTS : ANY_TIME);
      const one = () => {
        const from = next();
        return from[random(from.length)];
      };
      if (!(await burst(liar, one)) || !drain(liar)) return;
      if (random(4) === 0) liar.scribble();
      if (random(4) === 0) await turn();
    }
    count.abrupt++;
  } catch (error) {
    if (!GONE.includes(error.code)) throw error;
  } finally {
    liar.close();
  }
}

const CALLS = ['describe', 'get', 'set', 'press', 'watch', 'unwatch', '__proto__', 7];
const NAMES = [
  '&temp',
  '/i2c/temp@48',
  '&gpio',
  '',
  '/',
  '&',
  '__proto__',
  'constructor',
  '&temp\u001b[2J',
  null,
  5,
  {},
  [],
];
const VALUES = [0, -5, 1e308, 'x', true, null, {}, [], { base64: 5 }, { base64: 'AAAA' }, '\u0000', -0];
const pick = (from) => from[random(from.length)];

function controlLine() {
  const call = pick(CALLS);
  const request = {
    call,
    part: pick(NAMES),
    target: pick(NAMES),
    line: pick(NAMES),
    ms: pick([1, 2, 0, -1, 1e9, 'x', null]),
  };
  if (random(2) === 0)
    request.values = random(6) === 0 ? pick(VALUES) : { [pick(['offset', '__proto__', ''])]: pick(VALUES) };
  if (random(3) === 0)
    Object.assign(request, { parts: pick(VALUES), buses: pick(VALUES), part: pick(NAMES) });
  let text = pick([JSON.stringify(request), JSON.stringify(request), JSON.stringify(pick(VALUES)), '{', '']);
  if (random(8) === 0) text = text.slice(0, random(text.length + 1));
  return `${text}\n`;
}

/** Someone at the control socket, who may not wait for answers. */
async function controlUser() {
  const socket = createConnection(join(folder, 'control.sock'));
  count.connections++;
  socket.on('error', () => {});
  try {
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  } catch {
    return;
  }
  if (random(2) === 0) socket.resume();
  for (let i = 1 + random(30); i > 0 && !socket.destroyed; i--) {
    socket.write(controlLine());
    count.lines++;
  }
  for (let i = random(6); i > 0; i--) await turn();
  count.abrupt++;
  socket.destroy();
}

while (goesOn(count.messages)) {
  if (random(8) === 0) await controlUser();
  else await frontEnd(join(folder, pick(SOCKETS)));
}
console.log(JSON.stringify(count));
