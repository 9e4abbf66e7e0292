#!/usr/bin/env bash
# scd30-node 1.0.3 (npm).
#
# Guess: where the sensor does not acknowledge, the promise of a command is rejected, and the caller handles it.
# Seen: the promise is fulfilled. The write is not waited for: its error comes as an unhandled rejection, which
# ends the process by Node's default.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts scd30-node@1.0.3
cat > refused.cjs <<'JS'
const { SCD30 } = require('scd30-node');
const refuse = async () => { throw Object.assign(new Error('no acknowledge'), { code: 'EREMOTEIO' }); };
process.on('unhandledRejection', ({ code }) => console.log(`unhandled rejection: ${code}`));
const sensor = new SCD30({ i2cWrite: refuse, i2cRead: refuse });
sensor.stopContinuousMeasurement().then(
  () => console.log('stopped'),
  ({ code }) => console.log(`not stopped: ${code}`),
);
JS
# Its I2C package is for real buses: the constructor takes a bus instead.
mkdir -p node_modules/i2c-bus
echo '{ "name": "i2c-bus", "main": "bus.js" }' > node_modules/i2c-bus/package.json
echo '' > node_modules/i2c-bus/bus.js
seen=$(node refused.cjs | sort | paste -sd ' ')
echo "$seen"
[[ $seen == 'stopped unhandled rejection: EREMOTEIO' ]]
