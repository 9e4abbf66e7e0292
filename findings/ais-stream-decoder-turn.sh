#!/usr/bin/env bash
# ais-stream-decoder 2.1.2 (npm).
#
# Guess: rateOfTurn of a position report is in degrees a minute, and negative where the ship turns left: what is sent
# is 4.733 times the root of the rate, with its sign, and -128 is "no turn information" (ITU-R M.1371-5, annex 8, table
# 48). So 20 is 17.9 to the right, -20 the same to the left, and 126 is 708 or more.
# Seen: the root is taken once more, in place of the square: 20 is 2.06, 126 is 5.16, and 1, which is 0.04, is 0.46. A
# turn to the left is null, as is a rate that is not known. The rest of the report is right.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts ais-stream-decoder@2.1.2
cat > turn.cjs <<'JS'
const AisDecoder = require('ais-stream-decoder').default;
/** A sentence of a report (message 1): 12.3 knots at 2.5 degrees west and 50.25 north, course 270, heading 271. */
function sentence(rate) {
  const fields = [[1, 6], [0, 2], [123456789, 30], [0, 4], [rate, 8], [123, 10], [1, 1], [-2.5 * 600000, 28]];
  fields.push([50.25 * 600000, 27], [2700, 12], [271, 9], [30, 6], [0, 25]);
  const bits = fields.map(([value, size]) => BigInt.asUintN(size, BigInt(value)).toString(2).padStart(size, '0')).join('');
  const payload = bits.match(/.{6}/g).map((six) => Number.parseInt(six, 2)).map((six) => String.fromCharCode(six + (six < 40 ? 48 : 56)));
  const body = `AIVDM,1,1,,A,${payload.join('')},0`;
  const sum = [...body].reduce((all, letter) => all ^ letter.charCodeAt(0), 0);
  return `!${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}`;
}
const decoder = new AisDecoder();
const rates = [0, 1, 20, 126, -20, -126, -128];
decoder.on('data', (text) => {
  const rate = rates.shift();
  const sensor = rate === -128 ? 'unknown' : (Math.sign(rate) * (rate / 4.733) ** 2).toFixed(2);
  const { rateOfTurn, speedOverGround, lon, lat, courseOverGround, heading } = JSON.parse(text);
  console.log(`${rate}: ${sensor} by hand, ${rateOfTurn === null ? null : rateOfTurn.toFixed(2)} seen; ${speedOverGround} ${lon} ${lat} ${courseOverGround} ${heading}`);
});
for (const rate of [...rates]) decoder.write(sentence(rate));
JS
node --no-deprecation turn.cjs | tee seen
cat > expected <<'SEEN'
0: 0.00 by hand, 0.00 seen; 12.3 -2.5 50.25 270 271
1: 0.04 by hand, 0.46 seen; 12.3 -2.5 50.25 270 271
20: 17.86 by hand, 2.06 seen; 12.3 -2.5 50.25 270 271
126: 708.71 by hand, 5.16 seen; 12.3 -2.5 50.25 270 271
-20: -17.86 by hand, null seen; 12.3 -2.5 50.25 270 271
-126: -708.71 by hand, null seen; 12.3 -2.5 50.25 270 271
-128: unknown by hand, null seen; 12.3 -2.5 50.25 270 271
SEEN
cmp expected seen
