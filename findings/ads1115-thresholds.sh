#!/usr/bin/env bash
# ads1115 1.2.0 (npm).
#
# Guess: writeLowThreshold and writeHiThreshold write the registers 2 and 3, and a differential reading below zero is
# negative, as the ADS1115's data sheet has it.
# Seen: the address of the part is taken for the register and the register for the value: both write to register 0, the
# conversion, which cannot be written; the promise is fulfilled and the comparator keeps its old limits. One step below
# zero is 65535.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts ads1115@1.2.0
cat > thresholds.cjs <<'JS'
const ADS1115 = require('ads1115');
const writes = [];
const bus = {
  i2cWrite: async (_address, length, buffer) => {
    if (length === 3) writes.push([...buffer].map((byte) => byte.toString(16).padStart(2, '0')).join(' '));
  },
  i2cRead: async (_address, length, buffer) => ({ bytesRead: length, buffer: buffer.fill(0xff) }),
};
(async () => {
  const adc = ADS1115(bus, 0x48, 0);
  await adc.writeLowThreshold(0x1000);
  await adc.writeHiThreshold(0x2000);
  console.log(`${writes.join(', ')}; ${await adc.measure('0+1')}`);
})();
JS
seen=$(node thresholds.cjs)
echo "$seen"
[[ $seen == '00 00 02, 00 00 03; 65535' ]]
