#!/usr/bin/env bash
# QEMU 7.2 (Debian qemu-system-arm 1:7.2+dfsg-7+deb12u18+b3), the clock m41t80.
#
# Guess: a time that is written to the M41T80 and acknowledged is the time that is read afterwards; the alarm's registers
# keep what is written to them; and the day of the week is from 1 to 7, as the data sheet's table of registers has it.
# Seen: writes are acknowledged and dropped, whatever the register: the time is that of QEMU's -rtc as before, and the
# alarm's month is 00. On a Sunday the day of the week is 0, which the part does not have; the ds1338 on the same board
# says 1. No message, unless QEMU runs with -d unimp.
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
cat > clock.py <<'PY'
from bus import Bus
with Bus('-device', 'm41t80,address=0x6a', '-rtc', 'base=2024-03-03T10:00:00') as bus:
    print('3 March 2024, a Sunday: m41t80', bus.transfer(0x6a, b'\4', 4), 'ds1338', bus.transfer(0x68, b'\3', 4))
    bus.transfer(0x6a, bytes([1, 0, 0x30, 0x12, 4, 0x05, 0x06, 0x24]))
    print('set to Wednesday, 5 June 2024: m41t80', bus.transfer(0x6a, b'\4', 4))
    bus.transfer(0x6a, bytes([0x0a, 0x06]))
    print('month of the alarm, set to 06:', bus.transfer(0x6a, b'\x0a', 1))
PY
python3 clock.py | tee seen
cat > expected <<'SEEN'
3 March 2024, a Sunday: m41t80 00 03 03 24 ds1338 01 03 03 24
set to Wednesday, 5 June 2024: m41t80 00 03 03 24
month of the alarm, set to 06: 00
SEEN
cmp expected seen
