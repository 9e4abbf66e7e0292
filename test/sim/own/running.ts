import { createSimulatedI2c } from '../../../hosts/simulated/index.ts';
import { Catalogue, PartRegistry } from '../../../src/sim/index.ts';
import { ownParts } from '../../../src/sim/own-part.ts';
import { node } from '../support.ts';

/** A data sheet without fault. */
export const GOOD = {
  compatible: ['acme,answer'],
  title: 'Answer',
  bus: { i2c: { form: 'byte registers', address: 0x42 } },
  registers: {
    ANSWER: { at: 0, access: 'ro' },
    CONFIG: { at: 1, reset: 0x81, fields: { OS: [7, 'sc'], MODE: [1, 0] } },
    RAM: { at: 8, count: 4 },
  },
  senses: { level: { range: [0, 255], initial: 42, kind: 'integer', doc: 'what it says' } },
  pins: ['INT'],
  idleLow: ['INT'],
};

/** What a model is given, as JavaScript has it: any name may be tried. */
export type Given = Record<string, Record<string, unknown>>;
export type AnyModel = (registers: Given, kit: Given) => unknown;

/** A part of `GOOD` with this model, on a bus. @throws {Error} what the model throws, or is told */
export function running(model: AnyModel, change: Record<string, unknown> = {}) {
  const catalogue = new Catalogue();
  const { models, faults } = ownParts({ parts: [{ ...GOOD, ...change, model }] });
  if (faults.length > 0) throw new Error(faults.join('\n'));
  for (const each of models) catalogue.add(each);
  const parts = new PartRegistry();
  const warnings: string[] = [];
  const warn = (sentence: string) => void warnings.push(sentence);
  const bus = node({ name: 'i2c', children: [{ name: 'part', compatible: 'acme,answer', reg: 0x42 }] });
  const { i2c } = createSimulatedI2c(bus, { catalogue, parts, warn });
  const write = (...bytes: number[]) => i2c.transfer([{ addr: 0x42, flags: 0, buf: Uint8Array.from(bytes) }]);
  return { parts, write, warnings };
}

/** Why a part with this model cannot be made; undefined where it can. */
export function failureOf(model: AnyModel): string | undefined {
  try {
    running(model);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
