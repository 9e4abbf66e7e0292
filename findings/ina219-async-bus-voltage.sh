#!/usr/bin/env bash
# ina219-async 1.0.2 (npm).
#
# Guess: after calibrate32V1A, which sets the range of 32 V, getBusVoltage_V is right up to the 26 V that the INA219 takes.
# Seen: the register is read as a signed number, and its 13 bits stand at the top: from 16.384 V on the voltage is
# negative, 24 V are -8.768 V. Up to 16.38 V it is right.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts ina219-async@1.0.2
# Its I2C package is for real buses: one INA219 stands in for it.
echo '{ "name": "i2c-bus", "main": "bus.js" }' > node_modules/i2c-bus/package.json
cat > node_modules/i2c-bus/bus.js <<'JS'
const registers = new Map();
exports.registers = registers;
exports.openSync = () => ({
  writeI2cBlockSync: (_address, register, _length, bytes) => registers.set(register, bytes.readUInt16BE()),
  readI2cBlockSync: (_address, register, _length, bytes) => bytes.writeUInt16BE(registers.get(register)),
});
JS
cat > voltage.cjs <<'JS'
const { registers } = require('i2c-bus');
const ina219 = require('ina219-async')(0x40, 1);
(async () => {
  await ina219.calibrate32V1A();
  const seen = [];
  for (const volts of [5, 16.38, 16.384, 24]) {
    registers.set(2, Math.round(volts / 0.004) << 3);
    seen.push(`${volts}: ${(await ina219.getBusVoltage_V()).toFixed(3)}`);
  }
  console.log(`config ${registers.get(0).toString(16)}; ${seen.join(', ')}`);
})();
JS
seen=$(node voltage.cjs)
echo "$seen"
[[ $seen == 'config 3c1f; 5: 5.000, 16.38: 16.380, 16.384: -16.384, 24: -8.768' ]]
