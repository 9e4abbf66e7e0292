#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder rfm12.
#
# Guess: the command 98xx, which sets up the transmitter, is shown in kHz and dB as the data sheet of HopeRF's RF12 has
# them ("TX Configuration Control Command"): the deviation is 15 kHz times M + 1, so that 9850 is 90 kHz, and the power
# goes down from 0 dB by 3 dB a step, so that a 7 is -21 dB (by 2.5 dB in the MRF49XA of Microchip, DS70590C, to -17.5).
# Seen: M is not counted up: 9850 is 75 kHz, 9800 is 0 kHz, no modulation at all, and f is 225 for 240. The power is the
# step's own number with a unit: the least of all, 7, is "7B", and what is weaker seems the stronger. A table of dB
# stands in the decoder, and nothing reads it.
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
# Four wires, a byte per sample: bit 0 is CLK, bit 1 MOSI, bit 2 MISO, bit 3 CS#.
cat > wires.py <<'PY'
for command in '9800', '9850', '9857', '98f1':
    out = bytearray(b'\x08' * 20 + b'\0' * 5)
    for n in range(15, -1, -1):
        data = (int(command, 16) >> n & 1) << 1
        out.extend([data] * 5 + [data | 1] * 5)
    open(command, 'wb').write(bytes(out + b'\0' * 5 + b'\x08' * 20))
PY
python3 wires.py
for command in 9800 9850 9857 98f1; do
  echo "$command: $(root/usr/bin/sigrok-cli -I binary:numchannels=4:samplerate=1000000 -i $command \
    -P spi:clk=0:mosi=1:miso=2:cs=3,rfm12 -A rfm12=params:cmd 2>&1 | sed -n 's/^rfm12-1: //p' | grep : | paste -sd';')"
done | tee seen
cat > expected <<'SEEN'
9800: FSK frequency delta: 0kHz;Relative power: 0B
9850: FSK frequency delta: 75kHz;Relative power: 0B
9857: FSK frequency delta: 75kHz;Relative power: 7B
98f1: FSK frequency delta: 225kHz;Relative power: 1B
SEEN
cmp expected seen
