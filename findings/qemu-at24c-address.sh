#!/usr/bin/env bash
# QEMU 7.2 (Debian qemu-system-arm 1:7.2+dfsg-7+deb12u18+b3), the EEPROM at24c-eeprom.
#
# Guess: with rom-size=256 it is a 24C02: one byte of address (data sheets of the 24C parts up to 16 Kbit), and a write
# that passes the end of a page of 8 bytes goes on at the page's beginning; with rom-size=4096 it is a 24C32, with two
# bytes of address and pages of 32.
# Seen: of any size it has two bytes of address. What a driver of a 24C02 writes to 10, aa and bb, is acknowledged and
# becomes bb at aa; what it reads there is ff, as of an empty part. There is no page: a firmware that forgets about
# pages, and loses what it wrote on a real part, works. The bytes of address that are too high are cut down.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
closure=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances qemu-system-arm | grep '^[a-z]' |
  grep -vE '^(libc6|libgcc-s1|gcc-12-base|debconf|debconf-2.0|cdebconf|dpkg|tar|perl.*|python3.*|libpython3.*|qemu-system-data|systemd.*|adduser|passwd)$' | sort -u)
# shellcheck disable=SC2086
mapfile -t real < <(apt-cache policy $closure | awk '/^[^ ]/ { name = $1 } /Candidate: [0-9]/ { print substr(name, 1, length(name) - 1) }')
apt-get download -qq -o APT::Sandbox::User=root "${real[@]/%qemu-system-arm/qemu-system-arm=1:7.2+dfsg-7+deb12u18+b3}" >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu" QEMU_AUDIO_DRV=none
# The bus of the board versatilepb is two bits: a write at 10002000 sets them and one at 10002004 clears them, SCL is bit
# 0 and SDA bit 1. No processor runs (-S): the bits are moved through qtest.
cat > bus.py <<'PY'
import subprocess

class Bus:
    def __init__(self, *options):
        self.qemu = subprocess.Popen(
            ['root/usr/bin/qemu-system-arm', '-M', 'versatilepb', '-S', '-display', 'none', '-nodefaults', '-qtest', 'stdio',
             *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    def __enter__(self): return self
    def __exit__(self, *_):
        self.qemu.kill()
        self.qemu.wait()
    def ask(self, line):
        self.qemu.stdin.write(line + '\n')
        self.qemu.stdin.flush()
        answer = self.qemu.stdout.readline().split()
        if answer[:1] != ['OK']: raise SystemExit(f'{line}: {answer}')
        return answer[-1]
    def wires(self, **levels):
        for name, level in levels.items():
            self.ask(f'writel {0x10002000 if level else 0x10002004:#x} {1 if name == "scl" else 2}')
    def clock(self, level):
        self.wires(sda=level, scl=1)
        got = int(self.ask('readl 0x10002000'), 16) >> 1 & 1
        self.wires(scl=0)
        return got
    def address(self, byte):
        self.wires(sda=1, scl=1)
        self.wires(sda=0)
        self.wires(scl=0)
        self.send(byte)
    def send(self, byte):
        for n in range(7, -1, -1): self.clock(byte >> n & 1)
        if self.clock(1): raise SystemExit(f'{byte:02x}: no acknowledge')
    def transfer(self, part, write=b'', read=0):
        if write or not read:
            self.address(part << 1)
            for byte in write: self.send(byte)
        got = bytearray()
        if read:
            self.address(part << 1 | 1)
            while len(got) < read:
                byte = 0
                for _ in range(8): byte = byte << 1 | self.clock(1)
                got.append(byte)
                self.clock(int(len(got) == read))
        self.wires(sda=0, scl=1)
        self.wires(sda=1)
        return got.hex(' ')
PY
cat > eeprom.py <<'PY'
from bus import Bus
with Bus('-device', 'at24c-eeprom,address=0x50,rom-size=256', '-device', 'at24c-eeprom,address=0x51,rom-size=4096') as bus:
    bus.transfer(0x50, bytes([0x10, 0xaa, 0xbb]))
    print('24C02, 10 with one byte of address:', bus.transfer(0x50, b'\x10', 2))
    print('24C02, 0010 with two:', bus.transfer(0x50, b'\0\x10', 2))
    print('24C02, 00a9 with two:', bus.transfer(0x50, b'\0\xa9', 3))
    bus.transfer(0x51, bytes([0, 28, 1, 2, 3, 4, 5, 6]))
    print('24C32, 6 bytes at 28, then 0:', bus.transfer(0x51, b'\0\0', 2))
    print('24C32, 6 bytes at 28, then 28:', bus.transfer(0x51, bytes([0, 28]), 8))
PY
python3 eeprom.py | tee seen
cat > expected <<'SEEN'
24C02, 10 with one byte of address: ff ff
24C02, 0010 with two: 00 00
24C02, 00a9 with two: 00 bb 00
24C32, 6 bytes at 28, then 0: 00 00
24C32, 6 bytes at 28, then 28: 01 02 03 04 05 06 00 00
SEEN
cmp expected seen
