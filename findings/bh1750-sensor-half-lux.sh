#!/usr/bin/env bash
# bh1750-sensor 0.0.3 (npm).
#
# Guess: readMode chooses the resolution, and readData() gives lux: in H-Resolution Mode2, whose steps are half as large
# (data sheet of the BH1750FVI, "0.5 lx"), a raw value of 1200 is 500 lx.
# Seen: it gives 1000, as in the modes of 1 lx: the mode does not enter the calculation.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts bh1750-sensor@0.0.3
# Its I2C package is for real buses: one whose sensor says 1200 (04 b0) stands in for it.
mkdir -p node_modules/i2c-bus
echo '{ "name": "i2c-bus", "main": "bus.js" }' > node_modules/i2c-bus/package.json
cat > node_modules/i2c-bus/bus.js <<'JS'
exports.openSync = () => ({ readWordSync: () => 0xb004, closeSync: () => {} });
JS
cat > lux.cjs <<'JS'
const BH1750 = require('bh1750-sensor');
const lux = (readMode) => new BH1750({ readMode }).readData();
console.log(`mode: ${lux(BH1750.CONTINUOUS_H_RESOLUTION_MODE)} lx; mode 2: ${lux(BH1750.CONTINUOUS_H_RESOLUTION_MODE2)} lx`);
JS
seen=$(node lux.cjs)
echo "$seen"
[[ $seen == 'mode: 1000 lx; mode 2: 1000 lx' ]]
