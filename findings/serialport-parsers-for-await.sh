#!/usr/bin/env bash
# The parsers of serialport 13.0.0 (npm): @serialport/parser-readline, parser-delimiter, parser-slip-encoder,
# parser-byte-length, parser-packet-length, parser-regex and parser-spacepacket, each 13.0.0.
#
# Guess: `for await (const packet of port.pipe(parser))` gives a packet at a time, as the event 'data' does.
# Seen: packets that wait come as one, without anything between them: of three lines that came in one read it gives
# "123", and three SLIP packets are one. The parsers are streams of bytes (no object mode), which may join what was
# pushed, and an iterator reads so; 'data' gives single packets only while the stream flows. Only the space packet
# parser is of objects.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
names='readline delimiter slip-encoder byte-length packet-length regex spacepacket'
packages=()
for name in $names; do packages+=("@serialport/parser-$name@13.0.0"); done
npm install --silent --no-audit --no-fund --ignore-scripts "${packages[@]}"
cat > packets.mjs <<'JS'
import { ByteLengthParser } from '@serialport/parser-byte-length';
import { DelimiterParser } from '@serialport/parser-delimiter';
import { PacketLengthParser } from '@serialport/parser-packet-length';
import { ReadlineParser } from '@serialport/parser-readline';
import { RegexParser } from '@serialport/parser-regex';
import { SlipDecoder } from '@serialport/parser-slip-encoder';
import { SpacePacketParser } from '@serialport/parser-spacepacket';
const lines = Buffer.from('1\n2\n3\n');
const parsers = {
  readline: [() => new ReadlineParser({ delimiter: '\n' }), lines],
  delimiter: [() => new DelimiterParser({ delimiter: '\n' }), lines],
  regex: [() => new RegexParser({ regex: /\n/ }), lines],
  'slip-encoder': [() => new SlipDecoder(), Buffer.from([1, 0xc0, 2, 0xc0, 3, 0xc0])],
  'byte-length': [() => new ByteLengthParser({ length: 2 }), Buffer.from([1, 1, 2, 2, 3, 3])],
  'packet-length': [() => new PacketLengthParser(), Buffer.from([1, 2, 3].flatMap((n) => [0xaa, 1, n]))],
  spacepacket: [() => new SpacePacketParser(), Buffer.from([1, 2, 3].flatMap((n) => [0, 1, 0xc0, 0, 0, 0, n]))],
};
for (const [name, [make, bytes]] of Object.entries(parsers)) {
  const flowing = make();
  let events = 0;
  flowing.on('data', () => events++);
  flowing.write(bytes);
  const waiting = make();
  waiting.write(bytes);
  const { value } = await waiting[Symbol.asyncIterator]().next();
  const first = Buffer.isBuffer(value) ? value.toString('hex') : JSON.stringify(value.data ?? value);
  console.log(`${name}: ${events} by 'data', the first by for await is ${first}`);
}
JS
node packets.mjs | tee seen
cat > expected <<'SEEN'
readline: 3 by 'data', the first by for await is "123"
delimiter: 3 by 'data', the first by for await is 313233
regex: 3 by 'data', the first by for await is "123"
slip-encoder: 3 by 'data', the first by for await is 010203
byte-length: 3 by 'data', the first by for await is 010102020303
packet-length: 3 by 'data', the first by for await is aa0101aa0102aa0103
spacepacket: 3 by 'data', the first by for await is "\u0001"
SEEN
cmp expected seen
