#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder ps2.
#
# Guess: each byte of a PS/2 keyboard is shown: a start bit, eight bits of data with the lowest first, an odd parity bit
# and a stop bit, eleven clocks in all, and nothing until the next byte.
# Seen: a byte is shown at its twelfth clock, which is the first one of the byte behind it. Of one key alone there is no
# line. Of several bytes the first is right; the second has lost its start bit and begins at its first bit that is 0, so
# that F0, "key released", is F8, and so it goes on: of eight bytes one is right, three have a parity error, and the
# last is not there. A byte that the host sends, whose acknowledge is a twelfth clock, is right.
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
# The two wires, a byte per sample, eight samples a clock: bit 0 is the clock, bit 1 the data.
cat > wires.py <<'PY'
def frame(byte, acknowledge=()):
    bits = [0, *(byte >> n & 1 for n in range(8)), 1 - byte.bit_count() % 2, 1, *acknowledge]
    return b''.join(bytes([1 | bit << 1] * 4 + [bit << 1] * 4) for bit in bits) + b'\3' * 40
# A, B and the cursor key up are pressed, the first two released as well.
keys = bytes.fromhex('1c f0 1c 32 f0 32 e0 75')
files = {'one': [frame(0x1c)], 'eight': [frame(byte) for byte in keys], 'host': [frame(0xed, [0]), frame(0xfa)]}
for name, frames in files.items(): open(name, 'wb').write(b'\3' * 40 + b''.join(frames))
PY
python3 wires.py
for name in one eight host; do
  shown=$(root/usr/bin/sigrok-cli -I binary:numchannels=2:samplerate=100000 -i $name -P ps2:clk=0:data=1 \
    -A ps2=word:parity-err 2>&1 | sed 's/^ps2-1: //' | tr '\n' ';')
  echo "$name: $shown"
done | tee seen
cat > expected <<'SEEN'
one: 
eight: Data: 1c;Data: f8;Parity error;Data: 87;Parity error;Data: 46;Data: 3f;Data: 04;Data: d5;Parity error;
host: Data: ed;
SEEN
cmp expected seen
