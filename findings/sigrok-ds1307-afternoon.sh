#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder ds1307.
#
# Guess: the line that puts a clock's registers together (date/time) is the time that the clock has.
# Seen: in 12-hour mode 11:59:30 in the evening (hours register 71) is shown as 11:59:30; PM stands in another row only.
# A write of the hours register alone is shown as "Written date/time" of a whole date: Friday, -1.-1.  -1 11:-1:-1.
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
# The two wires, a byte per sample: bit 0 is SCL, bit 1 is SDA.
cat > wires.py <<'PY'
import sys
def transfer(*messages):
    out = bytearray(b'\3' * 20)
    def wires(scl, sda): out.extend([scl | sda << 1] * 5)
    for number, (address, is_read, data) in enumerate(messages):
        if number: wires(0, 1); wires(1, 1)
        wires(1, 0); wires(0, 0)
        for place, byte in enumerate([address << 1 | is_read, *data]):
            is_last = is_read and place == len(data)
            for bit in [byte >> n & 1 for n in range(7, -1, -1)] + [int(is_last)]:
                wires(0, bit); wires(1, bit); wires(0, bit)
    wires(0, 0); wires(1, 0); wires(1, 1)
    return bytes(out)
evening = [0x30, 0x59, 0x71, 0x07, 0x31, 0x12, 0x26]
files = {
    'read': transfer((0x68, 0, [0]), (0x68, 1, evening)),
    'hours': transfer((0x68, 0, [2, 0x71])),
}
for name, samples in files.items(): open(name, 'wb').write(samples)
PY
python3 wires.py
decoded() {
  root/usr/bin/sigrok-cli -I binary:numchannels=2:samplerate=1000000 -i "$1" -P i2c:scl=0:sda=1,ds1307 -A ds1307 2>&1 |
    sed 's/^[^:]*: //' | grep -E '^PM|date/time' | tr '\n' ';'
}
for name in read hours; do echo "$name: $(decoded $name)"; done
[[ $(decoded read) == 'PM;Read date/time: Saturday, 31.12.2026 11:59:30;' ]]
[[ $(decoded hours) == 'PM;Written date/time: Friday, -1.-1.  -1 11:-1:-1;' ]]
