#!/usr/bin/env bash
# max7219 1.0.1 (npm).
#
# Guess: with two controllers in a chain, clearDisplay() blanks the digits of the active one, in its decode mode.
# Seen: the decode mode is kept once for all: after setDecodeAll() on controller 0 it writes 0f, the blank of decoded digits, to
# controller 1, which does not decode, where that lights four segments of every digit.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts max7219@1.0.1
# Its SPI package is native: one that tells what is written stands in for it.
mkdir -p node_modules/spi
echo '{ "name": "spi", "main": "spi.js" }' > node_modules/spi/package.json
cat > node_modules/spi/spi.js <<'JS'
exports.written = [];
exports.MODE = { MODE_0: 0 };
exports.CS = { low: 0 };
exports.Spi = class {
  constructor(_device, _options, opened) { setImmediate(opened, this); }
  open() {}
  write(bytes, done) { exports.written.push(bytes.toString('hex')); done?.(); }
};
JS
cat > clear.cjs <<'JS'
const { written } = require('spi');
const MAX7219 = require('max7219');
const display = new MAX7219('/dev/spidev0.0', 2);
display.setDecodeAll();
display.setActiveController(1);
written.length = 0;
display.clearDisplay();
console.log(`${written.length} writes, the first ${written[0]}`);
JS
seen=$(node --no-deprecation clear.cjs)
echo "$seen"
[[ $seen == '8 writes, the first 0000010f' ]]
