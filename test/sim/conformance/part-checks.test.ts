import { describe, expect, it } from 'vitest';
import {
  type DataSheetWithModel,
  type I2cPart,
  type Kit,
  type PartCheckOptions,
  type PartContext,
  type PartModel,
  partChecks,
} from '../../../src/sim/authors.ts';

/** A part without a fault, which the others are made of. */
const sound = {
  compatible: ['acme,sound'],
  title: 'Sound',
  bus: { i2c: { form: 'byte registers', address: 0x42, last: 0x0f } },
  registers: {
    VALUE: { at: 0, access: 'ro' },
    CONTROL: { at: 1, reset: 0x10, fields: { GAIN: [5, 4], START: [0, 'sc'] } },
    SCRATCH: { at: 2 },
  },
  senses: { level: { range: [0, 200], initial: 42, doc: 'what it measures' } },
  pins: ['INT'],
  model: ({ VALUE }: { VALUE: { value: number } }, { sense, once, pin }: Kit) => {
    const INT = pin['INT' as never] as { set(high: boolean): void };
    const measurement = once(() => {
      VALUE.value = (sense as { level: number }).level;
      INT.set(false);
    });
    return {
      onWrite: {
        CONTROL({ START }: { START: number }) {
          INT.set(true);
          if (START === 1) measurement.start(5e6);
        },
      },
      reset() {
        measurement.cancel();
        INT.set(true);
      },
    };
  },
} as unknown as DataSheetWithModel;

/** What the checks of a part say: names of those that fail, with the error. */
function failing(part: DataSheetWithModel | PartModel, options: PartCheckOptions = {}): [string, string][] {
  return partChecks(part, { steps: 100, ...options }).flatMap(({ name, check }): [string, string][] => {
    try {
      check();
    } catch (error) {
      return [[name, (error as Error).message]];
    }
    return [];
  });
}

type Behaviour = Record<string, unknown>;
type Model = (registers: Record<string, { value: number }>, kit: Kit) => Behaviour;
const withModel = (model: Model, sheet: object = {}): DataSheetWithModel =>
  ({ ...sound, pins: [], ...sheet, model }) as unknown as DataSheetWithModel;
/** Of the forms where the model takes the bytes. */
const withBytes = (model: Model): DataSheetWithModel =>
  withModel(model, { bus: { i2c: { form: 'other', address: 0x42 } }, registers: {} });

it('a sound part passes all of them, with the part and the bus in their names', () => {
  expect(failing(sound)).toEqual([]);
  expect(partChecks(sound).map(({ name }) => name)).toEqual([
    'acme,sound on I2C: takes whatever a driver sends',
    'acme,sound on I2C: answers at its addresses and no others',
    'acme,sound on I2C: means the same by bytes in runs of any length',
    'acme,sound on I2C: goes on from a snapshot as if no time had passed',
    'acme,sound on I2C: is as new after a power-on reset',
    'acme,sound on I2C: is silent without power, and as after power-on with it again',
    'acme,sound on I2C: takes the values that its properties allow',
    'acme,sound on I2C: does the same while mistakes are told',
    'acme,sound on I2C: keeps the register that was named over a STOP',
    'acme,sound on I2C: changes nothing where it has no register',
    'acme,sound on I2C: allows what its data sheet allows, with dtbus,strict',
  ]);
});

const FAULTS: readonly [fault: string, part: DataSheetWithModel, check: string, sentence: RegExp][] = [
  [
    'throws',
    withModel(() => ({
      onRead: {
        SCRATCH: () => {
          throw new RangeError('of my own');
        },
      },
    })),
    'takes whatever a driver sends',
    /^after .*write 02.*: model threw an error; part disabled until reset: RangeError: of my own, at SCRATCH /,
  ],
  [
    'keeps a time of the clock',
    withModel((_, { clock, keep }) => {
      const state = keep({ since: 0 });
      return {
        afterWrite: () => void Object.assign(state, { since: clock.now() }),
        onRead: { SCRATCH: () => (clock.now() - state.since) / 1e6 },
      };
    }),
    'goes on from a snapshot as if no time had passed',
    /after it was put back/,
  ],
  [
    'has state that it does not keep',
    withModel(() => {
      let count = 0;
      return { onRead: { SCRATCH: () => count++ } };
    }),
    'goes on from a snapshot as if no time had passed',
    /after a snapshot: .*; after it was put back: /,
  ],
  [
    'forgets a reset',
    withModel((_, { keep }) => {
      const state = keep({ count: 0 });
      return { onRead: { SCRATCH: () => state.count++ } };
    }),
    'is as new after a power-on reset',
    /of a fresh part: .*; after a power-on reset: /,
  ],
  [
    'takes a run as a byte',
    withBytes((_, { keep }) => {
      const state = keep({ last: 0 });
      return {
        reset: () => void Object.assign(state, { last: 0 }),
        i2c: {
          write(data: Uint8Array) {
            state.last = data[0] ?? 0;
            return data.length;
          },
          read: (into: Uint8Array) => void into.fill(state.last),
        },
      };
    }),
    'means the same by bytes in runs of any length',
    /in one run: .*; byte by byte: /,
  ],
  [
    'is at another address than it says',
    withBytes(() => ({
      addresses: () => [0x42, 0x44],
      i2c: {
        start: (address: number) => address === 0x42,
        write: (data: Uint8Array) => data.length,
        read: () => {},
      },
    })),
    'answers at its addresses and no others',
    /it says that it has 0x42, 0x44, and acknowledges 0x42/,
  ],
  [
    'does not take a value',
    withModel((_, { sense }) => ({
      sensed() {
        const feels = sense as { level: number };
        feels.level = Math.min(feels.level, 100);
      },
    })),
    'takes the values that its properties allow',
    /level was set to 200, and is 100/,
  ],
  [
    'tells of mistakes that are none',
    withModel((_, { misuse }) => ({ afterWrite: () => misuse('any', 'a write') })),
    'allows what its data sheet allows, with dtbus,strict',
    /after a write of .*a write$/,
  ],
  [
    'forgets at STOP which register was named',
    withModel((_, { keep }) => {
      const state = keep({ ended: false });
      return {
        begin: (read: boolean) => void Object.assign(state, { ended: state.ended && read }),
        end: () => void Object.assign(state, { ended: true }),
        reset: () => void Object.assign(state, { ended: false }),
        onRead: { VALUE: () => (state.ended ? 0xee : 0) },
      };
    }),
    'keeps the register that was named over a STOP',
    /behind a repeated START: .*; behind a STOP: /,
  ],
  [
    'writes where it has no register',
    withModel(({ SCRATCH }) => ({
      afterWrite(number: number) {
        if (number === 9 && SCRATCH !== undefined) SCRATCH.value ^= 1;
      },
    })),
    'changes nothing where it has no register',
    /a write of register 0x9, which it does not have, changes others/,
  ],
];

describe('each fault is found', () => {
  it.each(FAULTS)('a part that %s', (_, part, check, sentence) => {
    const found = failing(part).filter(([name]) => name === `acme,sound on I2C: ${check}`);
    expect(found).toEqual([[expect.any(String), expect.stringMatching(sentence)]]);
  });

  it('a model that does not come back ends its check, which says where it was', () => {
    const part = withModel(() => ({
      onRead: {
        SCRATCH() {
          for (;;);
        },
      },
    }));
    const [check] = partChecks(part, { timeoutMs: 500 });
    expect(() => check?.check()).toThrow(/^the model did not return within 0.5 s; it was at: .*write 02/);
  });

  it('a name that is misspelt in what a model returns', () => {
    const [[, sentence] = []] = failing(withModel(() => ({ onReed: {} })));
    expect(sentence).toMatch(/onReed of the behaviour that the model returns; did you mean onRead/);
  });
});

describe('what is given', () => {
  it('is a part, or the error says what is wrong with it', () => {
    const given = { ...sound, bus: { i2c: { form: 'byte register', address: 0x42 } } };
    expect(() => partChecks(given as never)).toThrow(
      /^invalid part: acme,sound: invalid bus.i2c.form: expected one of .*\(did you mean "byte registers"\)/,
    );
  });

  it('has options that are known', () => {
    expect(() => partChecks(sound, { adress: 3 } as never)).toThrow(/adress/);
    expect(() => partChecks(sound, { steps: 0 })).toThrow(/steps/);
  });

  it('may be a model without a data sheet', () => {
    expect(
      failing(
        plain(() => 0),
        { address: 0x33 },
      ),
    ).toEqual([]);
    expect(partChecks(plain(() => 0))).toHaveLength(8);
    const found = failing(
      plain(({ strict }) => (strict ? 1 : 0)),
      { address: 0x33 },
    );
    expect(found).toEqual([
      [
        'acme,plain on I2C: does the same while mistakes are told',
        expect.stringMatching(/usually: .*; with dtbus,strict: /),
      ],
    ]);
  });
});

/** `mask`: what it adds to all that it sends. */
function plain(mask: (context: PartContext) => number): PartModel {
  return {
    compatible: ['acme,plain'],
    title: 'Plain',
    bus: 'i2c',
    properties: [],
    create(_node, context): I2cPart {
      const state = { last: 0 };
      return {
        state,
        addresses: [0x33],
        start: () => true,
        write(data) {
          state.last = data.at(-1) ?? state.last;
          return data.length;
        },
        read: (into) => void into.fill(state.last ^ mask(context)),
        stop() {},
        reset: () => void Object.assign(state, { last: 0 }),
      };
    },
  };
}
