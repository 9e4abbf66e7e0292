#!/usr/bin/env bash
# bme280-sensor 0.1.7 (npm).
#
# Guess: the calibration of humidity is read as the BME280's data sheet names its types: H2 is a signed word, H4 and H5
# are signed values of 12 bits, H6 is a signed byte.
# Seen: all four are read without a sign. A part whose H5 is -50 has 4046, and its humidity is far off; the temperature
# and the pressure, whose signs are heeded, are right. npm's bme280 2.1.1 reads the signs.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts bme280-sensor@0.1.7
# Its I2C package is for real buses: one BME280 stands in for it.
echo '{ "name": "i2c-bus", "main": "bus.js" }' > node_modules/i2c-bus/package.json
cat > node_modules/i2c-bus/bus.js <<'JS'
const registers = new Uint8Array(256);
registers[0xd0] = 0x60;
const [H2, H4, H5, H6] = [-300, -20, -50, -2];
registers[0xe1] = H2 & 0xff;
registers[0xe2] = (H2 >> 8) & 0xff;
registers[0xe4] = (H4 >> 4) & 0xff;
registers[0xe5] = (H4 & 0xf) | ((H5 & 0xf) << 4);
registers[0xe6] = (H5 >> 4) & 0xff;
registers[0xe7] = H6 & 0xff;
exports.openSync = () => ({
  writeByte: (_address, _register, _value, done) => done(null),
  readByte: (_address, register, done) => done(null, registers[register]),
  readByteSync: (_address, register) => registers[register],
  readWordSync: (_address, register) => registers[register] | (registers[register + 1] << 8),
  readI2cBlock: (_address, register, length, buffer, done) => {
    buffer.set(registers.subarray(register, register + length));
    done(null, length, buffer);
  },
});
JS
cat > signs.cjs <<'JS'
const BME280 = require('bme280-sensor');
const sensor = new BME280({ i2cAddress: 0x76 });
console.log = () => {};
sensor.init().then(() => {
  const { dig_H2, dig_H4, dig_H5, dig_H6 } = sensor.cal;
  process.stdout.write(`H2 ${dig_H2} H4 ${dig_H4} H5 ${dig_H5} H6 ${dig_H6}\n`);
});
JS
seen=$(node --no-deprecation signs.cjs)
echo "$seen"
[[ $seen == 'H2 65236 H4 4076 H5 4046 H6 254' ]]
