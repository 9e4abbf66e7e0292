#!/usr/bin/env bash
# johnny-five 2.1.0 (npm), Thermometer with the controllers MCP9808 and MPL3115A2.
#
# Guess: below zero it is negative: the register of an MCP9808 has a sign in bit 12 (data sheet, "Ambient Temperature
# Register": where it is set, 256 is taken off), that of an MPL3115A2 is two's complement (data sheet, "OUT_T_MSB").
# Seen: -0.25 of an MCP9808 is 255.75, and -10 is 246: bit 12 is cut off, and asked for afterwards. An MPL3115A2 at -10
# is 246 too. Above zero both are right.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts johnny-five@2.1.0
cat > degrees.cjs <<'JS'
const { EventEmitter } = require('node:events');
const { Board, Thermometer } = require('johnny-five');
/** A board with one thermometer, whose registers from `register` on are what `answer` makes of the degrees. */
class Made extends EventEmitter {
  name = 'made';
  isReady = true;
  HIGH = 1;
  LOW = 0;
  MODES = { INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4 };
  pins = [];
  analogPins = [];
  constructor(registers) { super(); this.registers = registers; }
  i2cConfig() {}
  i2cWrite() {}
  i2cWriteReg() {}
  i2cRead(_address, _register, length, done) { setImmediate(done, this.registers.slice(0, length)); }
  i2cReadOnce(_address, _register, length, done) { setImmediate(done, this.registers.slice(0, length)); }
}
const bytes = (word) => [(word >> 8) & 255, word & 255];
const PARTS = {
  MCP9808: (degrees) => bytes((degrees * 16) & 0x1fff),
  // The driver sends a STOP before it reads, so this part is at its status register then, which says: all is ready.
  MPL3115A2: (degrees) => [0x0e, 0, 0, 0, ...bytes(degrees * 256)],
};
const seen = (controller, degrees) => new Promise((resolve) => {
  const board = new Board({ io: new Made(PARTS[controller](degrees)), repl: false, debug: false, sigint: false });
  board.on('ready', () => {
    const thermometer = new Thermometer({ controller, board, freq: 1 });
    thermometer.once('data', () => resolve(`${controller} ${degrees}: ${thermometer.celsius}`));
  });
});
(async () => {
  for (const controller of Object.keys(PARTS))
    for (const degrees of [25, 0.25, -0.25, -10]) {
      if (controller === 'MCP9808' || Number.isInteger(degrees)) console.log(await seen(controller, degrees));
    }
  process.exit();
})();
JS
node --no-deprecation degrees.cjs | tee seen
cat > expected <<'SEEN'
MCP9808 25: 25
MCP9808 0.25: 0.25
MCP9808 -0.25: 255.75
MCP9808 -10: 246
MPL3115A2 25: 25
MPL3115A2 -10: 246
SEEN
cmp expected seen
