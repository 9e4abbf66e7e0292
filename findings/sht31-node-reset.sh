#!/usr/bin/env bash
# sht31-node 1.0.1 (npm).
#
# Guess: reset() sends the SHT31's soft reset, 30 a2.
# Seen: it sends nothing, and its promise is always rejected: the list of commands has another name in that function
# (ReferenceError).
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts sht31-node@1.0.1
# Its I2C package is for real buses: one that tells what is written stands in for it.
echo '{ "name": "i2c-bus", "main": "bus.js" }' > node_modules/i2c-bus/package.json
cat > node_modules/i2c-bus/bus.js <<'JS'
exports.written = [];
exports.openSync = () => ({
  i2cWriteSync: (_address, _length, bytes) => exports.written.push(bytes.toString('hex')),
  i2cReadSync: (_address, length) => length,
});
JS
cat > reset.cjs <<'JS'
const { written } = require('i2c-bus');
const { SHT31 } = require('sht31-node');
const sensor = new SHT31();
(async () => {
  const seen = await sensor.reset().then(() => 'done', (error) => error.name);
  await sensor.sendCommand(0x30a2);
  console.log(`reset(): ${seen}; written: ${written.join(' ')}`);
})();
JS
seen=$(node reset.cjs)
echo "$seen"
[[ $seen == 'reset(): ReferenceError; written: 30a2' ]]
