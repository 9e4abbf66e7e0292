#!/usr/bin/env bash
# oled-js 5.1.2 (npm), for SSD1306 displays.
#
# Guess: drawRect(64, 0, 64, 8) of a display of 128 by 32 is a frame around 64 by 8 pixels, from column 64 to 127, and
# what lies outside of the display is cut off.
# Seen: a rectangle is one pixel wider than was asked for, and a pixel at x = 128 is not outside: it is in column 0, one
# page (8 rows) below. Column 127 has the corners only, and the right edge stands at the left of the display.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts oled-js@5.1.2
cat > frame.cjs <<'JS'
const Oled = require('oled-js');
const io = { i2cConfig: () => {}, i2cReadOnce: () => {}, i2cWrite: () => {} };
class Pin {
  low() {}
  high() {}
}
const oled = new Oled({ io }, { Pin }, { width: 128, height: 32, address: 0x3c });
oled.drawRect(64, 0, 64, 8, 1, false);
/** The rows of a column that are lit. */
const column = (x) => Array.from({ length: 32 }, (_, y) => y).filter((y) => (oled.buffer[x + 128 * (y >> 3)] >> (y & 7)) & 1);
console.log(`column 127: ${column(127)}; column 0: ${column(0)}`);
JS
seen=$(node frame.cjs)
echo "$seen"
[[ $seen == 'column 127: 0,7; column 0: 8,9,10,11,12,13,14,15' ]]
