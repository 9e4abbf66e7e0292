#!/usr/bin/env bash
# simavr 1.6 (Debian simavr 1.6+dfsg-3), a firmware in an Intel hex file.
#
# Guess: an ATmega328P starts at address 0, the reset vector (data sheet, "Reset and Interrupt Handling"), whatever the
# file has behind it: a table, or code at an address of its own.
# Seen: where the file has a gap, the part behind the last gap is taken for a boot loader and the processor starts there.
# What stands at 0 does not run; here it says R, and what is said is T. The same program without a gap says R. All that
# tells of it is "Attempted to load a bootloader" among what is printed at the start.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root simavr=1.6+dfsg-3 libsimavr2=1.6+dfsg-3 libsimavrparts1=1.6+dfsg-3 \
  libelf1 avra=1.4.2+dfsg-1 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
# At 0: R into r17 and a jump. Behind it, at 0x100 words or at once: T into r17, and both say what is in r17.
program() {
  cat <<ASM
.device ATmega328P
  ldi r17, 'R'
  jmp say
$1
  ldi r17, 'T'
say:
  ldi r16, 0x08
  sts 0xc1, r16
  rcall put
  ldi r17, 10
  rcall put
  cli
  sleep
put:
  lds r16, 0xc0
  sbrs r16, 5
  rjmp put
  sts 0xc6, r17
  ret
ASM
}
program '' > whole.asm
program '.org 0x100' > gap.asm
for name in whole gap; do
  root/usr/bin/avra $name.asm >/dev/null 2>&1
  said=$(root/usr/bin/simavr -m atmega328p -f 16000000 $name.hex 2>&1 | sed -n 's/.*\([RT]\)\.$/\1/p')
  echo "$name: $said"
done | tee seen
printf '%s\n' 'whole: R' 'gap: T' | cmp - seen
