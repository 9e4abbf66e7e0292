#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder modbus.
#
# Guess: the number that stands beside a request's address is the reference that Modbus manuals use: coils from 1 on,
# discrete inputs from 10001, input registers from 30001, holding registers from 40001 (Modicon's protocol reference
# guide, PI-MBUS-300).
# Seen: it is made of the function's number, or by hand. Input and holding registers have changed places: a read of
# holding register 0 is 30001, a read of input register 0 is 40001. Coils are 10001 where they are read and 10000 where
# one is written, discrete inputs 20001. Holding register 0 is 30001 where several are written, and 30000 where one is.
# With function 23 the first register to write, here 5, has the number of the first one to read.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
closure=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances sigrok-cli libsigrokdecode4 | grep '^[a-z]' | grep -vE '^(libc6|libgcc-s1|gcc-12-base|debconf|debconf-2.0|cdebconf|dpkg|tar|python3.*|libpython3.*)$' | sort -u)
# shellcheck disable=SC2086
mapfile -t real < <(apt-cache policy $closure libpython3.11 libpython3.11-stdlib libpython3.11-minimal |
  awk '/^[^ ]/ { name = $1 } /Candidate: [0-9]/ { print substr(name, 1, length(name) - 1) }')
apt-get download -qq -o APT::Sandbox::User=root "${real[@]/#libsigrokdecode4/libsigrokdecode4=0.5.3-4}" >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
export SIGROKDECODE_DIR="$tmp/root/usr/share/libsigrokdecode/decoders"
# The client's line, a byte per sample: 9600 baud, eight samples a bit, ten bit times between frames and more.
cat > line.py <<'PY'
def crc(data):
    value = 0xffff
    for byte in data:
        value ^= byte
        for _ in range(8): value = value >> 1 ^ (0xa001 if value & 1 else 0)
    return bytes([value & 255, value >> 8])
def frame(data):
    out = bytearray()
    for byte in data + crc(data):
        for bit in [0, *(byte >> n & 1 for n in range(8)), 1]: out += bytes([bit] * 8)
    return bytes(out) + b'\1' * 800
requests = ['01 01 0000 0001', '01 02 0000 0001', '01 03 0000 0001', '01 04 0000 0001', '01 05 0000 ff00',
            '01 06 0000 0007', '01 0f 0000 0001 01 01', '01 10 0000 0001 02 0007', '01 17 0000 0001 0005 0001 02 0007']
open('line', 'wb').write(b'\1' * 800 + b''.join(frame(bytes.fromhex(request)) for request in requests))
PY
python3 line.py
root/usr/bin/sigrok-cli -I binary:numchannels=1:samplerate=76800 -i line \
  -P uart:rx=0:baudrate=9600,modbus:cschannel=RX:scchannel=TX -A modbus=cs-function:cs-address 2>&1 |
  sed 's/^modbus-1: //' | tee seen
cat > expected <<'SEEN'
Function 1: Read Coils
Start at address 0x0 / 10001
Function 2: Read Discrete Inputs
Start at address 0x0 / 20001
Function 3: Read Holding Registers
Start at address 0x0 / 30001
Function 4: Read Input Registers
Start at address 0x0 / 40001
Function 5: Write Single Coil
Address 0x0 / 10000
Function 6: Write Single Register
Address 0x0 / 30000
Function 15: Write Multiple Coils
Start at address 0x0 / 10001
Function 16: Write Multiple Registers
Start at address 0x0 / 30001
Function 23: Read/Write Multiple Registers
Read starting at address 0x0 / 30001
Write starting at address 0x5 / 30001
SEEN
cmp expected seen
