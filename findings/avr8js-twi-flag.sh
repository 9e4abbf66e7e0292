#!/usr/bin/env bash
# avr8js 0.21.1 (npm), AVRTWI.
#
# Guess: as in the data sheet of the ATmega328P (2-wire serial interface), TWCR is 0 after reset, TWINT stays 0 after a STOP was asked for,
# and a byte takes nine periods of SCL at the rate that TWBR sets.
# Seen: TWINT is set from the moment that the peripheral is made, and set again by completeStop: firmware that has TWIE
# on gets an interrupt after each STOP, with status f8. A START, an address and a byte are done one clock cycle of the
# processor after they are asked for, at any TWBR: sclFrequency says 100 kHz, and nothing waits for it.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts avr8js@0.21.1
cat > twi.mjs <<'JS'
import { AVRTWI, CPU, twiConfig } from 'avr8js';
const cpu = new CPU(new Uint16Array(1024));
const twi = new AVRTWI(cpu, twiConfig, 16e6);
const { TWCR, TWBR, TWSR, TWDR } = twiConfig;
const flag = () => (cpu.data[TWCR] & 0x80 ? 1 : 0);
twi.eventHandler = {
  start: () => twi.completeStart(),
  stop: () => twi.completeStop(),
  connectToSlave: () => twi.completeConnect(true),
  writeByte: () => twi.completeWrite(true),
  readByte: () => twi.completeRead(0),
};
/** Writes TWCR and lets the processor's clock run until TWINT is set. @returns the cycles that it took */
function told(control) {
  cpu.writeData(TWCR, control);
  const before = cpu.cycles;
  while (flag() === 0 && cpu.cycles - before < 1e6) { cpu.cycles++; cpu.tick(); }
  return cpu.cycles - before;
}
const reset = flag();
cpu.writeData(TWBR, 72);
const start = told(0xa4);
cpu.writeData(TWDR, 0x90);
const address = told(0x84);
cpu.writeData(TWDR, 0x55);
const byte = told(0x84);
const stop = told(0x94);
const status = (cpu.data[TWSR] & 0xf8).toString(16);
console.log(`reset ${reset}; ${twi.sclFrequency} Hz; start ${start} address ${address} byte ${byte} stop ${stop}; ${flag()} ${status}`);
JS
seen=$(node twi.mjs)
echo "$seen"
[[ $seen == 'reset 1; 100000 Hz; start 1 address 1 byte 1 stop 1; 1 f8' ]]
