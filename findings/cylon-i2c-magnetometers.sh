#!/usr/bin/env bash
# cylon-i2c 0.26.1 (npm) with cylon 1.3.0, drivers hmc5883l and mag3110.
#
# Guess: getMag gives the three axes of the field: those of a HMC5883L stand in the registers 3 to 8 in the order X, Z,
# Y, those of a MAG3110 in 1 to 6 in the order X, Y, Z, and each has its high byte first (their data sheets, "Register
# List" and "Register Description").
# Seen: of a HMC5883L six bytes are read from 6 on, with the low byte first: x is made of the low byte of Z and the high
# one of Y. A field along X has an x of 0, and one along Z is found in x; where Y is below zero so is x. A MAG3110 is
# asked for the register "undefined", as the driver has no constant of the name that it uses. No error in either case.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts cylon-i2c@0.26.1 cylon@1.3.0
cat > field.cjs <<'JS'
const { driver } = require('cylon-i2c');
function getMag(name, registers) {
  let asked;
  const connection = {
    i2cWrite: () => {},
    i2cRead: (_address, register, length, done) => {
      asked = register;
      done(null, Array.from({ length }, (_, n) => registers[register + n] ?? 0));
    },
  };
  const sensor = driver({ driver: name, name, connection });
  sensor.start(() => {});
  sensor.getMag((_error, { x }) => { connection.x = x; });
  return { x: connection.x, asked };
}
for (const [x, y, z] of [[1000, 0, 0], [0, 0, 100], [100, -1, 0]]) {
  const registers = Buffer.alloc(13);
  [x, z, y].forEach((axis, place) => registers.writeInt16BE(axis, 3 + 2 * place));
  const seen = getMag('hmc5883l', registers);
  console.log(`hmc5883l (${x}, ${y}, ${z}): x is ${seen.x}, from register ${seen.asked} on`);
}
console.log(`mag3110: register ${getMag('mag3110', Buffer.alloc(18)).asked}`);
JS
node --no-deprecation field.cjs | tee seen
cat > expected <<'SEEN'
hmc5883l (1000, 0, 0): x is 0, from register 6 on
hmc5883l (0, 0, 100): x is 100, from register 6 on
hmc5883l (100, -1, 0): x is -256, from register 6 on
mag3110: register undefined
SEEN
cmp expected seen
