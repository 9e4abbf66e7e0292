#!/usr/bin/env bash
# pca9685 5.0.0 (npm).
#
# Guess: setDutyCycle(channel, 0.5) lights a channel for 2048 of the 4096 steps, and 1/4096 for one.
# Seen: always one step less: the counter OFF is written as ON plus the steps less one, but the output is low from
# that count on. A duty of 1/4096 writes the same count to ON and OFF, which the PCA9685's data sheet forbids, and a
# pulse shorter than half a step is an error that names offStep.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts pca9685@5.0.0
cat > duty.cjs <<'JS'
const { Pca9685Driver } = require('pca9685');
const registers = new Uint8Array(256);
const i2c = {
  writeByte: (_address, register, value, done) => { registers[register] = value; done(null); },
  readByte: (_address, register, done) => done(null, registers[register]),
};
const pwm = new Pca9685Driver({ i2c, frequency: 50 }, () => {
  setTimeout(() => {
    const count = (at) => registers[at] | (registers[at + 1] << 8);
    const seen = [];
    for (const steps of [2048, 1]) {
      pwm.setDutyCycle(0, steps / 4096);
      seen.push(`${steps}: ${count(0x06)} to ${count(0x08)}`);
    }
    try { pwm.setPulseLength(0, 2); } catch (error) { seen.push(error.message); }
    console.log(seen.join('; '));
  }, 50);
});
JS
seen=$(node duty.cjs)
echo "$seen"
[[ $seen == '2048: 0 to 2047; 1: 0 to 0; offStep must be in the range 0 to 4095 (0xFFF).' ]]
