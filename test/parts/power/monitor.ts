import { i2cBench } from '../../sim/support.ts';

/** A monitor with the shunt of the data sheets' examples: 2 mΩ, for 10 A at 11.98 V. */
export const monitor = (compatible: string, microOhms = 2000) =>
  i2cBench({ compatible, reg: 0x40, properties: { 'shunt-resistor': microOhms } });
