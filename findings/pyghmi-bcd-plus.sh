#!/usr/bin/env bash
# pyghmi 1.5.34 (Debian python3-pyghmi 1.5.34-2), FRU.
#
# Guess: a field of type "BCD plus" has two digits in each byte (IPMI's FRU information storage definition, section 13):
# 20 05 00 17 is the serial number 20050017.
# Seen: it is 205017. A zero at the front of a byte is left out, so different numbers come out as one: 02 50 is 250, and
# so is 25 00. Bytes without such a zero are right. Text of six bits in a length that is no multiple of three bytes, as
# five characters take, is an IndexError; in a field of the board's own it ends the list, and the fields behind it are
# lost.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root python3-pyghmi=1.5.34-2 >/dev/null
dpkg -x python3-pyghmi*.deb root
cat > fru.py <<'PY'
from pyghmi.ipmi.fru import FRU
BCD, SIX_BITS, TEXT = 1, 2, 3
def field(kind, data): return bytes([kind << 6 | len(data)]) + bytes(data)
def six_bits(text):
    bits = sum(ord(character) - 0x20 << 6 * place for place, character in enumerate(text))
    return field(SIX_BITS, bits.to_bytes((6 * len(text) + 7) // 8, 'little'))
def board(serial, *own):
    """A FRU that has a board area: maker, name, serial number, part number, no file ID, and fields of its own."""
    area = bytes([25, 0, 0, 0]) + field(TEXT, b'Acme') + field(TEXT, b'Board') + serial + field(TEXT, b'P1') + field(TEXT, b'')
    area += b''.join(own) + b'\xc1'
    size = (len(area) + 10) // 8
    area = bytes([1, size]) + area
    area += bytes(8 * size - 1 - len(area))
    return FRU(rawdata=bytearray(b'\1\0\0\1\0\0\0\xfe' + area + bytes([-sum(area) & 0xff]))).info
def serial(*data): return board(field(BCD, data))['Board serial number']
def lost():
    try: return board(six_bits('ABCDE'))
    except IndexError: return 'IndexError'
own = board(field(TEXT, b'S1'), field(TEXT, b'first'), six_bits('ABCDE'), field(TEXT, b'third'))['board_extra']
print(f'{serial(0x20, 0x05, 0x00, 0x17)} {serial(0x02, 0x50)} {serial(0x25, 0x00)} {serial(0x12, 0x34)}; {lost()} {own}')
PY
seen=$(PYTHONPATH="$tmp/root/usr/lib/python3/dist-packages" python3 fru.py)
echo "$seen"
[[ $seen == "205017 250 250 1234; IndexError ['first']" ]]
