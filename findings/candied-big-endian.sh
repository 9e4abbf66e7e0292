#!/usr/bin/env bash
# candied 2.2.0 (npm).
#
# Guess: decode() takes the start bit of a big-endian signal (@0) for its most significant bit, as DBC files have it:
# "7|16@0+" is the first two bytes, 12 34 is 4660, and with the factor 0.01 that is 46.6 (canmatrix of Debian says so).
# Seen: the start bit is taken for the least significant one. That signal is NaN, "23|8@0+" is made of two bytes and is
# 104 where its byte is 56 (86), and a signed one of ten bits is 113 and not -449. No error. Little-endian signals are
# right.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts candied@2.2.0
cat > made.dbc <<'DBC'
VERSION ""

NS_ :

BS_:

BU_: A

BO_ 291 M: 8 A
 SG_ Speed : 7|16@0+ (0.01,0) [0|655.35] "km/h" A
 SG_ Level : 23|8@0+ (1,0) [0|255] "" A
 SG_ Turn : 47|10@0- (1,0) [-512|511] "" A
 SG_ Little : 32|12@1- (1,0) [-2048|2047] "" A
DBC
cat > decode.cjs <<'JS'
const { readFileSync } = require('node:fs');
const { Can, Dbc } = require('candied');
const can = new Can();
can.database = new Dbc().load(readFileSync('made.dbc', 'utf8'));
const frame = can.createFrame(291, [0x12, 0x34, 0x56, 0x00, 0x38, 0x8f, 0xc0, 0x00]);
console.log([...can.decode(frame).boundSignals].map(([name, { value }]) => `${name} ${value}`).join(', '));
JS
seen=$(node decode.cjs)
echo "$seen"
[[ $seen == 'Speed NaN, Level 104, Turn 113, Little -200' ]]
