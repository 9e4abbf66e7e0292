#!/usr/bin/env bash
# rp2040js 1.4.1 (npm), RPADC.
#
# Guess: with RROBIN set each conversion is of the next channel whose bit is set, and AINSEL follows, as the RP2040's
# data sheet says of CS: from channel 0 with 1f, conversions are of 0 1 2 3 4 0 1.
# Seen: they are of channel 0 again and again: the number of the next channel is masked with 12, which is the place of
# the field and not its mask. A firmware that samples its inputs in turn gets the first one for all of them.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts rp2040js@1.4.1
cat > adc.mjs <<'JS'
import { RP2040 } from 'rp2040js';
const chip = new RP2040();
const CS = 0x4004c000;
const [EN, START_MANY, AINSEL, RROBIN] = [1 << 0, 1 << 3, 12, 16];
const channels = [];
chip.adc.onADCRead = (channel) => channels.push(channel);
chip.writeUint32(CS, (0x1f << RROBIN) | START_MANY | EN);
while (channels.length < 7) chip.adc.completeADCRead(0, false);
console.log(`${channels.join(' ')}; AINSEL ${(chip.readUint32(CS) >> AINSEL) & 7}`);
JS
seen=$(node adc.mjs)
echo "$seen"
[[ $seen == '0 0 0 0 0 0 0; AINSEL 0' ]]
