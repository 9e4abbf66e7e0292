#!/usr/bin/env bash
# xmodem 0.4.6 (Debian python3-xmodem 0.4.6+dfsg-4), with rx of lrzsz 0.12.21 (Debian lrzsz 0.12.21-10+deb12u1).
#
# Guess: one acknowledge that gets lost on the line costs one block: the sender's time is out, it sends the block again,
# and the receiver, which has it, acknowledges it once more and throws it away, as Christensen's overview of the protocol
# says (chapter 7 of the XMODEM/YMODEM Protocol Reference, what a receiver considers).
# Seen: recv() refuses the repeated block, as its number is not the next one, and each repeat of it: the sender gives up,
# recv() is None, and what was received before stands in the file, 384 bytes of 640. rx takes the repeat, and has all.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root python3-xmodem=0.4.6+dfsg-4 lrzsz=0.12.21-10+deb12u1 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
cat > line.py <<'PY'
import io, subprocess
from xmodem import XMODEM
SOH, EOT, ACK, NAK, CAN, CRC = 0x01, 0x04, 0x06, 0x15, 0x18, 0x43
FIRMWARE = bytes(n * 7 & 0xff for n in range(640))
def crc16(data):
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8): crc = crc << 1 ^ (0x11021 if crc & 0x8000 else 0)
    return crc.to_bytes(2, 'big')
class Sender:
    """Has five blocks. The first acknowledge of block 3 does not reach it, so its time is out and it sends 3 again."""
    def __init__(self): self.block, self.tries, self.log = 1, 0, []
    def answer(self, byte):
        if self.block > 6 or byte not in (ACK, NAK, CRC): return b''
        if byte == ACK and self.block == 3 and self.tries == 1: self.log.append('3 lost')
        elif byte == ACK:
            self.log.append(f'{self.block} taken')
            self.block, self.tries = self.block + 1, 0
        elif byte == NAK: self.log.append(f'{self.block} refused')
        return self.send() if self.block < 7 else b''
    def send(self):
        self.tries += 1
        if self.tries > 5:
            self.block = 7
            return bytes([CAN] * 8)
        if self.block == 6: return bytes([EOT])
        data = FIRMWARE[128 * (self.block - 1):128 * self.block]
        return bytes([SOH, self.block, 255 - self.block]) + data + crc16(data)
def xmodem():
    sender, line, got = Sender(), bytearray(), io.BytesIO()
    def getc(size, timeout=1):
        data = bytes(line[:size])
        del line[:size]
        return data or None
    def putc(data, timeout=1):
        for byte in data: line.extend(sender.answer(byte))
        return len(data)
    return sender, XMODEM(getc, putc).recv(got, quiet=True), got.getvalue()
def rx():
    sender = Sender()
    command = ['root/usr/bin/rx', '--xmodem', '--with-crc', '--binary', '--quiet', 'got']
    with subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        while byte := process.stdout.read(1):
            if reply := sender.answer(byte[0]): process.stdin.write(reply)
    return sender, process.returncode, open('got', 'rb').read()
for receive in xmodem, rx:
    sender, result, got = receive()
    print(f'{receive.__name__}: {", ".join(sender.log)}: {result}, {len(got)} bytes, {"all" if got == FIRMWARE else "not all"}')
PY
PYTHONPATH="$tmp/root/usr/lib/python3/dist-packages" timeout -k 5 60 python3 line.py 2>/dev/null | tee seen
cat > expected <<'SEEN'
xmodem: 1 taken, 2 taken, 3 lost, 3 refused, 3 refused, 3 refused, 3 refused: None, 384 bytes, not all
rx: 1 taken, 2 taken, 3 lost, 3 taken, 4 taken, 5 taken, 6 taken: 0, 640 bytes, all
SEEN
cmp expected seen
