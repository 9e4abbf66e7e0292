import type { ModelModule } from '../populate/catalogue.ts';

export interface LazyModule {
  readonly compatible: readonly string[];
  load(): Promise<ModelModule>;
}

/** Which file knows which compatible. A file is read only when a board names one of its parts. */
export const MODULES: readonly LazyModule[] = [
  {
    compatible: [
      'nxp,pca9548',
      'nxp,pca9848',
      'ti,tca9548',
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
    load: () => import('./pca954x.ts'),
  },
  {
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
    load: () => import('./pcf857x.ts'),
  },
  {
    compatible: [
      'nxp,pcf8563',
      'epson,rtc8564',
      'microcrystal,rv8564',
      'haoyu,hym8563',
      'nxp,pcf85063a',
      'nxp,pcf85063',
      'nxp,pcf85063tp',
      'microcrystal,rv8263',
      'epson,rx8130',
    ],
    load: () => import('./pcf8563.ts'),
  },
  { compatible: ['microchip,mcp9808', 'jedec,jc-42.4-temp'], load: () => import('./mcp9808.ts') },
  { compatible: ['silabs,si7020', 'silabs,si7021'], load: () => import('./si7020.ts') },
  {
    compatible: ['sensirion,sht3x', 'sensirion,sht30', 'sensirion,sht31', 'sensirion,sht35'],
    load: () => import('./sht3x.ts'),
  },
  {
    compatible: ['invensense,mpu6050', 'invensense,mpu6000', 'invensense,mpu6500', 'invensense,mpu9250'],
    load: () => import('./mpu6050.ts'),
  },
  { compatible: ['adi,adxl345'], load: () => import('./adxl345.ts') },
  { compatible: ['nxp,pca9685-pwm', 'nxp,pca9685'], load: () => import('./pca9685.ts') },
  {
    compatible: ['nxp,pca9550', 'nxp,pca9551', 'nxp,pca9552', 'nxp,pca9553'],
    load: () => import('./pca955x.ts'),
  },
  {
    compatible: ['solomon,ssd1306', 'solomon,ssd1306fb-i2c', 'solomon,ssd1309fb-i2c'],
    load: () => import('./ssd1306.ts'),
  },
  { compatible: ['dtbus,hd44780-pcf8574'], load: () => import('./lcd-pcf8574.ts') },
  { compatible: ['st,vl53l0x'], load: () => import('./vl53l0x.ts') },
  { compatible: ['dtbus,register-map'], load: () => import('./register-map.ts') },
  { compatible: ['linux,spi-loopback-test', 'dtbus,loopback'], load: () => import('./loopback.ts') },
];
