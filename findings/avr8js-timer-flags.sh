#!/usr/bin/env bash
# avr8js 0.21.1 (npm), AVRTimer.
#
# Guess: a flag of a timer is cleared by writing 1 to its bit, and a 0 leaves it (data sheet of the ATmega328P, TIFR1):
# after TIFR1 = 1 << OCF1A a TOV1 that was set is still there for who polls it.
# Seen: every flag of the timer reads 0 after the write, whatever was written; TIFR1 = 0 clears them all. An interrupt
# that is enabled comes nevertheless: only who polls waits for ever.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts avr8js@0.21.1
cat > flags.mjs <<'JS'
import { AVRTimer, CPU, timer1Config } from 'avr8js';
const { OCRA, OCRB, TCCRB, TIFR } = timer1Config;
const names = ['TOV1', 'OCF1A', 'OCF1B'];
// Timer 1 at the processor's clock counts once around and a bit: it overflows, and passes both its compare values.
const wentRound = () => {
  const cpu = new CPU(new Uint16Array(64));
  new AVRTimer(cpu, timer1Config);
  for (const register of [OCRA, OCRB]) {
    cpu.writeData(register + 1, 0x10);
    cpu.writeData(register, 0);
  }
  cpu.writeData(TCCRB, 1);
  for (; cpu.cycles < 0x10020; cpu.cycles++) cpu.tick();
  return cpu;
};
const flags = (cpu) => names.filter((_, bit) => cpu.readData(TIFR) & (1 << bit)).join(' ') || 'none';
for (const written of [0x02, 0x00]) {
  const cpu = wentRound();
  const before = flags(cpu);
  cpu.writeData(TIFR, written);
  console.log(`set: ${before}; after TIFR1 = ${written}: ${flags(cpu)}`);
}
JS
node flags.mjs | tee seen
cat > expected <<'SEEN'
set: TOV1 OCF1A OCF1B; after TIFR1 = 2: none
set: TOV1 OCF1A OCF1B; after TIFR1 = 0: none
SEEN
cmp expected seen
