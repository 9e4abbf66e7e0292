#!/usr/bin/env bash
# GNU objcopy 2.40 (Debian binutils-x86-64-linux-gnu 2.40-2), -O verilog --verilog-data-width=4, with SRecord 1.64
# (Debian srecord 1.64-3) and Icarus Verilog 11.0 (Debian iverilog 11.0-1.1+b1), whose $readmemh reads what they write.
#
# Guess: a firmware of a little-endian machine gives the same words whether the file to convert is its ELF file or the
# Intel hex or binary file that was made of that. Where the last word is not full, its bytes stand where they would
# stand in the full word.
# Seen: from ELF the words are those of the machine; from hex, S-records and binary they are big-endian, the bytes of each
# word the other way round. The two bytes of the last word, 09 and 0a, are 0000090a, which is right for no machine: the
# word of a big-endian one is 090a0000, as srec_cat has it with its rest filled. So it is from a big-endian ELF file too.
# No message.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root binutils-x86-64-linux-gnu=2.40-2 libbinutils=2.40-2 libctf-nobfd0=2.40-2 \
  srecord=1.64-3 libsrecord0=1.64-3 libgcrypt20 libgpg-error0 iverilog=11.0-1.1+b1 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
lib="$tmp/root/usr/lib/x86_64-linux-gnu"
export LD_LIBRARY_PATH="$lib:$tmp/root/lib/x86_64-linux-gnu"
copy() { root/usr/bin/x86_64-linux-gnu-objcopy "$@"; }
printf '\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a' > binary
copy -I binary -O elf32-little binary elf32-little
copy -I binary -O elf32-big binary elf32-big
copy -I binary -O ihex binary ihex
copy -I binary -O srec binary srec
cat > memory.v <<'V'
module memory;
  reg [31:0] words [0:2];
  initial begin
    $readmemh("words", words);
    $display("%h %h %h", words[0], words[1], words[2]);
  end
endmodule
V
root/usr/bin/iverilog -B "$lib/ivl" -o memory memory.v
shown() { root/usr/bin/vvp -M "$lib/ivl" memory; }
{
  for format in elf32-little elf32-big ihex srec binary; do
    copy -I $format -O verilog --verilog-data-width=4 $format words
    echo "$format: $(shown)"
  done
  root/usr/bin/srec_cat ihex -intel -fill 0 0 12 -o words -vmem 32
  echo "srec_cat, the rest filled with 0: $(shown)"
} | tee seen
cat > expected <<'SEEN'
elf32-little: 04030201 08070605 00000a09
elf32-big: 01020304 05060708 0000090a
ihex: 01020304 05060708 0000090a
srec: 01020304 05060708 0000090a
binary: 01020304 05060708 0000090a
srec_cat, the rest filled with 0: 01020304 05060708 090a0000
SEEN
cmp expected seen
