#!/usr/bin/env bash
# crccheck 1.0 (Debian python3-crccheck 1.0-5).
#
# Guess: data that comes in pieces, as from a serial port, has the same checksum however it was cut, as process() is there
# for: the package's CRCs do so, and hashlib. Where the whole is a multiple of a word no byte is left out.
# Seen: with the sums and XORs of words (16 and 32 bits) what does not fill a word at the end of a piece is thrown away,
# and the next piece begins with a new word. The 16-bit sum of twelve bytes is 070c (hex) in one piece, in two and in
# three; in four pieces of 3 it is e703, the sum of eight of them, and byte by byte it is 0. No error.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root python3-crccheck=1.0-5 >/dev/null
dpkg -x python3-crccheck*.deb root
cat > pieces.py <<'PY'
from crccheck.checksum import Checksum8, Checksum16, Checksum32, ChecksumXor16
from crccheck.crc import Crc16Modbus
data = bytes.fromhex('0102 1020 a0b0 c0d0 0304 9166'.replace(' ', ''))
print(f'by hand: {sum(data[n] << 8 | data[n + 1] for n in range(0, 12, 2)) & 0xffff:04x}')
for kind in Checksum16, Checksum32, ChecksumXor16, Checksum8, Crc16Modbus:
    sums = []
    for size in 12, 6, 4, 3, 1:
        sum_ = kind()
        for at in range(0, 12, size): sum_.process(data[at:at + size])
        sums.append(f'{size} {sum_.final():x}')
    print(f'{kind.__name__}, pieces of {", ".join(sums)}')
PY
PYTHONPATH="$tmp/root/usr/lib/python3/dist-packages" python3 pieces.py | tee seen
cat > expected <<'SEEN'
by hand: 070c
Checksum16, pieces of 12 70c, 6 70c, 4 70c, 3 e703, 1 0
Checksum32, pieces of 12 a4b76256, 6 c1d21324, 4 a4b76256, 3 0, 1 0
ChecksumXor16, pieces of 12 e320, 6 e320, 4 e320, 3 e5e3, 1 0
Checksum8, pieces of 12 11, 6 11, 4 11, 3 11, 1 11
Crc16Modbus, pieces of 12 73cd, 6 73cd, 4 73cd, 3 73cd, 1 73cd
SEEN
cmp expected seen
