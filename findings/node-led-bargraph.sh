#!/usr/bin/env bash
# node-led 0.3.1 (npm), Bargraph24 of an HT16K33.
#
# Guess: drawBitmap lights the red LED of each of the 24 bits that are set, and each bit another LED; a brightness of 0
# is the least of the 16.
# Seen: bits 16 to 19 light nothing. Bits 4 to 7 light two LEDs each, bits 12 to 15 what 16 to 19 should. A brightness of
# 0 is 15.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts node-led@0.3.1
cat > bars.cjs <<'JS'
const { Bargraph24 } = require('node-led');
const writes = [];
const io = { i2cConfig: () => {}, i2cWrite: (...sent) => writes.push(sent) };
const bars = new Bargraph24(io, { brightness: 0 });
const [dimmed] = writes.at(-1)[1];
const lit = [];
for (let bit = 0; bit < 24; bit++) {
  bars.drawBitmap(1 << bit, 0);
  const bytes = writes.at(-1)[2];
  lit.push(bytes.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0));
}
console.log(`brightness ${dimmed.toString(16)}; ${lit.join('')}`);
JS
seen=$(node bars.cjs)
echo "$seen"
[[ $seen == 'brightness ef; 111122221111111100001111' ]]
