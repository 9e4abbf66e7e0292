#!/usr/bin/env bash
# QEMU 7.2 (Debian qemu-system-arm 1:7.2+dfsg-7+deb12u18+b3), the clock ds1338 of the board versatilepb.
#
# Guess: a driver that sets the DS1338 as all do, its seven registers in one transfer, reads the same date and day of the
# week afterwards: each register keeps what was written to it, and the day of the week is a number that counts on its
# own (DS1338 data sheet, "Clock and Calendar").
# Seen: each byte changes the date that the model has, which is made a valid one before the next byte comes. Where the
# old month is shorter, the 31st is a day of the month after it: on 29 February 2024, 31 December 2023 is set as 2
# December, and 29 February 2024, in a year without one, as 1 March. The day of the week is kept as a distance from the
# date's own, and moves with each byte of the date that comes behind it: a Sunday (1) is read as 3, 5 or 7. No message.
# The same transfer once more sets the date right, and the day of the week often not.
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
SUNDAY, THURSDAY = 1, 5
def bcd(number): return number // 10 << 4 | number % 10
for now, weekday, day, month, year in [
    ('2024-02-29', SUNDAY, 31, 12, 23), ('2024-04-15', SUNDAY, 31, 12, 23), ('2024-01-15', SUNDAY, 31, 12, 23),
    ('2023-06-30', THURSDAY, 29, 2, 24),
]:
    with Bus('-rtc', f'base={now}T10:00:00') as bus:
        date = bytes([0, 0, 0, 0x12, weekday, bcd(day), bcd(month), bcd(year)])
        seen = []
        for _ in range(2):
            bus.transfer(0x68, date)
            seen.append(bus.transfer(0x68, b'\3', 4))
        print(f'{now}: {date[4:].hex(" ")} is {seen[0]}, set again {seen[1]}')
PY
python3 clock.py | tee seen
cat > expected <<'SEEN'
2024-02-29: 01 31 12 23 is 03 02 12 23, set again 02 31 12 23
2024-04-15: 01 31 12 23 is 05 01 12 23, set again 03 31 12 23
2024-01-15: 01 31 12 23 is 07 31 12 23, set again 01 31 12 23
2023-06-30: 05 29 02 24 is 05 01 03 24, set again 04 29 02 24
SEEN
cmp expected seen
