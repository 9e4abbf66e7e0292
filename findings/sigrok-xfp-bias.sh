#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder xfp.
#
# Guess: what an XFP transceiver says of itself is in the units of INF-8077i (revision 4.5, chapter 5): the current of the
# laser in 2 uA, so that 20000 is 40 mA, copper in metres, the wavelength in 0.05 nm; and a laser of type 6 or 7 is an
# EML of 1310 or of 1550 nm.
# Seen: the current is a thousandth of that, and what is below a tenth of a milliampere is not shown: 7 mA and 40 mA are
# "0.0 mA", the most that it can be, 131 mA, is "0.1 mA", and so is the limit where the alarm is raised. Of copper 7 m are
# 14 m. A fraction of a nanometre is cut off: 1549.95 nm is "1549 nm", more than a channel of a DWDM grid (0.8 nm) away. A
# laser of type 6 is a "1310 nm EML1550 nm EMLcopper transmitter", and one of type 7 is not there.
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
# The two wires, a byte per sample: bit 0 is SCL, bit 1 is SDA. The host sets address 0 and reads 256 bytes.
cat > wires.py <<'PY'
def transfer(*messages):
    out = bytearray(b'\3' * 20)
    def wires(scl, sda): out.extend([scl | sda << 1] * 5)
    for number, (address, is_read, data) in enumerate(messages):
        if number: wires(0, 1); wires(1, 1)
        wires(1, 0); wires(0, 0)
        for place, byte in enumerate([address << 1 | is_read, *data]):
            for bit in [byte >> n & 1 for n in range(7, -1, -1)] + [int(is_read and place == len(data))]:
                wires(0, bit); wires(1, bit); wires(0, bit)
    wires(0, 0); wires(1, 0); wires(1, 1)
    return bytes(out)
def save(name, microamperes, laser, nanometres):
    memory = bytearray(256)
    def word(at, value): memory[at:at + 2] = round(value).to_bytes(2, 'big')
    memory[0] = memory[128] = 6
    word(18, 65535)
    word(96, 30.5 * 256)
    word(100, microamperes / 2)
    word(102, 5000)
    memory[127] = 1
    memory[130], memory[146], memory[147] = 7, 7, laser << 4 | 4
    word(186, nanometres * 20)
    memory[148:164], memory[168:184], memory[196:212] = b'Acme'.ljust(16), b'X1'.ljust(16), b'S1'.ljust(16)
    memory[184:186], memory[212:220] = b'A ', b'200131  '
    open(name, 'wb').write(transfer((0x50, 0, b'\0'), (0x50, 1, memory)))
save('7 mA', 7000, 5, 1550.92)
save('40 mA', 40000, 6, 1310)
save('131 mA', 131000, 7, 1549.95)
PY
python3 wires.py
for name in '7 mA' '40 mA' '131 mA'; do
  echo "$name: $(root/usr/bin/sigrok-cli -I binary:numchannels=2:samplerate=1000000 -i "$name" -P i2c:scl=0:sda=1,xfp \
    -A xfp=fieldnames-and-values 2>&1 | sed -n 's/^xfp-1: //p' | grep -E '^(Bias h|Module te|TX b|Meas.*TX|Link.*cop|Dev|Wavelength:)' |
    paste -sd';')"
done | tee seen
cat > expected <<'SEEN'
7 mA: Bias high alarm: 0.1 mA;Module temperature: 30.5 C;TX bias current: 0.0 mA;Measured TX output power: 0.50 mW;Link length (copper): 14 m;Device technology: 1550 nm DFB transmitter, no wavelength control, cooled transmitter, PIN detector, transmitter not tunable;Wavelength: 1550 nm
40 mA: Bias high alarm: 0.1 mA;Module temperature: 30.5 C;TX bias current: 0.0 mA;Measured TX output power: 0.50 mW;Link length (copper): 14 m;Device technology: 1310 nm EML1550 nm EMLcopper transmitter, no wavelength control, cooled transmitter, PIN detector, transmitter not tunable;Wavelength: 1310 nm
131 mA: Bias high alarm: 0.1 mA;Module temperature: 30.5 C;TX bias current: 0.1 mA;Measured TX output power: 0.50 mW;Link length (copper): 14 m;Device technology: no wavelength control, cooled transmitter, PIN detector, transmitter not tunable;Wavelength: 1549 nm
SEEN
cmp expected seen
