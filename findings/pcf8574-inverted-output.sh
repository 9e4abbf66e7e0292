#!/usr/bin/env bash
# pcf8574 2.0.1 (npm).
#
# Guess: outputPin(0, true) without a first value, the optional third argument, makes pin 0 an inverted output that keeps
# its level until pin 0 is set.
# Seen: it keeps the level only until any other pin is set: that write turns pin 0 round too.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts pcf8574@2.0.1
# Its GPIO package is native; this uses no interrupt.
mkdir -p node_modules/onoff
echo '{ "name": "onoff", "main": "onoff.js" }' > node_modules/onoff/package.json
echo 'exports.Gpio = class {};' > node_modules/onoff/onoff.js
cat > output.cjs <<'JS'
const { PCF8574 } = require('pcf8574');
const written = [];
const bus = {
  sendByteSync: (_address, byte) => written.push(byte),
  sendByte: (_address, byte, done) => { written.push(byte); done(null); },
};
(async () => {
  const chip = new PCF8574(bus, 0x20, 0b00000001);
  await chip.outputPin(0, true);
  await chip.outputPin(1, false);
  await chip.setPin(1, true);
  console.log(written.map((byte) => byte.toString(2).padStart(8, '0')).join(' '));
})();
JS
seen=$(node output.cjs)
echo "$seen"
[[ $seen == '00000001 00000010' ]]
