#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder can.
#
# Guess: a remote frame ends behind its control field, whatever its DLC, as it has no data (ISO 11898-1, Bosch's CAN
# 2.0 section 3.1.2): its DLC is that of the frame that is asked for. In a classic frame a DLC of 9 to 15 stands for 8
# bytes.
# Seen: a remote frame is given as many bytes as its DLC says. What follows it, its CRC, the gap and the answer, is
# shown as data, and the answer, which is what one looks for, is not there; only a DLC of 0 is decoded. A DLC of 15
# takes 64 bytes, in a frame that is shown as classic, so nothing more of the recording is decoded.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
closure=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances sigrok-cli libsigrokdecode4 | grep '^[a-z]' | grep -vE '^(libc6|libgcc-s1|gcc-12-base|debconf|debconf-2.0|cdebconf|dpkg|tar|python3.*|libpython3.*)$' | sort -u)
real=()
for package in $closure libpython3.11 libpython3.11-stdlib libpython3.11-minimal; do
  policy=$(apt-cache policy "$package")
  [[ $policy == *'Candidate: '[0-9]* ]] && real+=("$package")
done
apt-get download -qq -o APT::Sandbox::User=root "${real[@]/#libsigrokdecode4/libsigrokdecode4=0.5.3-4}" >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
export SIGROKDECODE_DIR="$tmp/root/usr/share/libsigrokdecode/decoders"
# One wire, ten samples a bit at 500 kbit/s, 1 is recessive.
cat > wires.py <<'PY'
def number(value, width): return [value >> n & 1 for n in range(width - 1, -1, -1)]
def crc15(bits):
    crc = 0
    for bit in bits: crc = (crc << 1 ^ (0x4599 if bit ^ crc >> 14 else 0)) & 0x7fff
    return number(crc, 15)
def frame(identifier, dlc, data, is_remote=0):
    bits = [0] + number(identifier, 11) + [is_remote, 0, 0] + number(dlc, 4)
    for byte in data: bits += number(byte, 8)
    stuffed, run = [], []
    for bit in bits + crc15(bits):
        stuffed.append(bit)
        run = run + [bit] if run[-1:] == [bit] else [bit]
        if len(run) == 5:
            stuffed.append(1 - bit)
            run = [1 - bit]
    return stuffed + [1, 0, 1] + [1] * 10
answer = frame(0x123, 2, [0x11, 0x22])
files = {
    'answer': answer,
    'remote0': frame(0x123, 0, [], 1) + answer,
    'remote2': frame(0x123, 2, [], 1) + answer,
    'dlc15': frame(0x123, 15, range(8)) + answer,
}
for name, bits in files.items():
    open(name, 'wb').write(bytes(bit for bit in [1] * 20 + bits + [1] * 100 for _ in range(10)))
PY
python3 wires.py
decoded() {
  root/usr/bin/sigrok-cli -I binary:numchannels=1:samplerate=5000000 -i "$1" -P can:can_rx=0:nominal_bitrate=500000 \
    -A can=data:id:rtr:dlc:eof:warnings 2>&1 |
    sed -E 's/^can-1: //; s/Identifier: /ID /; s/Remote transmission request: //; s/Data length code: /DLC /; s/Data byte/byte/' | tr '\n' ';'
}
for name in answer remote0 remote2 dlc15; do echo "$name: $(decoded $name)"; done | tee seen
cat > expected <<'SEEN'
answer: ID 291 (0x123);data frame;DLC 2;byte 0: 0x11;byte 1: 0x22;End of frame;
remote0: ID 291 (0x123);remote frame;DLC 0;End of frame;ID 291 (0x123);data frame;DLC 2;byte 0: 0x11;byte 1: 0x22;End of frame;
remote2: ID 291 (0x123);remote frame;DLC 2;byte 0: 0xaa;byte 1: 0x6d;CRC delimiter must be a recessive bit;End of frame;End of frame (EOF) must be 7 recessive bits;ID 388 (0x184);remote frame;DLC 14;
dlc15: ID 291 (0x123);data frame;DLC 15;Data length code (DLC) > 8 is not allowed;
SEEN
cmp expected seen
