import type { PartCheckOptions } from '../../../src/sim/authors.ts';

/** What a check has to know of a part, and why. */
export const EXCEPTIONS: Readonly<
  Record<string, { readonly why: string; readonly options: PartCheckOptions }>
> = {
  'microchip,mcp4725': { why: 'its EEPROM keeps output and power-down mode', options: { keeps: true } },
  'bosch,bme280': {
    why: 'after power-on it copies its NVM for 2 ms (im_update, 5.4.4)',
    options: { startUpMs: 2 },
  },
  'bosch,bmp280': {
    why: 'after power-on it copies its NVM for 2 ms (im_update, 4.3.3)',
    options: { startUpMs: 2 },
  },
  'melexis,mlx90614': { why: 'its EEPROM keeps configuration and emissivity', options: { keeps: true } },
  ...Object.fromEntries(
    ['aosong,aht10', 'aosong,aht20', 'aosong,dht20'].map((name) => [
      name,
      { why: 'power-on is a reset, which takes 20 ms (5.3)', options: { startUpMs: 20 } },
    ]),
  ),
};
