#!/usr/bin/env bash
# avr8js 0.21.1 (npm), AVRUSART.
#
# Guess: RXC and UDRE are the hardware's, and a write to UCSRA or UCSRB leaves them as they are; two received bytes
# wait in the buffer, and a third sets DOR (data sheet of the ATmega328P, USART0, sections "Data Reception" and
# UCSR0A).
# Seen: a write to UCSRA, as clearing TXC is, clears RXC and UDRE too: who polls never sees the byte, and waits for an
# empty buffer for ever. A write to UCSRB with the receiver on, as when Arduino's Serial turns UDRIE on to send, clears
# RXC: the byte that came just before has no interrupt. The buffer holds one byte: a second takes its place, and DOR
# stays 0.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts avr8js@0.21.1
cat > usart.mjs <<'JS'
import { AVRUSART, CPU, usart0Config } from 'avr8js';
const { UCSRA, UCSRB, UDR } = usart0Config;
const RXEN_TXEN = 0x18, UDRIE = 0x20, RXCIE = 0x80, TXC = 0x40;
const started = (...bytes) => {
  const cpu = new CPU(new Uint16Array(64));
  const usart = new AVRUSART(cpu, usart0Config, 16e6);
  cpu.writeData(UCSRB, RXEN_TXEN | RXCIE);
  for (const byte of bytes) usart.writeByte(byte, true);
  return cpu;
};
const flags = (cpu) => {
  const value = cpu.readData(UCSRA);
  return `RXC ${value >> 7} UDRE ${(value >> 5) & 1} DOR ${(value >> 3) & 1}`;
};
const cpu = started(0x41);
console.log(`a byte came: ${flags(cpu)}`);
cpu.writeData(UCSRA, TXC);
console.log(`TXC cleared: ${flags(cpu)}`);
const sending = started(0x41);
sending.writeData(UCSRB, RXEN_TXEN | RXCIE | UDRIE);
console.log(`UDRIE set: ${flags(sending)}`);
// What interrupt comes when they are allowed (bit I of SREG), by the word of its vector: 24 is a byte received, 26 UDR empty.
const vector = (cpu) => {
  cpu.writeData(0x5f, 0x80);
  cpu.tick();
  return cpu.pc.toString(16);
};
console.log(`interrupt: ${vector(started(0x41))} without that write, ${vector(sending)} with it`);
const full = started(0x41, 0x42);
console.log(`two bytes came: ${flags(full)}, the first is ${full.readData(UDR).toString(16)}, then ${flags(full)}`);
JS
node usart.mjs | tee seen
cat > expected <<'SEEN'
a byte came: RXC 1 UDRE 1 DOR 0
TXC cleared: RXC 0 UDRE 0 DOR 0
UDRIE set: RXC 0 UDRE 1 DOR 0
interrupt: 24 without that write, 26 with it
two bytes came: RXC 1 UDRE 1 DOR 0, the first is 42, then RXC 0 UDRE 1 DOR 0
SEEN
cmp expected seen
