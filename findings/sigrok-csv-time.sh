#!/usr/bin/env bash
# sigrok-cli 0.7.2 with libsigrok 0.5.2 (Debian sigrok-cli 0.7.2-1+b1, libsigrok4 0.5.2-4), CSV output with time=true.
#
# Guess: the column "nanoseconds" is the time of each sample: at 24 MHz, the rate of the analyzers with an FX2, the first
# is at 0, and a square wave of 1 kHz has an edge each 500000 ns.
# Seen: a whole number is added for each sample, the period with its fraction cut off, 41 for 41.67: the edges are 492000
# ns apart, and the wave has 1016 Hz. At 48 kHz the period is 20 of 20.8 us, and the wave has 1042 Hz. The first sample
# is one period late. At 25 MHz, whose period is 40 ns, that is all that is wrong. Read again as CSV with its times
# (column_formats=t,l) the recording has 0 Hz, as nanoseconds are taken for seconds. The head has the right rate.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
closure=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances sigrok-cli libsigrok4 | grep '^[a-z]' | grep -vE '^(libc6|libgcc-s1|gcc-12-base|debconf|debconf-2.0|cdebconf|dpkg|tar|python3.*|libpython3.*)$' | sort -u)
# shellcheck disable=SC2086
mapfile -t real < <(apt-cache policy $closure libpython3.11 libpython3.11-stdlib libpython3.11-minimal |
  awk '/^[^ ]/ { name = $1 } /Candidate: [0-9]/ { print substr(name, 1, length(name) - 1) }')
apt-get download -qq -o APT::Sandbox::User=root "${real[@]/%libsigrok4/libsigrok4=0.5.2-4}" >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
sigrok() { root/usr/bin/sigrok-cli "$@" 2>/dev/null; }
for rate in 24000000 25000000 48000; do
  python3 -c "open('wave', 'wb').write(bytes(at // ($rate // 2000) % 2 for at in range($rate // 100)))"
  sigrok -I binary:numchannels=1:samplerate=$rate -i wave -o wave.sr
  sigrok -i wave.sr -O csv:time=true > wave.csv
  echo "$rate Hz: $(sed -n 's/^; //;/ate:/p' wave.csv)"
  sed -n '/seconds/{p;n;p}' wave.csv
  awk -F, '/^[0-9]/ { if (NR > 6 && $2 != level) print $1; level = $2 }' wave.csv | sed -n '1,3p'
  sigrok -I csv:column_formats=t,l -i wave.csv -o again.sr
  python3 -c "import zipfile; print('read again:', zipfile.ZipFile('again.sr').read('metadata').decode().split('samplerate=')[1].split('\n')[0])"
done | tee seen
cat > expected <<'SEEN'
24000000 Hz: Samplerate: 24 MHz
nanoseconds,logic
41,0
492041
984041
1476041
read again: 0 Hz
25000000 Hz: Samplerate: 25 MHz
nanoseconds,logic
40,0
500040
1000040
1500040
read again: 0 Hz
48000 Hz: Samplerate: 48 kHz
microseconds,logic
20,0
500
980
1460
read again: 0 Hz
SEEN
cmp expected seen
