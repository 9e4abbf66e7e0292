#!/usr/bin/env bash
# johnny-five 2.1.0 (npm), Altimeter with the controllers MS5611, BMP180 and MPL3115A2.
#
# Guess: meters is a height, near to the option `elevation`, which says where the sensor is: an MS5611 and a BMP180 with
# the coefficients and readings of their data sheets' examples (1000.09 and 699.64 hPa). An MPL3115A2 makes the height
# itself, a signed number (data sheet, "OUT_P_MSB"), and is below zero on a beach on a fine day.
# Seen: an MS5611 is 490000 kilometres below the sea, with an elevation of 500 and without one, and a BMP180 370000: the
# pressure is divided by a root, where the root of a quotient was meant. With that set right the height would be the
# elevation for ever, as what is divided by is made of the same pressure. The pressures are right. Of an MPL3115A2 -2 m
# are 65534.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts johnny-five@2.1.0
cat > metres.cjs <<'JS'
const { EventEmitter } = require('node:events');
const { Altimeter, Barometer, Board } = require('johnny-five');
const word = (value) => [(value >> 8) & 255, value & 255];
const three = (value) => [(value >> 16) & 255, ...word(value)];
/** What a part answers: the register, how many bytes, and what was written last. */
const MS5611 = (register, length, command) => length === 2
  ? word([40127, 36924, 23317, 23282, 33464, 28312][(register - 0xa2) / 2])
  : three(command >= 0x50 ? 8569150 : 9085466);
const COEFFICIENTS = [408, -72, -14383, 32741, 32757, 23153, 6190, 4, -32768, -8711, 2868];
const BMP180 = (register, length, command) => {
  if (register !== 0xf6) return COEFFICIENTS.flatMap(word).slice(register - 0xaa, register - 0xaa + length);
  return command === 0x2e ? word(27898) : three(23843 << 8);
};
// The driver sends a STOP before it reads, so this part is at its status register then, which says that all is ready.
const MPL3115A2 = (metres) => () => [0x0e, ...word(metres), 0, 0, 0];
class Made extends EventEmitter {
  name = 'made';
  isReady = true;
  HIGH = 1;
  LOW = 0;
  MODES = { INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4 };
  pins = [];
  analogPins = [];
  constructor(answer) { super(); this.answer = answer; }
  i2cConfig() {}
  i2cWrite(_address, command) { this.command = command; }
  i2cWriteReg(_address, _register, command) { this.command = command; }
  i2cReadOnce(_address, register, length, done) {
    setImmediate(() => done(this.answer(register, length, this.command)));
  }
}
const started = (answer) => new Promise((resolve) => {
  const board = new Board({ io: new Made(answer), repl: false, debug: false, sigint: false });
  board.on('ready', () => resolve(board));
});
const next = (part) => new Promise((resolve) => part.once('data', resolve));
(async () => {
  for (const [controller, answer] of Object.entries({ MS5611, BMP180 }))
    for (const elevation of [undefined, 500]) {
      const options = { controller, board: await started(answer), freq: 50, mode: 0, elevation };
      const [altimeter, barometer] = [new Altimeter(options), new Barometer(options)];
      await Promise.all([next(altimeter), next(barometer)]);
      console.log(`${controller}, elevation ${elevation}: ${altimeter.meters} m, ${barometer.pressure} kPa`);
    }
  for (const metres of [400, -2]) {
    const altimeter = new Altimeter({ controller: 'MPL3115A2', board: await started(MPL3115A2(metres)), freq: 1 });
    // The driver has a mean that begins at 0 and comes nearer by a quarter each time.
    for (let events = 0; events < 400; events++) await next(altimeter);
    console.log(`MPL3115A2 at ${metres} m: ${altimeter.meters} m`);
  }
  process.exit();
})();
JS
node --no-deprecation metres.cjs | tee seen
cat > expected <<'SEEN'
MS5611, elevation undefined: -495685489.24 m, 100.0091 kPa
MS5611, elevation 500: -490105282.63 m, 100.0091 kPa
BMP180, elevation undefined: -371150852 m, 69.963 kPa
BMP180, elevation 500: -366972475 m, 69.963 kPa
MPL3115A2 at 400 m: 400 m
MPL3115A2 at -2 m: 65534 m
SEEN
cmp expected seen
