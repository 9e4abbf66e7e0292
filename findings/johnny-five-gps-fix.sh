#!/usr/bin/env bash
# johnny-five 2.1.0 (npm), GPS.
#
# Guess: a receiver that uses GLONASS or Galileo beside GPS, as all of today do, is understood: its sentences begin with
# $GN and are the same otherwise (NMEA 0183, talker identifiers). Where the fix is lost (RMC with V, GGA with quality 0,
# and no position), the last position stays or is unknown. A frequency of 1 is one position a second (PMTK220,1000 of
# the MT3339).
# Seen: $GNGGA and $GNRMC are "unknown", and there is 'data' nevertheless, with the position 0, 0. A fix that is lost is
# a 'change' to 0, 0, which is a place south of Ghana, and nothing tells it from a real one. Each frequency below 10
# becomes 10, as the comparison that is to keep it from being higher is the wrong way round.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts johnny-five@2.1.0
cat > fix.cjs <<'JS'
const { EventEmitter } = require('node:events');
const { Board, GPS } = require('johnny-five');
/** A board with a receiver behind a serial port. */
class Made extends EventEmitter {
  name = 'made';
  isReady = true;
  HIGH = 1;
  LOW = 0;
  MODES = { INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4, SERIAL: 10 };
  pins = [];
  analogPins = [];
  SERIAL_PORT_IDs = { DEFAULT: 8 };
  serialConfig() {}
  serialRead(_port, done) { this.send = done; }
  serialWrite(_port, bytes) { console.log(`to the receiver: ${String.fromCharCode(...bytes).trim()}`); }
}
const io = new Made();
function say(text) {
  const sum = [...text].reduce((xor, character) => xor ^ character.charCodeAt(0), 0);
  console.log(`$${text}`);
  io.send([...Buffer.from(`$${text}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`)]);
}
const board = new Board({ io, repl: false, debug: false, sigint: false });
board.on('ready', () => {
  const gps = new GPS({ board, chip: 'MT3339' });
  for (const event of ['data', 'change'])
    gps.on(event, ({ latitude, longitude }) => console.log(`  ${event}: ${latitude}, ${longitude}`));
  gps.on('unknown', () => console.log('  unknown'));
  setTimeout(() => {
    say('GNGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,');
    say('GNRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W');
    say('GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,');
    say('GPGGA,123520,,,,,0,00,99.9,,,,,,');
    gps.frequency = 1;
    gps.frequency = 5;
    process.exit();
  }, 50);
});
JS
node --no-deprecation fix.cjs | tee seen
cat > expected <<'SEEN'
$GNGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,
  unknown
  data: 0, 0
$GNRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W
  unknown
  data: 0, 0
$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,
  data: 48.1173, 11.516667
  change: 48.1173, 11.516667
$GPGGA,123520,,,,,0,00,99.9,,,,,,
  data: 0, 0
  change: 0, 0
to the receiver: $PMTK220,100*2F
to the receiver: $PMTK220,100*2F
SEEN
cmp expected seen
