#!/usr/bin/env bash
# pigpio-client 1.5.2 (npm), with two boards.
#
# Guess: each client that pigpio() makes has a host and a port of its own, and a client without options is for localhost
# and port 8888, as its documentation says.
# Seen: options and state are one object of the module. A second client changes the first one's port: when the first
# connects again, with connect() or by itself, it is connected to the second board, and its write to GPIO 17 switches
# that board's. A client without options goes to the board that was named last, and getInfo() of each is the same.
# Two boards stand in here, which answer the commands and keep the writes.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts pigpio-client@1.5.2
cat > boards.js <<'JS'
const { createServer } = require('node:net');
const { once } = require('node:events');
const { pigpio } = require('pigpio-client');
const WRITE = 4;

async function board() {
  const writes = [];
  const server = createServer((socket) => {
    let rest = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (; rest.length >= 16; rest = rest.subarray(16)) {
        const answer = Buffer.from(rest.subarray(0, 16));
        const command = answer.readUInt32LE(0);
        if (command === WRITE) writes.push(`${answer.readUInt32LE(4)}=${answer.readUInt32LE(8)}`);
        answer.writeUInt32LE(0, 12);
        socket.write(answer);
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { writes, port: server.address().port };
}
const connected = (client) => new Promise((resolve) => client.once('connected', resolve));
const write = (client) => new Promise((resolve) => client.gpio(17).write(1, resolve));

(async () => {
  const [a, b] = [await board(), await board()];
  const tell = (what) => {
    console.log(`${what}: a [${a.writes}], b [${b.writes}]`);
    a.writes.length = b.writes.length = 0;
  };
  const first = pigpio({ host: '127.0.0.1', port: a.port });
  await connected(first);
  await write(first);
  tell('the first writes');
  const second = pigpio({ host: '127.0.0.1', port: b.port });
  await connected(second);
  await write(second);
  tell('the second writes');
  first.connect();
  await connected(first);
  await write(first);
  tell('the first connects again and writes');
  const third = pigpio();
  await connected(third);
  await write(third);
  tell('a client without options writes');
  process.exit();
})();
JS
node boards.js | tee seen
cat > expected <<'SEEN'
the first writes: a [17=1], b []
the second writes: a [], b [17=1]
the first connects again and writes: a [], b [17=1]
a client without options writes: a [], b [17=1]
SEEN
cmp expected seen
