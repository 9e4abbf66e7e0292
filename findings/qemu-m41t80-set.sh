#!/usr/bin/env bash
# QEMU 7.2 (Debian qemu-system-arm 1:7.2+dfsg-7+deb12u18+b3), the clock m41t80 on an I2C bus of the board versatilepb.
#
# Guess: a date and time that are written to the registers 0 to 7, as drivers set an M41T80, are the ones that are read
# from then on; an alarm that is written (registers 0a to 0e) is read back; and the day of the week is 1 to 7 (data sheet
# of the M41T80, "M41T80 register map").
# Seen: every write is acknowledged and thrown away: the clock goes on from QEMU's own date, and an alarm reads 0. On a
# Sunday the day of the week is 0. A driver has no error, and a test that sets the time of the day of the test passes.
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
# A Sunday. Minutes, hours, day of the week, date, month and year are read.
with Bus('-device', 'm41t80,address=0x68', '-rtc', 'base=2024-02-25T22:10:30') as bus:
    def time(): return bus.transfer(0x68, b'\2', 6)
    print('before:', time())
    bus.transfer(0x68, bytes.fromhex('00 00 15 45 08 02 24 12 25'))
    print('set to 00 15 45 08 02 24 12 25, from register 0 on:', time())
    bus.transfer(0x68, bytes.fromhex('0a 41 02 03 04 05'))
    print('an alarm of 41 02 03 04 05:', bus.transfer(0x68, b'\x0a', 5))
PY
python3 clock.py | tee seen
cat > expected <<'SEEN'
before: 10 22 00 25 02 24
set to 00 15 45 08 02 24 12 25, from register 0 on: 10 22 00 25 02 24
an alarm of 41 02 03 04 05: 00 00 00 00 00
SEEN
cmp expected seen
