#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder adf435x.
#
# Guess: each register that is written to an ADF4351 is shown, the last one too, which its data sheet has as register 0 at
# the end of the six ("Initialization Sequence"). In register 4, bit 8 enables the auxiliary output and bit 9 takes it
# from the divider or from before it, and in register 0 an INT from 23 on is allowed with the prescaler 4/5 (register map
# and "16-Bit Integer Value"; Linux has the two bits so, in include/linux/iio/frequency/adf4350.h).
# Seen: a register is shown when the latch goes low for the next one: with a chip select that rests high, as Linux's
# masters have it, register 0, which sets the frequency, is not there, nor is any that comes last. The two bits have
# changed places: an auxiliary output that is on is "Disabled" and of the fundamental, and one that is off "Enabled". An
# INT of 25 is "Not Allowed", as all below 32 are.
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
# Bit 0 is CLK, 1 DATA and 2 LE, a chip select that rests high: the part takes the 32 bits as it goes back to high.
cat > wires.py <<'PY'
def save(name, *registers):
    wires = [4] * 40
    for word in registers:
        for n in range(31, -1, -1): wires += [(word >> n & 1) * 2] * 4 + [(word >> n & 1) * 2 + 1] * 4
        wires += [0] * 4 + [4] * 40
    open(name, 'wb').write(bytes(wires + [4] * 400))
R5 = 1 << 22 | 3 << 19 | 5
R4 = 1 << 23 | 90 << 12 | 1 << 8 | 3 << 6 | 1 << 5 | 3 << 3 | 4
R4_AUX_OFF = R4 & ~(1 << 8) | 1 << 9
R3, R2, R1, R0 = 150 << 3 | 3, 1 << 14 | 7 << 9 | 1 << 8 | 1 << 6 | 2, 1 << 15 | 2 << 3 | 1, 25 << 15
save('set up', R5, R4, R3, R2, R1, R0)
save('and R4 again', R5, R4, R3, R2, R1, R0, R4_AUX_OFF)
save('and twice', R5, R4, R3, R2, R1, R0, R4_AUX_OFF, R4_AUX_OFF)
PY
python3 wires.py
for name in 'set up' 'and R4 again' 'and twice'; do
  echo "$name: $(root/usr/bin/sigrok-cli -I binary:numchannels=3:samplerate=8000000 -i "$name" -P spi:clk=0:mosi=1:cs=2,adf435x -A adf435x 2>&1 |
    sed -n 's/^adf435x-1: //p' | grep -E '^(Register|AUX Output [SE]|INT:|Output E)' | paste -sd';' | sed 's/Register: /R/g')"
done | tee seen
cat > expected <<'SEEN'
set up: R5;R4;Output Enable: Enabled;AUX Output Select: Fundamental;AUX Output Enable: Disabled;R3;R2;R1
and R4 again: R5;R4;Output Enable: Enabled;AUX Output Select: Fundamental;AUX Output Enable: Disabled;R3;R2;R1;R0;INT: Not Allowed
and twice: R5;R4;Output Enable: Enabled;AUX Output Select: Fundamental;AUX Output Enable: Disabled;R3;R2;R1;R0;INT: Not Allowed;R4;Output Enable: Enabled;AUX Output Select: Divided Output;AUX Output Enable: Enabled
SEEN
cmp expected seen
