import type { ModelModule } from '../populate/catalogue.ts';

export interface LazyModule {
  readonly compatible: readonly string[];
  load(): Promise<ModelModule>;
}

/** Which file knows which compatible. A file is read only when a board names one of its parts. */
export const MODULES: readonly LazyModule[] = [
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
  {
    compatible: ['sensirion,sht3x', 'sensirion,sht30', 'sensirion,sht31', 'sensirion,sht35'],
    load: () => import('./sht3x.ts'),
  },
  {
    compatible: ['invensense,mpu6050', 'invensense,mpu6000', 'invensense,mpu6500', 'invensense,mpu9250'],
    load: () => import('./mpu6050.ts'),
  },
  { compatible: ['adi,adxl345'], load: () => import('./adxl345.ts') },
  { compatible: ['st,vl53l0x'], load: () => import('./vl53l0x.ts') },
  { compatible: ['dtbus,register-map'], load: () => import('../populate/register-map.ts') },
];
