#!/usr/bin/env bash
# johnny-five 2.1.0 (npm), Thermometer and Hygrometer with the controller HIH6130.
#
# Guess: the temperature of a HIH6130 is the 14 bits that stand at the top of the third and the fourth byte, times 165,
# divided by 2^14 - 2, less 40 (Honeywell, "I2C Communication with the Honeywell HumidIcon Digital Humidity/Temperature
# Sensors").
# Seen: the fourth byte is moved down without the third, the two are taken for a signed number of 16 bits, and that is
# divided by 1000. It is nearly right where one tries it out, at 25 degrees (26), and nowhere else: 0 is 16, -20 is 8,
# 40 is 32, and from 43 on it is negative: 60 is -26 and 100 is -10. The humidity is right.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts johnny-five@2.1.0
cat > degrees.cjs <<'JS'
const { EventEmitter } = require('node:events');
const { Board, Multi } = require('johnny-five');
/** A board with one HIH6130, at 50 % of humidity. */
class Made extends EventEmitter {
  name = 'made';
  isReady = true;
  HIGH = 1;
  LOW = 0;
  MODES = { INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4 };
  pins = [];
  analogPins = [];
  constructor(degrees) { super(); this.degrees = degrees; }
  i2cConfig() {}
  i2cWrite() {}
  i2cReadOnce(_address, _length, done) {
    const humidity = Math.round(0.5 * (2 ** 14 - 2));
    const temperature = Math.round(((this.degrees + 40) / 165) * (2 ** 14 - 2)) << 2;
    setImmediate(done, [humidity >> 8, humidity & 255, temperature >> 8, temperature & 255]);
  }
}
const seen = (degrees) => new Promise((resolve) => {
  const board = new Board({ io: new Made(degrees), repl: false, debug: false, sigint: false });
  board.on('ready', () => {
    const sensor = new Multi({ controller: 'HIH6130', board, freq: 1 });
    sensor.once('data', () => resolve(`${degrees}: ${sensor.thermometer.celsius} C, ${sensor.hygrometer.relativeHumidity} %`));
  });
});
Promise.all([-20, 0, 25, 40, 42, 43, 60, 100].map(seen)).then((lines) => { console.log(lines.join('\n')); process.exit(); });
JS
node --no-deprecation degrees.cjs | tee seen
cat > expected <<'SEEN'
-20: 8 C, 50 %
0: 16 C, 50 %
25: 26 C, 50 %
40: 32 C, 50 %
42: 33 C, 50 %
43: -33 C, 50 %
60: -26 C, 50 %
100: -10 C, 50 %
SEEN
cmp expected seen
