import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runGuest } from '../../src/guest/index.ts';
import { NO_UML, UML_KERNEL } from './boot.ts';

const BOARD = `/dts-v1/; / { aliases { i2c1 = &bus; spi0 = &spi; };
  bus: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,set = "temperature=21.5"; };
    mux@70 { compatible = "nxp,pca9548"; reg = <0x70>; #address-cells = <1>; #size-cells = <0>;
      i2c@1 { reg = <1>; #address-cells = <1>; #size-cells = <0>;
        rom@50 { compatible = "atmel,24c02"; reg = <0x50>; }; }; }; };
  spi: spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
    flash@0 { compatible = "jedec,spi-nor", "winbond,w25q80"; reg = <0>; spi-max-frequency = <1000000>; }; };
};`;

/** What has a driver, a word of the LM75 by i2c-dev, what answers behind the mux, and whether SPI is a program's. */
const LOOK = `
for d in /sys/bus/i2c/devices/*-00* /sys/bus/spi/devices/*; do [ -e $d/driver ] && echo $(basename $d) $(basename $(readlink $d/driver)); done
i2cget -y 1 0x48 0 w 2>&1
behind=$(basename $(readlink /sys/bus/i2c/devices/1-0070/channel-1))
i2cget -y \${behind#i2c-} 0x50 0 2>&1
ls /dev/spidev0.0 2>&1`;

async function look(drivers: boolean | undefined): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-released-'));
  const file = join(folder, 'board.dts');
  writeFileSync(file, BOARD);
  const printed: string[] = [];
  try {
    await runGuest(file, {
      kernel: UML_KERNEL,
      command: ['sh', '-c', LOOK],
      deadlineMs: 200_000,
      drivers,
      output: (bytes) => printed.push(Buffer.from(bytes).toString('latin1')),
      onWarning: () => {},
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  return printed.join('').replaceAll('\r', '').trim().split('\n');
}

// i2c-dev: EBUSY for an address that a driver has.
it.skipIf(NO_UML !== undefined)('parts are their drivers in Linux', async () => {
  const lines = await look(undefined);
  expect(lines).toEqual(expect.arrayContaining(['1-0048 lm75', '1-0070 pca954x', 'spi0.0 spi-nor']));
  expect(lines.join(' ')).toContain('Device or resource busy');
  expect(lines.at(-1)).toContain('No such file');
});

it.skipIf(NO_UML !== undefined)(
  'parts are free for programs where they are asked to be, behind muxes too',
  async () => {
    // 21.5 degrees: 0x15 and 0x80; an SMBus word has its low byte first.
    expect(await look(false)).toEqual([
      '1-0070 pca954x',
      'spi0.0 spidev',
      '0x8015',
      '0xff',
      '/dev/spidev0.0',
    ]);
  },
);
