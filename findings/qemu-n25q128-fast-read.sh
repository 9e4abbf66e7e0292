#!/usr/bin/env bash
# QEMU 7.2 (Debian qemu-system-misc 1:7.2+dfsg-7+deb12u18+b3), the flash n25q128 of the board petalogix-ml605.
#
# Guess: as in the data sheet of the N25Q128, a fast read (0b) has eight dummy clocks, which is one byte on one wire,
# between the address and the first byte; and the write enable latch is cleared when a page program or an erase is done,
# so that each needs a write enable (06) of its own.
# Seen: a dummy clock is a whole byte: with one dummy byte, as Linux and U-Boot send it, the first seven bytes are 00
# and the data comes behind them; dual and quad output reads (3b, 6b) likewise. The plain read (03) is right. The latch
# stays set: a second program and an erase without a write enable are carried out, which the real part leaves undone. A
# driver that is right reads wrong bytes, and one that forgets the write enable works.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
closure=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances qemu-system-misc | grep '^[a-z]' |
  grep -vE '^(libc6|libgcc-s1|gcc-12-base|debconf|debconf-2.0|cdebconf|dpkg|tar|perl.*|python3.*|libpython3.*|qemu-system-data|systemd.*|adduser|passwd)$' | sort -u)
# shellcheck disable=SC2086
mapfile -t real < <(apt-cache policy $closure | awk '/^[^ ]/ { name = $1 } /Candidate: [0-9]/ { print substr(name, 1, length(name) - 1) }')
apt-get download -qq -o APT::Sandbox::User=root "${real[@]/%qemu-system-misc/qemu-system-misc=1:7.2+dfsg-7+deb12u18+b3}" >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu" QEMU_AUDIO_DRV=none
# Xilinx' SPI controller at 40a00000 (control 60, transmit 68, receive 6c, select 70). No processor runs (-S): its
# registers are written through qtest. Each byte of the flash is the low byte of its address.
cat > flash.py <<'PY'
import subprocess
with open('flash', 'wb') as file: file.write(bytes(range(256)) * 65536)
qemu = subprocess.Popen(
    ['root/usr/bin/qemu-system-microblazeel', '-M', 'petalogix-ml605', '-S', '-display', 'none', '-nodefaults',
     '-kernel', '/dev/null', '-drive', 'if=mtd,format=raw,file=flash', '-qtest', 'stdio'],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
def ask(line):
    qemu.stdin.write(line + '\n')
    qemu.stdin.flush()
    answer = qemu.stdout.readline().split()
    if answer[:1] != ['OK']: raise SystemExit(f'{line}: {answer}')
    return answer[-1]
def write(register, value): ask(f'writel {0x40a00000 + register:#x} {value:#x}')
def transfer(sent, length=0):
    write(0x60, 0x66)
    write(0x60, 0x06)
    write(0x70, 0xfffffffe)
    received = bytearray()
    for byte in bytes.fromhex(sent) + bytes(length):
        write(0x68, byte)
        received.append(int(ask('readl 0x40a0006c'), 16))
    write(0x70, 0xffffffff)
    return received[len(received) - length:].hex(' ')
print('identification:', transfer('9f', 3))
print('read:', transfer('03 000010', 10))
for name, opcode in ('fast read', '0b'), ('dual', '3b'), ('quad', '6b'):
    print(f'{name}, one dummy byte:', transfer(f'{opcode} 000010 00', 10))
print('fast read, eight dummy bytes:', transfer('0b 000010 0000000000000000', 10))
transfer('02 000010 00')
print('program without write enable:', transfer('03 000010', 2))
transfer('06')
transfer('02 000010 00')
print('with it:', transfer('03 000010', 2), 'status', transfer('05', 1))
transfer('02 000011 00')
print('the next without:', transfer('03 000010', 2), 'status', transfer('05', 1))
transfer('d8 000000')
print('erase without:', transfer('03 000010', 2))
qemu.kill()
qemu.wait()
PY
python3 flash.py | tee seen
cat > expected <<'SEEN'
identification: 20 ba 18
read: 10 11 12 13 14 15 16 17 18 19
fast read, one dummy byte: 00 00 00 00 00 00 00 10 11 12
dual, one dummy byte: 00 00 00 00 00 00 00 10 11 12
quad, one dummy byte: 00 00 00 00 00 00 00 10 11 12
fast read, eight dummy bytes: 10 11 12 13 14 15 16 17 18 19
program without write enable: 10 11
with it: 00 11 status 02
the next without: 00 00 status 02
erase without: ff ff
SEEN
cmp expected seen
