#!/usr/bin/env bash
# vl53l0x 2.0.0 (npm).
#
# Guess: measure() waits until the sensor's interrupt status (register 13, bits 2 to 0) says that a range is there, and
# then reads it. Its start clears bit 4 of register 84 (the polarity of the interrupt) and leaves the other bits.
# Seen: the status is asked for once, and never waited for, as `status & 7 === 0` is `status & (7 === 0)`: the range of a
# sensor that is not ready yet is what stood there before. The old value of 84 is not waited for either: the register
# becomes 00, whatever it was.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts vl53l0x@2.0.0
cat > measure.cjs <<'JS'
const VL53L0X = require('vl53l0x');
const registers = new Uint8Array(256);
registers[0x84] = 0x31;
// The sequence, and how long its steps take.
registers.set([6, 0x02, 0xff], 0x50);
registers.set([6, 0x04, 0xff], 0x70);
registers[0x01] = 0xff;
let pointer = 0;
let polarity;
let asked = 0;
const bus = {
  i2cWrite: async (_address, length, bytes) => {
    pointer = bytes[0];
    if (length > 1 && pointer === 0x84) polarity = bytes[1];
  },
  i2cRead: async (_address, length, buffer) => {
    for (let i = 0; i < length; i++) buffer[i] = registers[pointer + i];
    if (pointer === 0x83) buffer[0] = 0x10;
    // The range is there at the third look.
    if (pointer === 0x13) buffer[0] = ++asked % 3 === 0 ? 0x04 : 0x00;
    if (pointer === 0x1e) buffer.writeUInt16BE(asked % 3 === 0 ? 500 : 20);
    return { buffer };
  },
};
(async () => {
  const sensor = VL53L0X(bus);
  await sensor.getSignalRateLimit();
  asked = 0;
  const range = await sensor.measure();
  console.log(`range ${range} after ${asked} look; 84: ${polarity}`);
})();
JS
seen=$(node measure.cjs)
echo "$seen"
[[ $seen == 'range 20 after 1 look; 84: 0' ]]
