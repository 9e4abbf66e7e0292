import { describe, expect, it, vi } from 'vitest';
import { PartError, PartRegistry, type PropertyDeclaration } from '../../../src/sim/index.ts';
import type { RunningPart } from '../../../src/sim/populate/registry.ts';
import { i2cBench } from '../support.ts';

const PATH = '/i2c/part0';

describe('properties by name and value', () => {
  const lm75 = () => i2cBench({ compatible: 'national,lm75', reg: 0x48 });

  it('are read and set', async () => {
    const { parts } = await lm75();
    parts.set(PATH, 'temperature', 31.5);
    expect(parts.get(PATH, 'temperature')).toBe(31.5);
  });

  it.each([
    ['/i2c/nope', 'temperature', 1, '/i2c/nope: no simulated part; there are: /i2c/part0'],
    [PATH, 'humidity', 1, `not found: humidity of ${PATH}; it has: temperature`],
    [PATH, 'temperature', 'hot', `${PATH}: invalid temperature: expected -55 to 150 °C, got "hot"`],
    [PATH, 'temperature', Number.NaN, `${PATH}: invalid temperature: expected -55 to 150 °C, got NaN`],
    [PATH, 'temperature', 500, `${PATH}: invalid temperature: expected -55 to 150 °C, got 500`],
  ])('%s %s = %s is refused', async (path, property, value, sentence) => {
    const { parts } = await lm75();
    expect(() => parts.set(path, property, value)).toThrow(PartError);
    expect(() => parts.set(path, property, value)).toThrow(sentence);
  });

  it.each([
    ['national,lm75', 'ti,tmp102', /expected one of LM75 .*, got one of TMP102/],
    ['ti,tmp102', 'atmel,24c02', /expected one of TMP102 .*, got one of 24C02/],
    ['atmel,24c01', 'atmel,24c02', /expected one of 24C01 .*, got one of 24C02/],
  ])('%s takes no snapshot of %s, and stays as it is', async (one, other, sentence) => {
    const [here, there] = await Promise.all(
      [one, other].map((compatible) => i2cBench({ compatible, reg: 0x50 })),
    );
    const before = here?.parts.snapshot(PATH);
    const restore = () => here?.parts.restore(PATH, there?.parts.snapshot(PATH) as object);
    expect(restore).toThrow(PartError);
    expect(restore).toThrow(sentence);
    expect(here?.parts.snapshot(PATH)).toEqual(before);
  });

  it('a snapshot of a longer or a shorter memory is refused', async () => {
    const [small, large] = await Promise.all(
      [128, 256].map((size) =>
        i2cBench({ compatible: 'dtbus,register-map', reg: 0x50, properties: { 'dtbus,size': size } }),
      ),
    );
    if (small === undefined || large === undefined) throw new Error('no bench');
    const sentence = /invalid snapshot: expected (128|256) values in registers, got (128|256)/;
    expect(() => small.parts.restore(PATH, large.parts.snapshot(PATH))).toThrow(sentence);
    expect(() => large.parts.restore(PATH, small.parts.snapshot(PATH))).toThrow(sentence);
  });

  it('snapshots are copies', async () => {
    const bench = await i2cBench({ compatible: 'atmel,24c02', reg: 0x50 });
    bench.set('writeTime', 0);
    const empty = bench.parts.snapshot(PATH);
    bench.write([0, 1]);
    bench.parts.restore(PATH, empty);
    bench.write([1, 2]);
    bench.parts.restore(PATH, empty);
    expect(bench.writeRead([0], 2)).toEqual([0xff, 0xff]);
  });
});

describe('pins of a GPIO expander', () => {
  it.each(['nxp,pca9555', 'microchip,mcp23017'])('%s: each is driven by itself', async (compatible) => {
    const { parts, set, get } = await i2cBench({ compatible, reg: 0x20 });
    set('inputs', 0x0f0f);
    for (const [pin, high] of [
      [0, false],
      [1, true],
      [4, true],
      [15, true],
    ] as const)
      parts.drivePin(PATH, pin, high);
    expect(get('pins')).toBe(0x8f1e);
    for (const pin of [-1, 16, 0.5])
      expect(() => parts.drivePin(PATH, pin, true)).toThrow(
        `${PATH}: invalid pin: expected 0 to 15, got ${pin}`,
      );
    expect(get('pins')).toBe(0x8f1e);
  });

  it('one that is let go of is high where nothing says otherwise', async () => {
    const { parts, get } = await i2cBench({ compatible: 'nxp,pca9555', reg: 0x20 });
    parts.drivePin(PATH, 3, false);
    expect(get('pins')).toBe(0xfff7);
    parts.drivePin(PATH, 3, undefined);
    expect(get('pins')).toBe(0xffff);
  });

  it('no other part has any', async () => {
    const { parts } = await i2cBench({ compatible: 'national,lm75', reg: 0x48 });
    expect([parts.isExpander(PATH), parts.isExpander('/i2c/nope')]).toEqual([false, false]);
    expect(() => parts.drivePin(PATH, 0, true)).toThrow(`${PATH} is not a GPIO expander`);
    expect(() => parts.drivePin('/i2c/nope', 0, true)).toThrow('no simulated part');
  });
});

describe('a snapshot', () => {
  it.each([undefined, null, 5, {}, { part: 1, state: {} }, { part: 'x', state: null }])(
    'is not %j',
    async (given) => {
      const { parts } = await i2cBench({ compatible: 'national,lm75', reg: 0x48 });
      expect(() => parts.restore(PATH, given as object)).toThrow(
        `${PATH}: invalid snapshot: expected what snapshot() returned`,
      );
    },
  );

  it('is a copy: what happens later does not change it, and it may be put back again and again', async () => {
    const bench = await i2cBench({ compatible: 'atmel,24c02', reg: 0x50 });
    bench.set('writeTime', 0);
    const saved = bench.parts.snapshot(PATH);
    for (let time = 0; time < 2; time++) {
      bench.write([0, 0x42]);
      expect(bench.writeRead([0], 1)).toEqual([0x42]);
      bench.parts.restore(PATH, saved);
      expect(bench.writeRead([0], 1)).toEqual([0xff]);
    }
  });
});

/** A registry with a part of this kind at each path. */
function registryOf(parts: Record<string, object>, properties: readonly PropertyDeclaration[] = []) {
  const registry = new PartRegistry();
  for (const [path, part] of Object.entries(parts))
    registry.add({
      path,
      model: { compatible: ['acme,own'], title: 'Own', properties },
      part: { state: {}, reset() {}, ...part },
      own: false,
      reset() {},
      fail() {},
    } as unknown as RunningPart);
  return registry;
}

describe('a part that runs in another thread', () => {
  const inputs: PropertyDeclaration = { name: 'inputs', kind: 'integer', range: [0, 255], doc: 'pins' };

  it('is reached by its access alone', () => {
    const saved = { part: 'Own', state: {} };
    const access = {
      get: vi.fn(() => 7),
      set: vi.fn(),
      drivePin: vi.fn(),
      snapshot: vi.fn(() => saved),
      restore: vi.fn(),
    };
    const registry = registryOf({ '/a': { access, inputs: 1 } }, [inputs]);
    expect(registry.get('/a', 'inputs')).toBe(7);
    registry.set('/a', 'inputs', 9);
    registry.drivePin('/a', 7, false);
    expect(registry.snapshot('/a')).toBe(saved);
    registry.restore('/a', saved);
    expect(access.set).toHaveBeenCalledExactlyOnceWith('inputs', 9);
    expect(access.drivePin).toHaveBeenCalledExactlyOnceWith(7, false);
    expect(access.restore).toHaveBeenCalledExactlyOnceWith(saved);
  });

  it('is asked for nothing that its model does not declare', () => {
    const access = { get: vi.fn(), set: vi.fn(), drivePin: vi.fn() };
    const registry = registryOf({ '/a': { access } }, [inputs]);
    expect(() => registry.get('/a', 'outputs')).toThrow('not found: outputs of /a; it has: inputs');
    expect(() => registry.set('/a', 'inputs', 256)).toThrow('invalid inputs');
    expect(() => registry.drivePin('/a', 8, true)).toThrow('invalid pin: expected 0 to 7, got 8');
    expect([access.get, access.set, access.drivePin].flatMap(({ mock }) => mock.calls)).toEqual([]);
  });
});

describe('a part without a data sheet', () => {
  it('says what it refuses, with its path and cause', () => {
    const cause = new Error('no such lamp');
    const part = {
      set lamp(_value: number) {
        throw cause;
      },
    };
    const registry = registryOf({ '/a': { part } }, [{ name: 'lamp', kind: 'integer', doc: 'lamp' }]);
    Object.assign(registry.at('/a'), { part });
    const failed = (() => {
      try {
        registry.set('/a', 'lamp', 1);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(failed).toBeInstanceOf(PartError);
    expect(failed).toMatchObject({ message: '/a: no such lamp', sentence: 'no such lamp', cause });
  });

  it('has its state put back in place, and what is in it', () => {
    const words = Uint16Array.of(1, 2);
    const state = { words, inner: { on: true, bytes: Uint8Array.of(3) }, list: [1], nothing: null };
    const { bytes } = state.inner;
    const registry = registryOf({ '/a': { state } });
    const saved = registry.snapshot('/a');
    words.fill(9);
    bytes.fill(9);
    Object.assign(state, { list: [], nothing: {} });
    state.inner.on = false;
    registry.restore('/a', saved);
    expect(state).toEqual({
      words: Uint16Array.of(1, 2),
      inner: { on: true, bytes: Uint8Array.of(3) },
      list: [1],
      nothing: null,
    });
    expect([state.words, state.inner.bytes]).toEqual([words, bytes]);
    expect(state.words).toBe(words);
    expect(state.inner.bytes).toBe(bytes);
  });

  it('refuses a snapshot whose inner lists are longer, and stays as it is', () => {
    const state = { inner: { first: Uint8Array.of(1), second: Uint8Array.of(3) } };
    const registry = registryOf({ '/a': { state } });
    const given = { part: 'Own', state: { inner: { first: Uint8Array.of(8), second: Uint8Array.of(4, 5) } } };
    expect(() => registry.restore('/a', given)).toThrow('expected 1 values in second, got 2');
    expect(state).toEqual({ inner: { first: Uint8Array.of(1), second: Uint8Array.of(3) } });
  });
});

describe('at the end of a board', () => {
  const failing = (sentence: unknown) => () => {
    throw sentence;
  };

  it('all contents are saved, whatever one of them says', () => {
    const registry = registryOf({});
    const last = vi.fn();
    registry.save();
    registry.keep({ flush: failing(new Error('disk full')) });
    registry.keep({ flush: failing('torn') });
    registry.keep({ flush: last });
    expect(() => registry.save()).toThrow(
      new AggregateError([new Error('disk full'), 'torn'], 'disk full; torn'),
    );
    expect(last).toHaveBeenCalledOnce();
  });

  it('every part is closed and every file let go of once, whatever one of them says', () => {
    const [closed, release] = [vi.fn(), vi.fn()];
    const registry = registryOf({
      '/a': { close: failing(new Error('stuck')) },
      '/b': { close: closed },
      '/c': {},
    });
    registry.keep({ flush() {}, release });
    registry.keep({ flush() {} });
    expect(() => registry.close()).toThrow(new AggregateError([new Error('stuck')], 'stuck'));
    expect(closed).toHaveBeenCalledOnce();
    expect(release).toHaveBeenCalledOnce();
    expect(registry.list()).toEqual([]);
    expect(() => registry.at('/a')).toThrow('/a: no simulated part; there are: none');
    registry.close();
    expect(closed).toHaveBeenCalledOnce();
    expect(release).toHaveBeenCalledOnce();
  });
});
