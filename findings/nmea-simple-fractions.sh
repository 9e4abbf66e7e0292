#!/usr/bin/env bash
# nmea-simple 3.3.0 (npm), with gps 0.9.0 (npm) beside it.
#
# Guess: the decimals of a time and of a position's minutes are read however many a receiver sends, none among them: NMEA
# 0183 lets their number vary, and the point with them be left out. RMC and GGA of one moment have one time, and minutes
# that are sent are below 60.
# Seen: a position without a point, 1207,N, is 0, which is a place. An RMC's fraction of a second is read where it has
# two digits, and is 0 where it has one or three, so 36.750 s is 36.000 in RMC and 36.750 in GGA: a recording of both
# jumps to and fro. Just below a whole degree 48 is sent as 47 degrees and 60 minutes. No error. gps reads these sentences
# right.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts nmea-simple@3.3.0 gps@0.9.0
cat > read.cjs <<'JS'
const { parseNmeaSentence, encodeNmeaPacket } = require('nmea-simple');
const { GPS } = require('gps');
const sentence = (text) => {
  const sum = Buffer.from(text).reduce((all, byte) => all ^ byte, 0);
  return `$${text}*${sum.toString(16).toUpperCase().padStart(2, '0')}`;
};
const rmc = (time, latitude, longitude) => sentence(`GPRMC,${time},A,${latitude},N,${longitude},E,0.0,0.0,130998,,`);
const gga = (time) => sentence(`GPGGA,${time},1207.038,N,02031.000,E,1,08,0.9,545.4,M,46.9,M,,`);
const clock = (date) => date.toISOString().slice(11, 23);
for (const time of ['081836', '081836.7', '081836.75', '081836.750']) {
  const text = rmc(time, '1207.038', '02031.000');
  const times = [parseNmeaSentence(text).datetime, parseNmeaSentence(gga(time)).time, GPS.Parse(text).time];
  console.log(`${time}: RMC ${clock(times[0])}, GGA ${clock(times[1])}; gps, RMC ${clock(times[2])}`);
}
for (const place of [['1207.0', '02031.0'], ['1207', '02031']]) {
  const text = rmc('081836', ...place);
  const [a, b] = [parseNmeaSentence(text), GPS.Parse(text)];
  console.log(`${place}: ${a.latitude.toFixed(5)} ${a.longitude.toFixed(5)}; gps ${b.lat.toFixed(5)} ${b.lon.toFixed(5)}`);
}
const packet = { sentenceId: 'GLL', latitude: 47.999999999, longitude: 11.5, time: new Date(0), status: 'valid' };
console.log(encodeNmeaPacket(packet, 'GP'));
JS
node read.cjs | tee seen
cat > expected <<'SEEN'
081836: RMC 08:18:36.000, GGA 08:18:36.000; gps, RMC 08:18:36.000
081836.7: RMC 08:18:36.000, GGA 08:18:36.700; gps, RMC 08:18:36.700
081836.75: RMC 08:18:36.750, GGA 08:18:36.750; gps, RMC 08:18:36.750
081836.750: RMC 08:18:36.000, GGA 08:18:36.750; gps, RMC 08:18:36.750
1207.0,02031.0: 12.11667 20.51667; gps 12.11667 20.51667
1207,02031: 0.00000 0.00000; gps 12.11667 20.51667
$GPGLL,4760.000000,N,01130.000000,E,000000,A*2C
SEEN
cmp expected seen
