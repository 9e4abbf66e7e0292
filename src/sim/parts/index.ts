import type { ModelModule } from '../populate/catalogue.ts';

export interface LazyModule {
  readonly compatible: readonly string[];
  load(): Promise<ModelModule>;
}

/** Which file knows which compatible. A file is read only when a board names one of its parts. */
export const MODULES: readonly LazyModule[] = [
  {
    compatible: ['invensense,mpu6050', 'invensense,mpu6000', 'invensense,mpu6500', 'invensense,mpu9250'],
    load: () => import('./mpu6050.ts'),
  },
  { compatible: ['adi,adxl345'], load: () => import('./adxl345.ts') },
  { compatible: ['dtbus,register-map'], load: () => import('../populate/register-map.ts') },
];
