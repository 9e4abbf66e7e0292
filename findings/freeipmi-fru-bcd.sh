#!/usr/bin/env bash
# FreeIPMI 1.6.10 (Debian freeipmi-tools 1.6.10-1+b1), ipmi-fru with --fru-file.
#
# Guess: a field of type "BCD plus" has two digits in each byte, and a board made at minute 0 has no date: "00_00_00h =
# unspecified" (IPMI's FRU information storage definition, sections 11 and 13).
# Seen: a byte is one digit: 20 05 00 17 and 12 34 are an "invalid BCD encoding", 00 05 is 05 and not 0005. A board
# without a date was made on 01/01/96.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root freeipmi-tools=1.6.10-1+b1 freeipmi-common libfreeipmi17 libipmidetect0 libgcrypt20 \
  libgpg-error0 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
cat > fru.py <<'PY'
BCD, TEXT = 1, 3
def field(kind, data): return bytes([kind << 6 | len(data)]) + bytes(data)
for name, serial in {'long': [0x20, 0x05, 0x00, 0x17], 'short': [0x12, 0x34], 'zeros': [0x00, 0x05]}.items():
    area = bytes([25, 0, 0, 0]) + field(TEXT, b'Acme') + field(TEXT, b'Board') + field(BCD, serial) + field(TEXT, b'P1') + field(TEXT, b'') + b'\xc1'
    size = (len(area) + 10) // 8
    area = bytes([1, size]) + area
    area += bytes(8 * size - 1 - len(area))
    open(name, 'wb').write(b'\1\0\0\1\0\0\0\xfe' + area + bytes([-sum(area) & 0xff]))
PY
python3 fru.py
shown() { root/usr/sbin/ipmi-fru --fru-file "$1" 2>&1 | sed -n "s/^ *FRU Board $2: //p"; }
for name in long short zeros; do echo "$name: $(shown $name 'Serial Number')"; done | tee seen
echo "date: $(shown long 'Manufacturing Date\/Time')" | tee -a seen
printf '%s\n' "long: Error 'FRU invalid BCD encoding'" "short: Error 'FRU invalid BCD encoding'" 'zeros: 05' 'date: 01/01/96 - 00:00:00' | cmp - seen
