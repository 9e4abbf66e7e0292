#!/usr/bin/env bash
# johnny-five 2.1.0 (npm), Thermometer with the controller DS18B20.
#
# Guess: below zero it is negative: the register of a DS18B20 is two's complement, fff8 is -0.5 and fe6f is -25.0625 in
# its data sheet's table.
# Seen: the two bytes are put together without a sign: -0.5 is 4095.5 and -25.0625 is 4070.9375. Above zero it is right.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts johnny-five@2.1.0
cat > frost.cjs <<'JS'
const { EventEmitter } = require('node:events');
const { Board, Thermometer } = require('johnny-five');
const SENSORS = [[0x28, 1, 0, 0, 0, 0, 0, 0], [0x28, 2, 0, 0, 0, 0, 0, 0], [0x28, 3, 0, 0, 0, 0, 0, 0]];
const SCRATCHPADS = [[0x91, 0x01], [0xf8, 0xff], [0x6f, 0xfe]];
/** A board with three DS18B20 on a pin. */
class Made extends EventEmitter {
  name = 'made';
  isReady = true;
  HIGH = 1;
  LOW = 0;
  MODES = { INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4, ONEWIRE: 7 };
  pins = [{ supportedModes: [0, 1, 7], mode: 0, value: 0, report: 0, analogChannel: 127 }];
  analogPins = [];
  sendOneWireConfig() {}
  sendOneWireReset() {}
  sendOneWireWrite() {}
  sendOneWireDelay() {}
  sendOneWireSearch(_pin, done) { done(null, SENSORS); }
  sendOneWireWriteAndRead(_pin, device, _command, _count, done) { setImmediate(done, null, SCRATCHPADS[device[1] - 1]); }
}
new Board({ io: new Made(), repl: false, debug: false, sigint: false }).on('ready', () => {
  const thermometers = SENSORS.map((device) => new Thermometer({ controller: 'DS18B20', pin: 0, address: device[1], freq: 1 }));
  const told = thermometers.map((thermometer) => new Promise((resolve) => thermometer.on('data', ({ celsius }) => celsius && resolve(celsius))));
  Promise.all(told).then((values) => { console.log(values.join(' ')); process.exit(); });
});
JS
seen=$(node --no-deprecation frost.cjs)
echo "$seen"
[[ $seen == '25.0625 4095.5 4070.9375' ]]
