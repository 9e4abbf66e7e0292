import { describe, expect, it } from 'vitest';
import { knownCompatibles, loadParts } from '../../../src/parts/index.ts';
import { type PartModel, partChecks } from '../../../src/sim/authors.ts';
import { Specimen } from '../../../src/sim/conformance/specimen.ts';
import { modelsOf } from '../../../src/sim/index.ts';
import { EXCEPTIONS } from './exceptions.ts';

const CHECK = 'is silent without power, and as after power-on with it again';
const STEPS = 12;

const all = await loadParts();

/** The model of a part as a node has it that names this one of its compatibles. */
const named = (model: PartModel, name: string): PartModel =>
  Object.create(model, { compatible: { value: [name] } });

it('are all compatibles of the index, each once a bus', () => {
  const ofParts = all.flatMap(({ compatible }) => compatible);
  expect([...knownCompatibles()].filter((name) => !ofParts.includes(name))).toEqual([]);
  expect(new Set(ofParts).size).toBe(knownCompatibles().size);
});

describe('off and on, as each of its compatibles', () => {
  it.each(all.map((part) => [part.compatible[0] as string, part] as const))('%s', (first, part) => {
    const failed: string[] = [];
    for (const name of part.compatible) {
      for (const model of modelsOf(part)) {
        const { options = {} } = EXCEPTIONS[first] ?? {};
        const checks = partChecks(named(model, name), { steps: STEPS, ...options });
        const found = checks.filter((each) => each.name.endsWith(CHECK));
        expect(found).toHaveLength(1);
        try {
          found[0]?.check();
        } catch (error) {
          failed.push(`${name}: ${(error as Error).message}`);
        }
      }
    }
    expect(failed).toEqual([]);
  });
});

/** What a clock with a battery forgets without VCC nevertheless, by its data sheet. */
const FORGOTTEN: Readonly<Record<string, { readonly why: string; readonly registers: readonly string[] }>> = {
  'maxim,ds3231': {
    why: 'a conversion ends, and BSY with it; EOSC stops the oscillator on the battery, which sets OSF',
    registers: ['CONTROL', 'STATUS'],
  },
};

describe('what is on a battery keeps its registers without VCC', () => {
  const onBattery = all.filter(({ battery }) => battery === true);
  it('are many clocks', () => expect(onBattery.length).toBeGreaterThan(10));

  it.each(onBattery.map((part) => [part.compatible[0] as string, part] as const))('%s', (first, part) => {
    const forgotten = FORGOTTEN[first]?.registers ?? [];
    for (const model of modelsOf(part)) {
      const address = part.bus.i2c?.address ?? 0;
      const clock = new Specimen(model, { address, properties: {} });
      const registers = part.registers ?? {};
      // What a driver can write, or what it is filled with.
      for (const { at, count = 1 } of Object.values(registers))
        for (let n = 0; n < count; n++)
          clock.do({ kind: 'transfer', messages: [{ write: Uint8Array.of(at + n, 0x11), read: 0 }] });
      const before = clock.registers ?? [];
      expect(before.filter((value) => value !== 0).length).toBeGreaterThan(0);
      clock.power(false);
      clock.power(true);
      const kept: number[] = [];
      const all = Object.entries(registers).flatMap(([name, { count = 1 }]) => Array(count).fill(name));
      for (const [index, name] of all.entries())
        if (!forgotten.includes(name) && clock.registers?.[index] === before[index]) kept.push(index);
      expect(kept).toHaveLength(all.filter((name) => !forgotten.includes(name)).length);
    }
  });
});
