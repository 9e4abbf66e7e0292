/** A value that a driver read, or that its part shows after the driver wrote: within the part's own resolution. */
export interface Expectation {
  readonly value: number | string | boolean;
  /** Largest difference of a number; 0 where absent. By the part's data sheet. */
  readonly within?: number;
}

/** A simulated part of the board. */
export interface PartNode {
  readonly compatible: string;
  readonly reg: number;
  readonly label?: string;
  /** Further lines of its node. */
  readonly node?: string;
  /** What the part senses: properties of its model, none at its default. */
  readonly set?: Readonly<Record<string, number>>;
}

/** A driver of the registry on a part, with what the test sets on the part and what must come out. */
export interface NpmDriver extends PartNode {
  readonly driver: string;
  /** As the data sheet calls the part. */
  readonly part: string;
  readonly bus: 'i2c1' | 'i2c2' | 'spi0';
  /** What the script prints. A name of `set` without an entry here must come out as set. */
  readonly reads: Readonly<Record<string, Expectation>>;
}

/** `set` as it must be read: each value within the resolution of its quantity. */
function asSet(set: Readonly<Record<string, number>>, within: Readonly<Record<string, number>>) {
  const reads = Object.entries(set).map(([name, value]) => [name, { value, within: within[name] ?? 0 }]);
  return { set, reads: Object.fromEntries(reads) as Record<string, Expectation> };
}

/** BME280 data sheet, 3.4: resolutions with 1x and 16x oversampling; temperature comes in steps of 0.01 °C then. */
const BME280_X1 = { temperature: 0.005, pressure: 2.62, humidity: 0.008 };
const BME280_X16 = { temperature: 0.01, pressure: 0.18, humidity: 0.008 };
/** Si7021, table 2: 14 and 12 bits of 175.72 °C and 125 %RH. */
const SI7021 = { temperature: 175.72 / 2 ** 14, humidity: 125 / 2 ** 12 };
/** SHT3x, 4.13: 16 bits of 175 °C and 100 %RH. */
const SHT31 = { temperature: 175 / 65535, humidity: 100 / 65535 };
/** ADS1115, 9.3.3: ±4.096 V in 16 bits. */
const ADS1115_LSB = 4.096 / 2 ** 15;
/** MPU-6050, 6.1 and 6.2: ±2 g, ±250 °/s and ±2000 °/s in 16 bits; 340 LSB a °C. */
const MPU6050 = {
  accelX: 1 / 16384,
  accelY: 1 / 16384,
  accelZ: 1 / 16384,
  gyroX: 1 / 131,
  gyroZ: 1 / 131,
  temperature: 1 / 340,
};
/** INA219, 8.6.3: 4 mV; 10 µV over the shunt of 0.1 ohm. */
const INA219 = { busVoltage: 0.004, current: 0.0001 };
const INA219_SHUNT = 'shunt-resistor = <100000>;';
/** INA226, 7.6: 1.25 mV; 2.5 µV over the shunt of 2 mohm. */
const INA226 = { busVoltage: 0.00125, current: 0.00125 };
/** PCA9685, 7.3: 4096 counts in a cycle. */
const PCA9685_COUNT = 1 / 4096;

const rows = (columns: number, ...texts: string[]) => texts.map((text) => text.padEnd(columns)).join('\n');

/** The ten of the facts, and twelve strangers. */
export const NPM_DRIVERS: readonly NpmDriver[] = [
  {
    driver: 'bme280',
    part: 'BME280',
    bus: 'i2c1',
    compatible: 'bosch,bme280',
    reg: 0x77,
    ...asSet({ temperature: -12.34, pressure: 87_654.3, humidity: 67.89 }, BME280_X1),
  },
  {
    driver: 'si7021-sensor',
    part: 'Si7021',
    bus: 'i2c1',
    compatible: 'silabs,si7021',
    reg: 0x40,
    ...asSet({ temperature: 31.27, humidity: 58.4 }, SI7021),
  },
  {
    driver: 'ads1x15',
    part: 'ADS1115',
    bus: 'i2c1',
    compatible: 'ti,ads1115',
    reg: 0x48,
    ...asSet({ ain2: 1.2345 }, { ain2: ADS1115_LSB }),
  },
  {
    driver: 'oled-i2c-bus',
    part: 'SSD1306',
    bus: 'i2c1',
    compatible: 'solomon,ssd1306',
    reg: 0x3c,
    label: 'oled',
    // A character cell of the part's text is two dots, one above the other.
    reads: { shown: { value: `0:0${'▀'.repeat(41)} 10:100███ 31:127▄` } },
  },
  {
    driver: 'pca9685',
    part: 'PCA9685',
    bus: 'i2c1',
    compatible: 'nxp,pca9685-pwm',
    reg: 0x60,
    label: 'pwm',
    reads: {
      // 25 MHz / 4096 / 50 Hz gives a prescaler between 121 and 122: 7.3.5.
      frequency: { value: 50, within: 50 / 122 },
      duty3: { value: 1250 / 20_000, within: PCA9685_COUNT },
      duty11: { value: 0.25, within: PCA9685_COUNT },
    },
  },
  {
    driver: 'i2c-mpu6050',
    part: 'MPU-6050',
    bus: 'i2c1',
    compatible: 'invensense,mpu6050',
    reg: 0x68,
    ...asSet(
      { accelX: 0.3127, accelY: -0.4711, accelZ: 0.8125, gyroX: -12.5, gyroZ: 99.9, temperature: 41.3 },
      MPU6050,
    ),
  },
  {
    driver: 'ina219',
    part: 'INA219',
    bus: 'i2c2',
    compatible: 'ti,ina219',
    reg: 0x40,
    node: INA219_SHUNT,
    ...asSet({ busVoltage: 5.017, current: -0.4321 }, INA219),
  },
  {
    driver: 'lcdi2c',
    part: 'HD44780 on a PCF8574',
    bus: 'i2c1',
    compatible: 'dtbus,hd44780-pcf8574',
    reg: 0x27,
    label: 'lcd',
    node: 'display-width-chars = <16>; display-height-chars = <2>;',
    reads: { text: { value: rows(16, 'Hello from', 'lcdi2c 42') }, backlight: { value: true } },
  },
  {
    driver: 'vl53l0x',
    part: 'VL53L0X',
    bus: 'i2c1',
    compatible: 'st,vl53l0x',
    reg: 0x29,
    ...asSet({ distance: 437 }, { distance: 1 }),
  },
  {
    driver: 'mcp-spi-adc',
    part: 'MCP3008',
    bus: 'spi0',
    compatible: 'microchip,mcp3008',
    reg: 0,
    ...asSet({ ch5: 1.234 }, { ch5: 3.3 / 2 ** 10 }),
  },
  {
    driver: 'mcp-spi-adc',
    part: 'MCP3208',
    bus: 'spi0',
    compatible: 'microchip,mcp3208',
    reg: 1,
    ...asSet({ ch7: 2.3456 }, { ch7: 3.3 / 2 ** 12 }),
  },
  {
    driver: 'bme280-sensor',
    part: 'BME280',
    bus: 'i2c2',
    compatible: 'bosch,bme280',
    reg: 0x76,
    ...asSet({ temperature: 36.65, pressure: 101_987.6, humidity: 31.4 }, BME280_X16),
  },
  {
    driver: 'bmp280-sensor',
    part: 'BMP280',
    bus: 'i2c1',
    compatible: 'bosch,bmp280',
    reg: 0x76,
    ...asSet({ temperature: 7.77, pressure: 95_123.4 }, BME280_X16),
  },
  {
    driver: 'sht31-node',
    part: 'SHT31',
    bus: 'i2c1',
    compatible: 'sensirion,sht31',
    reg: 0x44,
    ...asSet({ temperature: -3.21, humidity: 88.8 }, SHT31),
  },
  {
    driver: 'node-mcp23017',
    part: 'MCP23017',
    bus: 'i2c1',
    compatible: 'microchip,mcp23017',
    reg: 0x20,
    label: 'gpio',
    set: { inputs: 0x5a7 },
    reads: { inputs: { value: 0x5a7 }, pins: { value: 0xa5a7 } },
  },
  {
    driver: 'ina219-async',
    part: 'INA219',
    bus: 'i2c2',
    compatible: 'ti,ina219',
    reg: 0x41,
    node: INA219_SHUNT,
    ...asSet({ busVoltage: 12.345, current: 1.7 }, INA219),
  },
  {
    driver: 'raspberrypi-liquid-crystal',
    part: 'HD44780 on a PCF8574',
    bus: 'i2c2',
    compatible: 'dtbus,hd44780-pcf8574',
    reg: 0x3f,
    label: 'wide_lcd',
    node: 'display-width-chars = <20>; display-height-chars = <4>;',
    reads: { text: { value: rows(20, '', '   twenty by four', '', 'row 3') } },
  },
  {
    driver: 'ina226',
    part: 'INA226',
    bus: 'i2c2',
    compatible: 'ti,ina226',
    reg: 0x44,
    node: 'shunt-resistor = <2000>;',
    ...asSet({ busVoltage: 23.4567, current: -7.6543 }, INA226),
  },
  {
    driver: 'mcp9800',
    part: 'MCP9800',
    bus: 'i2c2',
    compatible: 'microchip,mcp980x',
    reg: 0x48,
    ...asSet({ temperature: 45.1 }, { temperature: 1 / 16 }),
  },
  {
    driver: 'ads1115',
    part: 'ADS1115',
    bus: 'i2c2',
    compatible: 'ti,ads1115',
    reg: 0x49,
    set: { ain0: 2.5, ain1: 0.7321 },
    reads: {
      ain1: { value: 0.7321, within: ADS1115_LSB },
      difference: { value: 2.5 - 0.7321, within: ADS1115_LSB },
    },
  },
  {
    driver: 'mpu6050-gyro',
    part: 'MPU-6050',
    bus: 'i2c2',
    compatible: 'invensense,mpu6050',
    reg: 0x69,
    ...asSet({ accelX: -0.777, accelZ: 1.0101, gyroY: 123.4 }, { ...MPU6050, gyroY: 1 / 16.4 }),
  },
  {
    driver: 'node-web-i2c',
    part: 'TMP102',
    bus: 'i2c2',
    compatible: 'ti,tmp102',
    reg: 0x4a,
    ...asSet({ temperature: 19.3 }, { temperature: 1 / 16 }),
  },
  {
    driver: 'i2c-bus-promised',
    part: 'BH1750',
    bus: 'i2c2',
    compatible: 'rohm,bh1750',
    reg: 0x23,
    ...asSet({ illuminance: 432.1 }, { illuminance: 1 }),
  },
];
