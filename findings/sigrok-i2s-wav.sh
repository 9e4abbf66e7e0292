#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder i2s, binary output "wav".
#
# Guess: the WAV file plays what went over the bus: with the rate at which the words came, and each sample with its sign
# and at its size, as I2S sends two's complement, the most significant bit first.
# Seen: its head says 16000 Hz and 32 bits whatever came, so a recording of 48 kHz plays three times too slowly. A word
# of 16 or 24 bits stands as an unsigned number in the low bits of 32: -1000 is 64536 or 16776216, no sample is negative,
# and 16 bits are so quiet that they seem silent. The head's bytes a second and a frame, 64000 and 4, are those of 16
# bits. Words of 32 bits have the right values.
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
# Frames of two words at 48 kHz, a byte per sample, four samples a bit: bit 0 is the clock, bit 1 the word select, bit 2
# the data. The word select changes one bit before the first bit of a word.
cat > bus.py <<'PY'
import sys
length = int(sys.argv[1])
words = [(1, 0)] + [(channel, value) for _ in range(4) for channel, value in ((0, 1000), (1, -1000))] + [(0, 0)]
bits = [(channel, value >> n & 1) for channel, value in words for n in range(length - 1, -1, -1)]
out = bytearray()
for (_, bit), (channel, _) in zip(bits, bits[1:]):
    out += bytes([channel << 1 | bit << 2] * 2 + [1 | channel << 1 | bit << 2] * 2)
open('bus', 'wb').write(out)
PY
cat > wav.py <<'PY'
import struct
data = open('wav', 'rb').read()
rate, rate_of_bytes, frame, bits = struct.unpack_from('<IIHH', data, 24)
print(f'{rate} Hz, {bits} bits, {rate_of_bytes} bytes a second, {frame} a frame:', *struct.unpack_from('<4i', data, 44 + 4))
PY
for length in 16 24 32; do
  python3 bus.py $length
  root/usr/bin/sigrok-cli -I binary:numchannels=3:samplerate=$((48000 * 2 * length * 4)) -i bus \
    -P i2s:sck=0:ws=1:sd=2 -B i2s=wav > wav 2>/dev/null
  echo "words of $length bits at 48000 Hz, 1000 and -1000: $(python3 wav.py)"
done | tee seen
cat > expected <<'SEEN'
words of 16 bits at 48000 Hz, 1000 and -1000: 16000 Hz, 32 bits, 64000 bytes a second, 4 a frame: 64536 1000 64536 1000
words of 24 bits at 48000 Hz, 1000 and -1000: 16000 Hz, 32 bits, 64000 bytes a second, 4 a frame: 16776216 1000 16776216 1000
words of 32 bits at 48000 Hz, 1000 and -1000: 16000 Hz, 32 bits, 64000 bytes a second, 4 a frame: -1000 1000 -1000 1000
SEEN
cmp expected seen
