import { expect, it } from 'vitest';
import { loadParts, partFor } from '../../src/parts/index.ts';

/**
 * What Zephyr calls parts that are modelled (its dts/bindings), where Linux calls them otherwise or not at all; and what the
 * sheet's title must name.
 */
it.each([
  ['i2c', 'solomon,ssd1306fb', /SSD1306/],
  ['i2c', 'solomon,ssd1309fb', /SSD1306/],
  ['i2c', 'sensirion,sht3xd', /SHT3/],
  ['i2c', 'maxim,ds3231', /DS3231/],
  ['i2c', 'maxim,ds3231-mfd', /DS3231/],
  ['i2c', 'maxim,ds1307', /DS1307/],
  ['i2c', 'atmel,at24', /^EEPROM of the size that its node says$/],
  ['spi', 'atmel,at25', /AT25/],
  ['spi', 'jedec,spi-nor', /NOR|flash/i],
  ['i2c', 'ti,hdc', /HDC1000/],
  ['i2c', 'ti,tmp11x', /TMP117/],
  ['i2c', 'ti,tmp112', /TMP1[10]2/],
  ['i2c', 'ti,ina219', /INA219/],
  ['i2c', 'ti,ina230', /INA2[23]/],
  ['i2c', 'ti,ina237', /INA23/],
  ['i2c', 'ti,ina3221', /INA3221/],
  ['i2c', 'ti,ads1115', /ADS1115/],
  ['i2c', 'ti,tca9548a', /9548/],
  ['i2c', 'ti,tca9538', /PCA9554/],
  ['i2c', 'nxp,pcal6408a', /PCAL6408A/],
  ['i2c', 'nxp,pcal6416a', /PCAL6416A/],
  ['i2c', 'nxp,pca9685-pwm', /PCA9685/],
  ['i2c', 'nxp,pcf8563', /8563/],
  ['i2c', 'nxp,pcf85063a', /PCF85063A/],
  ['i2c', 'microcrystal,rv-8263-c8', /PCF85063A/],
  ['i2c', 'epson,rx8130ce', /RX8130/],
  ['i2c', 'bosch,bme280', /BME280/],
  ['spi', 'bosch,bme280', /BME280/],
  ['i2c', 'aosong,aht20', /AHT20/],
  ['i2c', 'invensense,mpu6050', /MPU6050|MPU-6050/],
  ['i2c', 'microchip,mcp9808', /MCP9808|JC 42|JC-42/],
  ['spi', 'microchip,mcp23s17', /MCP23S?17/],
  ['spi', 'microchip,mcp3208', /MCP3208/],
  ['i2c', 'microchip,mcp4725', /MCP4725/],
  ['i2c', 'adi,adxl345', /ADXL345/],
  ['i2c', 'adi,adt7420', /ADT74/],
  ['i2c', 'lm75', /LM75/],
  ['i2c', 'st,vl53l0x', /VL53L0X/],
  ['i2c', 'st,lis3mdl-magn', /LIS3MDL/],
  ['i2c', 'sensirion,sht4x', /SHT4/],
  ['i2c', 'sensirion,sgp40', /SGP40/],
  ['i2c', 'ti,opt3001', /OPT3001/],
  ['i2c', 'rohm,bh1750', /BH1750/],
  ['spi', 'maxim,max6675', /MAX6675/],
] as const)('%s: %s', async (bus, name, title) => {
  expect(partFor(await loadParts([name]), bus, [name])?.title).toMatch(title);
});
