/* Made from the data sheets by `npx vitest run test/parts/made.test.ts -u`: do not edit. */
import type { PartModule } from './model.ts';

/** A file of parts, read only when a board names one of its compatibles. */
export interface PartFile {
  /** Its place in this folder, without ending. */
  readonly file: string;
  readonly compatible: readonly string[];
  /** The only kind of bus that its parts are on; of both, none. */
  readonly bus?: 'i2c' | 'spi';
  load(): Promise<PartModule>;
}

/** Which file knows which compatible. */
export const PART_FILES: readonly PartFile[] = [
  {
    file: 'clocks/ds1307',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'dallas,ds1307',
      'maxim,ds1307',
    ],
    load: () => import('./clocks/ds1307.ts'),
  },
  {
    file: 'clocks/ds1337',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'dallas,ds1337',
      'maxim,ds1337',
      'dallas,ds1339',
      'maxim,ds1339',
    ],
    load: () => import('./clocks/ds1337.ts'),
  },
  {
    file: 'clocks/ds3231',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'maxim,ds3231',
      'dallas,ds3231',
      'maxim,ds3231-mfd',
    ],
    load: () => import('./clocks/ds3231.ts'),
  },
  {
    file: 'clocks/m41t0',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'st,m41t0',
    ],
    load: () => import('./clocks/m41t0.ts'),
  },
  {
    file: 'clocks/pcf85063a',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'nxp,pcf85063a',
      'nxp,pcf85063',
      'nxp,pcf85063tp',
      'microcrystal,rv8263',
      'microcrystal,rv-8263-c8',
    ],
    load: () => import('./clocks/pcf85063a.ts'),
  },
  {
    file: 'clocks/pcf8563',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'nxp,pcf8563',
      'epson,rtc8564',
      'microcrystal,rv8564',
      'haoyu,hym8563',
    ],
    load: () => import('./clocks/pcf8563.ts'),
  },
  {
    file: 'clocks/rx8130',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'epson,rx8130',
      'epson,rx8130ce',
    ],
    load: () => import('./clocks/rx8130.ts'),
  },
  {
    file: 'converters/ads1115',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'ti,ads1015',
      'ti,ads1115',
      'ti,tla2024',
    ],
    load: () => import('./converters/ads1115.ts'),
  },
  {
    file: 'converters/mcp3008',
    bus: 'spi',
    // biome-ignore format: one name a line.
    compatible: [
      'microchip,mcp3004',
      'microchip,mcp3008',
      'microchip,mcp3204',
      'microchip,mcp3208',
    ],
    load: () => import('./converters/mcp3008.ts'),
  },
  {
    file: 'converters/mcp4725',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'microchip,mcp4725',
    ],
    load: () => import('./converters/mcp4725.ts'),
  },
  {
    file: 'displays/hd44780-pcf8574',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'dtbus,hd44780-pcf8574',
    ],
    load: () => import('./displays/hd44780-pcf8574.ts'),
  },
  {
    file: 'displays/ssd1306',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'solomon,ssd1306',
      'solomon,ssd1306fb-i2c',
      'solomon,ssd1306fb',
      'solomon,ssd1309fb-i2c',
      'solomon,ssd1309fb',
    ],
    load: () => import('./displays/ssd1306.ts'),
  },
  {
    file: 'gpio/mcp23017',
    // biome-ignore format: one name a line.
    compatible: [
      'microchip,mcp23008',
      'microchip,mcp23s08',
      'microchip,mcp23017',
      'microchip,mcp23018',
      'microchip,mcp23s17',
    ],
    load: () => import('./gpio/mcp23017.ts'),
  },
  {
    file: 'gpio/pca9555',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'nxp,pca9554',
      'nxp,pca9534',
      'nxp,pca9538',
      'onnn,pca9654',
      'ti,tca6408',
      'ti,tca9534',
      'ti,tca9538',
      'ti,tca9554',
      'nxp,pca9557',
      'nxp,pca9555',
      'nxp,pca9535',
      'nxp,pca9539',
      'nxp,pca6416',
      'ti,tca6416',
      'ti,tca9535',
      'ti,tca9539',
      'ti,tca9555',
    ],
    load: () => import('./gpio/pca9555.ts'),
  },
  {
    file: 'gpio/pcal6416',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'nxp,pcal6408',
      'nxp,pcal6408a',
      'nxp,pcal6416',
      'nxp,pcal6416a',
    ],
    load: () => import('./gpio/pcal6416.ts'),
  },
  {
    file: 'gpio/pcf8574',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'nxp,pcf8574',
      'nxp,pcf8574a',
      'nxp,pca8574',
      'nxp,pca9670',
      'nxp,pca9672',
      'nxp,pca9674',
      'nxp,pcf8575',
      'nxp,pca8575',
      'nxp,pca9671',
      'nxp,pca9673',
      'nxp,pca9675',
    ],
    load: () => import('./gpio/pcf8574.ts'),
  },
  {
    file: 'light/bh1750',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'rohm,bh1750',
    ],
    load: () => import('./light/bh1750.ts'),
  },
  {
    file: 'light/opt3001',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'ti,opt3001',
    ],
    load: () => import('./light/opt3001.ts'),
  },
  {
    file: 'light/pca9552',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'nxp,pca9550',
      'nxp,pca9551',
      'nxp,pca9552',
      'nxp,pca9553',
    ],
    load: () => import('./light/pca9552.ts'),
  },
  {
    file: 'light/pca9685',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'nxp,pca9685-pwm',
      'nxp,pca9685',
    ],
    load: () => import('./light/pca9685.ts'),
  },
  {
    file: 'memories/at24',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'atmel,24c00',
      'atmel,24c01',
      'atmel,24c02',
      'atmel,24c04',
      'atmel,24c08',
      'atmel,24c16',
      'atmel,24c32',
      'atmel,24c64',
      'atmel,24c128',
      'atmel,24c256',
      'atmel,24c512',
      'atmel,24c1024',
      'atmel,24c2048',
      'atmel,spd',
      'atmel,at24',
    ],
    load: () => import('./memories/at24.ts'),
  },
  {
    file: 'memories/at25',
    bus: 'spi',
    // biome-ignore format: one name a line.
    compatible: [
      'atmel,at25',
      'atmel,at25010',
      'atmel,at25020',
      'atmel,at25040',
      'atmel,at25080',
      'atmel,at25160',
      'atmel,at25320',
      'atmel,at25640',
      'atmel,at25128',
      'atmel,at25256',
      'atmel,at25512',
      'atmel,at25m01',
      'atmel,at25m02',
    ],
    load: () => import('./memories/at25.ts'),
  },
  {
    file: 'memories/spi-nor',
    bus: 'spi',
    // biome-ignore format: one name a line.
    compatible: [
      'jedec,spi-nor',
      'winbond,w25q80',
      'winbond,w25q16',
      'winbond,w25q32',
      'winbond,w25q64',
      'winbond,w25q128',
      'winbond,w25q256',
      'winbond,w25q512jv',
      'winbond,w25q80bl',
      'winbond,w25q16dw',
      'winbond,w25q32w',
      'winbond,w25q32dw',
      'winbond,w25q64dw',
      'winbond,w25q128fw',
      'winbond,w25q32jv',
      'winbond,w25q64jvm',
      'winbond,w25q128jv',
      'winbond,w25q256jvm',
      'winbond,w25q256jw',
      'winbond,w25x10',
      'winbond,w25x20',
      'winbond,w25x40',
      'winbond,w25x80',
      'winbond,w25x16',
      'winbond,w25x32',
      'winbond,w25x64',
    ],
    load: () => import('./memories/spi-nor.ts'),
  },
  {
    file: 'memories/spi-nor-makers',
    bus: 'spi',
    // biome-ignore format: one name a line.
    compatible: [
      'macronix,mx25l2005a',
      'macronix,mx25l4005a',
      'macronix,mx25l8005',
      'macronix,mx25l1606e',
      'macronix,mx25l3205d',
      'macronix,mx25l6405d',
      'macronix,mx25l12805d',
      'macronix,mx25l3233f',
      'macronix,mx25l6433f',
      'macronix,mx25l12835f',
      'macronix,mx25u4033',
      'macronix,mx25u4035',
      'macronix,mx25u8035',
      'macronix,mx25u3235f',
      'macronix,mx25u6435f',
      'macronix,mx25u12835f',
      'macronix,mx25v8035f',
      'macronix,mx25r8035f',
      'macronix,mx25r1635f',
      'macronix,mx25r3235f',
      'macronix,mx25r6435f',
      'macronix,mx25l25635e',
      'macronix,mx25l25635f',
      'macronix,mx25l51245g',
      'macronix,mx66l51235f',
      'macronix,mx66l1g45g',
      'macronix,mx25u25635f',
      'macronix,mx25u51245g',
      'macronix,mx66u51235f',
      'micron,m25p05',
      'micron,m25p10',
      'micron,m25p20',
      'micron,m25p40',
      'micron,m25p80',
      'micron,m25p16',
      'micron,m25p32',
      'micron,m25p64',
      'micron,m25p128',
      'micron,m25px80',
      'micron,m25px16',
      'micron,m25px32',
      'micron,m25px64',
      'micron,n25q016a',
      'micron,n25q032',
      'micron,n25q032a',
      'micron,n25q064',
      'micron,n25q064a',
      'micron,n25q128a11',
      'micron,n25q128a13',
      'micron,n25q256a',
      'micron,n25q256ax1',
      'micron,n25q512a',
      'micron,n25q512ax3',
      'micron,n25q00',
      'micron,n25q00a',
      'micron,mt25ql128a',
      'micron,mt25ql256a',
      'micron,mt25qu256a',
      'micron,mt25ql512a',
      'micron,mt25qu512a',
      'micron,mt25ql01g',
      'micron,mt25qu01g',
      'micron,mt25ql02g',
      'micron,mt25qu02g',
      'spansion,s25sl004a',
      'spansion,s25sl008a',
      'spansion,s25sl016a',
      'spansion,s25sl032a',
      'spansion,s25sl064a',
      'spansion,s25sl12800',
      'spansion,s25sl12801',
      'spansion,s25sl032p',
      'spansion,s25sl064p',
      'spansion,s25fl129p1',
      'spansion,s25fl129p0',
      'spansion,s25fl128s',
      'spansion,s25fl128s1',
      'spansion,s25fl256s1',
      'spansion,s25fl128s0',
      'spansion,s25fl256s0',
      'spansion,s25fl512s',
      'spansion,s25fs128s1',
      'spansion,s25fs256s1',
      'spansion,s25fs256s0',
      'spansion,s25fs512s',
      'spansion,s25fl008k',
      'spansion,s25fl016k',
      'spansion,s25fl064k',
      'spansion,s25fl116k',
      'spansion,s25fl132k',
      'spansion,s25fl164k',
      'spansion,s25fl064l',
      'spansion,s25fl128l',
      'spansion,s25fl256l',
      'gigadevice,gd25q16',
      'gigadevice,gd25q32',
      'gigadevice,gd25q64',
      'gigadevice,gd25q128',
      'gigadevice,gd25lq32',
      'gigadevice,gd25lq64c',
      'gigadevice,gd25lq128d',
      'gigadevice,gd25q256',
      'issi,is25lq040b',
      'issi,is25lp080d',
      'issi,is25lp016d',
      'issi,is25lp032',
      'issi,is25lp064',
      'issi,is25lp128',
      'issi,is25wp032',
      'issi,is25wp064',
      'issi,is25wp128',
      'issi,is25lp256',
      'issi,is25wp256',
      'sst,sst25vf040b',
      'sst,sst25vf080b',
      'sst,sst25vf016b',
      'sst,sst25vf032b',
      'sst,sst25wf512',
      'sst,sst25wf010',
      'sst,sst25wf020',
      'sst,sst25wf040',
      'sst,sst25wf080',
      'sst,sst25vf064c',
      'sst,sst25wf020a',
      'sst,sst25wf040b',
      'sst,sst25wf080b',
      'sst,sst26wf016b',
      'sst,sst26vf016b',
      'sst,sst26vf064b',
      'atmel,at25df041a',
      'atmel,at25df081a',
      'atmel,at26df081a',
      'atmel,at26df161a',
      'atmel,at25df321',
      'atmel,at25df321a',
      'atmel,at25df641',
      'everspin,mr25h128',
      'everspin,mr25h256',
      'everspin,mr25h10',
      'everspin,mr25h40',
    ],
    load: () => import('./memories/spi-nor-makers.ts'),
  },
  {
    file: 'motion/adxl345',
    // biome-ignore format: one name a line.
    compatible: [
      'adi,adxl345',
    ],
    load: () => import('./motion/adxl345.ts'),
  },
  {
    file: 'motion/ak8963',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'asahi-kasei,ak8963',
    ],
    load: () => import('./motion/ak8963.ts'),
  },
  {
    file: 'motion/hmc5883l',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'honeywell,hmc5883l',
      'honeywell,hmc5883',
    ],
    load: () => import('./motion/hmc5883l.ts'),
  },
  {
    file: 'motion/l3gd20',
    // biome-ignore format: one name a line.
    compatible: [
      'st,l3gd20-gyro',
    ],
    load: () => import('./motion/l3gd20.ts'),
  },
  {
    file: 'motion/lis3dh',
    // biome-ignore format: one name a line.
    compatible: [
      'st,lis3dh-accel',
      'st,lsm303dlhc-accel',
    ],
    load: () => import('./motion/lis3dh.ts'),
  },
  {
    file: 'motion/lis3mdl',
    // biome-ignore format: one name a line.
    compatible: [
      'st,lis3mdl-magn',
    ],
    load: () => import('./motion/lis3mdl.ts'),
  },
  {
    file: 'motion/mag3110',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'fsl,mag3110',
    ],
    load: () => import('./motion/mag3110.ts'),
  },
  {
    file: 'motion/mma8452',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'fsl,mma8451',
      'fsl,mma8452',
      'fsl,mma8453',
    ],
    load: () => import('./motion/mma8452.ts'),
  },
  {
    file: 'motion/mpu6050',
    // biome-ignore format: one name a line.
    compatible: [
      'invensense,mpu6050',
      'invensense,mpu6000',
      'invensense,mpu6500',
      'invensense,mpu9250',
    ],
    load: () => import('./motion/mpu6050.ts'),
  },
  {
    file: 'muxes/pca9541',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'nxp,pca9541',
    ],
    load: () => import('./muxes/pca9541.ts'),
  },
  {
    file: 'muxes/pca9548',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'nxp,pca9548',
      'nxp,pca9848',
      'ti,tca9548',
      'ti,tca9548a',
      'maxim,max7367',
      'nxp,pca9546',
      'nxp,pca9846',
      'nxp,pca9545',
      'nxp,pca9845',
      'nxp,pca9543',
      'nxp,pca9843',
      'nxp,pca9547',
      'nxp,pca9847',
      'nxp,pca9544',
      'nxp,pca9844',
      'nxp,pca9540',
      'nxp,pca9542',
    ],
    load: () => import('./muxes/pca9548.ts'),
  },
  {
    file: 'other/loopback',
    bus: 'spi',
    // biome-ignore format: one name a line.
    compatible: [
      'linux,spi-loopback-test',
      'dtbus,loopback',
    ],
    load: () => import('./other/loopback.ts'),
  },
  {
    file: 'power/ina219',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'ti,ina219',
      'ti,ina220',
    ],
    load: () => import('./power/ina219.ts'),
  },
  {
    file: 'power/ina226',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'ti,ina226',
      'ti,ina230',
      'ti,ina231',
    ],
    load: () => import('./power/ina226.ts'),
  },
  {
    file: 'power/ina238',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'ti,ina238',
      'ti,ina237',
    ],
    load: () => import('./power/ina238.ts'),
  },
  {
    file: 'power/ina3221',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'ti,ina3221',
    ],
    load: () => import('./power/ina3221.ts'),
  },
  {
    file: 'pressure/bme280',
    // biome-ignore format: one name a line.
    compatible: [
      'bosch,bmp280',
      'bosch,bme280',
    ],
    load: () => import('./pressure/bme280.ts'),
  },
  {
    file: 'pressure/bmp180',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'bosch,bmp180',
      'bosch,bmp085',
    ],
    load: () => import('./pressure/bmp180.ts'),
  },
  {
    file: 'pressure/mpl3115',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'fsl,mpl3115',
    ],
    load: () => import('./pressure/mpl3115.ts'),
  },
  {
    file: 'pressure/ms5611',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'meas,ms5611',
    ],
    load: () => import('./pressure/ms5611.ts'),
  },
  {
    file: 'sensors/adt7410',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'adi,adt7410',
      'adi,adt7420',
    ],
    load: () => import('./sensors/adt7410.ts'),
  },
  {
    file: 'sensors/aht20',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'aosong,aht10',
      'aosong,aht20',
      'aosong,dht20',
    ],
    load: () => import('./sensors/aht20.ts'),
  },
  {
    file: 'sensors/hdc1080',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'ti,hdc1080',
      'ti,hdc1000',
      'ti,hdc',
    ],
    load: () => import('./sensors/hdc1080.ts'),
  },
  {
    file: 'sensors/lm75',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'national,lm75',
      'national,lm75a',
      'maxim,max6626',
      'st,ds75',
      'dallas,ds75',
      'national,lm75b',
      'nxp,lm75b',
      'nxp,pct2075',
      'ti,tmp75',
      'ti,tmp175',
      'ti,tmp275',
      'ti,tmp105',
      'microchip,mcp980x',
      'ti,tmp1075',
    ],
    load: () => import('./sensors/lm75.ts'),
  },
  {
    file: 'sensors/max31855',
    bus: 'spi',
    // biome-ignore format: one name a line.
    compatible: [
      'maxim,max31855k',
      'maxim,max31855',
      'maxim,max6675',
    ],
    load: () => import('./sensors/max31855.ts'),
  },
  {
    file: 'sensors/mcp9808',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'microchip,mcp9808',
      'jedec,jc-42.4-temp',
    ],
    load: () => import('./sensors/mcp9808.ts'),
  },
  {
    file: 'sensors/mlx90614',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'melexis,mlx90614',
    ],
    load: () => import('./sensors/mlx90614.ts'),
  },
  {
    file: 'sensors/sgp40',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'sensirion,sgp40',
    ],
    load: () => import('./sensors/sgp40.ts'),
  },
  {
    file: 'sensors/sht3x',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'sensirion,sht3x',
      'sensirion,sht30',
      'sensirion,sht31',
      'sensirion,sht35',
      'sensirion,sht3xd',
    ],
    load: () => import('./sensors/sht3x.ts'),
  },
  {
    file: 'sensors/sht4x',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'sensirion,sht4x',
      'sensirion,sht40',
      'sensirion,sht41',
      'sensirion,sht45',
    ],
    load: () => import('./sensors/sht4x.ts'),
  },
  {
    file: 'sensors/si7021',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'silabs,si7021',
      'silabs,si7020',
      'meas,htu21',
    ],
    load: () => import('./sensors/si7021.ts'),
  },
  {
    file: 'sensors/tmp102',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'ti,tmp102',
      'ti,tmp112',
    ],
    load: () => import('./sensors/tmp102.ts'),
  },
  {
    file: 'sensors/tmp117',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'ti,tmp117',
      'ti,tmp11x',
    ],
    load: () => import('./sensors/tmp117.ts'),
  },
  {
    file: 'sensors/tmp421',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'ti,tmp421',
      'ti,tmp422',
      'ti,tmp423',
    ],
    load: () => import('./sensors/tmp421.ts'),
  },
  {
    file: 'sensors/vl53l0x',
    bus: 'i2c',
    // biome-ignore format: one name a line.
    compatible: [
      'st,vl53l0x',
    ],
    load: () => import('./sensors/vl53l0x.ts'),
  },
];
