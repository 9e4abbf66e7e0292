#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder eeprom24xx.
#
# Guess: the ways in which the data sheets of 24C parts read are decoded: behind the word address (repeated START), at
# the current address, and sequentially from the current address on, which is what Arduino's Wire does behind an
# endTransmission(). Of a part with two address bytes, one byte written is a byte write and one byte read a random
# read.
# Seen: a read from the current address has its line where it is of one byte, and none where it is of two or more, as
# if the bus had been quiet. With two address bytes a byte write is a "Page write" and a read of one byte "Sequential":
# the bytes of the address are counted with the data, and the sum is compared with two.
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
def transfer(*messages):
    out = bytearray(b'\3' * 20)
    def wires(scl, sda): out.extend([scl | sda << 1] * 5)
    for number, (is_read, data) in enumerate(messages):
        if number: wires(0, 1); wires(1, 1)
        wires(1, 0); wires(0, 0)
        for place, byte in enumerate([0xa0 | is_read, *data]):
            is_last = is_read and place == len(data)
            for bit in [byte >> n & 1 for n in range(7, -1, -1)] + [int(is_last)]:
                wires(0, bit); wires(1, bit); wires(0, bit)
    wires(0, 0); wires(1, 0); wires(1, 1)
    return bytes(out)
three = (1, [0x11, 0x22, 0x33])
files = {
    'joined': transfer((0, [0x10]), three),
    'current': transfer((0, [0x10])) + transfer((1, [0x11])),
    'sequential': transfer((0, [0x10])) + transfer(three),
    'write16': transfer((0, [0, 0x10, 0x11])),
    'read16': transfer((0, [0, 0x10]), (1, [0x11])),
}
for name, samples in files.items(): open(name, 'wb').write(samples)
PY
python3 wires.py
decoded() {
  root/usr/bin/sigrok-cli -I binary:numchannels=2:samplerate=1000000 -i "$1" \
    -P "i2c:scl=0:sda=1,eeprom24xx:chip=$2" -A eeprom24xx=ops:warnings 2>&1 | sed 's/^eeprom24xx-1: //' | tr '\n' ';'
}
{
  for name in joined current sequential; do echo "$name: $(decoded $name generic)"; done
  for name in write16 read16; do echo "$name: $(decoded $name onsemi_cat24c256)"; done
} | tee seen
cat > expected <<'SEEN'
joined: Sequential random read (addr=10, 3 bytes): 11 22 33;
current: Current address read: 11;
sequential: 
write16: Page write (addr=0010, 1 byte): 11;
read16: Sequential random read (addr=0010, 1 byte): 11;
SEEN
cmp expected seen
