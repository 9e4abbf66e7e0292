#!/usr/bin/env bash
# The parsers of serialport 13.0.0 (npm): @serialport/parser-packet-length, parser-ready and parser-regex, each 13.0.0.
#
# Guess: a byte of noise before a packet costs nothing, or that packet: the delimiter behind it is found, as parsers for a
# serial line are there for. A read from the line ends anywhere, also within a character.
# Seen: with a delimiter of two bytes one stray byte, in front or between two packets, ends the packet length parser for
# ever: of the two bytes that it looks at the older one stays, and no packet comes again. With a delimiter of one byte it
# finds the next. The ready parser does not find "READY" in "ERREADY", nor the "\r\nOK" of a modem that echoes "AT\r", as
# the byte that breaks a match is not looked at as the first of the next. The regex parser makes text of each read alone:
# "°C" with a cut in the degree sign has two U+FFFD. No error in any of them.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts \
  @serialport/parser-packet-length@13.0.0 @serialport/parser-ready@13.0.0 @serialport/parser-regex@13.0.0
cat > noise.cjs <<'JS'
const { setImmediate: turn } = require('node:timers/promises');
const { PacketLengthParser } = require('@serialport/parser-packet-length');
const { ReadyParser } = require('@serialport/parser-ready');
const { RegexParser } = require('@serialport/parser-regex');
const bytes = (hex) => Buffer.from(hex, 'hex');
async function show(name, parser, ...reads) {
  const seen = [];
  parser.on('ready', () => seen.push('ready'));
  parser.on('data', (data) => seen.push(typeof data === 'string' ? JSON.stringify(data) : data.toString('hex')));
  for (const read of reads) {
    parser.write(read);
    await turn();
  }
  console.log(`${name}: ${seen.join(', ')}`);
}
// AA 55 (one byte: AA), the length, the data and a checksum.
const two = () => new PacketLengthParser({ delimiter: 0xaa55, delimiterBytes: 2, lengthOffset: 2, packetOverhead: 4 });
const one = () => new PacketLengthParser({ delimiter: 0xaa, lengthOffset: 1, packetOverhead: 3 });
const ready = (delimiter) => new ReadyParser({ delimiter });
const LINE = Buffer.from('21.5 °C\n');
(async () => {
  await show('two bytes', two(), bytes('aa55020102cc'), bytes('aa55020102cc'));
  await show('two bytes, noise', two(), bytes('00'), bytes('aa55020102cc'), bytes('aa55020102cc'), bytes('aa55020102cc'));
  await show('two bytes, noise between', two(), bytes('aa55020102cc'), bytes('ff'), bytes('aa55020102cc'), bytes('aa55020102cc'));
  await show('one byte, noise', one(), bytes('00'), bytes('aa020102cc'));
  await show('READY', ready('READY'), Buffer.from('boot READY'));
  await show('ERREADY', ready('READY'), Buffer.from('ERREADY'), Buffer.from('more'));
  await show('echo and OK', ready('\r\nOK'), Buffer.from('AT\r\r\nOK'), Buffer.from('more'));
  await show('whole', new RegexParser({ regex: /\n/ }), LINE);
  await show('cut', new RegexParser({ regex: /\n/ }), LINE.subarray(0, 6), LINE.subarray(6));
})();
JS
node noise.cjs | tee seen
cat > expected <<'SEEN'
two bytes: aa55020102cc, aa55020102cc
two bytes, noise: 
two bytes, noise between: aa55020102cc
one byte, noise: aa020102cc
READY: ready
ERREADY: 
echo and OK: 
whole: "21.5 °C"
cut: "21.5 ��C"
SEEN
cmp expected seen
