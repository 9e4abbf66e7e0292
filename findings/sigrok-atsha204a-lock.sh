#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder atsha204a.
#
# Guess: of a Lock, which cannot be undone, the zone that is shown is the one that the part locks: bit 0 of the first
# parameter alone tells it, 0 for configuration, and bit 7 tells that no summary is compared (data sheet of the
# ATSHA204A, DS40002025A, "Lock Command"). A write with an authorization has 32 bytes of value and 32 of MAC ("Write
# Command"), and of 04 11 33 43, which the part says when it has woken up, the 11 is the status "Ready".
# Seen: the zone is told by all bits: 80, which locks the configuration without a summary, is "DATA/OTP" like 81,
# which locks data. The same lock with a summary (00) is "CONFIG". Value and MAC of a write are both all 64 bytes. The
# status after waking up is not shown, only the length of the answer.
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
def transfer(address, is_read, data):
    out = bytearray(b'\3' * 20)
    def wires(scl, sda): out.extend([scl | sda << 1] * 5)
    wires(1, 0); wires(0, 0)
    for place, byte in enumerate([address << 1 | is_read, *data]):
        for bit in [byte >> n & 1 for n in range(7, -1, -1)] + [int(is_read and place == len(data))]:
            wires(0, bit); wires(1, bit); wires(0, bit)
    wires(0, 0); wires(1, 0); wires(1, 1)
    return bytes(out)
def crc(data):
    value = 0
    for bit in [byte >> n & 1 for byte in data for n in range(8)]:
        value = value << 1 & 0xffff ^ (0x8005 if value >> 15 ^ bit else 0)
    return value.to_bytes(2, 'little')
assert crc(b'\x04\x11') == b'\x33\x43'
def command(opcode, param1, param2, data=b''):
    packet = bytes([len(data) + 7, opcode, param1]) + param2.to_bytes(2, 'little') + data
    return transfer(0x64, 0, b'\3' + packet + crc(packet))
files = {
    'lock 00': command(0x17, 0x00, 0x1234),
    'lock 80': command(0x17, 0x80, 0),
    'lock 81': command(0x17, 0x81, 0),
    'write': command(0x12, 0xc2, 0, b'\xaa' * 32 + b'\xee' * 32),
    'wake': transfer(0, 0, b'') + transfer(0x64, 1, b'\x04\x11\x33\x43'),
}
for name, samples in files.items(): open(name, 'wb').write(samples)
PY
python3 wires.py
decoded() {
  root/usr/bin/sigrok-cli -I binary:numchannels=2:samplerate=1000000 -i "$1" -P i2c:scl=0:sda=1,atsha204a -A atsha204a 2>&1 |
    sed -n 's/^atsha204a-1: //p' | grep -vE '^(Word addr|Opcode|Address|CRC):' | paste -sd';' |
    sed 's/\( aa\)\{32\}/ 32*aa/g; s/\( ee\)\{32\}/ 32*ee/g'
}
for name in 'lock 00' 'lock 80' 'lock 81' write wake; do echo "$name: $(decoded "$name")"; done | tee seen
cat > expected <<'SEEN'
lock 00: Count: 7;Zone: CONFIG, Summary: Used;Summary: 12 34
lock 80: Count: 7;Zone: DATA/OTP, Summary: Ignored;Summary: 00 00
lock 81: Count: 7;Zone: DATA/OTP, Summary: Ignored;Summary: 00 00
write: Count: 71;Zone: DATA, Encrypted: Yes, Length: 32 bytes;Value: 32*aa 32*ee;MAC: 32*aa 32*ee
wake: Count: 4
SEEN
cmp expected seen
