import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadCatalogue, openBoard } from '../../../src/board/index.ts';
import { exampleNode } from '../../../src/cli/parts/example-node.ts';
import { listParts } from '../../../src/cli/parts/part-listing.ts';
import { testFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const folder = testFolder();

describe('dtbus parts', () => {
  it('lists every part with its bus and what can be set', async () => {
    const { status, out } = await dtbusHere('parts');
    expect(status).toBe(0);
    expect(out).toMatch(/^tmp102 +i2c +TMP102 temperature sensor, 12 or 13 bits +temperature$/m);
    expect(out).toMatch(/^bme280 +i2c, spi +BME280 .* +temperature, pressure, humidity$/m);
    expect(out).toMatch(/^w25q80 +spi +/m);
  });

  it('lists those of a board with labels, or those of them that are named', async () => {
    const file = folder.write(
      'board.dts',
      `/dts-v1/; / { i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
        temp: hot@48 { compatible = "ti,tmp112"; reg = <0x48>; }; rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
        mux@70 { compatible = "nxp,pca9548"; reg = <0x70>; #address-cells = <1>; #size-cells = <0>;
          i2c@3 { reg = <3>; #address-cells = <1>; #size-cells = <0>; far: t@4a { compatible = "national,lm75"; reg = <0x4a>; }; }; }; }; };`,
    );
    const { status, out, err } = await dtbusHere('parts', '-b', file);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['label', 'path', 'name', 'what it is', 'settable'],
      ['&temp', '/i2c/hot@48', 'tmp102', 'TMP102 temperature sensor, 12 or 13 bits', 'temperature'],
      ['', '/i2c/rom@50', '24c02', expect.stringContaining('24C02'), 'writeTime, writeProtect, contents'],
      ['', '/i2c/mux@70', 'pca9548', expect.any(String)],
      ['&far', '/i2c/mux@70/i2c@3/t@4a', 'lm75', expect.any(String), 'temperature'],
      [''],
    ]);
    const named = JSON.parse((await dtbusHere('parts', '-b', file, '--json', 'temperature')).out);
    expect(named.map(({ path }: { path: string }) => path)).toEqual([
      '/i2c/hot@48',
      '/i2c/mux@70/i2c@3/t@4a',
    ]);
    const [far] = JSON.parse((await dtbusHere('parts', '-b', file, '--json', '&far')).out);
    expect(far).toMatchObject({ labels: ['&far'], name: 'lm75' });
    expect(await dtbusHere('parts', '-b', file, '&fra')).toMatchObject({
      status: 1,
      err: `dtbus: part not found: &fra of ${file}; it has: &temp, /i2c/rom@50, /i2c/mux@70, &far\n`,
    });
  });

  it('shows one with units and range, compatibles and an example', async () => {
    const { out } = await dtbusHere('parts', 'tmp102');
    expect(out).toBe(
      `TMP102 temperature sensor, 12 or 13 bits
  bus         i2c, word registers, usually at 0x48
  compatible  ti,tmp102, ti,tmp112
  level       behaves: what it senses or does is modelled, but for what is said below
  properties for tests and scripts
    temperature  -55 to 150 °C  what the sensor feels
  registers
    0x00  TEMP    ro   16 bits
    0x01  CONFIG  rw   16 bits  reset 0x60a0
          OS[15] sc, R[14:13] ro, F[12:11], POL[10], TM[9], SD[8], CR[7:6], AL[5] ro, EM[4]
    0x02  T_LOW   rw   16 bits  reset 0x4b00
          LIMIT[15:3]
    0x03  T_HIGH  rw   16 bits  reset 0x5000
          LIMIT[15:3]
  pins        ALERT
  not modelled
    outside of shutdown the register shows the present value, not that of the last conversion
  source      TI SBOS397
  judged by   Linux: tmp102, npm: node-web-i2c 1.1.36
  in the device tree, as a child of a bus
    part: sensor@48 {
    	compatible = "ti,tmp102";
    	reg = <0x48>;
    };
  in a test or script
    board.part('&part').temperature = 31.5;
`.replace('°', '\xc2\xb0'),
    );
  });

  it('shows the instructions of a flash, and its bus', async () => {
    const { out } = await dtbusHere('parts', 'jedec,spi-nor');
    expect(out).toMatch(/^ {2}bus {9}spi, instructions, mode 0, 3$/m);
    expect(out).toMatch(/^ {4}0x9f {2}read JEDEC id: data in$/m);
    expect(out).toMatch(/^ {4}0x03 {2}read: address, data in$/m);
    expect(out).toMatch(/^ {4}0xeb {2}quad I\/O read: address, dummy of 3 bytes, data in on 4 lines$/m);
    expect(out).toMatch(/^ {4}0x12 {2}program: address of 4 bytes, data out$/m);
    expect(out).toMatch(/^ {4}0x06 {2}write enable$/m);
  });

  it('shows how large a memory is', async () => {
    const flash = await dtbusHere('parts', 'w25q64');
    const rom = await dtbusHere('parts', '24c02');
    expect(flash.out).toMatch(/^ {2}memory {6}8 MiB \(8388608 bytes\), pages of 256 bytes$/m);
    expect(rom.out).toMatch(/^ {2}memory {6}256 bytes, pages of \d+ bytes$/m);
  });

  it('shows both buses of a part, and registers that follow each other', async () => {
    const { out } = await dtbusHere('parts', 'bme280');
    expect(out).toMatch(
      /^ {2}bus {9}i2c, byte registers, usually at 0x76\n {14}spi, registers, mode 0, 3, to 10 MHz$/m,
    );
    expect(out).toMatch(/^ {4}0xd0 {2}ID +ro {3}8 bits {3}reset 0x60$/m);
    expect(out).toMatch(/^ {4}0xf7 {2}PRESS\[3\] +ro {3}8 bits$/m);
  });

  it.each(['ti,tmp112', 'TMP102', 'tmp112'])('finds it as %s', async (name) => {
    expect((await dtbusHere('parts', name)).out).toContain('TMP102 temperature sensor');
  });

  it('finds parts by a word of what they are', async () => {
    const { out } = await dtbusHere('parts', 'clock');
    expect(out).toMatch(/^ds3231 /m);
    expect(out).not.toMatch(/^tmp102 /m);
  });

  it('gives scripts all of it as JSON', async () => {
    const { out } = await dtbusHere('parts', 'lm75b', '--json');
    expect(JSON.parse(Buffer.from(out, 'latin1').toString())).toMatchObject([
      { name: 'lm75b', buses: ['i2c'], properties: [{ name: 'temperature', unit: '°C', range: [-55, 150] }] },
    ]);
  });

  it('gives scripts the registers of the DS3231 with their fields', async () => {
    const { out } = await dtbusHere('parts', 'ds3231', '--json');
    const [{ sheet }] = JSON.parse(Buffer.from(out, 'latin1').toString());
    expect(sheet).toMatchObject({ source: 'Maxim 19-5170', forms: { i2c: { address: 0x68 } } });
    expect(sheet.notModelled).toContain('the 32 kHz output');
    const control = sheet.registers.find(({ name }: { name: string }) => name === 'CONTROL');
    expect(control).toMatchObject({ at: 0x0e, count: 1, bits: 8, access: 'rw', reset: 0x1c });
    expect(control.fields).toContainEqual({ name: 'RS', high: 4, low: 3, access: 'rw' });
    expect(control.fields).toContainEqual({ name: 'CONV', high: 5, low: 5, access: 'rw' });
  });

  it('says so when there is none', async () => {
    const { status, err } = await dtbusHere('parts', 'frobnicator');
    expect(status).toBe(1);
    expect(err).toMatch(/^dtbus: part not found: frobnicator; `dtbus parts` lists/);
    const [, told = ''] = /and (\S+) tells how to write a model/.exec(err) ?? [];
    expect(readFileSync(told, 'utf8')).toContain('## A part of your own');
  });

  it.each([
    ['tmp9999', 'part not found: tmp9999'],
    ['ssd1036', 'did you mean ssd1306?'],
    ['accelerometr', 'did you mean accelerometer?'],
  ])('says what %s may mean', async (name, sentence) => {
    const { status, err } = await dtbusHere('parts', name);
    expect(status).toBe(1);
    expect(err).toContain(sentence);
  });

  it.each([
    [['oled'], 'SSD1306 display', 'lm75'],
    [['accelerometer'], 'ADXL345 accelerometer', 'bme280'],
    [['eeprom', '32k'], '24C32 EEPROM', '24C02'],
    [['eeprom', '32k'], '24C256 EEPROM', '24C64'],
    [['32kbit'], '24C32 EEPROM', '24C256'],
    [['rtc'], 'DS3231 clock', 'TMP102'],
    [['light', 'sensor'], 'BH1750', 'LM75'],
    [['button'], 'PCF8574 GPIO expander', 'ADS1115'],
    [['servo'], 'PCA9685 PWM', 'PCA9555'],
    [['real', 'time', 'clock'], 'DS3231 clock', 'TMP102'],
    [['led', 'driver'], 'PCA9633 LED driver', 'PCA9555'],
    [['compass'], 'HMC5883L magnetometer', 'ADXL345'],
    [['i/o', 'expander'], 'PCF8574 GPIO expander', 'ADS1115'],
    [['port', 'expander'], 'MCP23017 GPIO expander', 'ADS1115'],
    [['analog', 'to', 'digital', 'converter'], 'ADS1115 converter', 'PCF8574'],
    [['digital-to-analog'], 'MCP4725 DAC', 'ADS1115'],
    [['9-axis'], 'MPU9250', 'ADXL345'],
    [['motion', 'sensor'], 'ADXL345 accelerometer', 'LM75'],
    [['altimeter'], 'BMP280', 'LM75'],
    [['flash', '1m'], 'W25Q80 SPI NOR flash', 'W25Q64 '],
    [['64', 'mbit'], 'W25Q64 SPI NOR flash', 'W25Q80 '],
    [['spi', 'flash', '8mb'], 'W25Q64 SPI NOR flash', 'W25Q80 '],
  ])('finds by what people call it: %j', async (words, found, left) => {
    const { status, out } = await dtbusHere('parts', ...words);
    expect(status).toBe(0);
    expect(out).toContain(found);
    expect(out).not.toContain(left);
  });

  it.each([
    ['mcp23017', 'inputs = 0xfffe;'],
    ['pca9554', 'inputs = 0xfe;'],
    ['adxl345', 'accelX = 1;'],
    ['bme280', 'temperature = 31.5;'],
  ])('shows a value that %s can have', async (name, line) => {
    expect((await dtbusHere('parts', name)).out).toContain(line);
  });
});

describe('what a part reads from its node', () => {
  it('stands before the example, with its type', async () => {
    const { out } = await dtbusHere('parts', 'at25');
    expect(out).toContain('pagesize');
    expect(out).toMatch(/^ {4}address-width +u32 +/m);
    expect(out).toMatch(/^ {4}read-only +flag +/m);
  });

  it('is told of a register map too, which has no data sheet', async () => {
    const { out } = await dtbusHere('parts', 'register-map');
    expect(out).toMatch(/^ {4}dtbus,read-only +u32s +pairs of first and last register that ignore writes$/m);
  });
});

describe('the example of every part', () => {
  it('is a node that a board takes, and its model answers', async () => {
    const parts = listParts((await loadCatalogue()).models);
    expect(parts.length).toBeGreaterThan(60);
    const board = async (kind: 'i2c' | 'spi') => {
      const mine = parts.filter(({ buses }) => buses[0] === kind);
      // A bus each, for they share addresses.
      const buses = mine.map(
        (part, i) =>
          `b${i}: ${kind}-${i} { compatible = "platform,virtio-${kind}"; #address-cells = <1>; #size-cells = <0>;\n${exampleNode(part).replace('part:', '')} };`,
      );
      const file = folder.write(`${kind}.dts`, `/dts-v1/;\n/ {\n${buses.join('\n')}\n};\n`);
      const opened = await openBoard(file, { backEnd: 'inline', memoryBytes: 1 << 25 });
      const answers = opened.buses().map(({ peripherals }) => peripherals[0]?.answeredBy);
      const { problems } = opened;
      await opened.close();
      expect(problems).toEqual([]);
      expect(answers).toEqual(mine.map(() => 'model'));
    };
    await board('i2c');
    await board('spi');
  });
});
