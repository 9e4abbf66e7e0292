#!/usr/bin/env bash
# stk500 2.0.3 (npm).
#
# Guess: bootload() fails where the chip is another than the one that was named (its options have the signature), and
# where flash does not read back what was written, as its steps are called verifySignature and verify.
# Seen: both look at the length of the answer alone. Told of an ATmega328P (1e 95 0f) it writes to an ATtiny85 (1e 93 0b),
# and of flash that stays ff, as a worn-out one does, it says that all is done: no error in either case. avrgirl-arduino
# 5.0.1 flashes an Uno with it.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts stk500@2.0.3
cat > flash.cjs <<'JS'
const { EventEmitter } = require('node:events');
const Stk500 = require('stk500');
const [INSYNC, OK] = [0x14, 0x10];
// A boot loader of the STK500's protocol (Atmel's application note AVR061), whose chip keeps what is written, or not.
class BootLoader extends EventEmitter {
  constructor(signature, keeps) {
    super();
    Object.assign(this, { signature, keeps, flash: Buffer.alloc(1024, 0xff), at: 0, pages: 0 });
  }
  write(command, done) {
    done?.();
    setImmediate(() => this.emit('data', Buffer.from([INSYNC, ...this.answer(command), OK])));
  }
  answer(command) {
    const size = command.length > 2 ? command.readUInt16BE(1) : 0;
    switch (command[0]) {
      case 0x55: this.at = command.readUInt16LE(1) * 2; return [];
      case 0x64: this.pages++; if (this.keeps) command.copy(this.flash, this.at, 4, 4 + size); return [];
      case 0x74: return this.flash.subarray(this.at, this.at + size);
      case 0x75: return this.signature;
      default: return [];
    }
  }
}
const firmware = Buffer.from(Array.from({ length: 300 }, (_, at) => at & 0x7f));
const options = { signature: Buffer.from([0x1e, 0x95, 0x0f]), pageSize: 128, timeout: 5000 };
async function run(name, chip) {
  const error = await new Promise((resolve) => new Stk500({ quiet: true }).bootload(chip, firmware, options, resolve));
  const same = chip.flash.subarray(0, firmware.length).equals(firmware);
  console.log(`${name}: ${error ?? 'no error'}, ${chip.pages} pages sent, flash ${same ? 'is' : 'is not'} the firmware`);
}
(async () => {
  await run('the right chip', new BootLoader([0x1e, 0x95, 0x0f], true));
  await run('another chip', new BootLoader([0x1e, 0x93, 0x0b], true));
  await run('flash that stays ff', new BootLoader([0x1e, 0x95, 0x0f], false));
})();
JS
node flash.cjs | tee seen
cat > expected <<'SEEN'
the right chip: no error, 3 pages sent, flash is the firmware
another chip: no error, 3 pages sent, flash is the firmware
flash that stays ff: no error, 3 pages sent, flash is not the firmware
SEEN
cmp expected seen
