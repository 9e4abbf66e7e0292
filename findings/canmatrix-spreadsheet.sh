#!/usr/bin/env bash
# canmatrix 0.9.5 (Debian canmatrix-utils and python3-canmatrix 0.9.5~github-3), canconvert.
#
# Guess: a DBC file that is converted to a spreadsheet, and back, has the same signals: its documentation says that it
# reads the spreadsheets that it writes. A float is one in PEAK's symbol files (.sym) too, which have that type.
# Seen: from .xlsx and .xls every signal comes back unsigned and without its offset, no float is left, and no message
# is: of the byte 00 at 0.5 a step and an offset of -40 the temperature is 0. In .sym each float is written as a signed
# integer, as DBC files write floats with the sign "-" and the sign is looked at first. .kcd keeps all three.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root canmatrix-utils=0.9.5~github-3 python3-canmatrix=0.9.5~github-3 python3-attr python3-click \
  python3-future python3-lxml libxslt1.1 libxml2 libicu72 python3-openpyxl python3-et-xmlfile python3-xlrd python3-xlwt python3-xlsxwriter >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu" PYTHONPATH="$tmp/root/usr/lib/python3/dist-packages"
cat > made.dbc <<'DBC'
VERSION ""
NS_ :
BS_:
BU_: A B
BO_ 256 Made: 8 A
 SG_ Temperature : 0|8@1+ (0.5,-40) [-40|87.5] "C" B
 SG_ Current : 8|16@1- (0.1,0) [-3276.8|3276.7] "A" B
 SG_ Voltage : 32|32@1- (1,0) [0|0] "V" B
SIG_VALTYPE_ 256 Voltage : 1;
DBC
signals() { sed -nE 's/^ SG_ ([A-Z]\w+) : \S+([+-]) \((\S+)\).*/\1 \2 (\3);/p; s/^SIG_VALTYPE_ [0-9]+ (\w+) : 1;/\1 is a float;/p' "$1" | tr '\n' ' '; }
{
  echo "made: $(signals made.dbc)"
  for format in kcd xlsx xls sym; do
    for way in "made.dbc made.$format" "made.$format from-$format-.dbc"; do
      read -r from to <<< "$way"
      python3 -W ignore root/usr/bin/canconvert "$from" "$to" 2> log
      ! grep -qiE 'warn.*(sign|offset|float)|error' log || { echo "changed: it says $(cat log)"; exit 1; }
    done
    echo "$format: $(signals from-$format-*.dbc)"
  done
} | grep -v supported | tee seen
cat > expected <<'SEEN'
made: Temperature + (0.5,-40); Current - (0.1,0); Voltage - (1,0); Voltage is a float; 
kcd: Temperature + (0.5,-40); Current - (0.1,0); Voltage + (1,0); Voltage is a float; 
xlsx: Temperature + (0.5,0); Current + (0.1,0); Voltage + (1,0); 
xls: Temperature + (0.5,0); Current + (0.1,0); Voltage + (1,0); 
sym: Temperature + (0.5,-40); Current - (0.1,0); Voltage - (1,0); 
SEEN
cmp expected seen
