import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  applyOverlays,
  applyOverlaysToBlob,
  FdtError,
  parse,
  type Tree,
  toBlob,
} from '../../../src/devicetree/index.ts';

/** Blobs in Base64: compiled from `sources` with dtc 1.8.1 `-@`, `result` and `error` from its fdtoverlay. */
interface Case {
  readonly name: string;
  readonly base: string;
  readonly overlays: readonly string[];
  readonly sources: readonly string[];
  readonly result: string | null;
  readonly error: string | null;
}

const fixture = new URL('../../fixtures/devicetree/overlays.json', import.meta.url);
const cases = JSON.parse(readFileSync(fixture, 'utf8')) as Case[];
const good = cases.flatMap(({ result, ...rest }) => (result === null ? [] : [{ ...rest, result }]));
const bad = cases.flatMap(({ error, ...rest }) => (error === null ? [] : [{ ...rest, error }]));

const blob = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

describe('merging gives byte for byte what fdtoverlay gives', () => {
  test.each(good)('$name', ({ base, overlays, result }) => {
    const merged = applyOverlaysToBlob(blob(base), overlays.map(blob));
    expect(Buffer.from(merged).toString('hex')).toBe(Buffer.from(result, 'base64').toString('hex'));
  });
});

describe('what fdtoverlay refuses is refused with the same code', () => {
  test.each(bad)('$name', ({ base, overlays, error }) => {
    const before = blob(base);
    const inputs = overlays.map(blob);
    let thrown: unknown;
    try {
      applyOverlaysToBlob(before, inputs);
    } catch (caught) {
      thrown = caught;
    }
    expect(thrown).toBeInstanceOf(FdtError);
    expect((thrown as FdtError).code).toBe(error);
    expect(before, 'the base is as it was').toEqual(blob(base));
    expect(inputs, 'the overlays are as they were').toEqual(overlays.map(blob));
  });
});

describe('messages say what is missing and what to do', () => {
  const named = (name: string) => cases.find((entry) => entry.name === name) as Case;

  test('an unknown label', () => {
    const { base, overlays } = named('unknown label');
    expect(() => applyOverlaysToBlob(blob(base), overlays.map(blob))).toThrow(
      'node or property not found: the base has no symbol "nowhere"',
    );
  });

  test('a base without symbols', () => {
    const { overlays } = named('unknown label');
    const { base } = named('symbols are made where the base has none');
    expect(() => applyOverlaysToBlob(blob(base), overlays.map(blob))).toThrow('compile the base with -@');
  });
});

describe('blobs that lie', () => {
  const { base, overlays } = good[0] as (typeof good)[number];
  const overlay = blob(overlays[0] as string);
  const corrupted = (at: number, value: number) => {
    const copy = blob(base);
    new DataView(copy.buffer).setUint32(at, value);
    return copy;
  };

  test.each([
    ['the magic number', 0, 0x12345678, 'FDT_ERR_BADMAGIC'],
    ['a total size beyond the end', 4, 0x7fffffff, 'FDT_ERR_TRUNCATED'],
    ['the structure block outside', 8, 0xfffffff0, 'FDT_ERR_TRUNCATED'],
    ['the strings block outside', 12, 0xfffffff0, 'FDT_ERR_TRUNCATED'],
    ['the reserve map outside', 16, 0xfffffff0, 'FDT_ERR_TRUNCATED'],
    ['an old version', 20, 3, 'FDT_ERR_BADVERSION'],
    ['the strings too long', 32, 0xffffffff, 'FDT_ERR_TRUNCATED'],
    ['the structure too long', 36, 0xffffffff, 'FDT_ERR_TRUNCATED'],
    ['the structure too short', 36, 8, 'FDT_ERR_TRUNCATED'],
    ['no node first', 56, 3, 'FDT_ERR_BADSTRUCTURE'],
    ['an unknown token', 64, 77, 'FDT_ERR_BADSTRUCTURE'],
  ])('%s', (_, at, value, code) => {
    expect(() => applyOverlaysToBlob(corrupted(at, value), [overlay])).toThrow(
      expect.objectContaining({ code }),
    );
  });

  test('every byte changed in turn ends in a blob or in an FdtError', () => {
    const original = blob(base);
    for (let at = 0; at < original.length; at++) {
      for (const value of [0, 1, 0x2f, 0x7f, 0xff]) {
        const copy = original.slice();
        copy[at] = value;
        for (const run of [
          () => applyOverlaysToBlob(copy, [overlay]),
          () => applyOverlaysToBlob(blob(base), [copy]),
        ]) {
          try {
            run();
          } catch (error) {
            if (!(error instanceof FdtError)) throw error;
          }
        }
      }
    }
  });

  test('a blob cut off anywhere ends in an FdtError', () => {
    const original = blob(base);
    for (let length = 0; length < original.length; length++)
      expect(() => applyOverlaysToBlob(original.subarray(0, length), [overlay])).toThrow(FdtError);
  });
});

describe('overlays on trees', () => {
  const tree = (source: string) => parse('a.dts', source, { symbols: true }).tree as Tree;
  const base = tree('/dts-v1/; / { bus: soc { old; }; };');
  const first = tree('/dts-v1/; /plugin/; &bus { new; part: part@1 { }; };');
  const second = tree('/dts-v1/; /plugin/; &part { reg = <1>; };');

  test('give a tree with all their labels', () => {
    const merged = applyOverlays(base, [first, second]);
    expect(merged.byPath('/soc')?.properties.map(({ name }) => name)).toEqual(['new', 'old', 'phandle']);
    expect(merged.byLabel('part')?.path).toBe('/soc/part@1');
    expect(merged.byLabel('bus')?.u32('phandle')).toBe(1);
    expect(merged.byLabel('part')?.u32('reg')).toBe(1);
  });

  test('leave the base as it is, also when they do not fit', () => {
    const before = toBlob(base);
    expect(() => applyOverlays(base, [second])).toThrow('the base has no symbol "part"');
    applyOverlays(base, [first]);
    expect(toBlob(base)).toEqual(before);
    expect(base.byLabel('part')).toBeUndefined();
  });
});
