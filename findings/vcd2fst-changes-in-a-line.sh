#!/usr/bin/env bash
# vcd2fst 3.3.118 (Debian gtkwave 3.3.118-0.1~deb12u1).
#
# Guess: white space of any kind stands between the changes of a VCD file (IEEE 1364-2005, section 18.2.1), so several
# in a line are as good as one in each; vcd2lxt2 of the same package takes them so.
# Seen: a line with two changes has none: where both wires of a bus change in one, both are lost. Of a line that begins
# with a time only the time is taken. All changes of libsigrok's VCD files stand in such lines (#5 0" 0!), and what is
# made of them cannot be opened as FST. No message, exit code 0.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root gtkwave=3.3.118-0.1~deb12u1 libjudydebian1 libbz2-1.0 zlib1g >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
cat > begin <<'VCD'
$timescale 1 us $end
$scope module top $end
$var wire 1 ! scl $end
$var wire 1 " sda $end
$upscope $end
$enddefinitions $end
VCD
{ cat begin; printf '#0\n1!\n1"\n#5\n0"\n#10\n1" 0!\n#15\n1!\n#20\n'; } > two.vcd
{ cat begin; printf '#0\n1!\n1"\n#5 0"\n#10\n1"\n#15\n0!\n#20\n'; } > time.vcd
{ cat begin; printf '#0 1! 1"\n#5 0"\n#10 1" 0!\n#15 1!\n#20\n'; } > libsigrok.vcd
changes() { sed '/^[$]date/,/enddefinitions/d' | grep -v '^[$]' | tr '\n' ' '; }
for name in two time libsigrok; do
  root/usr/bin/vcd2fst $name.vcd $name.fst 2> log
  [ ! -s log ] || { echo "changed: it says $(cat log)"; exit 1; }
  root/usr/bin/vcd2lxt2 $name.vcd $name.lxt2 > /dev/null
  echo "$name, vcd2fst: $(root/usr/bin/fst2vcd $name.fst 2>&1 | changes)"
  echo "$name, vcd2lxt2: $(root/usr/bin/lxt2vcd $name.lxt2 2>/dev/null | changes)"
done | tee seen
cat > expected <<'SEEN'
two, vcd2fst: #0 1" 1! #5 0" #10 #15 1! #20 
two, vcd2lxt2: #0 1! 1" #5 0" #10 1" 0! #15 1! #20 
time, vcd2fst: #0 1" 1! #5 #10 1" #15 0! #20 
time, vcd2lxt2: #0 1! 1" #5 0" #10 1" #15 0! #20 
libsigrok, vcd2fst: Could not open 'libsigrok.fst', exiting. 
libsigrok, vcd2lxt2: #0 1! 1" #5 0" #10 1" 0! #15 1! #20 
SEEN
cmp expected seen
