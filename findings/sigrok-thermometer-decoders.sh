#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoders lm75 and mlx90614.
#
# Guess: what every driver does to read these two thermometers, the register's number, a repeated START and a read,
# is what their decoders understand.
# Seen: lm75 takes the register's number for the first byte of a temperature. A read of 19 80, 25.5 °C, is 0.0 °C, and the
# byte that is left over goes into the next transfer: the same read once more is 128.0 °C, with a warning that the
# register was written, and then 25.5 °C. Without the number, fb 00, which is -5 °C, is 251.0 °C.
# mlx90614 says nothing at all: it waits for an address with the write bit behind the repeated START, which a read never has.
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
select = (0x48, 0, [0])
warm = transfer(select, (0x48, 1, [0x19, 0x80]))
files = {
    'once': warm,
    'twice': warm + warm,
    'frost': transfer((0x48, 1, [0xfb, 0x00])),
    'melexis': transfer((0x5a, 0, [7]), (0x5a, 1, [0xd2, 0x3a, 0x30])),
}
for name, samples in files.items(): open(name, 'wb').write(samples)
PY
python3 wires.py
decoded() {
  root/usr/bin/sigrok-cli -I binary:numchannels=2:samplerate=1000000 -i "$1" -P "i2c:scl=0:sda=1,$2" -A "$2" 2>&1 |
    sed 's/^[^:]*: //' | grep -v ' K$' | tr '\n' ';'
}
for name in once twice frost; do echo "$name: $(decoded $name lm75)"; done
echo "melexis: $(decoded melexis mlx90614)"
[[ $(decoded once lm75) == 'Temperature: 0.0 °C;' && $(decoded frost lm75) == 'Temperature: 251.0 °C;' ]]
[[ $(decoded twice lm75) == *'128.0 °C;Warning: The temperature register is read-only!;Temperature: 25.5 °C;' ]]
[[ -z $(decoded melexis mlx90614) ]]
