import { expect } from 'vitest';
import { createSimulatedI2c, createSimulatedSpi } from '../../../hosts/simulated/index.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import { Catalogue, PartRegistry, SteppedClock } from '../../../src/sim/index.ts';
import { ownParts } from '../../../src/sim/own-part.ts';
import { spiTransfer } from '../../support/spi.ts';
import { node } from '../support.ts';

/** A user's own data sheet, with a model or without. */
export interface Sheet {
  readonly compatible: readonly string[];
  readonly [key: string]: unknown;
}

function made(sheet: Sheet, properties: Readonly<Record<string, boolean>>) {
  const { faults, models } = ownParts({ parts: [sheet] });
  expect(faults).toEqual([]);
  const catalogue = new Catalogue();
  for (const model of models) catalogue.add(model);
  const warnings: string[] = [];
  const parts = new PartRegistry();
  const options = {
    catalogue,
    parts,
    clock: new SteppedClock(0, false),
    warn: (sentence: string) => void warnings.push(sentence),
  };
  return {
    options,
    warnings,
    parts,
    models,
    child: { name: 'part', compatible: sheet.compatible, properties },
  };
}

/** A bus with the part of the sheet at 29h. */
export function onI2c(sheet: Sheet, properties = {}) {
  const { options, child, ...rest } = made(sheet, properties);
  const { i2c } = createSimulatedI2c(node({ name: 'i2c', children: [{ ...child, reg: 0x29 }] }), options);
  return {
    ...rest,
    i2c,
    clock: options.clock,
    write: (...bytes: number[]) => i2c.transfer([{ addr: 0x29, flags: 0, buf: Uint8Array.from(bytes) }]),
    read(number: readonly number[], count: number): number[] {
      const buf = new Uint8Array(count);
      i2c.transfer([
        { addr: 0x29, flags: 0, buf: Uint8Array.from(number) },
        { addr: 0x29, flags: I2C_M.RD, buf },
      ]);
      return [...buf];
    },
  };
}

/** A bus with the part of the sheet at chip select 0. */
export function onSpi(sheet: Sheet, properties = {}) {
  const { options, child, ...rest } = made(sheet, properties);
  const { spi } = createSimulatedSpi(node({ name: 'spi', children: [{ ...child, reg: 0 }] }), options);
  return {
    ...rest,
    spi,
    /** Sends `bytes`, then receives `count` more. */
    exchange(bytes: readonly number[], count = 0): number[] {
      const rx = new Uint8Array(count);
      spi.transfer(0, 0, [spiTransfer({ tx: Uint8Array.from(bytes) }), spiTransfer({ rx })]);
      return [...rx];
    },
  };
}
