#!/usr/bin/env bash
# open-sml 1.0.4 (npm), with libsml 0.1.1 (Debian libsml1 0.1.1+git20180125-1.1).
#
# Guess: a number of an electricity meter's telegram is read in any length from one byte to eight, as SML lets a meter
# leave out leading bytes that say nothing (BSI TR-03109-1, annex IV b, section 6.2.3): 66024 may be sent in five bytes,
# TL field 66, or in six.
# Seen: unsigned numbers of five, six and seven bytes are not read, nor signed ones of six and seven, though signed ones of
# five are. The reader stays where it is and takes the number's bytes for what comes next, so the whole telegram is lost,
# with an error that names another thing: "Wrong TL-Field 0x00 for Choice!". Libsml reads them all.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts open-sml@1.0.4
apt-get download -qq -o APT::Sandbox::User=root libsml1=0.1.1+git20180125-1.1 >/dev/null
dpkg -x libsml1*.deb root
cat > telegram.cjs <<'JS'
const { SmlFile } = require('open-sml');
const crc16 = (hex) => {
  let crc = 0xffff;
  for (const byte of Buffer.from(hex, 'hex')) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8408 : crc >> 1;
  }
  crc ^= 0xffff;
  return Buffer.from([crc & 0xff, crc >> 8]).toString('hex');
};
const message = (body) => {
  const hex = `76023162006200${body}`;
  return `${hex}63${crc16(hex)}00`;
};
const meter = '0b0a014d414445000000aa';
function telegram(number) {
  const entry = `77070100010800ff0101621e5200${number}01`; // 1-0:1.8.0, Wh
  const open = `7265000001017601010231${meter}0101`;
  const list = `7265000007017701${meter}010171${entry}0101`;
  const close = '7265000002017101';
  let hex = `1b1b1b1b01010101${message(open)}${message(list)}${message(close)}`;
  const fill = -(hex.length / 2) & 3;
  hex += `${'00'.repeat(fill)}1b1b1b1b1a0${fill}`;
  return Buffer.from(hex + crc16(hex), 'hex');
}
for (const number of process.argv.slice(2)) {
  const file = new SmlFile();
  let read;
  try {
    file.parse(telegram(number));
    const list = file.getMessages().map((one) => one.getMessageBody()).find((body) => body.getValList);
    read = `${list.getValList().listEntries[0].value}, checksum ${file.valid ? 'right' : 'wrong'}`;
  } catch (error) {
    read = error.message;
  }
  console.log(`open-sml, ${number}: ${read}`);
}
JS
cat > judge.py <<'PY'
import ctypes, sys
libsml = ctypes.CDLL('root/usr/lib/x86_64-linux-gnu/libsml.so.1')
class Buffer(ctypes.Structure):
    _fields_ = [('buffer', ctypes.POINTER(ctypes.c_ubyte)), ('length', ctypes.c_size_t), ('cursor', ctypes.c_int), ('error', ctypes.c_int)]
libsml.sml_buffer_init.restype = ctypes.POINTER(Buffer)
libsml.sml_value_parse.restype = ctypes.c_void_p
libsml.sml_value_to_double.restype = ctypes.c_double
for number in sys.argv[1:]:
    data = bytes.fromhex(number)
    buffer = libsml.sml_buffer_init(ctypes.c_size_t(len(data)))
    ctypes.memmove(buffer.contents.buffer, data, len(data))
    value = libsml.sml_value_parse(buffer)
    print(f'libsml, {number}: {libsml.sml_value_to_double(ctypes.c_void_p(value)):.0f}')
PY
numbers=(640101e8 65000101e8 6600000101e8 670000000101e8 68000000000101e8 6900000000000101e8
  55fffefe18 56fffffefe18 57fffffffefe18 58fffffffffefe18 59fffffffffffefe18)
{
  timeout -k 5 30 node telegram.cjs "${numbers[@]}"
  python3 judge.py "${numbers[@]}"
} | tee seen
cat > expected <<'SEEN'
open-sml, 640101e8: 66024, checksum right
open-sml, 65000101e8: 66024, checksum right
open-sml, 6600000101e8: Wrong TL-Field 0x00 for Choice!
open-sml, 670000000101e8: Wrong TL-Field 0x00 for Choice!
open-sml, 68000000000101e8: Wrong TL-Field 0x00 for Choice!
open-sml, 6900000000000101e8: 66024, checksum right
open-sml, 55fffefe18: -66024, checksum right
open-sml, 56fffffefe18: -66024, checksum right
open-sml, 57fffffffefe18: Unknown TL-Field 0x7fffee8 for OctetString [Offset: 93]!
open-sml, 58fffffffffefe18: Unknown TL-Field 0x7ffffee8 for OctetString [Offset: 94]!
open-sml, 59fffffffffffefe18: -66024, checksum right
libsml, 640101e8: 66024
libsml, 65000101e8: 66024
libsml, 6600000101e8: 66024
libsml, 670000000101e8: 66024
libsml, 68000000000101e8: 66024
libsml, 6900000000000101e8: 66024
libsml, 55fffefe18: -66024
libsml, 56fffffefe18: -66024
libsml, 57fffffffefe18: -66024
libsml, 58fffffffffefe18: -66024
libsml, 59fffffffffffefe18: -66024
SEEN
cmp expected seen
