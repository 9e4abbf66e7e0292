import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NO_CORPUS, unpackCorpus } from '../../devicetree/corpus.ts';

if (NO_CORPUS !== undefined) console.warn(`vendors' boards are not brought up: ${NO_CORPUS}`);

/** What `dtbus up` draws of a board, until it is up. */
function up(...argv: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['bin/dtbus.js', 'up', '--adopt', ...argv]);
  let text = '';
  child.stdout.on('data', (bytes) => {
    text += bytes;
    if (text.includes('up; press Ctrl-C')) child.kill('SIGINT');
  });
  child.stderr.on('data', (bytes) => {
    text += bytes;
  });
  return new Promise((resolve) => child.once('close', () => resolve(text.replace(/^up; .*\n/m, ''))));
}

// Buses and clients are those that are okay in what gcc -E and dtc make of the sources, numbered by the aliases.

const FREESCALE = `
FSL i.MX8MM EVK board
├─ /dev/i2c-0 /soc@0/bus@30800000/i2c@30a20000 virtio0 (i2c_virtio) → simulated I2C bus
│  └─ 0x4b  pmic@4b  rohm,bd71847  BD71847 power management
├─ /dev/i2c-1 /soc@0/bus@30800000/i2c@30a30000 virtio1 (i2c_virtio) → simulated I2C bus
│  ├─ 0x3d  hdmi@3d  adi,adv7535  ADV7535 bridge from DSI to HDMI
│  └─ 0x50  tcpc@50  nxp,ptn5110  PTN5110 Type-C port controller
├─ /dev/i2c-2 /soc@0/bus@30800000/i2c@30a40000 virtio2 (i2c_virtio) → simulated I2C bus
│  ├─ 0x20  gpio@20    nxp,pca6416  PCA9555 GPIO expander, 16 pins
│  └─ 0x3c  camera@3c  ovti,ov5640  OV5640 camera (registers only)
└─ /dev/spidev0.0 /soc@0/bus@30800000/spi@30bb0000 virtio3 (spi_virtio) → simulated SPI bus
   └─ cs 0  flash@0  jedec,spi-nor  SPI NOR flash (W25Q of the size that fits)
4 buses, 6 parts: 5 simulated, 1 by registers only
`;

const NVIDIA = `
NVIDIA Jetson Nano Developer Kit
├─ /dev/i2c-0 /host1x@50000000/i2c@546c0000 virtio0 (i2c_virtio) → simulated I2C bus
├─ /dev/i2c-1 /i2c@7000c500 virtio1 (i2c_virtio) → simulated I2C bus
│  ├─ 0x50  eeprom@50  atmel,24c02  24C02 EEPROM, 256 bytes
│  └─ 0x57  eeprom@57  atmel,24c02  24C02 EEPROM, 256 bytes
├─ /dev/i2c-2 /i2c@7000c700 virtio2 (i2c_virtio) → simulated I2C bus
├─ /dev/i2c-3 /i2c@7000d000 virtio3 (i2c_virtio) → simulated I2C bus
│  └─ 0x3c  pmic@3c  maxim,max77620  MAX77620 power management (registers only)
└─ /dev/spidev0.0 /spi@70410000 virtio4 (spi_virtio) → simulated SPI bus
   └─ cs 0  flash@0  jedec,spi-nor  SPI NOR flash (W25Q of the size that fits)
5 buses, 4 parts: 3 simulated, 1 by registers only
`;

const QUALCOMM = `
Thundercomm Dragonboard 845c
├─ /dev/i2c-10 /soc@0/geniqup@ac0000/i2c@a88000 virtio0 (i2c_virtio) → simulated I2C bus
│  └─ 0x3b  hdmi-bridge@3b  lontium,lt9611  LT9611 bridge from DSI to HDMI (registers only)
├─ /dev/i2c-11 /soc@0/geniqup@ac0000/i2c@a8c000 virtio1 (i2c_virtio) → simulated I2C bus
├─ /dev/i2c-14 /soc@0/geniqup@ac0000/i2c@a98000 virtio2 (i2c_virtio) → simulated I2C bus
├─ /dev/spidev0.0 /soc@0/geniqup@8c0000/spi@880000 virtio3 (spi_virtio) → simulated SPI bus
│  └─ cs 0  can@0  microchip,mcp2517fd  MCP2517FD CAN FD controller (registers only)
└─ /dev/spidev2.0 /soc@0/geniqup@8c0000/spi@888000 virtio4 (spi_virtio) → simulated SPI bus
5 buses, 2 parts: 2 by registers only
`;

const ROCKCHIP = `
Pine64 RockPro64 v2.1
├─ /dev/i2c-0 /i2c@ff3c0000 virtio0 (i2c_virtio) → simulated I2C bus
│  ├─ 0x1b  pmic@1b       rockchip,rk808  RK808 power management with clock
│  ├─ 0x40  regulator@40  silergy,syr827  SYR827 step-down converter
│  └─ 0x41  regulator@41  silergy,syr828  SYR827 step-down converter
├─ /dev/i2c-1 /i2c@ff110000 virtio1 (i2c_virtio) → simulated I2C bus
│  └─ 0x11  codec@11  everest,es8316  ES8316 audio codec (registers only)
├─ /dev/i2c-3 /i2c@ff130000 virtio2 (i2c_virtio) → simulated I2C bus
├─ /dev/i2c-4 /i2c@ff3d0000 virtio3 (i2c_virtio) → simulated I2C bus
│  └─ 0x22  typec-portc@22  fcs,fusb302  FUSB302 Type-C controller
└─ /dev/spidev1.0 /spi@ff1d0000 virtio4 (spi_virtio) → simulated SPI bus
   └─ cs 0  flash@0  jedec,spi-nor  SPI NOR flash (W25Q of the size that fits)
5 buses, 6 parts: 5 simulated, 1 by registers only
`;

const TI = `
Texas Instruments AM625 SK
├─ /dev/i2c-0 /bus@f0000/i2c@20000000 virtio0 (i2c_virtio) → simulated I2C bus
│  ├─ 0x51  eeprom@51    atmel,24c512  24C512 EEPROM, 65536 bytes
│  └─ 0x3f  tps6598x@3f  ti,tps6598x   TPS6598x USB Type-C and Power Delivery controller
├─ /dev/i2c-1 /bus@f0000/i2c@20010000 virtio1 (i2c_virtio) → simulated I2C bus
│  ├─ 0x1b  audio-codec@1b  ti,tlv320aic3106  TLV320AIC3106 audio codec (registers only)
│  ├─ 0x3b  bridge-hdmi@3b  sil,sii9022       SII9022 HDMI transmitter
│  └─ 0x22  gpio@22         ti,tca6424        TCA6424 GPIO expander, 24 pins
├─ /dev/i2c-2 /bus@f0000/i2c@20020000 virtio2 (i2c_virtio) → simulated I2C bus
└─ /dev/spidev0.0 /bus@f0000/bus@fc00000/spi@fc40000 virtio3 (spi_virtio) → simulated SPI bus
   └─ cs 0  flash@0  jedec,spi-nor  SPI NOR flash (W25Q of the size that fits)
4 buses, 6 parts: 5 simulated, 1 by registers only
`;

describe.skipIf(NO_CORPUS !== undefined)("dtbus up --adopt, on vendors' boards as Linux has them", () => {
  const corpus = NO_CORPUS === undefined ? unpackCorpus() : undefined;
  afterAll(() => corpus?.remove());
  const path = (name: string) => join(corpus?.root ?? '', 'arch/arm64/boot/dts', name);

  it.each([
    ['freescale/imx8mm-evk.dts', FREESCALE],
    ['nvidia/tegra210-p3450-0000.dts', NVIDIA],
    ['qcom/sdm845-db845c.dts', QUALCOMM],
    ['rockchip/rk3399-rockpro64.dts', ROCKCHIP],
    ['ti/k3-am625-sk.dts', TI],
  ])('brings up every bus of %s, and says what answers', async (name, drawing) => {
    expect(await up('-b', path(name))).toBe(drawing.trimStart());
  });

  it('answers from the register map where an overlay gives a client a dump of its registers', async () => {
    const overlay = join(corpus?.root ?? '', 'pmic.dtso');
    // As i2cdump prints what it could read: one register.
    writeFileSync(
      join(path('freescale'), 'pmic.i2cdump'),
      '00: a3 XX XX XX XX XX XX XX XX XX XX XX XX XX XX XX\n',
    );
    writeFileSync(
      overlay,
      '/dts-v1/;\n/plugin/;\n&{/soc@0/bus@30800000/i2c@30a20000/pmic@4b} { dtbus,dump = "pmic.i2cdump"; };\n',
    );
    const drawing = await up('-b', path('freescale/imx8mm-evk.dts'), '-o', overlay);
    expect(drawing).toContain('0x4b  pmic@4b  rohm,bd71847  register map: bytes without a meaning');
    const get = [
      'i2cget',
      '--adopt',
      '-b',
      path('freescale/imx8mm-evk.dts'),
      '-o',
      overlay,
      '-y',
      '0',
      '0x4b',
      '0',
    ];
    expect(execFileSync(process.execPath, ['bin/dtbus.js', ...get], { encoding: 'utf8' })).toBe('0xa3\n');
  });
});
