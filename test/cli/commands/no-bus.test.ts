import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
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

it('a board of an emulated adapter alone says where it waits, and does', async () => {
  const file = folder.write(
    'emulator.dts',
    `/dts-v1/; / { hosts { p: bus-pirate { compatible = "dtbus,bus-pirate-emulator"; port = "bp0";
      spi { #address-cells = <1>; #size-cells = <0>; flash@0 { compatible = "winbond,w25q80", "jedec,spi-nor"; reg = <0>; }; }; }; }; };`,
  );
  const port = folder.path('bp0');
  const drawn = `a board without a model name
└─ ${port} /hosts/bus-pirate → emulated adapter, for other programs`;
  const listed = execFileSync(process.execPath, ['bin/dtbus.js', 'ls', file], { encoding: 'utf8' });
  expect(listed).toBe(`${drawn} (not opened)\n   └─ spi/flash@0  W25Q80 SPI NOR flash\n`);
  expect(existsSync(port)).toBe(false);

  const up = spawn(process.execPath, ['bin/dtbus.js', 'up', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(up, 'exit');
  let out = '';
  for await (const chunk of up.stdout) {
    out += chunk;
    if (out.includes('up;')) break;
  }
  // It is opened in the background.
  await expect.poll(() => existsSync(port), { timeout: 20_000 }).toBe(true);
  up.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(out).toBe(`${drawn}\n   └─ spi/flash@0  W25Q80 SPI NOR flash\nup; press Ctrl-C to end\n`);
  expect(existsSync(port)).toBe(false);
});
