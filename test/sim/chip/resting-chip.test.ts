import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadParts } from '../../../src/parts/index.ts';
import { Random } from '../../../src/sim/conformance/random.ts';
import { type Place, Specimen } from '../../../src/sim/conformance/specimen.ts';
import { stepText, trafficFor } from '../../../src/sim/conformance/traffic.ts';
import {
  Catalogue,
  type DataSheetWithModel,
  modelsOf,
  type PartModel,
  PartRegistry,
  populateI2c,
} from '../../../src/sim/index.ts';
import { node } from '../support.ts';

const STEPS = 25;
/** Of no period and no conversion a multiple. */
const WAIT_NS = 7_654_321_987;

const all = await loadParts();
const placeOf = ({ bus, sheet }: PartModel): Place => ({
  address: bus === 'i2c' ? (sheet?.bus.i2c?.address ?? 0x42) : 0,
  properties: {},
});

/** What comes of the same traffic, a while after power-on. */
function answers(model: PartModel): readonly string[] {
  const part = new Specimen(model, placeOf(model));
  part.clock.advance(WAIT_NS);
  return trafficFor(model, new Random(14), STEPS).map((step) => `${stepText(step)}: ${part.do(step)}`);
}

describe('a part that rested until it was touched does what one does that never rested', () => {
  it.each(all.map((part) => [part.compatible[0] as string, part] as const))('%s', (_, part) => {
    const awake = modelsOf(part);
    for (const [index, model] of modelsOf(part, true).entries())
      expect(answers(model)).toEqual(answers(awake[index] as PartModel));
  });
});

/** A part of which is known how often its model was called. */
function counted(part: DataSheetWithModel) {
  const calls = { count: 0 };
  const model: typeof part.model = (registers, kit) => {
    calls.count++;
    return part.model?.(registers, kit) ?? {};
  };
  return { calls, part: { ...part, model } };
}

const named = (name: string) => all.find(({ compatible }) => compatible[0] === name) as DataSheetWithModel;

describe('the model of a part', () => {
  const made = (name: string, rests: boolean, properties: Place['properties'] = {}) => {
    const { calls, part } = counted(named(name));
    const [model] = modelsOf(part, rests) as [PartModel];
    return { calls, part: new Specimen(model, { ...placeOf(model), properties }) };
  };
  const TRANSFER = { kind: 'transfer', messages: [{ write: Uint8Array.of(0), read: 0 }] } as const;

  it('is called when the board comes up, and anew when somebody first touches the part', () => {
    const { calls, part } = made('national,lm75', true);
    expect(calls.count).toBe(1);
    part.clock.advance(WAIT_NS);
    expect(part.addresses).toEqual({ own: [0x48], shared: [] });
    expect(calls.count).toBe(1);
    part.do(TRANSFER);
    part.do(TRANSFER);
    part.set('temperature', 30);
    expect(calls.count).toBe(2);
  });

  it.each([
    ['a property is set', (part: Specimen) => part.set('temperature', 30)],
    ['a property is read', (part: Specimen) => part.get('temperature')],
    ['a snapshot is taken', (part: Specimen) => part.snapshot()],
    ['it is reset', (part: Specimen) => part.reset()],
    ['it loses its power', (part: Specimen) => part.power(false)],
    ['its pins are looked at', (part: Specimen) => part.driven],
    ['its registers are looked at', (part: Specimen) => part.registers],
  ])('is called anew when %s', (_, touch) => {
    const { calls, part } = made('national,lm75', true);
    touch(part);
    expect(calls.count).toBe(2);
  });

  it('is called once where nobody says that it may be called again: a model of a user', () => {
    const { calls, part } = made('national,lm75', false);
    part.do(TRANSFER);
    expect(calls.count).toBe(1);
  });

  it.each([
    ['has parts of the tree behind it', 'nxp,pca9548', { children: [{ name: 'i2c@0', reg: 0 }] }],
    ['has its contents in a file', 'atmel,24c02', { properties: { 'dtbus,contents': 'contents.bin' } }],
  ])('is called once where the part %s', (_, name, more) => {
    const { calls, part } = counted(named(name));
    const catalogue = new Catalogue();
    for (const model of modelsOf(part, true)) catalogue.add(model);
    const child = { name: 'part', compatible: name, reg: 0x50, ...more };
    const parts = new PartRegistry();
    const directory = mkdtempSync(join(tmpdir(), 'dtbus-'));
    try {
      const { wire } = populateI2c(node({ name: 'i2c', children: [child] }), { catalogue, parts, directory });
      expect(wire.startTo(0x50, false)).toBe(true);
      wire.stop();
      expect(calls.count).toBe(1);
      parts.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('is called once where it told something', () => {
    const { calls, part } = counted({
      ...named('national,lm75'),
      model: (_registers, { warn }) => {
        warn('it is cold');
        return {};
      },
    });
    const [model] = modelsOf(part, true) as [PartModel];
    const specimen = new Specimen(model, placeOf(model));
    specimen.do(TRANSFER);
    expect(specimen.warnings).toEqual(['/bus/part: it is cold']);
    expect(calls.count).toBe(1);
  });
});

describe('while it rests', () => {
  it('a part has the addresses that it shares with others, and those of its memory', () => {
    const at = (name: string) => {
      const [model] = modelsOf(named(name), true) as [PartModel];
      return new Specimen(model, placeOf(model)).addresses;
    };
    // TMP102, 6.3.8 and the general call; AT24C04: two blocks of 256 bytes.
    expect(at('ti,tmp102')).toEqual({ own: [0x48], shared: [0x00, 0x0c] });
    expect(at('atmel,24c04')).toEqual({ own: [0x50, 0x51], shared: [] });
    expect(at('atmel,24c02')).toEqual({ own: [0x50], shared: [] });
  });
});
