import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { testFolder } from '../folder.ts';

const folder = testFolder();
const CELLS = '#address-cells = <1>; #size-cells = <0>; reg = <1>;';

it.each([
  [
    `i2c@1 { compatible = "x,i2c"; ${CELLS} status = "disabled"; };`,
    'no bus: 1 controller is disabled by status (/i2c@1); enable with an overlay: status = "okay"',
  ],
  ['leds { };', 'no bus found: add a platform,virtio-i2c or platform,virtio-spi node'],
])('a board without a bus is told why', (body, expected) => {
  const file = folder.write('board.dts', `/dts-v1/; / { ${body} };`);
  expect(
    execFileSync(process.execPath, ['bin/dtbus.js', 'ls', '--adopt', file], { encoding: 'utf8' }),
  ).toContain(expected);
});
