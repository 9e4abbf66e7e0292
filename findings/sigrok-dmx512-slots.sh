#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder dmx512.
#
# Guess: any packet that ANSI E1.11 allows is decoded: fewer than 512 slots, of which the next BREAK ends the last,
# slots without a gap between them (the mark between slots may be 0, and a UART sends so), and a line that idles before
# the first BREAK.
# Seen: only 512 slots with a gap between each and the next come out right. Where a packet has 24, the BREAK behind it
# is channel 25, and the next packet goes on from there with wrong values. Without gaps the values are wrong from the
# first. An idle line, high for 100 us at the beginning of the recording, is taken for the BREAK: the first packet is
# decoded upside down.
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
# One wire, eight samples a bit at 250 kbit/s.
cat > wires.py <<'PY'
def packet(values, gap):
    bits = [0] * 25 + [1] * 4
    for value in [0, *values]: bits += [0] + [value >> n & 1 for n in range(8)] + [1, 1] + [1] * gap
    return bits
def save(name, count, gap, idle):
    first, second = ([base + n for n in range(1, 4)] + [0] * (count - 3) for base in (0, 16))
    bits = [1] * idle + packet(first, gap) + [1] * 5 + packet(second, gap) + [1] * 20
    open(name, 'wb').write(bytes(bit for bit in bits for _ in range(8)))
save('512 slots, gaps', 512, 2, 10)
save('24 slots, gaps', 24, 2, 10)
save('512 slots, no gaps', 512, 0, 10)
save('512 slots, gaps, idle', 512, 2, 25)
PY
python3 wires.py
# The start codes and channels 1 to 3 and 25 to 28, each with its value; a recording has two packets: 1 2 3 and 17 18 19.
decoded() {
  root/usr/bin/sigrok-cli -I binary:numchannels=1:samplerate=2000000 -i "$1" -P dmx512:dmx=0 -A dmx512=startcode:channel:data 2>&1 |
    sed 's/^dmx512-1: //' | sed -nE '/^(Start|Channel)/{h;d};s/ .*//;H;x;s/\n/ = /;s/Channel //;p' | grep -E '^(Start.*|[123]|2[5-8]) =' | tr '\n' ';'
}
for name in '512 slots, gaps' '24 slots, gaps' '512 slots, no gaps' '512 slots, gaps, idle'; do
  echo "$name: $(decoded "$name")"
done | tee seen
cat > expected <<'SEEN'
512 slots, gaps: Start code = 0;1 = 1;2 = 2;3 = 3;25 = 0;26 = 0;27 = 0;28 = 0;Start code = 0;1 = 17;2 = 18;3 = 19;25 = 0;26 = 0;27 = 0;28 = 0;
24 slots, gaps: Start code = 0;1 = 1;2 = 2;3 = 3;25 = 0;26 = 7;27 = 23;28 = 39;
512 slots, no gaps: Start code = 0;1 = 128;2 = 192;3 = 96;25 = 0;26 = 1;27 = 0;28 = 1;
512 slots, gaps, idle: Start code = 248;1 = 232;2 = 216;3 = 200;25 = 248;26 = 248;27 = 248;28 = 248;Start code = 0;1 = 17;2 = 18;3 = 19;25 = 0;26 = 0;27 = 0;28 = 0;
SEEN
cmp expected seen
