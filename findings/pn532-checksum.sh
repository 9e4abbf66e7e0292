#!/usr/bin/env bash
# pn532 1.0.0 (npm).
#
# Guess: the last but one byte of a frame brings the sum of its data to 0 (mod 256), as the PN532's manual has it; what
# getGeneralStatus() gives are the bytes of the answer.
# Seen: where the data's own sum is 0 already, the checksum is 1 and not 0, so the frame is a wrong one: one of 256 with
# data of any kind, such as what is written to a card. What getGeneralStatus() gives ends with the frame's checksum.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts pn532@1.0.0
cat > frame.cjs <<'JS'
const { EventEmitter } = require('events');
const { DataFrame } = require('pn532/src/frame');
const { PN532 } = require('pn532');
/** The sum of the frame's data and its checksum. */
const sumOf = (data) => {
  const frame = new DataFrame(data).toBuffer();
  return frame.subarray(5, frame.length - 1).reduce((sum, byte) => sum + byte, 0) & 0xff;
};
// d4, 40 and the data: 1 more than 0, and 0.
const sums = [0xed, 0xec].map((last) => sumOf([0x40, last]));

// Each write is answered by an ACK and an answer of three bytes: 00 01 80.
class i2c extends EventEmitter {
  write(frame) {
    const command = frame[6] + 1;
    const sum = (0xd5 + command + 0x00 + 0x01 + 0x80) & 0xff;
    const answer = [0x00, 0x00, 0xff, 5, 0xfb, 0xd5, command, 0x00, 0x01, 0x80, (0x100 - sum) & 0xff, 0x00];
    setImmediate(() => this.emit('data', Buffer.from([0, 0, 0xff, 0, 0xff, 0, ...answer])));
  }
}
const reader = new PN532(new i2c());
reader.on('ready', async () => {
  const status = await reader.getGeneralStatus();
  console.log(`sums ${sums.join(', ')}; status ${status.subarray(0, 3).toString('hex')} and ${status.length - 3} more`);
});
JS
seen=$(node --no-deprecation frame.cjs 2>/dev/null)
echo "$seen"
[[ $seen == 'sums 0, 1; status 000180 and 1 more' ]]
