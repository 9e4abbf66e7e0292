#!/usr/bin/env bash
# knx 2.5.4 and knxultimate 5.4.0 (npm), which began as a copy of it.
#
# Guess: a value of DPT 9, the float of two bytes that temperatures have on KNX, is a whole number of hundredths up to
# 20.46 (0.01 * M * 2^E, KNX 03.07.02, section 3.10): 8.2 has a code of its own, 0334, and that is what is sent, and read
# as 8.2 again.
# Seen: the hundredths are cut off and not rounded, and 8.2 in a computer's floats is 819.9999999999999 of them: 0333,
# which is 8.19. 4.1 is sent as 4.09 and 20.4 as 20.39; so are 144 of the 2047 values from 0 to 20.46 a step short, and as
# many below zero. A program that waits for its setpoint to be read back waits for ever. No message. With knxultimate,
# which rounds the value to hundredths first, it is the same 144.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts knx@2.5.4 knxultimate@5.4.0
cat > floats.cjs <<'JS'
const path = require('node:path');
const { DPT9 } = require('knx/src/dptlib');
const ultimate = require(path.resolve('node_modules/knxultimate/build/dptlib/dpt9.js')).default;
// By the specification: bit 15 is the sign, 14 to 11 are the exponent, and the eleven below, with the sign, are M.
const hundredths = (bytes) => (((bytes[0] & 0x80) << 4) * -1 + ((bytes[0] & 7) << 8) + bytes[1]) * 2 ** ((bytes[0] >> 3) & 15);
console.log(`0334 is ${hundredths(Buffer.from('0334', 'hex')) / 100} by hand, ${DPT9.fromBuffer(Buffer.from('0334', 'hex'))} by knx`);
for (const [name, dpt] of [['knx', DPT9], ['knxultimate', ultimate]]) {
  for (const given of [8.2, 4.1, 20.4, -16.4, 21.5]) {
    const sent = dpt.formatAPDU(given);
    console.log(`${name}, ${given}: ${sent.toString('hex')} is ${hundredths(sent) / 100} by hand, ${dpt.fromBuffer(sent)} by ${name}`);
  }
  const short = (sign) => Array.from({ length: 2047 }, (_, n) => n * sign).filter((n) => hundredths(dpt.formatAPDU(n / 100)) !== n);
  const steps = new Set([1, -1].flatMap((sign) => short(sign).map((n) => Math.abs(n) - Math.abs(hundredths(dpt.formatAPDU(n / 100))))));
  console.log(`${name}: ${short(1).length} and ${short(-1).length} of 2047, by ${[...steps]}`);
}
JS
node --no-deprecation floats.cjs | tee seen
cat > expected <<'SEEN'
0334 is 8.2 by hand, 8.2 by knx
knx, 8.2: 0333 is 8.19 by hand, 8.19 by knx
knx, 4.1: 0199 is 4.09 by hand, 4.09 by knx
knx, 20.4: 07f7 is 20.39 by hand, 20.39 by knx
knx, -16.4: 8199 is -16.39 by hand, -16.39 by knx
knx, 21.5: 0c33 is 21.5 by hand, 21.5 by knx
knx: 144 and 144 of 2047, by 1
knxultimate, 8.2: 0333 is 8.19 by hand, 8.19 by knxultimate
knxultimate, 4.1: 0199 is 4.09 by hand, 4.09 by knxultimate
knxultimate, 20.4: 07f7 is 20.39 by hand, 20.39 by knxultimate
knxultimate, -16.4: 8199 is -16.39 by hand, -16.39 by knxultimate
knxultimate, 21.5: 0c33 is 21.5 by hand, 21.5 by knxultimate
knxultimate: 144 and 144 of 2047, by 1
SEEN
cmp expected seen
