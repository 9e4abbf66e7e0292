#!/usr/bin/env bash
# rp2040js 1.4.1 (npm), RPI2C.
#
# Guess: as the RP2040's data sheet says of IC_DATA_CMD and IC_RAW_INTR_STAT: with IC_RESTART_EN a read command that
# follows a write makes a RESTART with the address although its RESTART bit is 0, and RX_FULL stays set as long as the
# receive buffer holds more than IC_RX_TL.
# Seen: without the bit nobody is connected for reading: the model of a part, told that it is written to, is asked for
# bytes. Taking one of two bytes clears RX_FULL, and an interrupt's handler that takes one at a time waits for ever.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts rp2040js@1.4.1
cat > i2c.mjs <<'JS'
import { RP2040 } from 'rp2040js';
const chip = new RP2040();
const i2c = chip.i2c[0];
const at = (offset) => 0x40044000 + offset;
const [TAR, DATA_CMD, RAW_INTR_STAT, ENABLE, RXFLR] = [0x04, 0x10, 0x34, 0x6c, 0x78].map(at);
const [READ, STOP] = [0x100, 0x200];
const wire = [];
i2c.onStart = (repeated) => { wire.push(repeated ? 'Sr' : 'S'); i2c.completeStart(); };
i2c.onConnect = (address, mode) => { wire.push(`${address.toString(16)}${mode === 1 ? 'r' : 'w'}`); i2c.completeConnect(true); };
i2c.onWriteByte = () => { wire.push('write'); i2c.completeWrite(true); };
i2c.onReadByte = () => { wire.push('read'); i2c.completeRead(0x5a); };
i2c.onStop = () => { wire.push('P'); i2c.completeStop(); };
chip.writeUint32(TAR, 0x48);
chip.writeUint32(ENABLE, 1);
for (const command of [0x00, READ, READ | STOP]) chip.writeUint32(DATA_CMD, command);
const full = () => `${chip.readUint32(RXFLR)} bytes, RX_FULL ${(chip.readUint32(RAW_INTR_STAT) >> 2) & 1}`;
const before = full();
chip.readUint32(DATA_CMD);
console.log(`${wire.join(' ')}; ${before}; ${full()}`);
JS
seen=$(node i2c.mjs)
echo "$seen"
[[ $seen == 'S 48w write read read P; 2 bytes, RX_FULL 1; 1 bytes, RX_FULL 0' ]]
