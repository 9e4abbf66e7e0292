import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withoutVendor } from '../../src/parts/index.ts';
import { namesOf } from '../../src/parts/load.ts';
import { PART_FILES } from '../../src/parts/part-files.ts';
import { UML_KERNEL } from './boot.ts';

const config = join(dirname(UML_KERNEL), 'kernel.config');
/** The drivers of Linux: a line each, and in its columns the bus, the option, names and compatibles among others. */
const drivers = join(dirname(UML_KERNEL), 'drivers.tsv');

/** What users need and the tested kernel happens to lack. */
const NOT_BUILT = ['CONFIG_SENSORS_IIO_HWMON=y'];

/**
 * Parts with a model. Those that are rows of a table are hundreds: PMICs, codecs, bridges, whose drivers are for a vendor's
 * board and its kernel.
 */
const modelled = PART_FILES.filter(({ file }) => {
  const source = readFileSync(new URL(`../../src/parts/${file}.ts`, import.meta.url), 'utf8');
  return !source.includes("/rows.ts'");
}).flatMap(namesOf);

const asked = readFileSync(new URL('kernel.fragment', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('CONFIG_'));

describe('kernel.fragment, from which others build their guest', () => {
  it.skipIf(!existsSync(config))('asks for what the tested kernel was built with, and for iio-hwmon', () => {
    const built = new Set(readFileSync(config, 'utf8').split('\n'));
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter((line) => !built.has(line))).toEqual(NOT_BUILT);
  });

  it.skipIf(!existsSync(drivers))('has a driver for each part with a model that Linux has one for', () => {
    // The buses themselves are no drivers of what is on them.
    const options = asked
      .map((line) => line.slice('CONFIG_'.length, -'=y'.length))
      .filter((option) => !['I2C', 'SPI', 'HID', 'GPIOLIB', 'IIO', 'RTC_CLASS'].includes(option));
    // An option may be one with those of a part's two buses: BMP280 has BMP280_I2C and BMP280_SPI.
    const isAsked = (option: string) => options.some((each) => `${option}_`.startsWith(`${each}_`));
    const taken = new Map<string, boolean>();
    const table = readFileSync(drivers, 'utf8').trim().split('\n').slice(1);
    for (const [, bus, option = '', , ids = '', compatibles = ''] of table.map((line) => line.split('\t'))) {
      // The SPI core's own test suite is a module, and no part's driver.
      if (option === 'SPI_LOOPBACK_TEST') continue;
      for (const name of modelled) {
        if (!compatibles.split(' ').includes(name) && !ids.split(' ').includes(withoutVendor(name))) continue;
        taken.set(`${name} on ${bus}`, taken.get(`${name} on ${bus}`) === true || isAsked(option));
      }
    }
    expect(taken.size).toBeGreaterThan(100);
    expect([...taken].filter(([, has]) => !has).map(([name]) => name)).toEqual([]);
  });
});
