import { describe, expect, it } from 'vitest';
import { i2cBench, spiBench } from '../sim/support.ts';

/** Parts that are rows of tables, by what Linux's drivers read of them first, and by what is set on them. */

/** Compatible, the bytes that name a register, and what it has to hold: ids as Linux's drivers and data sheets have them. */
const IDS: readonly (readonly [compatible: string, number: readonly number[], value: readonly number[]])[] = [
  ['fsl,pfuze100', [0x00], [0x10]],
  ['fsl,pfuze3000', [0x00], [0x30]],
  ['nxp,pca9450c', [0x00], [0x31]],
  ['silergy,syr827', [0x03], [0x88]],
  ['silergy,syr827', [0x04], [0x04]],
  ['rockchip,rk808', [0x17], [0x00, 0x00]],
  ['rockchip,rk809', [0xed], [0x80, 0x90]],
  ['rockchip,rk817', [0xed], [0x81, 0x70]],
  ['rockchip,rk806', [0x5a], [0x80]],
  ['rohm,bd71847', [0x00], [0xa3]],
  ['st,stpmic1', [0x06], [0x10]],
  ['fsl,sgtl5000', [0x00, 0x00], [0xa0, 0x11]],
  ['wlf,wm8904', [0x00], [0x89, 0x04]],
  ['wlf,wm8962', [0x00, 0x0f], [0x62, 0x43]],
  ['realtek,rt5682i', [0x00, 0xff], [0x65, 0x30]],
  ['realtek,rt5682s', [0x00, 0xff], [0x67, 0x49]],
  ['realtek,rt5682i', [0x00, 0xfe], [0x10, 0xec]],
  ['invensense,mpu6515', [0x75], [0x74]],
  ['invensense,mpu6880', [0x75], [0x78]],
  ['invensense,icm20608', [0x75], [0xaf]],
  ['invensense,icm20602', [0x75], [0x12]],
  ['adi,adv7482', [0xdf], [0x21, 0x43]],
  ['gw,gsc', [0x0e], [58]],
  ['kontron,sl28cpld', [0x03], [14]],
  ['khadas,mcu', [0x12], [0x00, 0x01]],
  ['toradex,smarc-imx95-ec', [0x00], [0x11]],
  ['toradex,smarc-imx8mp-ec', [0x00], [0x12]],
  ['ite,it5205', [0x04], [0x35, 0x32, 0x30, 0x35]],
  ['mediatek,mt6360', [0x00], [0x53]],
  ['willsemi,wusb3801', [0x01], [0x16]],
  ['st,hts221', [0x0f], [0xbc]],
  ['capella,cm32181', [0x07], [0x81]],
  ['semtech,sx9310', [0x42], [0x01]],
  ['semtech,sx9311', [0x42], [0x02]],
  ['st,lsm9ds0-imu', [0x0f], [0x49]],
  ['st,lsm9ds0-gyro', [0x0f], [0xd4]],
  ['kionix,kx023-1025', [0x0f], [0x15]],
  ['memsic,mxc4005', [0x0e], [0x02]],
  ['voltafield,af8133j', [0x00], [0x5e]],
  ['dlg,da9131', [0x48], [0x05, 0x21]],
  ['dlg,da9130', [0x48], [0x05, 0x20]],
  ['ti,tps65185', [0x10], [0x45]],
  ['hynix,hi846', [0x0f, 0x16], [0x46, 0x08]],
  ['maxim,max98927', [0x01, 0xff], [0x40]],
  ['adi,adt7461', [0xfe], [0x41, 0x51]],
  ['nxp,sa56004', [0xfe], [0xa1, 0x00]],
  ['onnn,nct1008', [0xfe], [0x41, 0x57]],
  ['ti,amc6821', [0x3d], [0x21, 0x49]],
  ['semtech,sx9324', [0xfa], [0x23]],
  ['dlg,da9063', [0x81], [0x61, 0x60]],
  ['dlg,da9062', [0x81], [0x62, 0x20]],
  ['ams,as3722', [0x90], [0x0c, 0x00]],
  ['ovti,ov5640', [0x30, 0x0a], [0x56, 0x40]],
  ['sony,imx219', [0x00, 0x00], [0x02, 0x19]],
  ['analogix,anx7625', [0x02], [0x25, 0x76]],
  ['ti,sn65dsi86', [0x00], [0x36, 0x38, 0x49, 0x53, 0x44, 0x20, 0x20, 0x20]],
  ['sil,sii9022', [0x1b], [0xb0]],
  ['adi,adv7535', [0xf5], [0x75, 0x33]],
  ['fcs,fusb302', [0x01], [0x91]],
  ['nxp,ptn5110', [0x00], [0xc9, 0x1f]],
  ['nxp,ptn5110', [0x02], [0x10, 0x51]],
  ['toshiba,tc358767', [0x05, 0x00], [0x01, 0x66, 0x00, 0x00]],
  ['microchip,ksz9893', [0x00, 0x01], [0x98, 0x93]],
  ['silabs,si5341', [0x02], [0x41, 0x53]],
  ['goodix,gt911', [0x81, 0x40], [0x39, 0x31, 0x31, 0x00]],
  ['st,stmpe811', [0x00], [0x08, 0x11]],
  ['adi,ad7879-1', [0x0e], [0x03, 0x79]],
  ['mps,mp8859', [0x27], [0x09, 0x58]],
  ['nxp,pf9453', [0x01], [0xb0]],
  ['ti,tusb320', [0x00], [0x30, 0x32, 0x33, 0x42, 0x53, 0x55, 0x54]],
  ['st,lsm6dso', [0x0f], [0x6c]],
  ['st,lis2mdl', [0x4f], [0x40]],
  ['bosch,bmi160', [0x00], [0xd1]],
  ['bosch,bmm150', [0x40], [0x32]],
  ['awinic,aw2013', [0x00], [0x33]],
  ['maxim,max17050', [0x21], [0xac, 0x00]],
];

describe('what tells a driver which chip it is', () => {
  it.each(IDS)('%s at %j', async (compatible, number, value) => {
    const { writeRead, write } = await i2cBench({ compatible, reg: 0x21 });
    expect(writeRead(number, value.length)).toEqual(value);
    write([...number, ...value.map((byte) => byte ^ 0xff)]);
    expect(writeRead(number, value.length)).toEqual(value);
  });

  it('RK806 over SPI: command, number with the low byte first', async () => {
    const { exchange } = await spiBench({ compatible: 'rockchip,rk806' });
    expect(exchange([0x01, 0x5a, 0x00], 2)).toEqual([0x80, 0x60]);
  });
});

/** Compatible, what software writes, and the output that a test sees then (V). */
const OUTPUTS: readonly (readonly [
  compatible: string,
  bytes: readonly number[],
  output: string,
  volts: number,
])[] = [
  ['silergy,syr828', [0x00, 0x80 | 23], 'output', 1],
  ['silergy,syr828', [0x00, 23], 'output', 0],
  ['rockchip,rk8602', [0x06, 80], 'output', 1],
  ['rockchip,rk8602', [0x06, 159], 'output', 1.49375],
  // No voltage that Linux knows.
  ['rockchip,rk8602', [0x06, 255], 'output', 1.49375],
  ['tcs,tcs4525', [0x11, 0x80 | 64], 'output', 1],
  ['rockchip,rk808', [0x2f, 23], 'buck1', 1],
  ['rockchip,rk809', [0xbb, 40], 'buck1', 1],
  ['rockchip,rk806', [0x1a, 80], 'buck1', 1],
  ['x-powers,axp209', [0x23, 28], 'dcdc2', 1.4],
  ['fsl,pfuze100', [0x20, 43], 'sw1ab', 1.375],
  ['nxp,pca9450c', [0x11, 0x14], 'buck1', 0.85],
  ['nxp,pca9450c', [0x1a, 0x6c], 'buck4', 3.3],
  ['nxp,pca9632', [0x03, 51], 'led1', 20],
  ['maxim,max20411', [0x07, 121], 'output', 1],
  ['dlg,slg51000', [0x23, 0x00, 60], 'ldo3', 1.8],
  ['dlg,slg51000', [0x27, 0x00, 120], 'ldo5', 1],
  ['khadas,mcu', [0x88, 3], 'fan', 3],
  ['ite,it5205', [0x11, 0x17], 'mode', 7],
];

/** Compatible, register, and what it holds after power-on: of codecs as Linux's regmap has it. */
const RESETS: readonly (readonly [
  compatible: string,
  number: readonly number[],
  value: readonly number[],
])[] = [
  ['realtek,rt5682i', [0x00, 0x02], [0x80, 0x80]],
  ['realtek,rt5682i', [0x00, 0x14], [0xa0, 0x0a]],
  ['realtek,rt5682s', [0x00, 0x02], [0x80, 0x80]],
  ['invensense,icm20608', [0x6b], [0x40]],
  ['maxim,max98927', [0x00, 0x14], [0x75]],
  ['nxp,p3t1755', [0x01], [0x28]],
];
it.each(RESETS)(
  '%s has at %j %j after power-on, and takes another value',
  async (compatible, number, value) => {
    const { write, writeRead } = await i2cBench({ compatible, reg: 0x21 });
    expect(writeRead(number, value.length)).toEqual(value);
    write([...number, ...value.map(() => 0x01)]);
    expect(writeRead(number, value.length)).toEqual(value.map(() => 0x01));
  },
);

it('TCS4525 has its slope and modes at 13h and 14h', async () => {
  const { write, parts } = await i2cBench({ compatible: 'tcs,tcs4525', reg: 0x1c });
  write([0x13, 0x18]);
  write([0x14, 0xc0]);
  const path = parts.list()[0]?.path ?? '';
  const named = parts.registers(path).filter(({ name }) => ['TIME', 'COMMAND'].includes(name));
  expect(named).toMatchObject([
    { name: 'TIME', at: 0x13 },
    { name: 'COMMAND', at: 0x14 },
  ]);
});

it.each(OUTPUTS)('%s: %j makes %s %d', async (compatible, bytes, output, volts) => {
  const { write, get } = await i2cBench({ compatible, reg: 0x21 });
  write(bytes);
  expect(get(output)).toBe(volts);
});

it('BD71847 changes no output while its lock is on', async () => {
  const { write, get } = await i2cBench({ compatible: 'rohm,bd71847', reg: 0x4b });
  write([0x0d, 40]);
  expect(get('buck1')).toBe(0.9);
  write([0x2f, 0x01]);
  write([0x0d, 40]);
  expect(get('buck1')).toBe(1.1);
});

/** Compatible, what a test sets, and what a driver reads of it. */
const SENSES: readonly (readonly [string, string, number | boolean, readonly number[], readonly number[]])[] =
  [
    ['adi,adt7461', 'temperature', -20, [0x00], [0xec]],
    ['nxp,sa56004', 'remote', 26.125, [0x01], [26]],
    ['nxp,sa56004', 'remote', 26.125, [0x10], [0x20]],
    ['ti,amc6821', 'temperature', 31.5, [0x0a], [31]],
    ['ti,amc6821', 'temperature', 31.5, [0x06], [0x04]],
    ['ti,tmp103', 'temperature', -5, [0x00], [0xfb]],
    ['x-powers,axp209', 'batteryVoltage', 3.96, [0x78], [0xe1, 0x00]],
    ['x-powers,axp209', 'vbus', true, [0x00], [0xa0]],
    ['dallas,ds3232', 'temperature', 25.25, [0x11], [0x19, 0x40]],
    ['microcrystal,rv3032', 'temperature', -1, [0x0f], [0xff]],
    ['sil,sii9022', 'plugged', false, [0x3d], [0x00]],
    ['edt,edt-ft5406', 'x', 0x123, [0x03], [0x01, 0x23]],
    ['ti,bq27541', 'voltage', 3.7, [0x08], [0x74, 0x0e]],
    ['ti,bq27411', 'charge', 55, [0x1c], [55, 0]],
    ['maxim,max17040', 'charge', 50.5, [0x04], [0x32, 0x80]],
    ['coreriver,tc360-touchkey', 'key', 2, [0x00], [0x02]],
    ['cypress,tm2-touchkey', 'released', true, [0x03], [0x08]],
    ['gw,gsc', 'events', 0x81, [0x0a], [0x81]],
    ['kontron,sl28cpld', 'fan', 1500, [0x0b], [50]],
    ['sophgo,sg2042-hwmon-mcu', 'soc', 61, [0x04], [61]],
    ['sophgo,sg2042-hwmon-mcu', 'board', 33, [0x05], [33]],
    ['willsemi,wusb3801', 'vbus', true, [0x04], [0x80]],
    ['willsemi,wusb3801', 'orientation', 2, [0x04], [0x02]],
    ['st,hts221', 'temperature', 31.5, [0xaa], [0x4e, 0x0c]],
    ['st,hts221', 'humidity', 25, [0xa8], [0x88, 0x13]],
    ['renesas,isl28022', 'busVoltage', 12, [0x02], [0x2e, 0xe0]],
    ['renesas,isl28022', 'shuntVoltage', -0.1, [0x01], [0xd8, 0xf0]],
    ['ti,ads7924', 'ch1', 1.65, [0x84], [0x80, 0x00]],
    ['adi,ad7291', 'temperature', -1, [0x02], [0x0f, 0xfc]],
    ['capella,cm32181', 'counts', 0x1234, [0x04], [0x34, 0x12]],
    ['fsl,mma7660', 'x', -1.3791, [0x00], [0x3d]],
    ['st,lsm9ds0-imu', 'magnetY', -0.00016, [0x8a], [0xff, 0xff]],
    ['memsic,mxc4005', 'z', 9.80665, [0x07], [0x40, 0x00]],
    ['ti,tps65185', 'temperature', -3, [0x00], [0xfd]],
    ['st,lis2hh12', 'x', -0.59820565, [0x28], [0x18, 0xfc]],
  ];

it.each(SENSES)('%s: %s = %s', async (compatible, name, value, number, bytes) => {
  const { set, writeRead } = await i2cBench({ compatible, reg: 0x21 });
  set(name, value);
  expect(writeRead(number, bytes.length)).toEqual(bytes);
});

/** Where each clock has its seconds, and what a second after 23:59:58 on 28 February 2024 (a Wednesday) stands there. */
const CLOCKS: readonly (readonly [string, number, readonly number[]])[] = [
  ['rockchip,rk808', 0x00, [0x59, 0x59, 0x23, 0x28, 0x02, 0x24, 0x03]],
  ['dallas,ds1338', 0x00, [0x59, 0x59, 0x23, 0x04, 0x28, 0x02, 0x24]],
  ['dallas,ds3232', 0x00, [0x59, 0x59, 0x23, 0x04, 0x28, 0x02, 0x24]],
  ['microcrystal,rv4162', 0x01, [0x59, 0x59, 0x23, 0x04, 0x28, 0x02, 0x24]],
  ['nxp,pcf8523', 0x03, [0x59, 0x59, 0x23, 0x28, 0x03, 0x02, 0x24]],
  ['nxp,pcf2129', 0x03, [0x59, 0x59, 0x23, 0x28, 0x03, 0x02, 0x24]],
  ['nxp,pcf85263', 0x01, [0x59, 0x59, 0x23, 0x28, 0x03, 0x02, 0x24]],
  ['microcrystal,rv3028', 0x00, [0x59, 0x59, 0x23, 0x03, 0x28, 0x02, 0x24]],
  ['isil,isl12022', 0x00, [0x59, 0x59, 0x23, 0x28, 0x02, 0x24, 0x03]],
  ['abracon,ab1805', 0x01, [0x59, 0x59, 0x23, 0x28, 0x02, 0x24, 0x03]],
];

it.each(CLOCKS)('%s ticks', async (compatible, at, bytes) => {
  const { writeRead, clock } = await i2cBench({ compatible, reg: 0x21 });
  clock.advance(1e9);
  expect(writeRead([at], bytes.length)).toEqual(bytes);
});

describe('expanders of more than 16 pins', () => {
  it('TCA6424: three ports from 80h on, an input that changes pulls INT', async () => {
    const { write, writeRead, set, get, line } = await i2cBench({ compatible: 'ti,tca6424', reg: 0x22 });
    write([0x8c, 0xff, 0xff, 0x00]);
    write([0x84, 0x00, 0x00, 0xa5]);
    expect(get('pins')).toBe(0xa5ffff);
    expect(get('outputs')).toBe(0xff0000);
    expect(line('INT').high).toBe(true);
    set('inputs', 0xfffdff);
    expect(line('INT').high).toBe(false);
    expect(writeRead([0x80], 3)).toEqual([0xff, 0xfd, 0xa5]);
    expect(line('INT').high).toBe(true);
    // Without bit 7 of the number the same register comes again.
    expect(writeRead([0x01], 3)).toEqual([0xfd, 0xfd, 0xfd]);
  });

  it('PCA9506: five ports, whose inputs are masked after power-on', async () => {
    const { write, writeRead, set, get, line } = await i2cBench({ compatible: 'nxp,pca9506', reg: 0x20 });
    set('inputs', 0x80_0000_0001);
    expect(writeRead([0x80], 5)).toEqual([0x01, 0, 0, 0, 0x80]);
    write([0xa0, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    set('inputs', 1);
    expect(line('INT').high).toBe(false);
    expect(writeRead([0x04], 1)).toEqual([0]);
    expect(line('INT').high).toBe(true);
    write([0x9c, 0x00]);
    write([0x8c, 0xff]);
    expect(get('pins')).toBe(0xff_0000_0001);
  });
});

it('TMP75C: 12 bits, and one conversion by bit 5 while it is shut down', async () => {
  const { write, writeRead, set, clock } = await i2cBench({ compatible: 'ti,tmp75c', reg: 0x48 });
  write([0x01, 0x01]);
  set('temperature', 31.5625);
  expect(writeRead([0x00], 2)).toEqual([0x19, 0x00]);
  write([0x01, 0x21]);
  expect(writeRead([0x01], 1)).toEqual([0x01]);
  clock.advance(27e6);
  expect(writeRead([0x00], 2)).toEqual([0x1f, 0x90]);
});
