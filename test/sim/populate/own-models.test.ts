import { Script } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { NodeProblem } from '../../../src/bus/index.ts';
import {
  Catalogue,
  type I2cPart,
  type I2cPartModel,
  PartRegistry,
  populateI2c,
  populateSpi,
  type SimulationOptions,
  SteppedClock,
} from '../../../src/sim/index.ts';
import { StoppedModelError } from '../../../src/sim/own/time-limit.ts';
import type { PartContext } from '../../../src/sim/populate/context.ts';
import { node } from '../../support/node.ts';

/*
 * Models that a tree names by `dtbus,model`: their calls are limited in time, and what they do wrong is told with their
 * file. Those of ours are not.
 */

const PATH = '/i2c/part';

/** A part at 0x42 that acknowledges everything. */
function plainPart(more: object = {}): I2cPart {
  return {
    addresses: [0x42],
    state: {},
    reset() {},
    start: () => true,
    write: (data) => data.length,
    read: (into) => void into.fill(7),
    stop() {},
    ...more,
  };
}

interface Given {
  readonly own?: boolean;
  readonly model?: Partial<I2cPartModel>;
  readonly options?: Partial<SimulationOptions>;
  readonly properties?: Record<string, string | number | true>;
  readonly bus?: Record<string, true>;
  readonly complain?: boolean;
}

/** A bus with a part whose model `create` makes, and one of ours that lives beside it. */
function bench(create: (context: PartContext) => I2cPart, given: Given = {}) {
  const { own = true, model, options, properties, bus, complain = false } = given;
  const catalogue = new Catalogue();
  const common = { bus: 'i2c', title: 'Own', properties: [] } as const;
  catalogue.add({ ...common, compatible: ['acme,own'], create: (_, context) => create(context), ...model });
  catalogue.add({ ...common, compatible: ['acme,ours'], create: () => plainPart({ addresses: [0x43] }) });
  const of = { compatible: 'acme,own', reg: 0x42, ...(own && { 'dtbus,model': './own.mjs' }), ...properties };
  const parts = new PartRegistry();
  const clock = new SteppedClock(undefined, false);
  const warnings: string[] = [];
  const problems: NodeProblem[] = [];
  const filled = populateI2c(
    node('i2c', bus, [
      node('part', of, [], PATH),
      node('other', { compatible: 'acme,ours', reg: 0x43 }, [], '/i2c/other'),
    ]),
    {
      catalogue,
      parts,
      clock,
      directory: '/board',
      warn: (sentence) => void warnings.push(sentence),
      ...(complain && { complain: (problem: NodeProblem) => void problems.push(problem) }),
      ...options,
    },
  );
  return { ...filled, parts, clock, warnings, problems };
}

const calls = () => vi.spyOn(Script.prototype, 'runInThisContext');
const boom = (): never => {
  throw new Error('boom');
};
/** As a model that was ended throws it. */
const ended = (): never => {
  throw new StoppedModelError();
};

afterEach(() => vi.restoreAllMocks());

describe('a model that the tree names', () => {
  it('is made, and called by its bus, its reset and its properties, for a limited time', () => {
    const run = calls();
    const properties = [{ name: 'x', kind: 'number', doc: 'x' }] as const;
    const made = bench(() => plainPart({ x: 1 }), { model: { properties } });
    expect([run.mock.calls.length, made.wire.limited]).toEqual([1, true]);
    made.wire.startTo(0x42, false);
    made.wire.startTo(0x43, false);
    expect(run).toHaveBeenCalledTimes(2);
    made.parts.at(PATH).reset();
    expect(run).toHaveBeenCalledTimes(3);
    made.parts.set(PATH, 'x', 2);
    expect([made.parts.get(PATH, 'x'), run.mock.calls.length]).toEqual([2, 5]);
  });

  it.each<[string, Given]>([
    ['of ours', { own: false }],
    ['that runs in a thread of its own', { model: { isolated: true } }],
  ])('is not limited where it is one %s', (_what, given) => {
    const run = calls();
    const properties = [{ name: 'x', kind: 'number', doc: 'x' }] as const;
    const made = bench(() => plainPart({ x: 1 }), { ...given, model: { ...given.model, properties } });
    made.wire.startTo(0x42, false);
    made.parts.at(PATH).reset();
    made.parts.get(PATH, 'x');
    made.parts.close();
    expect([run.mock.calls.length, made.wire.limited]).toEqual([0, false]);
  });

  it('that fails at once is told with its file, and the others live', () => {
    const made = bench(boom, { complain: true });
    expect(made.problems.map(({ message }) => message)).toEqual([
      `${PATH}: dtbus,model: the model ./own.mjs failed: boom`,
    ]);
    expect(made.boundParts.map(({ model }) => model?.compatible)).toEqual([undefined, ['acme,ours']]);
    expect([made.wire.startTo(0x42, false), made.wire.startTo(0x43, false)]).toEqual([false, true]);
  });

  it('is told with the place, where its error has one', () => {
    const error = new Error('boom');
    error.stack = 'Error: boom\n    at create (file:///board/own.mjs:5:7)';
    const throws = () => {
      throw error;
    };
    const failed = (given: Given) => bench(throws, { ...given, complain: true }).problems[0]?.message;
    expect(failed({})).toBe(`${PATH}: dtbus,model: the model ./own.mjs failed: boom (own.mjs:5:7)`);
    expect(failed({ own: false })).toBe(`${PATH}: the model "Own" failed: boom`);
    const text = () => {
      throw 'text';
    };
    expect(() => bench(text, { own: false })).toThrow(`${PATH}: the model "Own" failed: text`);
  });

  it('that makes no part is told', () => {
    expect(() => bench(() => undefined as never)).toThrow('./own.mjs failed: create() returned no part');
  });

  it('that fails later is named, stops answering, and answers again after a reset', () => {
    const made = bench(({ clock }) => {
      clock.after(1000, boom);
      return plainPart();
    });
    made.clock.advance(1000);
    expect(made.warnings).toHaveLength(1);
    expect(made.warnings[0]).toMatch(
      /^\/i2c\/part: model threw an error; part disabled until reset: Error: boom/,
    );
    expect(made.wire.startTo(0x42, false)).toBe(false);
    made.parts.at(PATH).reset();
    expect(made.wire.startTo(0x42, false)).toBe(true);
  });

  it('that was ended outside of its bus stops answering; one that throws there does not', () => {
    const properties = [{ name: 'x', kind: 'number', doc: 'x' }] as const;
    let get: () => number = ended;
    const part = plainPart();
    Object.defineProperty(part, 'x', { get: () => get() });
    const made = bench(() => part, { model: { properties } });
    expect(() => made.parts.get(PATH, 'x')).toThrow(StoppedModelError);
    expect(made.warnings).toEqual([
      `${PATH}: the model did not return within 1 s; part disabled until reset`,
    ]);
    made.parts.at(PATH).reset();
    get = boom;
    expect(() => made.parts.get(PATH, 'x')).toThrow('boom');
    expect([made.wire.startTo(0x42, false), made.warnings.length]).toEqual([true, 1]);
  });
});

describe('what a model is given', () => {
  const context = (given: Given = {}): PartContext => {
    let seen: PartContext | undefined;
    bench((each) => {
      seen = each;
      return plainPart();
    }, given);
    return seen as PartContext;
  };

  it.each<[string, Given, boolean]>([
    ['nowhere', {}, false],
    ['for the board', { options: { strict: true } }, true],
    ['on its bus', { bus: { 'dtbus,strict': true } }, true],
    ['on its node', { properties: { 'dtbus,strict': true } }, true],
  ])('strictness, asked for %s', (_where, given, strict) => {
    expect(context(given).strict).toBe(strict);
  });

  it('its folder, and a way to warn that names its node', () => {
    expect(context().directory).toBe('/board');
    const told: string[] = [];
    context({ options: { warn: (sentence) => void told.push(sentence) } }).warn('no luck');
    expect(told).toEqual([`${PATH}: no luck`]);
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { options } = { options: { warn: undefined } as never };
    context({ options }).warn('no luck');
    expect(warned.mock.calls).toEqual([[`${PATH}: no luck`]]);
  });

  it('a file of its node, but not where the board is only looked at', () => {
    const properties = { 'acme,file': 'absent.bin' };
    expect(() => context({ properties }).readFile('acme,file')).toThrow(
      /acme,file: cannot be loaded: .*\/board\/absent\.bin/,
    );
    expect(context({ properties }).readFile('acme,other')).toBeUndefined();
    const look = context({ properties, options: { look: true } });
    expect(look.readFile('acme,file')).toBeUndefined();
  });

  it('a way to say that its addresses changed', () => {
    const addresses = [0x42];
    let readdress: (() => void) | undefined;
    const { wire } = bench((each) => {
      readdress = each.readdress;
      return plainPart({ addresses });
    });
    addresses[0] = 0x55;
    readdress?.();
    expect([wire.startTo(0x42, false), wire.startTo(0x55, false)]).toEqual([false, true]);
  });
});

describe('a part on SPI', () => {
  const spi = (properties: Record<string, number | readonly number[] | true>) => {
    const catalogue = new Catalogue();
    const seen: PartContext[] = [];
    const part = { state: {}, reset() {}, select() {}, transfer() {}, deselect() {} };
    catalogue.add({
      bus: 'spi',
      title: 'Own',
      properties: [],
      compatible: ['acme,spi'],
      create(_, context) {
        seen.push(context);
        return part;
      },
    });
    const child = node('part', { compatible: 'acme,spi', ...properties }, [], '/spi/part');
    const filled = populateSpi(node('spi', {}, [child]), { catalogue, clock: new SteppedClock() });
    return { ...filled, seen };
  };

  it.each([0, 255])('is at chip select %i', (reg) => {
    const { wire, seen } = spi({ reg });
    expect(wire.partAt(reg)).toBeDefined();
    // It has no addresses, and may say that they changed all the same.
    expect(() => seen[0]?.readdress()).not.toThrow();
  });

  it('has one chip select at least, and none above 255', () => {
    for (const reg of [[], 256, [0, 256]])
      expect(() => spi({ reg })).toThrow('reg: an SPI chip select is one cell from 0 to 255');
  });

  it('is not on the bus without reg', () => {
    const { boundParts, seen } = spi({});
    expect([boundParts, seen]).toEqual([[], []]);
  });
});

it('a child that nobody wants here is there, and not simulated', () => {
  const catalogue = new Catalogue();
  const create = () => plainPart();
  catalogue.add({ bus: 'i2c', title: 'Own', properties: [], compatible: ['acme,own'], create });
  const child = node('part', { compatible: 'acme,own', reg: 0x42 }, [], PATH);
  const { wire, boundParts } = populateI2c(node('i2c', {}, [child]), { catalogue }, () => false);
  expect([boundParts, wire.startTo(0x42, false)]).toEqual([[{ node: child, reg: [0x42] }], false]);
});
