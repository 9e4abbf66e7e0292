#!/usr/bin/env bash
# crc-full 1.1.0 (npm).
#
# Guess: a CRC is a number from 0 up, so that compute(data).toString(16) is its hex digits, as the package's readme says,
# and computeBuffer() makes the four bytes of any CRC of 32 bits. makeCrcTableReversed(), which the readme has for a table
# to export, leaves what compute() says alone.
# Seen: each of 32 bits whose top bit is set is below zero: that of "123456789" is -340bc6da and not cbf43926, so that it
# never equals the one that was received; for half of all bytes computeBuffer() throws a RangeError. After
# makeCrcTableReversed() compute() uses that table and is wrong for each CRC tried, also for one that is asked for anew,
# as default() hands out one object to all.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts crc-full@1.1.0
cat > crc.cjs <<'JS'
const { CRC } = require('crc-full');
const DIGITS = Buffer.from('123456789');
function hex(name) {
  return CRC.default(name).compute(DIGITS).toString(16);
}
let refused = 0;
for (let byte = 0; byte < 256; byte += 1) {
  try {
    CRC.default('CRC32').computeBuffer([byte]);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    refused += 1;
  }
}
console.log(`computeBuffer, CRC32: refused for ${refused} of 256 bytes`);
for (const name of ['CRC32', 'CRC32_C', 'CRC32_MPEG2', 'CRC16_MODBUS', 'CRC16_XMODEM', 'CRC8_MAXIM']) {
  const before = hex(name);
  CRC.default(name).makeCrcTableReversed();
  console.log(`${name}: ${before}, after makeCrcTableReversed ${hex(name)}`);
}
JS
node crc.cjs | tee seen
cat > expected <<'SEEN'
computeBuffer, CRC32: refused for 128 of 256 bytes
CRC32: -340bc6da, after makeCrcTableReversed 7ead5c77
CRC32_C: -1cf96d7d, after makeCrcTableReversed -eab590
CRC32_MPEG2: 376e6e7, after makeCrcTableReversed 3bf12f4f
CRC16_MODBUS: 4b37, after makeCrcTableReversed 82a7
CRC16_XMODEM: 31c3, after makeCrcTableReversed 604a
CRC8_MAXIM: a1, after makeCrcTableReversed a2
SEEN
cmp expected seen
