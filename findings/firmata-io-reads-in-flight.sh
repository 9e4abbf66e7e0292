#!/usr/bin/env bash
# firmata-io 2.3.0 (npm).
#
# Guess: each i2cReadOnce gets the answer to its own request: the requests go out in order and so do the answers.
# Seen: an answer is an event named by address and register, and all callbacks that wait for that name take it. Two
# reads of one register that are under way give both callers the first answer; the second is nobody's. A read without a register
# and one of register 0 have the same name too.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts firmata-io@2.3.0
cat > reads.cjs <<'JS'
const { EventEmitter } = require('node:events');
const transport = Object.assign(new EventEmitter(), { write() {} });
const Board = require('firmata-io')(class {});
const board = new Board(transport, { skipCapabilities: true, reportVersionTimeout: 0 });
/** I2C_REPLY of address 0x48: two bytes as pairs of seven bits. */
const answer = (register, high, low) =>
  transport.emit('data', Buffer.from([0xf0, 0x77, 0x48, 0, register, 0, high, 0, low, 0, 0xf7]));
transport.emit('data', Buffer.from([0xf9, 2, 5]));
const told = [];
board.i2cConfig();
board.i2cReadOnce(0x48, 0, 2, (bytes) => told.push(`first ${bytes}`));
board.i2cReadOnce(0x48, 0, 2, (bytes) => told.push(`second ${bytes}`));
board.i2cReadOnce(0x48, 2, (bytes) => told.push(`no register ${bytes}`));
answer(0, 25, 0);
answer(0, 26, 0);
answer(0, 27, 0);
console.log(told.join('; '));
process.exit();
JS
seen=$(node reads.cjs)
echo "$seen"
[[ $seen == 'first 25,0; second 25,0; no register 25,0' ]]
