#!/usr/bin/env bash
# bmp280-sensor 0.1.3 (npm).
#
# Guess: without options the sensor is the one at 76 that the class names first, i2cBusNumber 0 is /dev/i2c-0, and
# config({ iirFilter: 0, powerMode: 0 }) turns the filter off and lets the sensor sleep, as its own table says.
# Seen: a 0 counts as not given: bus 0 is bus 1, and config leaves filter and mode as they were. Without an address the
# sensor is asked at undefined: the constant is set after it is used.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts bmp280-sensor@0.1.3
# Its I2C package is for real buses: one BMP280, with its filter at 16 and in normal mode, stands in for it.
echo '{ "name": "i2c-bus", "main": "bus.js" }' > node_modules/i2c-bus/package.json
cat > node_modules/i2c-bus/bus.js <<'JS'
const registers = new Uint8Array(256);
registers[0xd0] = 0x58;
registers[0xf4] = 0x27;
registers[0xf5] = 0x10;
exports.registers = registers;
exports.seen = [];
exports.openSync = (bus) => {
  exports.seen.push(`bus ${bus}`);
  return {
    readByteSync: (address, register) => {
      if (register === 0xd0) exports.seen.push(`address ${address}`);
      return registers[register];
    },
    writeByteSync: (_address, register, value) => { registers[register] = value; },
    readI2cBlockSync: () => {},
  };
};
JS
cat > zero.cjs <<'JS'
const { registers, seen } = require('i2c-bus');
const BMP280 = require('bmp280-sensor');
new BMP280();
const sensor = new BMP280({ i2cBusNumber: 0, i2cAddress: 0x76 });
sensor.config({ iirFilter: 0, powerMode: 0 });
console.log(`${seen.join(', ')}; control ${registers[0xf4].toString(16)} config ${registers[0xf5].toString(16)}`);
JS
seen=$(node --no-deprecation zero.cjs)
echo "$seen"
[[ $seen == 'bus 1, address undefined, bus 1, address 118; control 27 config 10' ]]
