#!/usr/bin/env bash
# tshark 4.0.17 (Debian tshark 4.0.17-0+deb12u3), captures of usbmon (link type 220).
#
# Guess: usb.capdata is what an endpoint sent: a script that prints it for a mouse (-e usb.capdata) has its reports, as
# answers all over the net have it.
# Seen: it is so only where the capture does not have the moment at which the device was plugged in. Where that is in
# the file its descriptors tell that the interface is one of HID: usb.capdata is empty, and the same four bytes are
# usbhid.data. A filter `usb.capdata` shows nothing then, and `usbhid.data` nothing in a capture that began later. No
# message in either case. usb.data_len is 4 in both.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
closure=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances tshark | grep '^[a-z]' |
  grep -vE '^(libc6|libgcc-s1|gcc-12-base|debconf|debconf-2.0|cdebconf|dpkg|tar|perl.*|python3.*|libpython3.*|systemd.*|adduser|passwd)$' | sort -u)
# shellcheck disable=SC2086
mapfile -t real < <(apt-cache policy $closure | awk '/^[^ ]/ { name = $1 } /Candidate: [0-9]/ { print substr(name, 1, length(name) - 1) }')
apt-get download -qq -o APT::Sandbox::User=root "${real[@]/%tshark/tshark=4.0.17-0+deb12u3}" >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
export LD_LIBRARY_PATH
cat > mouse.py <<'PY'
import struct
DEVICE = bytes.fromhex('12 01 0002 00 00 00 08 6d04 01c0 0001 01 02 00 01')
CONFIGURATION = bytes.fromhex(
    '09 02 2200 01 01 00 a0 32'  # one interface:
    '09 04 00 00 01 03 01 02 00'  # of class 3, HID, a mouse
    '09 21 1101 00 01 22 3400'
    '07 05 81 03 0400 0a')  # endpoint 81, interrupts
def packet(number, event, kind, endpoint, setup, data, status, length):
    return struct.pack('<QBBBBHBBqiiII8siiII', number, ord(event), kind, endpoint, 5, 1, 0 if setup else ord('-'),
                       0 if data else ord('<'), number, 0, status, length, len(data), setup or bytes(8), 0, 0, 0, 0) + data
def transfer(number, kind, endpoint, setup, answer):
    yield packet(number, 'S', kind, endpoint, setup, b'', -115, len(answer))
    yield packet(number, 'C', kind, endpoint, None, answer, 0, len(answer))
plugged = [*transfer(1, 2, 0x80, bytes.fromhex('80 06 0001 0000 1200'), DEVICE),
           *transfer(2, 2, 0x80, bytes.fromhex('80 06 0002 0000 2200'), CONFIGURATION)]
moved = list(transfer(3, 1, 0x81, None, bytes.fromhex('01 05 fb 00')))
for name, packets in ('from the beginning', plugged + moved), ('begun later', moved):
    with open(f'{name}.pcap', 'wb') as file:
        file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 220))
        for at, data in enumerate(packets): file.write(struct.pack('<IIII', at, 0, len(data), len(data)) + data)
PY
python3 mouse.py
for name in 'from the beginning' 'begun later'; do
  field() { root/usr/bin/tshark -r "$name.pcap" -Y "usb.transfer_type == 1 && usb.urb_type == 'C'" -T fields -e "$1" 2>/dev/null; }
  echo "$name: usb.capdata $(field usb.capdata), usbhid.data $(field usbhid.data), usb.data_len $(field usb.data_len)"
done | tee seen
cat > expected <<'SEEN'
from the beginning: usb.capdata , usbhid.data 0105fb00, usb.data_len 4
begun later: usb.capdata 0105fb00, usbhid.data , usb.data_len 4
SEEN
cmp expected seen
