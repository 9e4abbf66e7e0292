#!/usr/bin/env bash
# dt-validate of dtschema 2022.08.2 (Debian dt-schema 2022.08.2-5).
#
# Guess: as a validator in a build does, it ends with another code than 0 where a tree breaks its schema, where a node
# has no schema at all, or where the tree is not there.
# Seen: the code is 0 in all of them. A broken rule is told on the error output only; a node whose compatible no schema
# knows only with -m; and of a file that does not exist (a misspelt one, or one that was not built) nothing is said. A
# required property that is missing is not told where the node is disabled.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root dt-schema=2022.08.2-5 device-tree-compiler=1.6.1-4+b1 libfdt1=1.6.1-4+b1 \
  python3-libfdt=1.6.1-4+b1 python3-jsonschema=4.10.3-1 python3-ruamel.yaml=0.17.21-1 python3-ruamel.yaml.clib python3-rfc3987 \
  python3-attr python3-pyrsistent libyaml-0-2 libpython3.11-minimal libpython3.11-stdlib python3.11-minimal >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
LD_LIBRARY_PATH="$(dirname "$(find "$tmp/root" -name 'libfdt.so.1' | head -1)"):$tmp/root/usr/lib/x86_64-linux-gnu"
export LD_LIBRARY_PATH PYTHONPATH="$tmp/root/usr/lib/python3/dist-packages" PYTHONHOME="$tmp/root/usr"
python=root/usr/bin/python3.11
mkdir schemas
cat > schemas/led.yaml <<'YAML'
# SPDX-License-Identifier: BSD-2-Clause
%YAML 1.2
---
$id: http://devicetree.org/schemas/led.yaml#
$schema: http://devicetree.org/meta-schemas/core.yaml#
title: A light
maintainers:
  - Nobody <nobody@example.org>
properties:
  compatible:
    const: acme,led
  reg:
    maxItems: 1
required:
  - compatible
  - reg
additionalProperties: false
YAML
board() {
  printf '/dts-v1/;\n/ { compatible = "acme,board"; model = "a"; #address-cells = <1>; #size-cells = <1>; bus { %s }; };\n' "$2" > "$1.dts"
  root/usr/bin/dtc -q -O dtb -o "$1.dtb" "$1.dts"
}
bus='compatible = "acme,bus"; #address-cells = <1>; #size-cells = <0>;'
board broken "$bus led@1 { compatible = \"acme,led\"; reg = <1>; colour = <3>; };"
board without "$bus led { compatible = \"acme,led\"; };"
board disabled "$bus led { compatible = \"acme,led\"; status = \"disabled\"; };"
board unknown "$bus led@1 { compatible = \"acme,lamp\"; reg = <1>; };"
check() {
  local code=0
  $python root/usr/bin/dt-validate "$@" -s schemas >out 2>err || code=$?
  echo "$*: exit code $code, $(grep -oE "'colour' does not match|'reg' is a required property|failed to match any schema with compatible: ..acme,lamp" err || echo "nothing about the light$([ -s err ] || echo ' nor anything else')")"
}
{
  check broken.dtb
  check without.dtb
  check disabled.dtb
  check unknown.dtb
  check -m unknown.dtb
  check missing.dtb
} | tee seen
cat > expected <<'SEEN'
broken.dtb: exit code 0, 'colour' does not match
without.dtb: exit code 0, 'reg' is a required property
disabled.dtb: exit code 0, nothing about the light nor anything else
unknown.dtb: exit code 0, nothing about the light nor anything else
-m unknown.dtb: exit code 0, failed to match any schema with compatible: ['acme,lamp
missing.dtb: exit code 0, nothing about the light nor anything else
SEEN
cmp expected seen
