#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder ds243x.
#
# Guess: a DS2433, which the decoder tells by its family code, is decoded by its data sheet: the scratchpad has 32
# bytes, and whoever writes or reads it to the end is given the CRC of all of them ("Write Scratchpad", "Read
# Scratchpad"); Copy Scratchpad has three bytes of address and is answered with ones and zeros in turn, aa.
# Seen: it is decoded as the DS2432, whose scratchpad has 8 bytes. Of a page of 32 that is written, and read back, eight
# are shown, two of the data are taken for the CRC, and both transfers end in "CRC: error", where the CRC that came is
# right. Only what begins in the last eight bytes of a page is right. The answer to a copy is taken for a message
# authentication code, which this part does not have: an aa is not told, and twenty are the code.
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
# One wire, a sample a microsecond.
cat > wires.py <<'PY'
RESET = b'\0' * 500 + b'\1' * 30 + b'\0' * 120 + b'\1' * 500
def wire(data):
    slots = [b'\0' * 60 + b'\1' * 10, b'\0' * 6 + b'\1' * 64]
    return b''.join(slots[byte >> n & 1] for byte in data for n in range(8))
def crc(data, polynomial, start=0):
    for byte in data:
        start ^= byte
        for _ in range(8): start = start >> 1 ^ polynomial * (start & 1)
    return start
def crc16(data): return (crc(data, 0xa001) ^ 0xffff).to_bytes(2, 'little')
rom = bytes([0x23, 1, 2, 3, 4, 5, 6])
read_rom = b'\x33' + rom + bytes([crc(rom, 0x8c)])
page = bytes(range(0x40, 0x60))
write, read, short = b'\x0f\x20\x00' + page, b'\xaa\x20\x00\x1f' + page, b'\x0f\x38\x00' + page[:8]
files = {
    'write a page': write + crc16(write),
    'read it': read + crc16(read),
    'write its last eight': short + crc16(short),
    'copy, one aa': b'\x55\x20\x00\x1f\xaa',
    'copy, 21 aa': b'\x55\x20\x00\x1f' + b'\xaa' * 21,
}
for name, data in files.items():
    open(name, 'wb').write(b'\1' * 100 + RESET + wire(read_rom) + RESET + wire(b'\xcc' + data) + b'\1' * 2000)
PY
python3 wires.py
decoded() {
  root/usr/bin/sigrok-cli -I binary:numchannels=1:samplerate=1000000 -i "$1" \
    -P onewire_link:owr=0,onewire_network,ds243x -A onewire_link=warnings,ds243x 2>&1 |
    sed -n 's/^[a-z_0-9]*-1: //p' | grep -vE '^(Reset|Function|Target)' | paste -sd';' |
    sed 's/family code is 0x23, //; s/\(0xaa,\)\{19\}0xaa/20*0xaa/'
}
for name in 'write a page' 'read it' 'write its last eight' 'copy, one aa' 'copy, 21 aa'; do
  echo "$name: $(decoded "$name")"
done | tee seen
cat > expected <<'SEEN'
write a page: ROM: 0x2806050403020123 (DS2433 detected);Data: 0x40,0x41,0x42,0x43,0x44,0x45,0x46,0x47;CRC: error
read it: ROM: 0x2806050403020123 (DS2433 detected);Data status (E/S): 0x1f;Data: 0x40,0x41,0x42,0x43,0x44,0x45,0x46,0x47;CRC: error
write its last eight: ROM: 0x2806050403020123 (DS2433 detected);Data: 0x40,0x41,0x42,0x43,0x44,0x45,0x46,0x47;CRC: ok
copy, one aa: ROM: 0x2806050403020123 (DS2433 detected);Authorization pattern (TA1, TA2, E/S): 0x20,0x00,0x1f
copy, 21 aa: ROM: 0x2806050403020123 (DS2433 detected);Authorization pattern (TA1, TA2, E/S): 0x20,0x00,0x1f;Message authentication code: 20*0xaa;Operation succeeded
SEEN
cmp expected seen
