import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NO_UML } from '../../guest/boot.ts';
import { keepLinuxResults } from '../../support/part-table.ts';
import {
  attributesOf,
  type BoardPart,
  type BoardRun,
  bootWithParts,
  endsQuietly,
  SHOW_DRIVERS_AND_SENSORS,
} from './board.ts';

/**
 * Linux's own drivers are the judges: each binds to a part of ours from the device tree, and has to report
 * through its subsystem what the test made the part feel, or to change the part by what a user asks of it.
 */

const GPIO = 'gpio-controller; #gpio-cells = <2>;';
/** Outputs that the kernel sets when the expander appears: pin 3 high, pin 6 low. */
const HOGS = `${GPIO} high { gpio-hog; gpios = <3 0>; output-high; }; low { gpio-hog; gpios = <6 0>; output-low; };`;
/** Pin 5 is an input that Linux pulls up (GPIO_PULL_UP). */
const PULLED = `${HOGS} pulled { gpio-hog; gpios = <5 0x10>; input; };`;
const SLOW = 'spi-max-frequency = <1000000>;';
const ADC = `${SLOW} vref-supply = <&supply>;`;
const BUS = '#address-cells = <1>; #size-cells = <0>;';
const WARM = { temperature: 31.5 };
const DAMP = { temperature: 31.5, humidity: 40 };
const LOAD = { busVoltage: 12, current: 1.5 };
const AIR = { temperature: 31.5, pressure: 98_765 };
const THEN = { time: '2031-07-04T05:06:07Z' };
const shunt = (microOhms: number) => `shunt-resistor = <${microOhms}>;`;
const memory = (...bytes: number[]) => ({ contents: Uint8Array.from(bytes) });
const rom = (address: string) =>
  `eeprom@${address} { compatible = "atmel,24c02"; reg = <0x${address}>; vcc-supply = <&supply>; };`;
/** A mux with an EEPROM behind channel 3. */
const channel = (address: string) => `${BUS} i2c@3 { reg = <3>; ${BUS} ${rom(address)} };`;

const I2C: readonly BoardPart[] = [
  { name: 'jc42@18', compatible: 'jedec,jc-42.4-temp', set: WARM },
  { name: 'pca9555@20', compatible: 'nxp,pca9555', more: HOGS },
  { name: 'mcp23017@21', compatible: 'microchip,mcp23017', more: HOGS },
  { name: 'pcf8574@22', compatible: 'nxp,pcf8574', more: HOGS },
  { name: 'bh1750@23', compatible: 'rohm,bh1750', set: { illuminance: 1000 } },
  { name: 'pca9554@24', compatible: 'nxp,pca9554', more: HOGS },
  { name: 'tca6416@25', compatible: 'ti,tca6416', more: HOGS },
  { name: 'pcf8575@26', compatible: 'nxp,pcf8575', more: HOGS },
  { name: 'pcal6416@27', compatible: 'nxp,pcal6416', more: PULLED, set: { driven: 0xffdf } },
  { name: 'pcal6408@28', compatible: 'nxp,pcal6408', more: PULLED, set: { driven: 0xdf } },
  { name: 'tmp421@2a', compatible: 'ti,tmp421', set: { ...WARM, remote0: -12.25 } },
  { name: 'rx8130@32', compatible: 'epson,rx8130', set: THEN },
  {
    name: 'ssd1306@3c',
    compatible: 'solomon,ssd1306fb-i2c',
    more: 'solomon,width = <128>; solomon,height = <64>; solomon,page-offset = <0>; solomon,com-invdir; solomon,segment-remap;',
  },
  { name: 'si7020@40', compatible: 'silabs,si7020', set: DAMP },
  { name: 'ina220@41', compatible: 'ti,ina220', more: shunt(100_000), set: LOAD },
  { name: 'ina219@42', compatible: 'ti,ina219', more: shunt(100_000), set: LOAD },
  { name: 'ina226@43', compatible: 'ti,ina226', more: shunt(2000), set: LOAD },
  { name: 'sht3x@44', compatible: 'sensirion,sht3x', set: DAMP },
  { name: 'sht4x@45', compatible: 'sensirion,sht4x', set: DAMP },
  { name: 'ina230@46', compatible: 'ti,ina230', more: shunt(2000), set: LOAD },
  { name: 'pca9685@47', compatible: 'nxp,pca9685-pwm', more: '#pwm-cells = <2>;' },
  { name: 'lm75@48', compatible: 'national,lm75', set: WARM },
  { name: 'tmp75@49', compatible: 'ti,tmp75', set: WARM },
  { name: 'tmp102@4a', compatible: 'ti,tmp102', set: WARM },
  { name: 'ads1115@4b', compatible: 'ti,ads1115', set: { ain0: 1.25 } },
  { name: 'tmp1075@4c', compatible: 'ti,tmp1075', set: WARM },
  { name: 'ads1015@4d', compatible: 'ti,ads1015', set: { ain1: 1.25 } },
  { name: 'tmp275@4e', compatible: 'ti,tmp275', set: WARM },
  { name: '24c256@50', compatible: 'atmel,24c256', set: memory(0xde, 0xad, 0xbe, 0xef) },
  { name: 'pcf8563@51', compatible: 'nxp,pcf8563', set: THEN },
  { name: 'pcf85063a@52', compatible: 'nxp,pcf85063a', set: THEN },
  { name: 'adxl345@53', compatible: 'adi,adxl345', set: { accelX: 0.5 } },
  { name: '24c02@54', compatible: 'atmel,24c02', set: memory(1, 2, 3, 4) },
  { name: 'mcp4725@60', compatible: 'microchip,mcp4725' },
  {
    name: 'pca9552@61',
    compatible: 'nxp,pca9552',
    more: `${BUS} led@0 { reg = <0>; label = "zero"; }; led@9 { reg = <9>; label = "nine"; };`,
  },
  { name: 'ds1337@67', compatible: 'dallas,ds1337', set: THEN },
  { name: 'ds1339@68', compatible: 'dallas,ds1339', set: THEN },
  { name: 'ds3231@69', compatible: 'maxim,ds3231', set: { ...THEN, ...WARM } },
  { name: 'm41t0@6a', compatible: 'st,m41t0', set: THEN },
  { name: 'ds1307@6b', compatible: 'dallas,ds1307', set: THEN },
  { name: 'mpu6050@6c', compatible: 'invensense,mpu6050', set: { accelX: 0.5, gyroZ: 10, ...WARM } },
  { name: 'pca9548@71', compatible: 'nxp,pca9548', more: channel('57') },
  { name: 'pca9547@72', compatible: 'nxp,pca9547', more: channel('56') },
  { name: 'pca9546@73', compatible: 'nxp,pca9546', more: channel('55') },
  { name: 'pca9544@74', compatible: 'nxp,pca9544', more: channel('58') },
  {
    name: 'pca9541@75',
    compatible: 'nxp,pca9541',
    more: `i2c-arb { ${BUS} ${rom('59')} };`,
  },
  { name: 'bme280@76', compatible: 'bosch,bme280', set: { ...AIR, humidity: 40 } },
  { name: 'bmp280@77', compatible: 'bosch,bmp280', set: AIR },
];

const SPI: readonly BoardPart[] = [
  { name: 'w25q128@0', compatible: 'jedec,spi-nor', more: `${SLOW} size = <0x1000000>;` },
  {
    name: 'at25@1',
    compatible: 'atmel,at25',
    more: `${SLOW} size = <0x1000>; pagesize = <32>; address-width = <16>;`,
    // Linux polls four times and looks at a clock that jumps in User-Mode Linux on a busy machine: no write time.
    set: { ...memory(5, 6, 7, 8), writeTime: 0 },
  },
  { name: 'mcp3008@2', compatible: 'microchip,mcp3008', more: ADC, set: { ch3: 1.65 } },
  { name: 'bmp280@3', compatible: 'bosch,bmp280', more: SLOW, set: AIR },
  { name: 'adxl345@4', compatible: 'adi,adxl345', more: `${SLOW} spi-cpol; spi-cpha;`, set: { accelX: 0.5 } },
  {
    name: 'mcp23s17@5',
    compatible: 'microchip,mcp23s17',
    more: `${SLOW} microchip,spi-present-mask = /bits/ 8 <1>; ${HOGS}`,
  },
  { name: 'w25q256@6', compatible: 'winbond,w25q256 jedec,spi-nor', more: SLOW },
  { name: 'mcp3208@7', compatible: 'microchip,mcp3208', more: ADC, set: { ch5: 1.65 } },
  { name: 'mpu6500@8', compatible: 'invensense,mpu6500', more: SLOW, set: { accelX: 0.5 } },
  { name: 'mx25l25635@9', compatible: 'macronix,mx25l25635f jedec,spi-nor', more: SLOW },
  { name: 'mcp3002@a', compatible: 'microchip,mcp3002', more: ADC, set: { ch1: 1.65 } },
  { name: 'mcp3202@b', compatible: 'microchip,mcp3202', more: ADC, set: { ch1: 1.65 } },
];

/** Each line of its output is `node-name attribute=value`. */
const COMMANDS = `
${SHOW_DRIVERS_AND_SENSORS}
for r in /sys/class/rtc/*; do show $r/device $r/date $r/time; done
for n in /sys/bus/i2c/devices/*/eeprom /sys/bus/spi/devices/*/eeprom; do
  echo "$(basename "$(readlink -f "$(dirname $n)/of_node")") bytes=$(busybox hexdump -n 4 -e '4/1 "%02x"' $n)"
  printf 'linux' | dd of=$n bs=1 seek=30 conv=notrunc 2>&1 | sed 's/^/log dd /'
done
for m in /sys/class/mtd/mtd?; do show $m/device $m/size $m/erasesize $m/name; done
block=/dev/mtdblock0
dd if=/dev/zero of=$block bs=4096 count=3 seek=1 2>/dev/null; printf 'flash' | dd of=$block conv=notrunc 2>/dev/null
dd if=/dev/zero of=/dev/mtdblock1 bs=4096 count=1 seek=8191 2>/dev/null; sync
cd /sys/class/pwm/pwmchip0 && echo 5 > export && echo 20000000 > pwm5/period && echo 5000000 > pwm5/duty_cycle && echo 1 > pwm5/enable
for led in zero nine; do echo 255 > /sys/class/leds/pca955x:$led/brightness; done
echo 64 > /sys/class/leds/pca955x:nine/brightness
for d in /sys/bus/iio/devices/iio:*; do [ -e $d/out_voltage0_raw ] && echo 1024 > $d/out_voltage0_raw; done
printf '\\377\\001' > /dev/fb0
busybox hwclock -w -u -f /dev/$(basename $(readlink -f /sys/bus/i2c/devices/0-006a/rtc/rtc?))
sleep 0.5
mount -t debugfs d /sys/kernel/debug
awk '/^gpiochip/ { sub(",", "", $5); chip = $5 } / gpio-/ { print chip " " $1 "=" $NF }' /sys/kernel/debug/gpio
dmesg | grep -iE 'gpio|hog|i2c|spi|[0-9]-00|rtc|fail|error' | sed 's/^/log /'
`;

describe.skipIf(NO_UML !== undefined)("Linux's drivers and our parts", () => {
  let run: BoardRun;
  let attributes = new Map<string, string>();

  beforeAll(async () => {
    run = await bootWithParts(I2C, SPI, COMMANDS);
    attributes = attributesOf(run);
  });

  const found = new Map<string, { what: string; right: boolean }[]>();
  afterEach(({ task }) => {
    const part = [...I2C, ...SPI].find(({ name }) => task.name.includes(name));
    if (part === undefined || task.name.startsWith('a driver binds')) return;
    const what = task.name.slice(task.name.indexOf(': ') + 2).replace(` behind ${part.name}`, ' behind it');
    const right = task.result?.state !== 'fail';
    found.set(part.name, [...(found.get(part.name) ?? []), { what, right }]);
  });
  afterAll(() =>
    keepLinuxResults(
      'drivers',
      [...I2C, ...SPI].map(({ name, compatible }) => ({
        compatible,
        driver: attributes.get(`${name} driver`) ?? '',
        found: found.get(name) ?? [],
      })),
    ),
  );

  it('runs to its end without a complaint of a model', () => {
    endsQuietly(run);
  });

  it.each([...I2C, ...SPI].map(({ name }) => name))('a driver binds to %s', (name) => {
    expect(attributes.get(`${name} driver`), run.output).toBeDefined();
  });

  // hwmon: m°C, mV, mA, µW, m%.
  it.each([
    ['lm75@48', 'temp1_input', 31_500],
    ['tmp75@49', 'temp1_input', 31_500],
    ['tmp1075@4c', 'temp1_input', 31_500],
    ['tmp275@4e', 'temp1_input', 31_500],
    ['tmp102@4a', 'temp1_input', 31_500],
    ['jc42@18', 'temp1_input', 31_500],
    ['tmp421@2a', 'temp1_input', 31_500],
    ['tmp421@2a', 'temp2_input', -12_250],
    ['ds3231@69', 'temp1_input', 31_500],
    ['ina219@42', 'in1_input', 12_000],
    ['ina219@42', 'curr1_input', 1500],
    ['ina219@42', 'power1_input', 18_000_000],
    ['ina220@41', 'in1_input', 12_000],
    ['ina220@41', 'curr1_input', 1500],
    ['ina220@41', 'power1_input', 18_000_000],
    ['ina230@46', 'in1_input', 12_000],
    ['ina230@46', 'curr1_input', 1500],
    ['ina230@46', 'power1_input', 18_000_000],
    ['ina226@43', 'in1_input', 12_000],
    ['ina226@43', 'curr1_input', 1500],
    ['ina226@43', 'power1_input', 18_000_000],
  ])('%s: %s is %d', (name, attribute, value) => {
    expect(Number(attributes.get(`${name} ${attribute}`))).toBe(value);
  });

  it.each([
    ['sht3x@44', 'temp1_input', 31_500],
    ['sht3x@44', 'humidity1_input', 40_000],
    ['sht4x@45', 'temp1_input', 31_500],
    ['sht4x@45', 'humidity1_input', 40_000],
  ])('%s: %s is %d, to its 16 bits', (name, attribute, value) => {
    expect(Math.abs(Number(attributes.get(`${name} ${attribute}`)) - value)).toBeLessThan(3);
  });

  const number = (key: string) => Number(attributes.get(key));

  it.each([
    ['bh1750@23', 'in_illuminance', 1000, 1],
    ['ads1115@4b', 'in_voltage0', 1250, 0.1],
    ['ads1015@4d', 'in_voltage1', 1250, 1],
    ['mcp3008@2', 'in_voltage3', 1650, 4],
    ['mcp3208@7', 'in_voltage5', 1650, 1],
    ['mcp3002@a', 'in_voltage1', 1650, 4],
    ['mcp3202@b', 'in_voltage1', 1650, 1],
    // m/s²
    ['mpu6050@6c', 'in_accel_x', 4.903, 0.005],
    ['mpu6500@8', 'in_accel_x', 4.903, 0.005],
    // rad/s
    ['mpu6050@6c', 'in_anglvel_z', 0.174_53, 0.002],
    // m°C, m%
    ['mpu6050@6c', 'in_temp', 31_500, 3],
    ['si7020@40', 'in_temp', 31_500, 20],
    ['si7020@40', 'in_humidityrelative', 40_000, 40],
  ])('%s: %s is %d', (name, channelName, value, tolerance) => {
    const scale = [...attributes.keys()].find(
      (key) =>
        key === `${name} ${channelName}_scale` ||
        key === `${name} ${channelName.replace(/(_[a-z]+?)(_?[xyz]|\d)$/, '$1')}_scale`,
    );
    const offset = number(`${name} ${channelName}_offset`) || 0;
    const measured = (number(`${name} ${channelName}_raw`) + offset) * number(scale ?? '');
    expect(Math.abs(measured - value), `${measured}`).toBeLessThanOrEqual(tolerance);
  });

  // The scale that Linux 7.2 gives is an eighth of the data sheet's 3.9 mg a count, so the counts are compared.
  it.each(['adxl345@53', 'adxl345@4'])('%s: counts 256 a g', (name) => {
    const counts = ['x', 'y', 'z'].map((axis) => number(`${name} in_accel_${axis}_raw`));
    expect(counts).toEqual([128, 0, 256]);
  });

  // iio: m°C, kPa, m%.
  it.each([
    ['bme280@76', 'in_temp_input', 31_500, 10],
    ['bme280@76', 'in_pressure_input', 98.765, 0.005],
    ['bme280@76', 'in_humidityrelative_input', 40_000, 100],
    ['bmp280@77', 'in_temp_input', 31_500, 10],
    ['bmp280@77', 'in_pressure_input', 98.765, 0.005],
    ['bmp280@3', 'in_temp_input', 31_500, 10],
    ['bmp280@3', 'in_pressure_input', 98.765, 0.005],
  ])('%s: %s is %d', (name, attribute, value, tolerance) => {
    expect(Math.abs(number(`${name} ${attribute}`) - value)).toBeLessThanOrEqual(tolerance);
  });

  it.each([
    'rx8130@32',
    'pcf8563@51',
    'pcf85063a@52',
    'ds1337@67',
    'ds1339@68',
    'ds3231@69',
    'm41t0@6a',
    'ds1307@6b',
  ])('%s: the clock goes on from what was set', (name) => {
    expect(attributes.get(`${name} date`)).toBe('2031-07-04');
    expect(attributes.get(`${name} time`)).toMatch(/^05:06:(0[7-9]|[1-4]\d)$/);
  });

  it('m41t0@6a: takes the time that hwclock gives it', () => {
    expect(run.get('m41t0@6a', 'time')).toMatch(/^2031-07-04T05:0[67]:/);
  });

  it.each([
    ['24c256@50', 'deadbeef', ''],
    ['24c02@54', '01020304', ''],
    ['at25@1', '05060708', ''],
    ['eeprom@57', 'ffffffff', ' behind pca9548@71'],
    ['eeprom@56', 'ffffffff', ' behind pca9547@72'],
    ['eeprom@55', 'ffffffff', ' behind pca9546@73'],
    ['eeprom@58', 'ffffffff', ' behind pca9544@74'],
    ['eeprom@59', 'ffffffff', ' behind pca9541@75'],
  ])('%s: nvmem is %s, and takes what is written over the end of a page%s', (name, bytes) => {
    expect(attributes.get(`${name} bytes`)).toBe(bytes);
    const contents = run.get(name, 'contents') as Uint8Array;
    expect(Buffer.from(contents.subarray(30, 35)).toString()).toBe('linux');
  });

  it.each([
    ['w25q128@0', 16],
    ['w25q256@6', 32],
    ['mx25l25635@9', 32],
  ])('%s: mtd finds %d MiB, and sectors of 4 KiB', (name, mib) => {
    expect(number(`${name} size`)).toBe(mib * 1024 * 1024);
    expect(number(`${name} erasesize`)).toBe(4096);
  });

  it('mtd erases and programs, also beyond 16 MiB', () => {
    const small = run.get('w25q128@0', 'contents') as Uint8Array;
    expect(Buffer.from(small.subarray(0, 6)).toString('latin1')).toBe('flash\xff');
    expect([small[4096], small[16_383], small[16_384]]).toEqual([0, 0, 0xff]);
    const large = run.get('w25q256@6', 'contents') as Uint8Array;
    expect([large[8191 * 4096 - 1], large[8191 * 4096], large.at(-1)]).toEqual([0xff, 0, 0]);
  });

  // debugfs shows the level that the driver reads back from the pin.
  it.each([
    ['pca9555@20', 'i2c/0-0020'],
    ['mcp23017@21', 'i2c/0-0021'],
    ['pcf8574@22', 'i2c/0-0022'],
    ['pca9554@24', 'i2c/0-0024'],
    ['tca6416@25', 'i2c/0-0025'],
    ['pcf8575@26', 'i2c/0-0026'],
    ['pcal6416@27', 'i2c/0-0027'],
    ['pcal6408@28', 'i2c/0-0028'],
    ['mcp23s17@5', 'spi/spi0.5'],
  ])('%s: gpio sets pins and reads them', (_name, device) => {
    expect([attributes.get(`${device} gpio-3`), attributes.get(`${device} gpio-6`)]).toEqual(['hi', 'lo']);
  });

  it.each([
    ['pcal6416@27', 'i2c/0-0027'],
    ['pcal6408@28', 'i2c/0-0028'],
  ])('%s: gpio pulls up a pin that nothing drives', (_name, device) => {
    expect(attributes.get(`${device} gpio-5`)).toBe('hi');
  });

  // The driver of the PCF8574 lets all pins go when Linux shuts down; the others leave them.
  it.each([
    'pca9555@20',
    'mcp23017@21',
    'pca9554@24',
    'tca6416@25',
    'pcal6416@27',
    'pcal6408@28',
    'mcp23s17@5',
  ])('%s: the pins have the levels that gpio set', (name) => {
    expect((run.get(name, 'pins') as number) & 0x48).toBe(0x08);
  });

  it('pca9685@47: pwm sets frequency and duty', () => {
    expect(run.get('pca9685@47', 'frequency') as number).toBeCloseTo(50, 0);
    expect(run.get('pca9685@47', 'duty5') as number).toBeCloseTo(0.25, 2);
  });

  it('pca9552@61: leds lights and dims outputs', () => {
    expect(run.get('pca9552@61', 'led0')).toBe(1);
    expect(run.get('pca9552@61', 'led9') as number).toBeCloseTo(64 / 256, 2);
  });

  it('mcp4725@60: iio sets the output', () => {
    expect(run.get('mcp4725@60', 'code')).toBe(1024);
  });

  it('ssd1306@3c: fb draws', () => {
    expect(run.get('ssd1306@3c', 'on')).toBe(true);
    const [first = ''] = (run.get('ssd1306@3c', 'text') as string).split('\n');
    expect(first.slice(0, 18)).toBe('▀▀▀▀▀▀▀▀▀         '.slice(0, 18));
  });
});
