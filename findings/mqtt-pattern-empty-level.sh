#!/usr/bin/env bash
# mqtt-pattern 2.1.1 (npm).
#
# Guess: matches() answers as a broker does (MQTT 3.1.1, section 4.7): "+" stands for an empty level too, so "+/+" has
# "/finance" and "sport/+" has "sport/", the specification's own examples; and a pattern that begins with a wildcard has
# no topic that begins with $.
# Seen: "+" has no empty level, and "#" and "+/uptime" have what is in $SYS. Messages that the broker sends for a
# subscription come to no handler, and those of another subscription come to one.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts mqtt-pattern@2.1.1
cat > matches.cjs <<'JS'
const { matches } = require('mqtt-pattern');
const CASES = [['+/+', '/finance'], ['sport/+', 'sport/'], ['sport/#', 'sport'], ['#', '$SYS/uptime'], ['+/uptime', '$SYS/uptime']];
console.log(CASES.map(([pattern, topic]) => `${pattern} ${topic} ${matches(pattern, topic)}`).join(', '));
JS
seen=$(node matches.cjs)
echo "$seen"
# shellcheck disable=SC2016 # $SYS is a topic.
[[ $seen == '+/+ /finance false, sport/+ sport/ false, sport/# sport true, # $SYS/uptime true, +/uptime $SYS/uptime true' ]]
