#!/usr/bin/env bash
# modbus-pdu 1.14.1 (npm), with pymodbus 3.0.0 (Debian python3-pymodbus 3.0.0-7) beside it.
#
# Guess: "Get Comm Event Counter" is answered with two words, a status that is ffff while the device is busy and the
# count (application protocol 1.1b3, section 6.9, whose example is 0b ffff 0108: 264 events); and where an
# identification goes on in a further answer, that is asked for from the object behind the last one (section 6.21), 2
# behind 0 and 1.
# Seen: both are taken for bytes, so what it gives are the two halves of the status: 255 events of any device that is
# busy, none of one that is ready. The answer that it makes is two bytes short, and a count of 264 becomes 8. Where the
# objects are given by name, which works, the next one is the text of the last one's number with a 1 behind it, 11; by
# number it is 2. The event log, which has the same two words, is read right.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts modbus-pdu@1.14.1
apt-get download -qq -o APT::Sandbox::User=root python3-pymodbus=3.0.0-7 >/dev/null
dpkg -x python3-pymodbus*.deb root
cat > pdu.cjs <<'JS'
const { GetCommEventCounter, GetCommEventLog, ReadDeviceIdentification } = require('modbus-pdu');
const counter = (hex) => {
  const { status, event_count } = GetCommEventCounter.Response.parse(Buffer.from(hex, 'hex'));
  return `status ${status.toString(16)}, ${event_count} events`;
};
console.log(`busy: ${counter('0bffff0108')}`);
console.log(`ready: ${counter('0b00000108')}`);
console.log(`log: ${GetCommEventLog.Response.parse(Buffer.from('0c080000010801212000', 'hex')).event_count} events`);
console.log(`made: ${GetCommEventCounter.Response.build(0, 264).toString('hex')}`);
const value = Buffer.from('made');
for (const [vendor, product] of [[0, 1], ['VendorName', 'ProductCode']]) {
  const answer = ReadDeviceIdentification.Response.build(1, 1, true, [{ id: vendor, value }, { id: product, value }]);
  console.log(`${vendor}, ${product}: next is ${ReadDeviceIdentification.Response.parse(answer).next}`);
}
JS
cat > judge.py <<'PY'
from pymodbus.other_message import GetCommEventCounterResponse
answer = GetCommEventCounterResponse()
answer.decode(bytes.fromhex('ffff0108'))
print(f'pymodbus: {answer.count} events')
PY
{
  node pdu.cjs
  PYTHONPATH="$tmp/root/usr/lib/python3/dist-packages" python3 judge.py
} | tee seen
cat > expected <<'SEEN'
busy: status ff, 255 events
ready: status 0, 0 events
log: 264 events
made: 0b0008
0, 1: next is 2
VendorName, ProductCode: next is 11
pymodbus: 264 events
SEEN
cmp expected seen
