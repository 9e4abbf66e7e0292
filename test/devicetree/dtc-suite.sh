#!/bin/sh
# Runs dtc's own test-suite with our commands in place of its tools. See dtc-suite.md.
#
#   test/devicetree/dtc-suite.sh <checkout of dtc> [set...]
#
# DTBUS is the command that takes `dtc`, `fdtget`, … as its first argument; default: this repository's.
set -eu

checkout=${1:?"usage: $0 <checkout of dtc> [set...]"}
shift
[ $# -gt 0 ] || set -- dtc dtbs_equal fdtget fdtput fdtdump fdtoverlay libfdt

here=$(cd "$(dirname "$0")/../.." && pwd)
: "${DTBUS:=node $here/bin/dtbus.js}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The suite writes into its folder, so it works on a copy. Its test programs are its own, built with its libfdt.
cp -r "$checkout" "$work/dtc"
make -s -C "$work/dtc" NO_PYTHON=1 all tests >"$work/make.log" 2>&1 || {
  cat "$work/make.log" >&2
  exit 2
}

mkdir "$work/bin"
for tool in dtc fdtget fdtput fdtdump fdtoverlay; do
  printf '#!/bin/sh\nexec %s %s "$@"\n' "$DTBUS" "$tool" >"$work/bin/$tool"
  chmod +x "$work/bin/$tool"
done

cd "$work/dtc/tests"
failed=0
for set; do
  NO_PYTHON=1 TEST_BINDIR="$work/bin" sh ./run_tests.sh -t "$set" >"$work/$set.log" 2>&1 || failed=1
  # A result stands behind the test's name, or alone on a line behind what the test printed.
  grep -E 'FAIL|Returned error|Killed' "$work/$set.log" | grep -vE '^\* ' | sed "s/^/$set: /" || true
  printf '%s: %s of %s pass\n' "$set" \
    "$(sed -n 's/^\* *PASS:[^0-9]*//p' "$work/$set.log")" \
    "$(sed -n 's/^\* *Total testcases:[^0-9]*//p' "$work/$set.log")"
  if [ -n "${KEEP_LOGS:-}" ]; then cp "$work/$set.log" "$KEEP_LOGS/"; fi
done
exit $failed
