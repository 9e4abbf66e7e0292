#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder usb_power_delivery.
#
# Guess: what Power Delivery 3.0 added is shown by its own name, as the decoder's table of control messages goes up to
# Get_Country_Codes, 21: a message's type has five bits, bit 15 of the header says that the message is an extended one
# (USB Power Delivery 3.0, section 6.2.1.1), the current that is asked of a programmable supply has seven bits of 50 mA
# (section 6.4.2), and a sink's fast role swap is one of four values (section 6.4.1.3.1).
# Seen: four bits of the type are looked at, and bit 15 is not: FR_Swap is ACCEPT, Get_PPS_Status is REJECT, Not_Supported
# is "reserved", and an extended Status (25 degrees Celsius) is a REQUEST for 5.76 A. Of 5 A at 9 V that are asked for, 1.8 A
# are left; the offer of 5 A is right. A sink that takes the default current (1) has "3.0 A" beside it. The checksums are
# right, and there is no warning. Linux (include/linux/usb/pd.h) has the five bits, and the seven.
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
# One wire at 300 kbit/s, twenty samples a bit: a change at the start of each bit, and one more in the middle of a 1.
cat > wire.py <<'PY'
import struct, zlib
NIBBLES = [0x1e, 0x09, 0x14, 0x15, 0x0a, 0x0b, 0x0e, 0x0f, 0x12, 0x13, 0x16, 0x17, 0x1a, 0x1b, 0x1c, 0x1d]
SYNC_1, SYNC_2, EOP = 0x18, 0x11, 0x0d
SOURCE, SINK = 1 << 8 | 1 << 5, 0
wire, level = [], 0
def message(role, type, *objects, is_extended=0):
    global level
    header = is_extended << 15 | len(objects) << 12 | role | 2 << 6 | type
    data = struct.pack('<H%dI' % len(objects), header, *objects)
    data += struct.pack('<I', zlib.crc32(data))
    symbols = [SYNC_1, SYNC_1, SYNC_1, SYNC_2] + [NIBBLES[half] for byte in data for half in (byte & 15, byte >> 4)] + [EOP]
    for bit in [0, 1] * 32 + [symbol >> n & 1 for symbol in symbols for n in range(5)]:
        level ^= 1
        wire.extend([level] * 10)
        level ^= bit
        wire.extend([level] * 10)
    level ^= 1
    wire.extend([level] * 20)
    level = 0
    wire.extend([0] * 20000)
wire.extend([0] * 1000)
fixed = 100 << 10
supply = 3 << 30 | 110 << 17 | 33 << 8 | 100
message(SOURCE, 1, fixed | 300, supply)              # Source_Capabilities: 5 V, 3 A; 3.3 to 11 V, 5 A
message(SINK, 2, 2 << 28 | 450 << 9 | 100)           # Request: the second, 9 V, 5 A
message(SINK, 4, fixed | 1 << 23 | 50)               # Sink_Capabilities: 5 V, 0.5 A, fast role swap 1 (default current)
message(SINK, 16)                                    # Not_Supported
message(SINK, 19)                                    # FR_Swap
message(SINK, 20)                                    # Get_PPS_Status
message(SOURCE, 2, 6 | 25 << 16, 0, is_extended=1)   # Status: six bytes, the first is 25 degrees Celsius
open('wire', 'wb').write(bytes(wire))
PY
python3 wire.py
root/usr/bin/sigrok-cli -I binary:numchannels=1:samplerate=6000000 -i wire -P usb_power_delivery:cc1=0 \
  -A usb_power_delivery=src:snk:payload:warnings 2>&1 | sed 's/^usb_power_delivery-1: //' | tee seen
cat > expected <<'SEEN'
(r3) SRC[0]: SOURCE CAP
[1] [Fixed] 5V 3A (15W)
[2] [Programmable|PPS] 3.3/11V 5A
(r3) SNK[0]: REQUEST
[1] (PDO #2: Programmable|PPS 3.3/11V) 9V 1.8A
(r3) SNK[0]: SINK CAP
[1] [Fixed] 5V 0.5A (2.5W) [fr_swap 3.0 A] [fr_swap default power]
(r3) SNK[0]: reserved
(r3) SNK[0]: ACCEPT
(r3) SNK[0]: REJECT
(r3) SRC[0]: REQUEST
[1] (PDO #0) 5.76A (operating) / 0.06A (max)
[2] (PDO #0) 0A (operating) / 0A (max)
SEEN
cmp expected seen
