#!/usr/bin/env bash
# rp2040js 1.4.1 (npm), PIO.
#
# Guess: PULL IFEMPTY does nothing until as many bits are shifted out as the threshold says, and PUSH IFFULL until as
# many are shifted in, with autopull and autopush off, as these two instructions are meant for (RP2040 data sheet,
# sections 3.4.6, 3.4.7 and 3.5.4): "out pins, 1; pull ifempty" shifts out all 32 bits of each word.
# Seen: the threshold counts only where autopull (autopush) is on. With it off each PULL IFEMPTY takes the next word:
# of every word one bit goes out, so four words of the FIFO are gone in four bits. Each PUSH IFFULL pushes one bit as a
# word.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts rp2040js@1.4.1
cat > pio.mjs <<'JS'
import { RP2040 } from 'rp2040js';
const SHIFTCTRL = 0xd0, EXECCTRL = 0xcc, INSTR = 0x48, CTRL = 0, TXF = 0x10, RXF = 0x20, FLEVEL = 0x0c;
// The machine is stepped by hand, so the program that runs does not depend on a clock.
const machineOf = (program, shiftControl) => {
  const pio = new RP2040().pio[0];
  pio.run = () => {};
  program.forEach((instruction, at) => pio.writeUint32(INSTR + 4 * at, instruction));
  pio.writeUint32(EXECCTRL, (program.length - 1) << 12);
  pio.writeUint32(SHIFTCTRL, shiftControl);
  pio.writeUint32(CTRL, 0x11);
  return pio;
};
const toTheRight = 3 << 18;
for (const autopull of [0, 1 << 17]) {
  // out x, 1; pull ifempty block
  const pio = machineOf([0x6021, 0x80e0], toTheRight | autopull);
  for (const word of [0xffffffff, 0, 0xffffffff, 0]) pio.writeUint32(TXF, word);
  const [machine] = pio.machines;
  machine.executeInstruction(0x80a0); // pull block: the first word
  const bits = [];
  for (let bit = 0; bit < 4; bit++) {
    machine.step();
    bits.push(machine.x);
    machine.step();
  }
  console.log(`autopull ${autopull ? 'on' : 'off'}: bits ${bits.join('')}, words left ${pio.readUint32(FLEVEL) & 0xf}`);
}
// set x, 1; in x, 1; push iffull block
const pio = machineOf([0xe021, 0x4021, 0x8060], toTheRight);
for (let step = 0; step < 9; step++) pio.machines[0].step();
const pushed = (pio.readUint32(FLEVEL) >> 4) & 0xf;
console.log(`autopush off: ${pushed} words of 3 bits, the first is ${(pio.readUint32(RXF) >>> 0).toString(16)}`);
JS
node pio.mjs | tee seen
cat > expected <<'SEEN'
autopull off: bits 1010, words left 0
autopull on: bits 1111, words left 3
autopush off: 3 words of 3 bits, the first is 80000000
SEEN
cmp expected seen
