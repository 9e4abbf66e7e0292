#!/usr/bin/env bash
# lcdi2c 1.0.6 (npm), for an HD44780 behind a PCF8574.
#
# Guess: a new display is empty; setBacklight(1) turns the light on and changes nothing else; cursorOff() shows no cursor.
# Seen: the constructor ends with the character 08, which is the first of the user's own: it stands in the first cell.
# setBacklight sends 08, "display off", whatever it is told, so the text is gone with the light on. cursorOff sends 0d:
# the underline is off, and the blinking block on.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts lcdi2c@1.0.6
# Its packages for real buses and for sleeping are compiled ones: here a display listens, and nobody sleeps.
echo '{ "name": "sleep", "main": "sleep.js" }' > node_modules/sleep/package.json
echo 'exports.usleep = () => {};' > node_modules/sleep/sleep.js
echo '{ "name": "i2c-bus", "main": "bus.js" }' > node_modules/i2c-bus/package.json
cat > node_modules/i2c-bus/bus.js <<'JS'
exports.nibbles = [];
let last = 0;
exports.open = () => ({
  sendByteSync: (_address, pins) => {
    // A nibble is taken where E falls.
    if (last & 4 && !(pins & 4)) exports.nibbles.push({ data: last >> 4, isText: (last & 1) === 1 });
    last = pins;
  },
});
JS
cat > lcd.cjs <<'JS'
const { nibbles } = require('i2c-bus');
const LCD = require('lcdi2c');
/** The bytes that came since the last call, from the end: two nibbles each. */
function last(count) {
  const bytes = [];
  const taken = nibbles.splice(0).slice(-2 * count);
  for (let i = 0; i < taken.length; i += 2) {
    const byte = ((taken[i].data << 4) | taken[i + 1].data).toString(16).padStart(2, '0');
    bytes.push(`${taken[i].isText ? 'text' : 'command'} ${byte}`);
  }
  return bytes.join(' ');
}
const lcd = new LCD(1, 0x27, 20, 4);
const seen = [`new: ${last(2)}`];
lcd.setBacklight(1);
seen.push(`setBacklight(1): ${last(1)}`);
lcd.cursorOff();
seen.push(`cursorOff: ${last(1)}`);
console.log(seen.join('; '));
JS
seen=$(node --no-deprecation lcd.cjs)
echo "$seen"
[[ $seen == 'new: command 01 text 08; setBacklight(1): command 08; cursorOff: command 0d' ]]
