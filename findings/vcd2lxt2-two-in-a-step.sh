#!/usr/bin/env bash
# vcd2lxt2 and lxt2vcd 3.3.118 (Debian gtkwave 3.3.118-0.1~deb12u1).
#
# Guess: where a wire changes twice at one time, as a VCD file may have it, LXT2 has the last of the two: the manual page
# says that such changes become one, and those of vcd2vzt, from the same package, do.
# Seen: what is stored of a change is often its difference to the value before, and that value may be the one that was
# dropped. A wire at 0 that goes to 1 and back at one time is 1 from there on, and all that follows is upside down: 509
# steps of 1000, up to the next place where the file has whole values. A counter that is 4 and then 3 at one time is 1,
# and counts on from there. No message, exit code 0. lxt2miner finds the same values.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root gtkwave=3.3.118-0.1~deb12u1 libjudydebian1 libbz2-1.0 zlib1g >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
cat > make.py <<'PY'
import sys
kind, steps = sys.argv[1], int(sys.argv[2])
print('$timescale 1 us $end\n$scope module top $end\n$var wire %s ! it $end' % (1 if kind == 'wire' else 8))
print('$upscope $end\n$enddefinitions $end')
for step in range(steps):
    print(f'#{step}')
    if kind == 'wire':
        # It changes in each step, but in the third: there it goes to the other level and back.
        level = step % 2 if step < 3 else 1 - step % 2
        if step == 3: print(f'{1 - level}!')
        print(f'{level}!')
    else:
        if step == 3: print('b100 !')
        print(f'b{step:b} !')
print(f'#{steps}')
PY
cat > values.py <<'PY'
import sys
def values(name):
    value, found, body = None, [], False
    for line in open(name):
        if line.startswith('#'):
            if body: found.append(value)
            found += [value] * (int(line[1:]) - len(found))
            body = True
        elif body and line[0] in 'b01': value = int(line.split()[0].rstrip('!').lstrip('b'), 2)
    return found
wanted, seen = values(sys.argv[1]), values(sys.argv[2])
if len(wanted) < 20: print(*seen)
else: print(f'{sum(a != b for a, b in zip(wanted, seen))} of {len(wanted)} steps are wrong')
PY
for kind in wire counter; do
  for steps in 10 1000; do
    [ $kind$steps != counter1000 ] || continue
    python3 make.py $kind $steps > in.vcd
    echo "$kind, VCD: $(python3 values.py in.vcd in.vcd)"
    for format in vzt lxt2; do
      root/usr/bin/vcd2$format in.vcd in.$format > /dev/null
      root/usr/bin/${format%2}2vcd in.$format 2> /dev/null > out.vcd
      echo "$kind, $format: $(python3 values.py in.vcd out.vcd)"
    done
  done
done | tee seen
echo "counter, lxt2miner, first 7: $(root/usr/bin/lxt2miner -d in.lxt2 -m 00000111 2> /dev/null || true)" | tee -a seen
cat > expected <<'SEEN'
wire, VCD: 0 1 0 0 1 0 1 0 1 0
wire, vzt: 0 1 0 0 1 0 1 0 1 0
wire, lxt2: 0 1 0 1 0 1 0 1 0 1
wire, VCD: 0 of 1000 steps are wrong
wire, vzt: 0 of 1000 steps are wrong
wire, lxt2: 509 of 1000 steps are wrong
counter, VCD: 0 1 2 3 4 5 6 7 8 9
counter, vzt: 0 1 2 3 4 5 6 7 8 9
counter, lxt2: 0 1 2 1 2 3 4 5 6 7
counter, lxt2miner, first 7: #9 top.it[7:0] 00000111
SEEN
cmp expected seen
