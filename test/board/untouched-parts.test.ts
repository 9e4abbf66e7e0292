import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** It is 600 to 1,300; one that does not rest has up to 3,300. */
const MOST_BYTES = 1536;
const ON_I2C = [
  'national,lm75',
  'ti,tmp102',
  'nxp,pca9555',
  'atmel,24c02',
  'ti,tps65217',
  'nxp,pcf8563',
  'ti,ina219',
  'wlf,wm8904',
  'invensense,mpu6050',
  'nxp,pca9548',
];
const ON_SPI = ['bosch,bme280', 'jedec,spi-nor', 'microchip,mcp3008'];
const kinds = [...ON_I2C.map((kind) => ['i2c', kind]), ...ON_SPI.map((kind) => ['spi', kind])];

it('a part that nobody touches takes little memory, whatever its kind', () => {
  const script = fileURLToPath(new URL('untouched-parts.mjs', import.meta.url));
  const printed = execFileSync(process.execPath, ['--expose-gc', script, ...kinds.flat()], {
    encoding: 'utf8',
  });
  const measured = printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly kind: string; readonly bytes: number });
  expect(measured).toHaveLength(kinds.length);
  // One that takes nothing was not there.
  expect(measured.filter(({ bytes }) => !(bytes > 300 && bytes < MOST_BYTES))).toEqual([]);
});
