#!/usr/bin/env bash
# ads1x15 1.2.0 (npm).
#
# Guess: a differential reading is two's complement, as the data sheets of the ADS1015 and ADS1115 say: ffff of an
# ADS1115 is -1 step.
# Seen: its negative values are complements of ones: each lacks a step. One step below zero is -0, and the lowest code
# of an ADS1015, -2048, is -2047. Positive values are right.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts ads1x15@1.2.0
# Its I2C package is for real buses: one converter stands in for it.
echo '{ "name": "i2c-bus", "main": "bus.js" }' > node_modules/i2c-bus/package.json
cat > node_modules/i2c-bus/bus.js <<'JS'
exports.conversion = 0;
const swapped = (word) => ((word & 0xff) << 8) | (word >> 8);
exports.openPromisified = async () => ({
  writeWord: async () => {},
  readWord: async () => swapped(exports.conversion),
});
JS
cat > negative.cjs <<'JS'
const bus = require('i2c-bus');
const ADS1x15 = require('ads1x15');
(async () => {
  const seen = [];
  for (const [name, chip, pga, codes] of [['ADS1115', 1, 4096, [0x0001, 0xffff, 0x8000]], ['ADS1015', 0, 2048, [0x0010, 0xfff0, 0x8000]]]) {
    const adc = new ADS1x15(chip);
    await adc.openBus(1);
    for (const code of codes) {
      bus.conversion = code;
      const value = await adc.readADCDifferential(0, 1, pga, 250);
      seen.push(`${name} ${code.toString(16).padStart(4, '0')}: ${Object.is(value, -0) ? '-0' : value}`);
    }
  }
  console.log(seen.join(', '));
})();
JS
seen=$(node negative.cjs)
echo "$seen"
[[ $seen == 'ADS1115 0001: 0.125, ADS1115 ffff: -0, ADS1115 8000: -4095.875, ADS1015 0010: 1, ADS1015 fff0: -0, ADS1015 8000: -2047' ]]
