#!/usr/bin/env bash
# raspi-i2c 6.2.4 (npm).
#
# Guess: readByte(address, register, callback) reads that register, as readByteSync(address, register) and readWord with
# a callback do.
# Seen: the register is thrown away: one byte is read with no register sent, which is whatever register the part points
# at. readByteSync and readWord send it.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
# Its package says that it is for ARM.
npm install --silent --no-audit --no-fund --ignore-scripts --force raspi-i2c@6.2.4
# What is for a real Raspberry Pi is left out: a bus that tells what it is asked for stands in.
mkdir -p node_modules/i2c-bus node_modules/raspi-peripheral node_modules/raspi-board bin
echo '{ "name": "i2c-bus", "main": "bus.js" }' > node_modules/i2c-bus/package.json
cat > node_modules/i2c-bus/bus.js <<'JS'
exports.asked = [];
exports.openSync = () => ({
  i2cRead: (_address, length, buffer, done) => {
    exports.asked.push(`${length} without a register`);
    done(null, length, buffer.fill(0));
  },
  readByteSync: (_address, register) => {
    exports.asked.push(`byte of ${register}`);
    return 0;
  },
  readWord: (_address, register, done) => {
    exports.asked.push(`word of ${register}`);
    done(null, 0);
  },
});
JS
for name in peripheral board; do echo "{ \"name\": \"raspi-$name\", \"main\": \"none.js\" }" > node_modules/raspi-$name/package.json; done
echo 'exports.Peripheral = class { validateAlive() {} };' > node_modules/raspi-peripheral/none.js
echo 'exports.getBoardRevision = () => "B1"; exports.VERSION_1_MODEL_B_REV_1 = "none";' > node_modules/raspi-board/none.js
printf '#!/bin/sh\n' > bin/modprobe
chmod +x bin/modprobe
cat > read.cjs <<'JS'
const { asked } = require('i2c-bus');
const { I2C } = require('raspi-i2c');
const bus = new I2C();
bus.readByteSync(0x48, 5);
bus.readWord(0x48, 5, () => {});
bus.readByte(0x48, 5, () => {});
console.log(asked.join('; '));
JS
seen=$(PATH="$tmp/bin:$PATH" node --no-deprecation read.cjs)
echo "$seen"
[[ $seen == 'byte of 5; word of 5; 1 without a register' ]]
