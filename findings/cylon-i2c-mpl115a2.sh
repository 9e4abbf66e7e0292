#!/usr/bin/env bash
# cylon-i2c 0.26.1 (npm) with cylon 1.3.0, driver mpl115a2.
#
# Guess: the coefficients of the MPL115A2 have a sign, as its data sheet says: with those of the sheet's own example
# (3ece b3f9 c517 33c8) and its readings (6680 and 7ec0) the pressure is 96.59 kPa.
# Seen: all four are read without a sign. B1 and B2 are negative, and the pressure is 433.9 kPa, where the sensor ends
# at 115. The temperature, which needs no coefficient, is right.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts cylon-i2c@0.26.1 cylon@1.3.0
cat > pressure.cjs <<'JS'
const { driver } = require('cylon-i2c');
const registers = Buffer.from('66807ec03eceb3f9c51733c8', 'hex');
const connection = {
  i2cWrite: () => {},
  i2cRead: (_address, register, length, done) => done(null, [...registers.subarray(register, register + length)]),
};
const sensor = driver({ driver: 'mpl115a2', name: 'air', connection });
sensor.start(() => {});
sensor.getPressure((_error, { pressure, temperature }) => console.log(`${pressure.toFixed(1)} kPa, ${temperature.toFixed(1)} C`));
JS
seen=$(node --no-deprecation pressure.cjs)
echo "$seen"
[[ $seen == '433.9 kPa, 23.3 C' ]]
