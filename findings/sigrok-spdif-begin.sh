#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder spdif.
#
# Guess: a recording of S/PDIF may begin anywhere in the stream, or before it, as the decoder finds the rate of the bits
# itself and waits for a preamble; and its rows Aux and Sample show the 4 and the 20 bits of that name.
# Seen: the time from the beginning of the recording to the second edge is taken for the width of a pulse. So of the same
# stream every whole word is there, or none at all, as the recording begins three samples earlier or later, and where the
# line is still at rest at the beginning there is none. The rate of 48 kHz is 30315, 37161 or 50086 kHz, and even 569,
# and that of the bits has Mbit/s for bit/s. Aux and Sample are the same number: all 24 bits, the least significant one
# first (aux 5 and sample 12345 are aa2c48). Audio has the bits in their order.
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
# Nine frames of two words at 48 kHz, a byte per sample, 64 bits a frame, two halves a bit, 8 samples a half. What is
# below zero is the samples of a line at rest before the first frame.
cat > wire.py <<'PY'
import sys
begin = int(sys.argv[1])
wire, level = [], 0
def send(halves):
    global level
    for half in halves: wire.extend([half] * 8)
    level = halves[-1]
def word(preamble, aux, sample):
    send([int(half) ^ level for half in preamble])
    bits = [aux >> n & 1 for n in range(4)] + [sample >> n & 1 for n in range(20)] + [0, 0, 0]
    for bit in bits + [sum(bits) & 1]: send([1 - level, 1 - level ^ bit])
for frame in range(9):
    word('11100010' if frame else '11101000', 5, 0x12345)
    word('11100100', 5, 0x12345)
open('wire', 'wb').write(bytes([0] * -begin + wire[max(begin, 0):]))
PY
rows() {
  root/usr/bin/sigrok-cli -I binary:numchannels=1:samplerate=$((48000 * 64 * 2 * 8)) -i wire -P spdif:data=0 -A spdif="$1" 2>/dev/null |
    sed 's/^spdif-1: //'
}
for begin in 24 32 510 513 522 -2000; do
  python3 wire.py "$begin"
  echo "from $begin on: $(rows samples | wc -l) words, $(rows bitrate)"
done | tee seen
python3 wire.py 24
{ rows aux; rows samples; } | sort -u | tee -a seen
cat > expected <<'SEEN'
from 24 on: 16 words, Signal Bitrate: 3205565 Mbit/s (=> 50086 kHz)
from 32 on: 16 words, Signal Bitrate: 2378322 Mbit/s (=> 37161 kHz)
from 510 on: 15 words, Signal Bitrate: 2949120 Mbit/s (=> 46080 kHz)
from 513 on: 0 words, Signal Bitrate: 1940210 Mbit/s (=> 30315 kHz)
from 522 on: 15 words, Signal Bitrate: 2542344 Mbit/s (=> 39724 kHz)
from -2000 on: 0 words, Signal Bitrate: 36444 Mbit/s (=> 569 kHz)
Audio 0x123455
Aux 0xaa2c48
Sample 0xaa2c48
SEEN
cmp expected seen
