import { describe, expect, it } from 'vitest';
import type { DataSheet } from '../../src/parts/data-sheet.ts';
import {
  busOf,
  hasModel,
  knownCompatibles,
  loadParts,
  partFor,
  withoutVendor,
} from '../../src/parts/load.ts';

const names = (parts: readonly DataSheet[]) => new Set(parts.flatMap(({ compatible }) => compatible));

describe('loading parts', () => {
  it('knows their compatibles, and no others', () => {
    for (const name of ['national,lm75', 'atmel,24c02', 'jedec,spi-nor'])
      expect(knownCompatibles()).toContain(name);
    expect(knownCompatibles()).not.toContain('lm75');
    expect(knownCompatibles()).not.toContain('acme,lm75');
  });

  it('takes the vendor off a name', () => {
    expect(withoutVendor('atmel,24c02')).toBe('24c02');
    expect(withoutVendor('24c02')).toBe('24c02');
  });

  it('loads the files of what is asked for, with or without a vendor, and no others', async () => {
    const loaded = names(await loadParts(['24c02', 'acme,lm75', 'acme,unknown']));
    expect(loaded).toContain('atmel,24c02');
    expect(loaded).toContain('national,lm75');
    expect(loaded).not.toContain('bosch,bme280');
    expect(await loadParts([])).toEqual([]);
  });

  it('loads all there are when nothing is named', async () => {
    expect(names(await loadParts())).toEqual(knownCompatibles());
  });

  it('says whether a node has a part: by its first name with or without a vendor, by later ones with it', () => {
    expect([hasModel(['national,lm75']), hasModel(['acme,lm75']), hasModel(['lm75'])]).toEqual([
      true,
      true,
      true,
    ]);
    expect([hasModel(['acme,new', 'national,lm75']), hasModel(['acme,new', 'acme,lm75'])]).toEqual([
      true,
      false,
    ]);
    expect([hasModel(['acme,new']), hasModel([])]).toEqual([false, false]);
    // Names of a file that follow each other, in a string of a blob.
    expect(hasModel(['st,m41t62\nst,m41t65'])).toBe(false);
  });

  it('says which bus a part sits on, where there is one only', () => {
    expect(['national,lm75', 'winbond,w25q80', 'bosch,bme280', 'acme,new'].map(busOf)).toEqual([
      'i2c',
      'spi',
      undefined,
      undefined,
    ]);
  });
});

describe('which part a node is (Linux: the earlier compatible wins; an id table has no vendors)', () => {
  const part = (bus: 'i2c' | 'spi', ...compatible: string[]): DataSheet => ({
    compatible,
    title: compatible.join(),
    source: '',
    bus: bus === 'i2c' ? { i2c: { form: 'byte registers', address: 1 } } : { spi: { form: 'other' } },
  });
  const sensor = part('i2c', 'acme,t1', 'acme,t1a');
  const later = part('i2c', 'acme,t2');
  const onSpi = part('spi', 'acme,t3', 'acme,t2');
  const namesake = part('i2c', 'other,t1a');
  const found = (bus: 'i2c' | 'spi', ...compatible: string[]) =>
    partFor([sensor, later, onSpi, namesake], bus, compatible);

  it('the one with the first name', () => {
    expect(found('i2c', 'acme,t2', 'acme,t1')).toBe(later);
    expect(found('i2c', 'acme,t1a')).toBe(sensor);
  });

  it('on its bus only', () => {
    expect(found('spi', 'acme,t2')).toBe(onSpi);
    expect(found('i2c', 'acme,t3')).toBeUndefined();
  });

  it('with its vendor before one without, and the first of several without', () => {
    expect(found('i2c', 'other,t1a')).toBe(namesake);
    expect(found('i2c', 'third,t1a')).toBe(sensor);
    expect(found('i2c', 't1a')).toBe(sensor);
  });

  it('by a later name only with its vendor', () => {
    expect(found('i2c', 'acme,new', 'acme,newer', 'acme,t2')).toBe(later);
    expect(found('i2c', 'acme,new', 'third,t2')).toBeUndefined();
  });

  it('none without a name', () => {
    expect(found('i2c')).toBeUndefined();
  });
});
