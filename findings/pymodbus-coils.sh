#!/usr/bin/env bash
# pymodbus 3.0.0 (Debian python3-pymodbus 3.0.0-7), BinaryPayloadBuilder and BinaryPayloadDecoder.
#
# Guess: the bits of add_bits() are the coils that to_coils() gives, in their order, and fromCoils() with decode_bits()
# gives them back, as Modbus has the first coil in the lowest bit of the first byte (application protocol 1.1b3, section
# 6.1).
# Seen: the order is turned round in each byte: the first bit is coil 7, and the first coil comes back as bit 7. Where
# the number of coils is no multiple of eight, 10 for one, zeros are put in front and too few of them: the first coil
# comes back as bit 5.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root python3-pymodbus=3.0.0-7 >/dev/null
dpkg -x python3-pymodbus*.deb root
cat > coils.py <<'PY'
from pymodbus.payload import BinaryPayloadBuilder, BinaryPayloadDecoder
def text(bits): return ''.join('1' if bit else '0' for bit in bits)
def first(count): return [True] + [False] * (count - 1)
builder = BinaryPayloadBuilder()
builder.add_bits(first(16))
read = [text(BinaryPayloadDecoder.fromCoils(first(count)).decode_bits()) for count in (8, 10)]
print(text(builder.to_coils()), *read)
PY
seen=$(PYTHONPATH="$tmp/root/usr/lib/python3/dist-packages" python3 coils.py)
echo "$seen"
[[ $seen == '0000000100000000 00000001 00000100' ]]
